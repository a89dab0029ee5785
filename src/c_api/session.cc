// Sessions of continuo.h.
#include <algorithm>
#include <cstring>

#include "c_api/handles.h"
#include "continuo/base/file.h"
#include "continuo/generation/options.h"
#include "continuo/midi/midi.h"

namespace {

using continuo::Error;
using continuo::ErrorCode;
using continuo::c_api::guarded;
using continuo::c_api::required;
using continuo::generation::ComposeOptions;
using continuo::generation::Session;
using continuo::generation::StartKind;

static_assert(static_cast<int>(continuo::generation::StepResult::kSymbol) == CONTINUO_SYMBOL);
static_assert(static_cast<int>(continuo::generation::StepResult::kHeard) == CONTINUO_HEARD);
static_assert(static_cast<int>(continuo::generation::StepResult::kBacktracked) == CONTINUO_BACKTRACKED);
static_assert(static_cast<int>(continuo::generation::StepResult::kEnded) == CONTINUO_ENDED);
static_assert(static_cast<int>(continuo::generation::StepResult::kStuck) == CONTINUO_STUCK);
static_assert(static_cast<int>(continuo::generation::StepResult::kStopped) == CONTINUO_STOPPED);

ComposeOptions options_from(const char* settings) {
  ComposeOptions options;
  if (settings != nullptr) continuo::generation::from_json(settings, continuo::generation::options_of(options));
  return options;
}

continuo::loaded::LoadedModel loaded_of(const continuo_model& model) {
  const auto spec = model.metadata.find("continuo.representation");
  if (spec == model.metadata.end())
    throw Error(
        {.message = "the model names no representation, so it composes no scores", .code = ErrorCode::kUnsupported});
  return continuo::loaded::LoadedModel::of(model.model, continuo::representation::spec_from_json(spec->second),
                                           model.known);
}

continuo_session* hold(std::stop_source stop, Session session) {
  return new continuo_session{std::move(stop), std::move(session), {}, 0};
}

std::vector<std::uint8_t> midi_of(const continuo_session& session) {
  return continuo::midi::write(session.session.result().score);
}

continuo_note plain(const continuo::representation::SettledNote& one) {
  return {.begin = one.begin,
          .end = one.end,
          .onset = one.note.onset,
          .length = one.note.duration,
          .ppq = one.ppq,
          .pitch = one.note.pitch,
          .velocity = one.note.velocity,
          .program = one.program,
          .drums = one.drums ? 1 : 0};
}

}  // namespace

extern "C" {

continuo_session* continuo_session_new(const continuo_model* model, const char* settings, const void* prompt,
                                       size_t prompt_size) {
  return guarded([&] {
    ComposeOptions options = options_from(settings);
    if (prompt != nullptr) {
      options.start = StartKind::kPrompt;
      options.prompt = continuo::midi::read({static_cast<const std::uint8_t*>(prompt), prompt_size}).score;
    }
    std::stop_source stop;
    return hold(stop, Session(loaded_of(*required(model, "the model")), std::move(options), stop.get_token()));
  });
}

const char* continuo_settings(void) {
  return guarded(
      [] {
        static const std::string text = [] {
          ComposeOptions options;
          return continuo::generation::describe_as_json(continuo::generation::options_of(options));
        }();
        return text.c_str();
      },
      "");
}

void continuo_session_free(continuo_session* session) { delete session; }

int continuo_session_next(continuo_session* session) { return continuo_session_run(session, 1); }

int continuo_session_run(continuo_session* session, size_t steps) {
  return guarded(
      [&] {
        auto result = static_cast<int>(CONTINUO_HEARD);
        for (required(session, "the session"); steps > 0 && !continuo_finished(result); --steps)
          result = static_cast<int>(session->session.next());
        return result;
      },
      static_cast<int>(CONTINUO_FAILED));
}

int continuo_finished(int result) { return result < 0 || result >= CONTINUO_ENDED ? 1 : 0; }

void continuo_session_cancel(continuo_session* session) {
  if (session != nullptr) session->stop.request_stop();
}

double continuo_session_share(const continuo_session* session) {
  return session == nullptr ? 0 : session->session.share();
}

size_t continuo_session_symbols(const continuo_session* session, const uint16_t** symbols) {
  if (session == nullptr) return 0;
  if (symbols != nullptr) *symbols = session->session.symbols().data();
  return session->session.symbols().size();
}

void continuo_session_commit(continuo_session* session) {
  if (session != nullptr) session->session.commit();
}

size_t continuo_session_notes(continuo_session* session, continuo_note* notes, size_t capacity) {
  return guarded([&]() -> std::size_t {
    required(session, "the session");
    if (capacity > 0) required(notes, "the array of notes");
    if (session->taken == session->notes.size()) {
      session->notes = session->session.settled_notes();
      session->taken = 0;
    }
    const std::size_t count = std::min(capacity, session->notes.size() - session->taken);
    for (std::size_t i = 0; i < count; ++i) notes[i] = plain(session->notes[session->taken + i]);
    session->taken += count;
    return count;
  });
}

size_t continuo_session_midi(const continuo_session* session, void* bytes, size_t capacity) {
  return guarded([&] {
    const auto file = midi_of(*required(session, "the session"));
    if (const std::size_t count = std::min(capacity, file.size()); count > 0)
      std::memcpy(required(bytes, "the memory"), file.data(), count);
    return file.size();
  });
}

int continuo_session_write_midi(const continuo_session* session, const char* path) {
  return guarded([&] {
    const auto file = midi_of(*required(session, "the session"));
    continuo::write_file_atomically(required(path, "the path"), std::span(file));
    return 1;
  });
}

continuo_state* continuo_session_save(const continuo_session* session) {
  return guarded([&] {
    required(session, "the session");
    return new continuo_state{session->session.save(), session->notes, session->taken};
  });
}

void continuo_state_free(continuo_state* state) { delete state; }

int continuo_session_restore(continuo_session* session, const continuo_state* state) {
  return guarded([&] {
    required(session, "the session")->session.restore(required(state, "the state")->state);
    session->notes = state->notes;
    session->taken = state->taken;
    return 1;
  });
}

continuo_session* continuo_session_from(const continuo_state* state) {
  return guarded([&] {
    std::stop_source stop;
    auto* const session = hold(stop, Session(required(state, "the state")->state, stop.get_token()));
    session->notes = state->notes;
    session->taken = state->taken;
    return session;
  });
}

}  // extern "C"
