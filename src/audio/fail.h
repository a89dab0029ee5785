// How this module refuses a file.
#pragma once

#include <filesystem>
#include <string>
#include <utility>

#include "continuo/base/error.h"

namespace continuo::audio {

[[noreturn]] inline void fail(ErrorCode code, const std::filesystem::path& path, std::string message,
                              std::string hint = {}) {
  throw Error({.message = std::move(message), .path = path.string(), .hint = std::move(hint), .code = code});
}

}  // namespace continuo::audio
