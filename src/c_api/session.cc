// Sessions of continuo.h.
#include <algorithm>
#include <cstring>

#include "c_api/handles.h"
#include "continuo/base/file.h"
#include "continuo/generation/options.h"
#include "continuo/generation/sampling_settings.h"
#include "continuo/midi/midi.h"

namespace {

using continuo::Error;
using continuo::ErrorCode;
using continuo::Option;
using continuo::c_api::guarded;
using continuo::c_api::Origin;
using continuo::c_api::required;
using continuo::generation::ComposeOptions;
using continuo::generation::Session;
using continuo::generation::StartKind;
using continuo::generation::WishWords;

static_assert(static_cast<int>(continuo::generation::StepResult::kSymbol) == CONTINUO_SYMBOL);
static_assert(static_cast<int>(continuo::generation::StepResult::kHeard) == CONTINUO_HEARD);
static_assert(static_cast<int>(continuo::generation::StepResult::kBacktracked) == CONTINUO_BACKTRACKED);
static_assert(static_cast<int>(continuo::generation::StepResult::kEnded) == CONTINUO_ENDED);
static_assert(static_cast<int>(continuo::generation::StepResult::kStuck) == CONTINUO_STUCK);
static_assert(static_cast<int>(continuo::generation::StepResult::kStopped) == CONTINUO_STOPPED);

/// Those of composing, and the wishes.
std::vector<Option> settings_of(ComposeOptions& options, WishWords& wishes) {
  auto all = continuo::generation::options_of(options);
  for (auto& option : continuo::generation::options_of(wishes)) all.push_back(std::move(option));
  return all;
}

continuo::loaded::LoadedModel loaded_of(const continuo_model& model) {
  return continuo::loaded::LoadedModel::of(model.model, model.metadata, model.known);
}

continuo_session* hold(std::stop_source stop, Session session, std::shared_ptr<const Origin> origin) {
  return new continuo_session{std::move(stop), std::move(session), std::move(origin)};
}

/// What the bytes of a state keep beside the session: two numbers, then the wishes, then the prompt.
struct Attached {
  std::uint64_t waiting = 0;  ///< notes that are still to be taken
  std::uint64_t wishes = 0;   ///< bytes of the JSON
};

std::vector<std::uint8_t> attachment_of(const continuo_state& state) {
  const Attached numbers{state.notes.size() - state.taken, state.origin->wishes.size()};
  std::vector<std::uint8_t> bytes(sizeof numbers);
  std::memcpy(bytes.data(), &numbers, sizeof numbers);
  bytes.insert(bytes.end(), state.origin->wishes.begin(), state.origin->wishes.end());
  bytes.insert(bytes.end(), state.origin->prompt.begin(), state.origin->prompt.end());
  return bytes;
}

std::pair<Attached, Origin> parse_attachment(std::span<const std::uint8_t> bytes) {
  Attached numbers;
  if (bytes.size() >= sizeof numbers) std::memcpy(&numbers, bytes.data(), sizeof numbers);
  if (bytes.size() < sizeof numbers || numbers.wishes > bytes.size() - sizeof numbers)
    throw Error({.message = "was not saved by continuo_state_bytes", .code = ErrorCode::kDamaged});
  const auto wishes = bytes.subspan(sizeof numbers, numbers.wishes);
  const auto prompt = bytes.subspan(sizeof numbers + numbers.wishes);
  return {numbers, Origin{{wishes.begin(), wishes.end()}, {prompt.begin(), prompt.end()}}};
}

continuo_state* parse_state(const continuo_model& model, std::span<const std::uint8_t> bytes) {
  const auto loaded = loaded_of(model);
  auto [numbers, origin] = parse_attachment(continuo::generation::attachment_of(bytes));
  const auto state = continuo::generation::from_bytes(loaded, bytes, origin.parts(loaded));
  return new continuo_state{state, std::make_shared<const Origin>(std::move(origin)),
                            continuo::generation::last_settled(state, numbers.waiting), 0};
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

continuo::generation::SessionParts Origin::parts(const continuo::loaded::LoadedModel& model) const {
  WishWords words;
  continuo::options_from_json(wishes, continuo::generation::options_of(words));
  ComposeOptions options{.any_range = true};  // ranges were looked at when the session was begun
  add_wishes(continuo::generation::wishes_of(words), model, options);
  continuo::generation::SessionParts parts{.constraints = std::move(options.constraints)};
  if (!prompt.empty()) parts.prompt = continuo::midi::read(prompt).score;
  return parts;
}

extern "C" {

continuo_session* continuo_session_new(const continuo_model* model, const char* settings, const void* prompt,
                                       size_t prompt_size) {
  return guarded([&] {
    const continuo_model& own = *required(model, "the model");
    ComposeOptions options;
    options.sampling = continuo::generation::sampling_of(own.metadata);  // the settings come after it
    WishWords wishes;
    if (settings != nullptr) continuo::options_from_json(settings, settings_of(options, wishes));
    auto origin = std::make_shared<Origin>();
    origin->wishes = continuo::options_to_json(continuo::generation::options_of(wishes));
    if (prompt != nullptr) {
      const auto* const begin = static_cast<const std::uint8_t*>(prompt);
      origin->prompt.assign(begin, begin + prompt_size);
    }
    const auto loaded = loaded_of(own);
    add_wishes(continuo::generation::wishes_of(wishes), loaded, options);
    if (prompt != nullptr) {
      options.start = StartKind::kPrompt;
      options.prompt = continuo::midi::read(origin->prompt).score;
    }
    std::stop_source stop;
    return hold(stop, Session(loaded, std::move(options), stop.get_token()), std::move(origin));
  });
}

const char* continuo_settings(void) {
  return guarded(
      [] {
        static const std::string text = [] {
          ComposeOptions options;
          WishWords wishes;
          return continuo::describe_options_as_json(settings_of(options, wishes));
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
    return new continuo_state{session->session.save(), session->origin, session->notes, session->taken};
  });
}

void continuo_state_free(continuo_state* state) { delete state; }

int continuo_session_restore(continuo_session* session, const continuo_state* state) {
  return guarded([&] {
    required(session, "the session")->session.restore(required(state, "the state")->state);
    session->origin = state->origin;
    session->notes = state->notes;
    session->taken = state->taken;
    return 1;
  });
}

continuo_session* continuo_session_from(const continuo_state* state) {
  return guarded([&] {
    std::stop_source stop;
    auto* const session = hold(stop, Session(required(state, "the state")->state, stop.get_token()), state->origin);
    session->notes = state->notes;
    session->taken = state->taken;
    return session;
  });
}

size_t continuo_state_bytes(const continuo_state* state, void* bytes, size_t capacity) {
  return guarded([&] {
    required(state, "the state");
    const auto saved = continuo::generation::to_bytes(state->state, attachment_of(*state));
    if (const std::size_t count = std::min(capacity, saved.size()); count > 0)
      std::memcpy(required(bytes, "the memory"), saved.data(), count);
    return saved.size();
  });
}

continuo_state* continuo_state_parse(const continuo_model* model, const void* bytes, size_t size) {
  return guarded([&] {
    const auto* const begin = static_cast<const std::uint8_t*>(required(bytes, "the memory"));
    return parse_state(*required(model, "the model"), {begin, size});
  });
}

}  // extern "C"
