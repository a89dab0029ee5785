// The kernels for AVX-512 F, BW, DQ, VL and VNNI.
#include <immintrin.h>

#include "engine/kernel_sets.h"

namespace continuo::engine {
namespace {

constexpr int kSet = 4;  // InstructionSet::kAvx512
constexpr int kWidth = 16;
constexpr int kAtOnce = 128;       // rows that one stream sums at once
constexpr int kAtOnceOfMany = 64;  // the same of several streams
constexpr int kStreamsAtOnce = 4;
constexpr bool kBiased = true;  // products take bytes that are 128 greater

using Floats = __m512;
using Wholes = __m512i;

inline __attribute__((always_inline)) Floats load(const float* p) { return _mm512_loadu_ps(p); }
inline __attribute__((always_inline)) void store(float* p, Floats x) { _mm512_storeu_ps(p, x); }
inline __attribute__((always_inline)) Floats load_some(const float* p, int n) {
  return _mm512_maskz_loadu_ps(static_cast<__mmask16>((1U << n) - 1U), p);
}
inline __attribute__((always_inline)) void store_some(float* p, Floats x, int n) {
  _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1U << n) - 1U), x);
}
inline __attribute__((always_inline)) Floats all(float x) { return _mm512_set1_ps(x); }
inline __attribute__((always_inline)) Floats fma(Floats a, Floats b, Floats c) { return _mm512_fmadd_ps(a, b, c); }
inline __attribute__((always_inline)) Floats plus(Floats a, Floats b) { return _mm512_add_ps(a, b); }
inline __attribute__((always_inline)) Floats minus(Floats a, Floats b) { return _mm512_sub_ps(a, b); }
inline __attribute__((always_inline)) Floats times(Floats a, Floats b) { return _mm512_mul_ps(a, b); }
inline __attribute__((always_inline)) Floats over(Floats a, Floats b) { return _mm512_div_ps(a, b); }
inline __attribute__((always_inline)) Floats greater(Floats a, Floats b) { return _mm512_max_ps(a, b); }
inline __attribute__((always_inline)) Floats lesser(Floats a, Floats b) { return _mm512_min_ps(a, b); }
inline __attribute__((always_inline)) Floats magnitude(Floats a) { return _mm512_abs_ps(a); }
inline __attribute__((always_inline)) float greatest_of(Floats a) { return _mm512_reduce_max_ps(a); }
/// series * 2^n, n in the low bits of `rounded`.
inline __attribute__((always_inline)) Floats raise(Floats series, Floats rounded) {
  return _mm512_castsi512_ps(
      _mm512_add_epi32(_mm512_castps_si512(series), _mm512_slli_epi32(_mm512_castps_si512(rounded), 23)));
}
inline __attribute__((always_inline)) Floats low_half(const float* p) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_loadu_si512(p), 16));
}
inline __attribute__((always_inline)) Floats high_half(const float* p) {
  return _mm512_castsi512_ps(_mm512_and_si512(_mm512_loadu_si512(p), _mm512_set1_epi32(static_cast<int>(0xFFFF0000U))));
}
inline __attribute__((always_inline)) Wholes load_wholes(const int32_t* p) { return _mm512_loadu_si512(p); }
inline __attribute__((always_inline)) Wholes all_wholes(int32_t x) { return _mm512_set1_epi32(x); }
inline __attribute__((always_inline)) Wholes dot(Wholes sum, Wholes x, const float* w) {
  return _mm512_dpbusd_epi32(sum, x, _mm512_loadu_si512(w));
}
inline __attribute__((always_inline)) Floats to_floats(Wholes x) { return _mm512_cvtepi32_ps(x); }
/// Nearest whole numbers as bytes.
inline __attribute__((always_inline)) void store_bytes(int8_t* p, Floats x, int n) {
  const __m512i whole = _mm512_add_epi32(_mm512_cvtps_epi32(x), _mm512_set1_epi32(128));
  if (n == kWidth)  // a product reads this at once, and what is stored under a mask is not forwarded to it
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm512_cvtepi32_epi8(whole));
  else
    _mm512_mask_cvtepi32_storeu_epi8(p, static_cast<__mmask16>((1U << n) - 1U), whole);
}

#include "engine/kernels.inc"

}  // namespace

extern const Kernels kAvx512Kernels;
const Kernels kAvx512Kernels = {static_cast<InstructionSet>(kSet), product, quantise, gate, lstm_cell, gru_cell};

}  // namespace continuo::engine
