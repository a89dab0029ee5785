// Content hashes (XXH3, 128 bits) that name cached data.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace continuo {

/// 128-bit XXH3 of the bytes as 32 lower-case hexadecimal digits. Not cryptographic.
std::string content_hash(std::span<const std::uint8_t> bytes);
std::string content_hash(std::string_view text);

/// The same for bytes that pass by in blocks. Movable.
class ContentHasher {
 public:
  ContentHasher();
  ~ContentHasher();
  ContentHasher(ContentHasher&&) noexcept;
  ContentHasher& operator=(ContentHasher&&) noexcept;

  void add(std::span<const std::uint8_t> bytes);
  std::string digits() const;  ///< content_hash() of all bytes so far

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace continuo
