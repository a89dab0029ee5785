// XXH3 by xxHash, whose header is the whole of it here: the library has one dependency less.
#include "continuo/base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <array>
#include <new>

namespace continuo {

namespace {

std::string in_digits(const XXH128_hash_t& hash) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, hash);
  static constexpr std::array<char, 17> kDigits{"0123456789abcdef"};
  std::string text;
  for (const unsigned char byte : canonical.digest) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace

std::string content_hash(std::span<const std::uint8_t> bytes) {
  return in_digits(XXH3_128bits(bytes.data(), bytes.size()));
}

std::string content_hash(std::string_view text) {
  return content_hash(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

struct ContentHasher::State {
  struct Free {
    void operator()(XXH3_state_t* state) const noexcept { XXH3_freeState(state); }
  };
  std::unique_ptr<XXH3_state_t, Free> xxh{XXH3_createState()};
  State() {
    if (xxh == nullptr) throw std::bad_alloc();
    XXH3_128bits_reset(xxh.get());
  }
};

ContentHasher::ContentHasher() : state_(std::make_unique<State>()) {}
ContentHasher::~ContentHasher() = default;
ContentHasher::ContentHasher(ContentHasher&&) noexcept = default;
ContentHasher& ContentHasher::operator=(ContentHasher&&) noexcept = default;

void ContentHasher::add(std::span<const std::uint8_t> bytes) {
  XXH3_128bits_update(state_->xxh.get(), bytes.data(), bytes.size());
}

std::string ContentHasher::digits() const { return in_digits(XXH3_128bits_digest(state_->xxh.get())); }

}  // namespace continuo
