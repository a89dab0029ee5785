// Precision: in what form the values of a model are kept, in its file and in the engine, and how they are rounded.
#pragma once

#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace continuo::weights {

enum class Precision : int {
  kFp32,
  kBf16,  ///< bfloat16: the upper half of a float's bits
  kInt8,  ///< whole numbers from -127 to 127 times a scale for each row
};

std::string_view name(Precision precision) noexcept;  ///< "fp32", "bf16", "int8"
/// Nothing for other names.
std::optional<Precision> precision_from(std::string_view name) noexcept;
std::vector<std::string> precision_names();

/// The nearest bfloat16, ties to even; what would round to infinity becomes the largest finite one.
std::uint16_t to_bf16(float value) noexcept;
inline float from_bf16(std::uint16_t bits) noexcept {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16U);
}

// Int8. A row w becomes whole numbers q with w ~ scale * q, |q| <= 127. The scale has 17 significant bits, so every
// scale * q is exact, and rounding such a row again gives the same scale and the same q: a model that was rounded when
// it was saved and one that is rounded when it is loaded are the same numbers.

/// Scale of a row whose greatest magnitude is `greatest` (finite, not negative): greatest / 127, rounded up to 17
/// significant bits. 0 for a row that is nothing (below 2^-100); its q are 0.
float row_scale(float greatest) noexcept;
/// value / scale to the nearest whole number, ties to even; 0 when the scale is 0.
std::int8_t quantise(float value, float scale) noexcept;

}  // namespace continuo::weights
