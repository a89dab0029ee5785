// Enumerations whose values have names in files and on command lines.
//
//   enum class Block : std::uint8_t { kStandard, kPaper };
//   template <> inline constexpr auto kNamesOf<Block> = std::to_array<std::string_view>({"standard", "paper"});
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace continuo {

/// The names of an enumeration, in the order of its values, which count from 0 without a gap.
template <class E>
inline constexpr std::nullptr_t kNamesOf = nullptr;

template <class E>
concept Named = requires {
  kNamesOf<E>.size();
};

/// Ends with a 0, as the literal that it is.
template <Named E>
constexpr std::string_view name_of(E value) noexcept {
  return kNamesOf<E>[static_cast<std::size_t>(value)];
}

/// Nothing for a name that no value has.
template <Named E>
constexpr std::optional<E> value_named(std::string_view name) noexcept {
  for (std::size_t i = 0; i < kNamesOf<E>.size(); ++i)
    if (kNamesOf<E>[i] == name) return static_cast<E>(i);
  return std::nullopt;
}

}  // namespace continuo
