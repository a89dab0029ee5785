// What the structure-aware mutators share: draws, numbers that lie, and JSON with something changed in it.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "continuo/base/random.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace continuo::fuzz {

using Json = nlohmann::ordered_json;
using Bytes = std::vector<std::uint8_t>;

inline bool one_in(Random& random, std::uint64_t n) { return random.below(n) == 0; }

template <class Range>
auto& any_of(Random& random, Range&& range) {
  return *std::next(std::begin(range), static_cast<std::ptrdiff_t>(random.below(std::size(range))));
}

/// A number near `value`, or one at which code goes wrong.
inline std::uint64_t lie(Random& random, std::uint64_t value) {
  static constexpr std::array<std::uint64_t, 16> kOdd = {0,
                                                         1,
                                                         2,
                                                         3,
                                                         7,
                                                         8,
                                                         255,
                                                         65'535,
                                                         65'536,
                                                         std::uint64_t{1} << 31,
                                                         (std::uint64_t{1} << 32) - 1,
                                                         std::uint64_t{1} << 32,
                                                         std::uint64_t{1} << 53,
                                                         (std::uint64_t{1} << 63) - 1,
                                                         std::uint64_t{1} << 63,
                                                         ~std::uint64_t{0}};
  switch (random.below(6)) {
    case 0:
      return any_of(random, kOdd);
    case 1:
      return value + 1;
    case 2:
      return value - 1;
    case 3:
      return value * 2;
    case 4:
      return value ^ std::uint64_t{1} << random.below(64);
    default:
      return value + random.below(64) - 32;
  }
}

/// Overwrites the number of type T at `at`, if there is one.
template <class T>
void lie_at(Random& random, Bytes& bytes, std::size_t at) {
  if (at + sizeof(T) > bytes.size()) return;
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  value = static_cast<T>(lie(random, value));
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

inline Json odd_value(Random& random) {
  switch (random.below(8)) {
    case 0:
      return nullptr;
    case 1:
      return random.below(2) == 0;
    case 2:
      return -1;
    case 3:
      return 1e300;
    case 4:
      return 0.5;
    case 5:
      return Json::array();
    case 6:
      return Json::object();
    default:
      return lie(random, random.below(300));
  }
}

/// Changes one thing somewhere in `value`; strings become one of `words` now and then.
inline void mutate(Random& random, Json& value, std::span<const std::string> words, int depth = 0) {
  if (value.is_structured() && !value.empty() && depth < 8 && !one_in(random, 4)) {
    mutate(random, any_of(random, value), words, depth + 1);
    return;
  }
  if (one_in(random, 12)) {
    value = odd_value(random);
  } else if (value.is_object()) {
    if (value.empty() || one_in(random, 3)) {
      value[any_of(random, words)] = value.empty() || one_in(random, 3) ? odd_value(random) : any_of(random, value);
    } else {
      auto victim = value.begin();
      std::advance(victim, static_cast<std::ptrdiff_t>(random.below(value.size())));
      value.erase(victim);
    }
  } else if (value.is_array()) {
    const bool empty = value.empty();
    if (empty || (one_in(random, 2) && value.size() < 300))
      value.push_back(empty ? odd_value(random) : Json(any_of(random, value)));
    else
      value.erase(random.below(value.size()));
  } else if (value.is_number_integer()) {
    value = lie(random, value.get<std::uint64_t>());
  } else if (value.is_string()) {
    std::string text = value.get<std::string>();
    if (text.empty() || one_in(random, 2))
      text = any_of(random, words);
    else
      text[random.below(text.size())] = static_cast<char>(random.below(256));
    value = text;
  } else {
    value = odd_value(random);
  }
}

/// JSON as text, also where a string of it is no UTF-8.
inline std::string text_of(const Json& value) {
  return value.dump(-1, ' ', false, nlohmann::detail::error_handler_t::ignore);
}

/// Copies as much of `bytes` as there is room for.
inline std::size_t give(const Bytes& bytes, std::uint8_t* data, std::size_t max_size) {
  const std::size_t size = std::min(bytes.size(), max_size);
  std::copy_n(bytes.begin(), size, data);
  return size;
}

}  // namespace continuo::fuzz
