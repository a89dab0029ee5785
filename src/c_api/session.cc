// Sessions of continuo.h.
#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>

#include "c_api/handles.h"
#include "continuo/base/file.h"
#include "continuo/midi/midi.h"

namespace {

using continuo::Error;
using continuo::ErrorCode;
using continuo::c_api::guarded;
using continuo::c_api::required;
using continuo::generation::ComposeOptions;
using continuo::generation::Session;
using continuo::generation::StartKind;
using nlohmann::json;

static_assert(static_cast<int>(continuo::generation::StepResult::kSymbol) == CONTINUO_SYMBOL);
static_assert(static_cast<int>(continuo::generation::StepResult::kHeard) == CONTINUO_HEARD);
static_assert(static_cast<int>(continuo::generation::StepResult::kBacktracked) == CONTINUO_BACKTRACKED);
static_assert(static_cast<int>(continuo::generation::StepResult::kEnded) == CONTINUO_ENDED);
static_assert(static_cast<int>(continuo::generation::StepResult::kStuck) == CONTINUO_STUCK);
static_assert(static_cast<int>(continuo::generation::StepResult::kStopped) == CONTINUO_STOPPED);

/// Takes settings out of a JSON object, each by its type.
class Settings {
 public:
  explicit Settings(const char* text) {
    if (text == nullptr) return;
    try {
      object_ = json::parse(text);
    } catch (const json::exception&) {
      refuse("the settings are not JSON", "");
    }
    if (!object_.is_object()) refuse("the settings are not a JSON object", "");
  }
  template <class T>
  void take(const char* key, T& value) {
    known_.insert(key);
    const auto found = object_.find(key);
    if (found == object_.end()) return;
    const bool fits = std::is_same_v<T, bool>          ? found->is_boolean()
                      : std::is_same_v<T, std::string> ? found->is_string()
                      : std::is_floating_point_v<T>    ? found->is_number()
                                                       : found->is_number_integer();
    if (!fits || (std::is_unsigned_v<T> && !std::is_same_v<T, bool> && !found->is_number_unsigned()))
      refuse(std::string("the setting '") + key + "' has a value of another type", key);
    value = found->get<T>();
  }
  template <class T>
  void take(const char* key, std::optional<T>& value) {
    T given{};
    if (object_.contains(key)) value = (take(key, given), given);
    known_.insert(key);
  }
  void refuse_unknown() const {
    for (const auto& [key, value] : object_.items())
      if (!known_.contains(key)) refuse("there is no setting '" + key + "'", key);
  }
  [[noreturn]] static void refuse(std::string message, const std::string& about) {
    throw Error({.message = std::move(message), .code = ErrorCode::kInvalidArgument, .about = about});
  }

 private:
  json object_ = json::object();
  std::set<std::string, std::less<>> known_;
};

ComposeOptions options_from(const char* text) {
  Settings settings(text);
  ComposeOptions options;
  settings.take("seconds", options.seconds);
  settings.take("bars", options.bars);
  settings.take("symbols", options.symbols);
  settings.take("seed", options.seed);
  settings.take("temperature", options.sampling.temperature);
  settings.take("top_p", options.sampling.top_p);
  settings.take("top_k", options.sampling.top_k);
  settings.take("argmax", options.sampling.argmax);
  settings.take("style", options.label);
  settings.take("random_length", options.random_length);
  settings.take("keep_random", options.keep_random);
  settings.take("earliest_end", options.earliest_end);
  settings.take("ending_tries", options.ending_tries);
  settings.take("stop_at_end", options.stop_at_end);
  settings.take("mask_grammar", options.mask_grammar);
  settings.take("allow_copies", options.allow_copies);
  settings.take("allow_loops", options.allow_loops);
  std::string start = "beginning";
  settings.take("start", start);
  settings.refuse_unknown();
  if (start != "beginning" && start != "random")
    Settings::refuse("a piece starts from 'beginning' or 'random', not '" + start + "'", "start");
  options.start = start == "random" ? StartKind::kRandom : StartKind::kBeginning;
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
