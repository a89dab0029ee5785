// The kernels for AVX-512 F, BW, DQ, VL and VNNI.
#include <immintrin.h>

#include "engine/kernel_sets.h"

namespace continuo::engine {
namespace {

constexpr int kSet = 4;  // InstructionSet::kAvx512

#include "engine/avx512.inc"
#include "engine/kernels.inc"

void finish() noexcept {}

}  // namespace

extern const Kernels kAvx512Kernels;
const Kernels kAvx512Kernels = {
    static_cast<InstructionSet>(kSet), product, product, quantise, gate, lstm_cell, gru_cell, finish};

}  // namespace continuo::engine
