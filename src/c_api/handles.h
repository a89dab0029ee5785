// What the handles of continuo.h hold, and how exceptions become words and a code.
#pragma once

#include <memory>
#include <new>
#include <span>
#include <string>
#include <vector>

#include "continuo.h"
#include "continuo/base/error.h"
#include "continuo/base/random.h"
#include "continuo/engine/engine.h"
#include "continuo/generation/sampler.h"
#include "continuo/generation/saved_session.h"

struct continuo_model {
  std::shared_ptr<const continuo::engine::Model> model;
  continuo::weights::Metadata metadata;
  std::shared_ptr<const continuo::loaded::KnownPassages> known;
};

struct continuo_stream {
  std::unique_ptr<continuo::engine::Stream> stream;
  std::size_t width = 0;  ///< of frames that go in
  std::span<const float> logits{};
};

struct continuo_sampler {
  continuo::generation::Sampler sampler;
  continuo::Random random;
  std::size_t vocabulary_size = 0;
};

namespace continuo::c_api {

/// What a session was begun with that its saved form does not hold by itself.
struct Origin {
  std::string wishes = "{}";         ///< JSON
  std::vector<std::uint8_t> prompt;  ///< a MIDI file; empty: none

  generation::SessionParts parts(const loaded::LoadedModel& model) const;
};

}  // namespace continuo::c_api

struct continuo_session {
  std::stop_source stop;
  continuo::generation::Session session;
  std::shared_ptr<const continuo::c_api::Origin> origin;
  std::vector<continuo::representation::SettledNote> notes{};  ///< that wait to be taken, from `taken` on
  std::size_t taken = 0;
};

struct continuo_state {
  continuo::generation::SessionState state;
  std::shared_ptr<const continuo::c_api::Origin> origin;
  std::vector<continuo::representation::SettledNote> notes;
  std::size_t taken = 0;
};

namespace continuo::c_api {

/// Of this thread.
struct LastError {
  std::string text, path, about;
  std::int64_t offset = -1;
  int code = CONTINUO_ERROR_NONE;
};
inline LastError& last_error() noexcept {
  thread_local LastError error;
  return error;
}

inline void refuse(const char* text, ErrorCode code, const ErrorInfo* info = nullptr) noexcept {
  LastError& last = last_error();
  last.code = static_cast<int>(code);
  last.offset = -1;
  try {
    last.text = text;
    last.path = info == nullptr ? "" : info->path;
    last.about = info == nullptr ? "" : info->about;
    if (info != nullptr && info->offset) last.offset = static_cast<std::int64_t>(*info->offset);
  } catch (...) {
    last.text.clear();
    last.path.clear();
    last.about.clear();
  }
}

/// make() or, when it throws, `failure` with the reason remembered.
template <class Make, class Result = std::invoke_result_t<Make>>
Result guarded(const Make& make, Result failure = {}) noexcept {
  try {
    return make();
  } catch (const Error& error) {
    refuse(error.what(), error.code(), &error.info());
  } catch (const std::bad_alloc&) {
    refuse("out of memory", ErrorCode::kSystem);
  } catch (const std::exception& error) {
    refuse(error.what(), ErrorCode::kUnspecified);
  } catch (...) {
    refuse("an unknown error", ErrorCode::kUnspecified);
  }
  return failure;
}

/// `handle`, which must not be null. Throws Error.
template <class T>
T* required(T* handle, const char* what) {
  if (handle == nullptr) throw Error({.message = std::string(what) + " is NULL", .code = ErrorCode::kInvalidArgument});
  return handle;
}

}  // namespace continuo::c_api
