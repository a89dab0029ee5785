// Text of unknown origin: as UTF-8, and how deep its JSON nests.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace continuo {

/// Bytes of the UTF-8 sequence that begins at `at` (below text.size()), 0 when it is none (RFC 3629: no overlong form,
/// no surrogate, nothing past U+10FFFF).
std::size_t utf8_length(std::string_view text, std::size_t at) noexcept;

bool is_utf8(std::string_view text) noexcept;

std::string from_latin1(std::string_view bytes);

/// For terminals: UTF-8 in which control characters and bytes that are no UTF-8 are written as \x1b, so that names from
/// files cannot command the terminal. With `lines`, line feeds stay.
std::string shown(std::string_view text, bool lines = false);

/// How deep brackets and braces nest in JSON text, those in its strings left out; text that is no JSON has some depth,
/// too. Readers of JSON from strangers ask before they parse: deep nesting exhausts the stack of what walks it.
std::size_t json_depth(std::string_view text) noexcept;

/// The deepest JSON that Continuo reads: its own files have at most 8 levels.
inline constexpr std::size_t kMaxJsonDepth = 64;

}  // namespace continuo
