// Rounding to bfloat16 and to rows of whole numbers, without a bit that depends on the machine.
#include "continuo/weights/precision.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace continuo::weights {
namespace {

constexpr std::array<std::string_view, 3> kNames = {"fp32", "bf16", "int8"};
constexpr float kGreatestWhole = 127.0F;
constexpr float kNothing = 0x1p-100F;
constexpr float kMaxScale = 0x1p120F;  // 127 times it is finite

}  // namespace

std::string_view name(Precision precision) noexcept { return kNames[static_cast<std::size_t>(precision)]; }

std::optional<Precision> precision_from(std::string_view name) noexcept {
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == name) return static_cast<Precision>(i);
  return std::nullopt;
}

std::vector<std::string> precision_names() { return {kNames.begin(), kNames.end()}; }

std::uint16_t to_bf16(float value) noexcept {
  constexpr std::uint32_t kLargest = 0x7F7F;
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t magnitude = bits & 0x7FFF'FFFFU;
  const std::uint32_t rounded = (magnitude + 0x7FFFU + (magnitude >> 16U & 1U)) >> 16U;
  return static_cast<std::uint16_t>((bits >> 31U) << 15U | std::min(rounded, kLargest));
}

float row_scale(float greatest) noexcept {
  if (!(greatest >= kNothing)) return 0.0F;
  constexpr std::uint32_t kDropped = 0x7F;  // bits of the 24 that are not kept
  const auto bits = std::bit_cast<std::uint32_t>(greatest / kGreatestWhole);
  return std::min(std::bit_cast<float>((bits + kDropped) & ~kDropped), kMaxScale);
}

std::int8_t quantise(float value, float scale) noexcept {
  if (scale == 0.0F) return 0;
  return static_cast<std::int8_t>(std::clamp(std::nearbyint(value / scale), -kGreatestWhole, kGreatestWhole));
}

}  // namespace continuo::weights
