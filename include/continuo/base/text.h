// Bytes of unknown origin as UTF-8.
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

}  // namespace continuo
