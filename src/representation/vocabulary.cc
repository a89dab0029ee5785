// Vocabulary: names to symbols and back.
#include <utility>

#include "continuo/base/error.h"
#include "continuo/representation/representation.h"

namespace continuo::representation {

Vocabulary::Vocabulary(std::vector<std::string> names) : names_(std::move(names)) {
  constexpr std::size_t kMaxSymbols = 65'536;
  if (names_.size() > kMaxSymbols) {
    throw Error("a vocabulary of " + std::to_string(names_.size()) + " symbols is too large; at most 65,536 fit");
  }
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (!symbols_.emplace(names_[i], static_cast<Symbol>(i)).second) {
      throw Error("the symbol \"" + names_[i].substr(0, 60) + "\" occurs twice in a vocabulary");
    }
  }
}

std::optional<Symbol> Vocabulary::find(std::string_view name) const {
  const auto found = symbols_.find(name);
  if (found == symbols_.end()) return std::nullopt;
  return found->second;
}

}  // namespace continuo::representation
