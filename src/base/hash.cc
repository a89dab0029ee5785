// XXH3 through the xxHash library.
#include "continuo/base/hash.h"

#include <xxhash.h>

#include <array>

namespace continuo {

std::string content_hash(std::span<const std::uint8_t> bytes) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes.data(), bytes.size()));
  static constexpr std::array<char, 17> kDigits{"0123456789abcdef"};
  std::string text;
  for (const unsigned char byte : canonical.digest) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string content_hash(std::string_view text) {
  return content_hash(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

}  // namespace continuo
