// Outputs of a network that are numbers.
#pragma once

#include <bit>
#include <cstdint>
#include <span>

#include "continuo/base/error.h"

namespace continuo::engine {

/// Throws Error (kDamaged) where a logit or a value of a frame is infinite or no number. Costs far less than a step.
inline void check_finite(std::span<const float> output) {
  constexpr std::uint32_t kExponent = 0x7f80'0000U;  // all ones: infinite or no number
  std::uint32_t others = 0;                          // counted, which a processor does for several at once
  for (const float value : output) others += (std::bit_cast<std::uint32_t>(value) & kExponent) == kExponent ? 1U : 0U;
  if (others == 0) return;
  throw Error({.message = "the network predicts values that are not finite",
               .hint = "Its training has diverged or the model file is damaged; use another model.",
               .code = ErrorCode::kDamaged});
}

}  // namespace continuo::engine
