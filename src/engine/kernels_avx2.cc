// The kernels for AVX2 with FMA.
#include <immintrin.h>

#include "engine/kernel_sets.h"

namespace continuo::engine {
namespace {

constexpr int kSet = 2;  // InstructionSet::kAvx2
constexpr bool kBiased = false;

#include "engine/avx2.inc"

/// The sign of x goes to w, so that pairs of products stay within 16 bits: 2 * 127 * 127 < 2^15.
inline __attribute__((always_inline)) Ints dot(Ints sum, Ints x, const float* w) {
  const __m256i pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(x), _mm256_sign_epi8(bits(w), x));
  return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}
inline __attribute__((always_inline)) void store_bytes(int8_t* p, Floats x, int n) {
  const __m128i words = words_of(_mm256_cvtps_epi32(x));
  store_eight(p, _mm_packs_epi16(words, words), n);
}

#include "engine/kernels.inc"

void finish() noexcept {}

}  // namespace

extern const Kernels kAvx2Kernels;
const Kernels kAvx2Kernels = {
    static_cast<InstructionSet>(kSet), product, product, quantise, gate, lstm_cell, gru_cell, finish};

}  // namespace continuo::engine
