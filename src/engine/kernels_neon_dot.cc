// The kernels for NEON with its dot products of bytes (SDOT, optional from ARMv8.2 on).
#include <arm_neon.h>

#include "engine/kernel_sets.h"

namespace continuo::engine {
namespace {

constexpr int kSet = 6;  // InstructionSet::kNeonDot

#include "engine/neon.inc"

inline __attribute__((always_inline)) Ints dot(Ints sum, Ints x, const float* w) {
  return vdotq_s32(sum, bytes_of(x), bytes_at(w));
}

#include "engine/kernels.inc"

void finish() noexcept {}

}  // namespace

extern const Kernels kNeonDotKernels;
const Kernels kNeonDotKernels = {
    static_cast<InstructionSet>(kSet), product, product, quantise, gate, lstm_cell, gru_cell, finish};

}  // namespace continuo::engine
