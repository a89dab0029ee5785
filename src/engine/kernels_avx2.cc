// The kernels for AVX2 with FMA.
#include <immintrin.h>

#include "engine/kernel_sets.h"

namespace continuo::engine {
namespace {

constexpr int kSet = 2;  // InstructionSet::kAvx2
constexpr int kWidth = 8;
constexpr int kAtOnce = 64;
constexpr int kAtOnceOfMany = 32;
constexpr int kStreamsAtOnce = 2;
constexpr bool kBiased = false;

using Floats = __m256;
using Wholes = __m256i;

inline __attribute__((always_inline)) Floats load(const float* p) { return _mm256_loadu_ps(p); }
inline __attribute__((always_inline)) void store(float* p, Floats x) { _mm256_storeu_ps(p, x); }
inline __attribute__((always_inline)) __m256i first(int n) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
inline __attribute__((always_inline)) Floats load_some(const float* p, int n) {
  return _mm256_maskload_ps(p, first(n));
}
inline __attribute__((always_inline)) void store_some(float* p, Floats x, int n) {
  _mm256_maskstore_ps(p, first(n), x);
}
inline __attribute__((always_inline)) Floats all(float x) { return _mm256_set1_ps(x); }
inline __attribute__((always_inline)) Floats fma(Floats a, Floats b, Floats c) { return _mm256_fmadd_ps(a, b, c); }
inline __attribute__((always_inline)) Floats plus(Floats a, Floats b) { return _mm256_add_ps(a, b); }
inline __attribute__((always_inline)) Floats minus(Floats a, Floats b) { return _mm256_sub_ps(a, b); }
inline __attribute__((always_inline)) Floats times(Floats a, Floats b) { return _mm256_mul_ps(a, b); }
inline __attribute__((always_inline)) Floats over(Floats a, Floats b) { return _mm256_div_ps(a, b); }
inline __attribute__((always_inline)) Floats greater(Floats a, Floats b) { return _mm256_max_ps(a, b); }
inline __attribute__((always_inline)) Floats lesser(Floats a, Floats b) { return _mm256_min_ps(a, b); }
inline __attribute__((always_inline)) Floats magnitude(Floats a) { return _mm256_andnot_ps(_mm256_set1_ps(-0.0F), a); }
inline __attribute__((always_inline)) float greatest_of(Floats a) {
  __m128 m = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
  m = _mm_max_ps(m, _mm_movehl_ps(m, m));
  return _mm_cvtss_f32(_mm_max_ss(m, _mm_movehdup_ps(m)));
}
inline __attribute__((always_inline)) Floats raise(Floats series, Floats rounded) {
  return _mm256_castsi256_ps(
      _mm256_add_epi32(_mm256_castps_si256(series), _mm256_slli_epi32(_mm256_castps_si256(rounded), 23)));
}
inline __attribute__((always_inline)) __m256i bits(const float* p) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
}
inline __attribute__((always_inline)) Floats low_half(const float* p) {
  return _mm256_castsi256_ps(_mm256_slli_epi32(bits(p), 16));
}
inline __attribute__((always_inline)) Floats high_half(const float* p) {
  return _mm256_castsi256_ps(_mm256_and_si256(bits(p), _mm256_set1_epi32(static_cast<int>(0xFFFF0000U))));
}
inline __attribute__((always_inline)) Wholes all_wholes(int32_t x) { return _mm256_set1_epi32(x); }
inline __attribute__((always_inline)) Wholes load_wholes(const int32_t* p) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
}
/// The sign of x goes to w, so that pairs of products stay within 16 bits: 2 * 127 * 127 < 2^15.
inline __attribute__((always_inline)) Wholes dot(Wholes sum, Wholes x, const float* w) {
  const __m256i pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(x), _mm256_sign_epi8(bits(w), x));
  return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}
inline __attribute__((always_inline)) Floats to_floats(Wholes x) { return _mm256_cvtepi32_ps(x); }
inline __attribute__((always_inline)) void store_bytes(int8_t* p, Floats x, int n) {
  const __m256i whole = _mm256_cvtps_epi32(x);
  const __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(whole), _mm256_extracti128_si256(whole, 1));
  alignas(16) int8_t bytes[16];
  _mm_store_si128(reinterpret_cast<__m128i*>(bytes), _mm_packs_epi16(words, words));
  __builtin_memcpy(p, bytes, static_cast<size_t>(n));
}

#include "engine/kernels.inc"

}  // namespace

extern const Kernels kAvx2Kernels;
const Kernels kAvx2Kernels = {static_cast<InstructionSet>(kSet), product, quantise, gate, lstm_cell, gru_cell};

}  // namespace continuo::engine
