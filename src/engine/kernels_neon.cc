// The kernels for NEON, which every 64-bit ARM has.
#include <arm_neon.h>

#include "engine/kernel_sets.h"

namespace continuo::engine {
namespace {

constexpr int kSet = 5;  // InstructionSet::kNeon

#include "engine/neon.inc"

inline __attribute__((always_inline)) Ints dot(Ints sum, Ints x, const float* w) {
  const int8x16_t a = bytes_of(x), b = bytes_at(w);
  const int32x4_t low = vpaddlq_s16(vmull_s8(vget_low_s8(a), vget_low_s8(b)));
  const int32x4_t high = vpaddlq_s16(vmull_high_s8(a, b));
  return vaddq_s32(sum, vpaddq_s32(low, high));
}

#include "engine/kernels.inc"

void finish() noexcept {}

}  // namespace

extern const Kernels kNeonKernels;
const Kernels kNeonKernels = {
    static_cast<InstructionSet>(kSet), product, product, quantise, gate, lstm_cell, gru_cell, finish};

}  // namespace continuo::engine
