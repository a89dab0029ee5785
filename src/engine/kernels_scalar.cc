// The scalar kernels: plain loops, on every machine. They are the oracle of every faster kernel.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "engine/kernel_math.h"
#include "engine/kernel_sets.h"
#include "engine/kernels.h"

namespace continuo::engine {

bool kernels_that_ran[8];

namespace {

float start_of(const Affine& affine, Start start, std::size_t row, const float* y) noexcept {
  const float bias = row < affine.rows ? affine.bias[row] : 0.0F;
  if (start == Start::kBias) return bias;
  return start == Start::kAdd ? y[row] + bias : y[row];
}

void product(const Affine& affine, Start start, std::size_t streams, const float* x, std::size_t x_stride, float* y,
             std::size_t y_stride) noexcept {
  __atomic_store_n(&kernels_that_ran[static_cast<int>(InstructionSet::kScalar)], true, __ATOMIC_RELAXED);
  const auto* const weights = reinterpret_cast<const std::uint8_t*>(affine.panels);
  for (std::size_t stream = 0; stream < streams; ++stream, x += x_stride, y += y_stride) {
    for (std::size_t row = 0; row < affine.rows; ++row) {
      float sum = start_of(affine, start, row, y);
      if (affine.precision == Precision::kInt8) {
        const auto* const whole = reinterpret_cast<const std::int8_t*>(x + kBytesAt);
        std::int32_t dot = 0;
        for (std::size_t i = 0; i < affine.columns; ++i)
          dot += static_cast<std::int8_t>(weights[affine.offset(row, i)]) * whole[i];
        sum = std::fma(static_cast<float>(dot), x[0] * affine.scales[row], sum);
      } else {
        for (std::size_t i = 0; i < affine.columns; ++i) sum = std::fma(affine.weight(row, i), x[i], sum);
      }
      y[row] = sum;
    }
    for (std::size_t row = affine.rows; row < padded(affine.rows); ++row) y[row] = start_of(affine, start, row, y);
  }
}

void quantise(std::size_t size, const float* x, float* prepared) noexcept {
  float greatest = 0.0F;
  for (std::size_t i = 0; i < size; ++i) greatest = std::max(greatest, std::abs(x[i]));
  prepared[0] = greatest / 127.0F;
  const float inverse = greatest > 1e-30F ? 127.0F / greatest : 0.0F;
  auto* const whole = reinterpret_cast<std::int8_t*>(prepared + kBytesAt);
  constexpr float kRound = 12582912.0F;  // see kernel_math.h
  for (std::size_t i = 0; i < size; ++i)
    whole[i] = static_cast<std::int8_t>(scalar::clamp(x[i] * inverse, 127.0F) + kRound - kRound);
  for (std::size_t i = size; i % 4 != 0; ++i) whole[i] = 0;
}

void gate(std::size_t size, const float* pre, float* z) noexcept {
  for (std::size_t i = 0; i < size; ++i) z[i] = scalar::gated(pre[i], pre[size + i]);
}

void lstm_cell(std::size_t size, const float* pre, float* cell, float* hidden) noexcept {
  for (std::size_t i = 0; i < size; ++i) {
    const float kept = scalar::sigmoid(pre[size + i]) * cell[i];
    cell[i] = kept + scalar::gated(pre[2 * size + i], pre[i]);
    hidden[i] = scalar::gated(cell[i], pre[3 * size + i]);
  }
}

void gru_cell(std::size_t size, const float* from_input, const float* from_hidden, float* hidden) noexcept {
  for (std::size_t i = 0; i < size; ++i) {
    const float reset = scalar::sigmoid(from_input[i] + from_hidden[i]);
    const float update = scalar::sigmoid(from_input[size + i] + from_hidden[size + i]);
    const float candidate = scalar::tanh(std::fma(reset, from_hidden[2 * size + i], from_input[2 * size + i]));
    hidden[i] = std::fma(update, hidden[i] - candidate, candidate);
  }
}

void finish() noexcept {}

}  // namespace

const Kernels kScalarKernels = {InstructionSet::kScalar, product, product, quantise, gate, lstm_cell, gru_cell, finish};

}  // namespace continuo::engine
