// Puts the parts of an Error into one readable text.
#include "continuo/base/error.h"

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

Error::Error(ErrorInfo info) : std::runtime_error(compose_text(info)), info_(std::move(info)) {}

}  // namespace continuo
