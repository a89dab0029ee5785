// Puts the parts of an Error into one readable text.
#include "continuo/base/error.h"

#include <cerrno>

namespace continuo {
namespace {

std::string compose_text(const ErrorInfo& info) {
  std::string text;
  if (!info.path.empty()) text += info.path + ": ";
  if (info.offset) text += "at byte " + std::to_string(*info.offset) + ": ";
  text += info.message;
  if (!info.hint.empty()) text += "\n" + info.hint;
  return text;
}

}  // namespace

std::string_view name(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::kUnspecified:
      return "unspecified";
    case ErrorCode::kInvalidArgument:
      return "invalid_argument";
    case ErrorCode::kNotFound:
      return "not_found";
    case ErrorCode::kDamaged:
      return "damaged";
    case ErrorCode::kUnsupported:
      return "unsupported";
    case ErrorCode::kInterrupted:
      return "interrupted";
    case ErrorCode::kWouldOverwrite:
      return "would_overwrite";
    case ErrorCode::kOutOfSpace:
      return "out_of_space";
    case ErrorCode::kAccessDenied:
      return "access_denied";
    case ErrorCode::kBusy:
      return "busy";
    case ErrorCode::kSystem:
      return "system";
    case ErrorCode::kMismatch:
      return "mismatch";
    case ErrorCode::kEmpty:
      return "empty";
    case ErrorCode::kDiverged:
      return "diverged";
  }
  return "unspecified";
}

ErrorCode error_code_of(int system_error) noexcept {
  switch (system_error) {
    case ENOENT:
    case ENOTDIR:
      return ErrorCode::kNotFound;
    case EACCES:
    case EPERM:
    case EROFS:
      return ErrorCode::kAccessDenied;
    case ENOSPC:
    case EDQUOT:
      return ErrorCode::kOutOfSpace;
    case EINVAL:
    case EISDIR:
    case ENAMETOOLONG:
      return ErrorCode::kInvalidArgument;
    case EBUSY:
    case ETXTBSY:
      return ErrorCode::kBusy;
    default:
      return ErrorCode::kSystem;
  }
}

Error::Error(ErrorInfo info) : std::runtime_error(compose_text(info)), info_(std::move(info)) {}

}  // namespace continuo
