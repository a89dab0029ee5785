// The one exception of Continuo: which file, where in it, what is wrong, and what to do about it.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace continuo {

/// What an Error says. Only `message` is required.
struct ErrorInfo {
  std::string message;                    ///< what is wrong, a clause without a full stop
  std::string path{};                     ///< the file concerned, empty when there is none
  std::optional<std::uint64_t> offset{};  ///< byte offset in that file
  std::string hint{};                     ///< what the user can do, a sentence
};

/// Thrown by every module for everything that a caller can get wrong or that the world can do to it.
/// `what()` reads "PATH: at byte N: MESSAGE\nHINT" with absent parts left out.
class Error : public std::runtime_error {
 public:
  explicit Error(ErrorInfo info);
  /// Only a message. A template, so that a braced list always means an ErrorInfo.
  template <std::same_as<std::string> Text>
  explicit Error(Text message) : Error(ErrorInfo{.message = std::move(message)}) {}
  explicit Error(const char* message) : Error(ErrorInfo{.message = message}) {}

  const ErrorInfo& info() const noexcept { return info_; }

 private:
  ErrorInfo info_;
};

/// Thrown when a std::stop_token asked for an end (Ctrl-C) before the work was done. Whatever could be kept has been
/// kept.
class Interrupted : public Error {
 public:
  using Error::Error;
};

}  // namespace continuo
