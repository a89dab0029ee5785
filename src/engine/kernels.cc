// Plain loops of fixed width that a compiler turns into vector code without changing any result.
#include "engine/kernels.h"

#include <bit>
#include <cstdint>

namespace continuo::engine {
namespace {

template <bool kAdd>
void multiply(const Affine& affine, const float* __restrict x, float* __restrict y) noexcept {
  const float* __restrict panel = affine.panels;
  for (std::size_t row = 0; row < affine.rows; row += kLanes) {
    float sum[kLanes];
    for (std::size_t lane = 0; lane < kLanes; ++lane) sum[lane] = affine.bias[row + lane];
    for (std::size_t column = 0; column < affine.columns; ++column, panel += kLanes) {
      const float value = x[column];
      for (std::size_t lane = 0; lane < kLanes; ++lane) sum[lane] += panel[lane] * value;
    }
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      if constexpr (kAdd)
        y[row + lane] += sum[lane];
      else
        y[row + lane] = sum[lane];
    }
  }
}

/// e^x for x in [-87, 87], relative error below 2e-7: 2^n times the Taylor series of e^r, |r| <= ln(2)/2.
inline float exponential(float x) noexcept {
  constexpr float kLog2E = 1.44269504F;
  constexpr float kLn2High = 0.693359375F;  // ln 2 in two parts (Cody and Waite), so that n ln 2 is subtracted exactly
  constexpr float kLn2Low = -2.12194440e-4F;
  constexpr float kRound = 12582912.0F;  // 1.5 * 2^23: adding it rounds to the nearest whole number
  const float rounded = x * kLog2E + kRound;
  const float n = rounded - kRound;
  const float r = (x - n * kLn2High) - n * kLn2Low;
  float series = 1.0F / 5040.0F;
  series = series * r + 1.0F / 720.0F;
  series = series * r + 1.0F / 120.0F;
  series = series * r + 1.0F / 24.0F;
  series = series * r + 1.0F / 6.0F;
  series = series * r + 0.5F;
  series = series * r + 1.0F;
  series = series * r + 1.0F;
  // The low bits of `rounded` hold n: moved up they add to the exponent.
  const std::uint32_t power = std::bit_cast<std::uint32_t>(rounded) << 23U;
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(series) + power);
}

inline float clamp(float x, float limit) noexcept {
  const float low = x < -limit ? -limit : x;
  return low > limit ? limit : low;
}

inline float sigmoid_inline(float x) noexcept { return 1.0F / (1.0F + exponential(-clamp(x, 80.0F))); }
inline float tanh_inline(float x) noexcept { return 1.0F - 2.0F / (1.0F + exponential(clamp(2.0F * x, 80.0F))); }

}  // namespace

Affine pack_affine(Arena& arena, const weights::ModelFile& file, const std::string& name) {
  const weights::Tensor& weight = file.tensor(name + ".weight");
  const weights::Tensor& bias = file.tensor(name + ".bias");
  const auto rows = static_cast<std::size_t>(weight.shape.at(0));
  const auto columns = static_cast<std::size_t>(weight.shape.at(1));
  return pack_affine(
      arena, rows, columns, [&](std::size_t row, std::size_t column) { return weight.values[row * columns + column]; },
      [&](std::size_t row) { return bias.values[row]; });
}

const float* pack_values(Arena& arena, const weights::ModelFile& file, const std::string& name) {
  const std::span<const float> values = file.tensor(name).values;
  float* const copy = arena.take(values.size());
  if (copy != nullptr)
    for (std::size_t i = 0; i < values.size(); ++i) copy[i] = values[i];
  return copy;
}

void assign(const Affine& affine, const float* x, float* y) noexcept { multiply<false>(affine, x, y); }
void add(const Affine& affine, const float* x, float* y) noexcept { multiply<true>(affine, x, y); }

void add(std::size_t size, const float* __restrict x, float* __restrict y) noexcept {
  for (std::size_t i = 0; i < size; ++i) y[i] += x[i];
}

void relu(std::size_t size, float* x) noexcept {
  for (std::size_t i = 0; i < size; ++i) x[i] = x[i] > 0.0F ? x[i] : 0.0F;
}

void gate(std::size_t size, const float* __restrict pre, float* __restrict z) noexcept {
  for (std::size_t i = 0; i < size; ++i) z[i] = tanh_inline(pre[i]) * sigmoid_inline(pre[size + i]);
}

void lstm_cell(std::size_t size, const float* __restrict pre, float* __restrict cell,
               float* __restrict hidden) noexcept {
  for (std::size_t i = 0; i < size; ++i) {
    const float input = sigmoid_inline(pre[i]);
    const float forget = sigmoid_inline(pre[size + i]);
    const float candidate = tanh_inline(pre[2 * size + i]);
    const float output = sigmoid_inline(pre[3 * size + i]);
    cell[i] = forget * cell[i] + input * candidate;
    hidden[i] = output * tanh_inline(cell[i]);
  }
}

float sigmoid(float x) noexcept { return sigmoid_inline(x); }
float tanh(float x) noexcept { return tanh_inline(x); }

}  // namespace continuo::engine
