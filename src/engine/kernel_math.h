// exp, tanh and the logistic function of single values. The vector kernels do the same operations in the same order.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace continuo::engine::scalar {

/// e^x for x in [-87, 87], relative error below 2e-7: 2^n times the Taylor series of e^r, |r| <= ln(2)/2.
inline float exponential(float x) noexcept {
  constexpr float kLog2E = 1.44269504F;
  constexpr float kLn2High = 0.693359375F;  // ln 2 in two parts (Cody and Waite), so that n ln 2 is subtracted exactly
  constexpr float kLn2Low = -2.12194440e-4F;
  constexpr float kRound = 12582912.0F;  // 1.5 * 2^23: adding it rounds to the nearest whole number
  const float rounded = std::fma(x, kLog2E, kRound);
  const float n = rounded - kRound;
  const float r = std::fma(n, -kLn2Low, std::fma(n, -kLn2High, x));
  float series = 1.0F / 5040.0F;
  series = std::fma(series, r, 1.0F / 720.0F);
  series = std::fma(series, r, 1.0F / 120.0F);
  series = std::fma(series, r, 1.0F / 24.0F);
  series = std::fma(series, r, 1.0F / 6.0F);
  series = std::fma(series, r, 0.5F);
  series = std::fma(series, r, 1.0F);
  series = std::fma(series, r, 1.0F);
  // The low bits of `rounded` hold n: moved up they add to the exponent.
  const std::uint32_t power = std::bit_cast<std::uint32_t>(rounded) << 23U;
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(series) + power);
}

inline float clamp(float x, float limit) noexcept {
  const float low = x > -limit ? x : -limit;
  return low < limit ? low : limit;
}

inline float sigmoid(float x) noexcept { return 1.0F / (1.0F + exponential(-clamp(x, 80.0F))); }
inline float tanh(float x) noexcept { return 1.0F - 2.0F / (1.0F + exponential(clamp(2.0F * x, 80.0F))); }

/// tanh(a) * sigmoid(b) with one division; within 4e-7.
inline float gated(float a, float b) noexcept {
  const float u = exponential(clamp(2.0F * a, 40.0F));
  const float v = exponential(-clamp(b, 40.0F));
  return (u - 1.0F) / ((u + 1.0F) * (v + 1.0F));
}

}  // namespace continuo::engine::scalar
