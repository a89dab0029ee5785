// The one exception of Continuo: its kind as a code, which file, where in it, what is wrong, and what to do about it.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace continuo {

/// The kind of an Error, for programs. Numbers are fixed: new codes are appended.
enum class ErrorCode : std::uint8_t {
  kUnspecified = 0,
  kInvalidArgument = 1,  ///< a value that the caller gave is outside its limits or contradicts another
  kNotFound = 2,         ///< no such file, folder, label or name
  kDamaged = 3,          ///< a file is not what it should be
  kUnsupported = 4,      ///< understood, but this build, model or format cannot do it
  kInterrupted = 5,      ///< a std::stop_token asked for an end
  kWouldOverwrite = 6,   ///< refused because something valuable lies there
  kOutOfSpace = 7,       ///< the disk is full
  kAccessDenied = 8,     ///< the system does not permit it
  kBusy = 9,             ///< another process uses it
  kSystem = 10,          ///< another failure of the operating system
  kMismatch = 11,        ///< two inputs do not belong together: a model and data of other symbols
  kEmpty = 12,           ///< nothing is left to work on
  kDiverged = 13,        ///< the numbers of a training left all bounds
};

/// "invalid_argument", "not_found" ...
std::string_view name(ErrorCode code) noexcept;

/// The code of a value of errno.
ErrorCode error_code_of(int system_error) noexcept;

/// What to do next, for front ends, which say it in their own terms: a command line by its options. Libraries name no
/// option of a program.
enum class Remedy : std::uint8_t {
  kNone = 0,
  kOtherSeed,       ///< another seed, or other settings of sampling
  kSample,          ///< draw symbols instead of taking the most probable one
  kOtherStart,      ///< begin from something else: a prompt, a random array
  kResume,          ///< the work was kept: go on with the same settings
  kBeginAnew,       ///< do not resume
  kInspect,         ///< look at what the file holds; `about` names the file or what to look with
  kScan,            ///< ask why each file of the folder was left out
  kTrain,           ///< train a model
  kNameModel,       ///< name a model file
  kStartFromModel,  ///< fine-tune: give a model to start from
  kDoNotStartFrom,  ///< train without a model to start from
  kLeaveOut,        ///< leave out the setting that `about` names
  kRemakeFilter,    ///< make the filter of known passages again, or delete it
  kUseProcessor,    ///< train on the processor
  kMeasureAll,      ///< measure every piece, whatever part it belongs to
  kAllowMemory,     ///< allow a model to take more memory
};

/// The code of an ErrorInfo. It has no default, so that no error goes without one.
class RequiredCode {
 public:
  constexpr RequiredCode(ErrorCode code) noexcept : code_(code) {}
  constexpr operator ErrorCode() const noexcept { return code_; }

 private:
  ErrorCode code_;
};

/// What an Error says. Only `message` and `code` are required.
struct ErrorInfo {
  std::string message;                    ///< what is wrong, a clause without a full stop
  std::string path{};                     ///< the file concerned, empty when there is none
  std::optional<std::uint64_t> offset{};  ///< byte offset in that file
  std::string hint{};                     ///< what the user can do, a sentence
  RequiredCode code;                      ///< its kind
  Remedy remedy = Remedy::kNone;          ///< beside or instead of `hint`
  std::string about{};  ///< what the error or its remedy is about: a setting, a label, a representation
};

/// Thrown by every module for everything that a caller can get wrong or that the world can do to it.
/// `what()` reads "PATH: at byte N: MESSAGE\nHINT" with absent parts left out.
class Error : public std::runtime_error {
 public:
  explicit Error(ErrorInfo info);
  Error(ErrorCode code, std::string message) : Error(ErrorInfo{.message = std::move(message), .code = code}) {}

  const ErrorInfo& info() const noexcept { return info_; }
  ErrorCode code() const noexcept { return info_.code; }

 private:
  ErrorInfo info_;
};

/// Thrown when a std::stop_token asked for an end (Ctrl-C) before the work was done. Whatever could be kept has been
/// kept.
class Interrupted : public Error {
 public:
  /// Its code is kInterrupted.
  explicit Interrupted(ErrorInfo info) : Error(interrupted(std::move(info))) {}
  /// Only a message. A template, so that a braced list always means an ErrorInfo.
  template <std::same_as<std::string> Text>
  explicit Interrupted(Text message)
      : Error(ErrorInfo{.message = std::move(message), .code = ErrorCode::kInterrupted}) {}
  explicit Interrupted(const char* message) : Interrupted(std::string(message)) {}

 private:
  static ErrorInfo interrupted(ErrorInfo info) {
    info.code = ErrorCode::kInterrupted;
    return info;
  }
};

}  // namespace continuo
