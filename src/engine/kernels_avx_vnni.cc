// The kernels for AVX2 with AVX-VNNI: what most laptops have.
#include <immintrin.h>

#include "engine/kernel_sets.h"

namespace continuo::engine {
namespace {

constexpr int kSet = 3;         // InstructionSet::kAvxVnni
constexpr bool kBiased = true;  // products take bytes that are 128 greater

#include "engine/avx2.inc"

inline __attribute__((always_inline)) Ints dot(Ints sum, Ints x, const float* w) {
  return _mm256_dpbusd_avx_epi32(sum, x, bits(w));
}
inline __attribute__((always_inline)) void store_bytes(int8_t* p, Floats x, int n) {
  const __m128i words = words_of(_mm256_add_epi32(_mm256_cvtps_epi32(x), _mm256_set1_epi32(128)));
  store_eight(p, _mm_packus_epi16(words, words), n);
}

#include "engine/kernels.inc"

void finish() noexcept {}

}  // namespace

extern const Kernels kAvxVnniKernels;
const Kernels kAvxVnniKernels = {
    static_cast<InstructionSet>(kSet), product, product, quantise, gate, lstm_cell, gru_cell, finish};

}  // namespace continuo::engine
