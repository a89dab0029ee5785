// Base64 (RFC 4648, section 4), for files that carry other files as text.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace continuo {

/// With padding, without line breaks.
std::string base64(std::span<const std::uint8_t> bytes);

}  // namespace continuo
