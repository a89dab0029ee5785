// Loops that do nothing but load, or nothing but multiply and add, one function for each instruction set.
#include "continuo/workbench/roofline.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace continuo::workbench {
namespace {

using engine::InstructionSet;
using engine::Precision;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kLine = 64;             // bytes of a cache line
constexpr std::size_t kBytesARun = 8U << 20;  // read between two looks at the clock
constexpr std::size_t kRoundsARun = 20'000;   // of 16 multiply-adds on vectors
constexpr double kSecondsAMeasurement = 4e-3;

struct Loops {
  std::uint64_t (*read)(const std::uint8_t* data, std::size_t bytes);  ///< bytes: a multiple of 8 lines
  std::uint64_t (*multiply)(std::size_t rounds);                       ///< 16 vectors a round
  double multiply_adds_a_round;
};

#if defined(__x86_64__)

__attribute__((target("avx512f"))) std::uint64_t read_avx512(const std::uint8_t* data, std::size_t bytes) {
  __m512i sums[8];
  for (auto& sum : sums) sum = _mm512_setzero_si512();
  for (std::size_t i = 0; i < bytes; i += 8 * kLine)
    for (std::size_t k = 0; k < 8; ++k) sums[k] = _mm512_xor_si512(sums[k], _mm512_load_si512(data + i + k * kLine));
  __m512i sum = sums[0];
  for (std::size_t k = 1; k < 8; ++k) sum = _mm512_xor_si512(sum, sums[k]);
  alignas(kLine) std::uint64_t words[8];
  _mm512_store_si512(words, sum);
  return words[0] ^ words[7];
}

__attribute__((target("avx512f"))) std::uint64_t multiply_avx512(std::size_t rounds) {
  __m512 sums[16];
  for (int k = 0; k < 16; ++k) sums[k] = _mm512_set1_ps(static_cast<float>(k));
  const __m512 a = _mm512_set1_ps(0.999F);
  const __m512 b = _mm512_set1_ps(0.001F);
  for (std::size_t i = 0; i < rounds; ++i)
    for (auto& sum : sums) sum = _mm512_fmadd_ps(sum, a, b);
  __m512 total = sums[0];
  for (int k = 1; k < 16; ++k) total = _mm512_add_ps(total, sums[k]);
  return static_cast<std::uint64_t>(_mm512_cvtss_f32(total));
}

__attribute__((target("avx512f,avx512vnni"))) std::uint64_t dot_avx512(std::size_t rounds) {
  __m512i sums[16];
  for (int k = 0; k < 16; ++k) sums[k] = _mm512_set1_epi32(k);
  const __m512i a = _mm512_set1_epi32(0x01020304);
  for (std::size_t i = 0; i < rounds; ++i)
    for (auto& sum : sums) sum = _mm512_dpbusd_epi32(sum, a, a);
  __m512i total = sums[0];
  for (int k = 1; k < 16; ++k) total = _mm512_xor_si512(total, sums[k]);
  alignas(kLine) std::uint64_t words[8];
  _mm512_store_si512(words, total);
  return words[0] ^ words[7];
}

__attribute__((target("avx2"))) std::uint64_t read_avx2(const std::uint8_t* data, std::size_t bytes) {
  __m256i sums[8];
  for (auto& sum : sums) sum = _mm256_setzero_si256();
  for (std::size_t i = 0; i < bytes; i += 4 * kLine)
    for (std::size_t k = 0; k < 8; ++k)
      sums[k] = _mm256_xor_si256(sums[k],
                                 _mm256_load_si256(reinterpret_cast<const __m256i*>(data + i + k * sizeof(__m256i))));
  __m256i sum = sums[0];
  for (std::size_t k = 1; k < 8; ++k) sum = _mm256_xor_si256(sum, sums[k]);
  return static_cast<std::uint64_t>(_mm256_extract_epi64(sum, 0) ^ _mm256_extract_epi64(sum, 3));
}

__attribute__((target("avx2,fma"))) std::uint64_t multiply_avx2(std::size_t rounds) {
  __m256 sums[12];  // of the 16 registers
  for (int k = 0; k < 12; ++k) sums[k] = _mm256_set1_ps(static_cast<float>(k));
  const __m256 a = _mm256_set1_ps(0.999F);
  const __m256 b = _mm256_set1_ps(0.001F);
  for (std::size_t i = 0; i < rounds; ++i)
    for (auto& sum : sums) sum = _mm256_fmadd_ps(sum, a, b);
  __m256 total = sums[0];
  for (int k = 1; k < 12; ++k) total = _mm256_add_ps(total, sums[k]);
  return static_cast<std::uint64_t>(_mm256_cvtss_f32(total));
}

/// AVX2 has no dot product of bytes that accumulates: pairs of bytes, pairs of sums, then the addition.
__attribute__((target("avx2"))) std::uint64_t dot_avx2(std::size_t rounds) {
  __m256i sums[12];
  for (int k = 0; k < 12; ++k) sums[k] = _mm256_set1_epi32(k);
  const __m256i a = _mm256_set1_epi32(0x01020304);
  const __m256i ones = _mm256_set1_epi16(1);
  for (std::size_t i = 0; i < rounds; ++i)
    for (auto& sum : sums)
      sum = _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_maddubs_epi16(_mm256_xor_si256(a, sum), a), ones));
  __m256i total = sums[0];
  for (int k = 1; k < 12; ++k) total = _mm256_xor_si256(total, sums[k]);
  return static_cast<std::uint64_t>(_mm256_extract_epi64(total, 0));
}

__attribute__((target("avx2,avxvnni"))) std::uint64_t dot_avx_vnni(std::size_t rounds) {
  __m256i sums[12];
  for (int k = 0; k < 12; ++k) sums[k] = _mm256_set1_epi32(k);
  const __m256i a = _mm256_set1_epi32(0x01020304);
  for (std::size_t i = 0; i < rounds; ++i)
    for (auto& sum : sums) sum = _mm256_dpbusd_avx_epi32(sum, a, a);
  __m256i total = sums[0];
  for (int k = 1; k < 12; ++k) total = _mm256_xor_si256(total, sums[k]);
  return static_cast<std::uint64_t>(_mm256_extract_epi64(total, 0));
}

#if defined(__linux__)
/// Four sums, as the engine has them. Only where the instruction set is available: the process must have asked.
__attribute__((target("amx-tile,amx-int8"))) std::uint64_t dot_amx(std::size_t rounds) {
  struct alignas(kLine) {
    std::uint8_t palette = 1;
    std::uint8_t start = 0;
    std::uint8_t reserved[14] = {};
    std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
    std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
  } shapes;
  _tile_loadconfig(&shapes);
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  _tile_zero(4);
  _tile_zero(5);
  for (std::size_t i = 0; i < rounds; ++i) {
    _tile_dpbusd(0, 4, 5);
    _tile_dpbusd(1, 4, 5);
    _tile_dpbusd(2, 4, 5);
    _tile_dpbusd(3, 4, 5);
  }
  alignas(kLine) std::uint64_t words[128];
  _tile_stored(0, words, kLine);
  _tile_release();
  return words[0];
}
#endif

#elif defined(__aarch64__)

std::uint64_t multiply_neon(std::size_t rounds) {
  float32x4_t sums[16];
  for (int k = 0; k < 16; ++k) sums[k] = vdupq_n_f32(static_cast<float>(k));
  const float32x4_t a = vdupq_n_f32(0.999F);
  const float32x4_t b = vdupq_n_f32(0.001F);
  for (std::size_t i = 0; i < rounds; ++i)
    for (auto& sum : sums) sum = vfmaq_f32(b, sum, a);
  float total = 0;
  for (const auto& sum : sums) total += vaddvq_f32(sum);
  return static_cast<std::uint64_t>(total);
}

#endif

std::uint64_t read_plainly(const std::uint8_t* data, std::size_t bytes) {
  const auto* const words = reinterpret_cast<const std::uint64_t*>(data);
  std::uint64_t sums[8] = {};
  for (std::size_t i = 0; i < bytes / 8; i += 8)
    for (std::size_t k = 0; k < 8; ++k) sums[k] ^= words[i + k];
  std::uint64_t sum = 0;
  for (const std::uint64_t own : sums) sum ^= own;
  return sum;
}

std::uint64_t multiply_plainly(std::size_t rounds) {
  float sums[16];
  for (int k = 0; k < 16; ++k) sums[k] = static_cast<float>(k);
  for (std::size_t i = 0; i < rounds; ++i)
    for (auto& sum : sums) sum = sum * 0.999F + 0.001F;
  float total = 0;
  for (const float sum : sums) total += sum;
  return static_cast<std::uint64_t>(total);
}

Loops loops_of(InstructionSet set, Precision precision) {
  [[maybe_unused]] const bool whole = precision == Precision::kInt8;
#if defined(__x86_64__)
#if defined(__linux__)
  if (set == InstructionSet::kAmx && whole) return {read_avx512, dot_amx, 4 * 16 * 16 * 64};
#endif
  if (set == InstructionSet::kAvx512 || set == InstructionSet::kAmx)
    return whole ? Loops{read_avx512, dot_avx512, 16 * 64} : Loops{read_avx512, multiply_avx512, 16 * 16};
  if (set == InstructionSet::kAvxVnni && whole) return {read_avx2, dot_avx_vnni, 12 * 32};
  if (set == InstructionSet::kAvxVnni || set == InstructionSet::kAvx2)
    return whole ? Loops{read_avx2, dot_avx2, 12 * 32} : Loops{read_avx2, multiply_avx2, 12 * 8};
#elif defined(__aarch64__)
  if (set == InstructionSet::kNeon || set == InstructionSet::kNeonDot) return {read_plainly, multiply_neon, 16 * 4};
#endif
  static_cast<void>(set);
  return {read_plainly, multiply_plainly, 16};
}

/// The sum of the rates of `threads` threads that call work() again and again; each call is worth `units`.
template <class Work>
double rate(int threads, double units, const Work& work) {
  std::atomic<int> waiting = threads;
  std::atomic<std::uint64_t> sink = 0;  // so that nothing is optimised away
  std::vector<double> rates(static_cast<std::size_t>(threads));
  const auto run = [&](std::size_t thread) {
    sink += work(thread);  // pages and caches are warm, and the clock of the core is up
    --waiting;
    while (waiting > 0) {
    }
    const auto begun = Clock::now();
    double spent = 0;
    std::size_t calls = 0;
    while (spent < kSecondsAMeasurement) {
      sink += work(thread);
      ++calls;
      spent = std::chrono::duration<double>(Clock::now() - begun).count();
    }
    rates[thread] = units * static_cast<double>(calls) / spent;
  };
  std::vector<std::thread> others;
  for (std::size_t thread = 1; thread < rates.size(); ++thread) others.emplace_back(run, thread);
  run(0);
  for (std::thread& other : others) other.join();
  double total = 0;
  for (const double own : rates) total += own;
  return total;
}

}  // namespace

Roofline measure_roofline(InstructionSet set, Precision precision, std::size_t working_set, int threads) {
  const Loops loops = loops_of(set, precision);
  const auto count = static_cast<std::size_t>(std::max(threads, 1));
  const std::size_t share = (working_set / count / (8 * kLine) + 1) * 8 * kLine;
  std::vector<std::vector<std::uint8_t>> buffers(count, std::vector<std::uint8_t>(share + kLine, 1));
  const std::size_t passes = kBytesARun / share + 1;
  Roofline result;
  result.bytes_per_second = rate(threads, static_cast<double>(passes * share), [&](std::size_t thread) {
    std::uint8_t* data = buffers[thread].data();
    data += (kLine - reinterpret_cast<std::uintptr_t>(data) % kLine) % kLine;
    std::uint64_t sum = 0;
    for (std::size_t pass = 0; pass < passes; ++pass) {
      data[0] = static_cast<std::uint8_t>(pass);  // each pass reads something else
      sum += loops.read(data, share);
    }
    return sum;
  });
  result.multiply_adds_per_second = rate(threads, loops.multiply_adds_a_round * kRoundsARun,
                                         [&](std::size_t) { return loops.multiply(kRoundsARun); });
  return result;
}

}  // namespace continuo::workbench
