// Vocabulary: names to symbols and back.
#include <algorithm>
#include <utility>

#include "continuo/base/error.h"
#include "continuo/representation/representation.h"

namespace continuo::representation {

Vocabulary::Vocabulary(std::vector<NamedSymbol> symbols) {
  constexpr std::size_t kMaxSymbols = 65'536;
  if (symbols.size() > kMaxSymbols) {
    throw Error(ErrorCode::kInvalidArgument,
                "a vocabulary of " + std::to_string(symbols.size()) + " symbols is too large; at most 65,536 fit");
  }
  names_.reserve(symbols.size());
  meanings_.reserve(symbols.size());
  for (NamedSymbol& symbol : symbols) {
    if (!symbols_.emplace(symbol.name, static_cast<Symbol>(names_.size())).second) {
      throw Error(ErrorCode::kInvalidArgument,
                  "the symbol \"" + symbol.name.substr(0, 60) + "\" occurs twice in a vocabulary");
    }
    names_.push_back(std::move(symbol.name));
    meanings_.push_back(symbol.meaning);
  }
}

std::optional<Symbol> Vocabulary::find(std::string_view name) const {
  const auto found = symbols_.find(name);
  if (found == symbols_.end()) return std::nullopt;
  return found->second;
}

bool Vocabulary::has(SymbolKind kind) const noexcept {
  return std::any_of(meanings_.begin(), meanings_.end(),
                     [kind](SymbolMeaning meaning) { return meaning.kind == kind; });
}

}  // namespace continuo::representation
