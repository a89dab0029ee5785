// Packing, choosing an instruction set, and what all of them share.
#include "engine/kernels.h"

#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#elif defined(__x86_64__) && defined(__GNUC__)
#include <cpuid.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif
#endif

#include <algorithm>
#include <bit>
#include <cstring>

#include "engine/kernel_math.h"
#include "engine/kernel_sets.h"

namespace continuo::engine {

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
  if (copy != nullptr) std::ranges::copy(values, copy);
  return copy;
}

namespace {

void multiply(const Affine& affine, Start start, std::size_t streams, const float* x, std::size_t x_stride, float* y,
              float* prepared) noexcept {
  if (affine.precision == Precision::kInt8) {
    const std::size_t size = prepared_size(affine.precision, affine.columns);
    for (std::size_t i = 0; i < streams; ++i)
      affine.kernels->quantise(affine.columns, x + i * x_stride, prepared + i * size);
    x = prepared;
    x_stride = size;
  }
  affine.kernels->product(affine, start, streams, x, x_stride, y, padded(affine.rows));
}

}  // namespace

void assign(const Affine& affine, std::size_t streams, const float* x, std::size_t x_stride, float* y,
            float* prepared) noexcept {
  multiply(affine, Start::kBias, streams, x, x_stride, y, prepared);
}
void add(const Affine& affine, std::size_t streams, const float* x, std::size_t x_stride, float* y,
         float* prepared) noexcept {
  multiply(affine, Start::kAdd, streams, x, x_stride, y, prepared);
}

void prepare(const Kernels& kernels, Precision precision, std::size_t size, const float* x, float* prepared) noexcept {
  if (precision == Precision::kInt8)
    kernels.quantise(size, x, prepared);
  else
    std::copy_n(x, size, prepared);
}

void add(std::size_t size, const float* __restrict x, float* __restrict y) noexcept {
  for (std::size_t i = 0; i < size; ++i) y[i] += x[i];
}

void relu(std::size_t size, float* x) noexcept {
  for (std::size_t i = 0; i < size; ++i) x[i] = x[i] > 0.0F ? x[i] : 0.0F;
}

float sigmoid(float x) noexcept { return scalar::sigmoid(x); }
float tanh(float x) noexcept { return scalar::tanh(x); }

namespace {

#if defined(__x86_64__) && defined(__GNUC__)
/// Leaf 7, sub-leaf 1 of CPUID: GCC 12 and clang 14 do not know this feature by name.
bool has_avx_vnni() noexcept {
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid_count(7, 1, &a, &b, &c, &d) != 0 && (a & 1U << 4U) != 0;
}

/// Linux gives tiles to processes that ask for them, once and for all their threads.
bool has_tiles() noexcept {
#if defined(__linux__)
  static const bool given = [] {
    constexpr unsigned kTile = 1U << 24U, kInt8 = 1U << 25U;
    constexpr long kAsk = 0x1023, kTileData = 18;  // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
    unsigned a = 0, b = 0, c = 0, d = 0;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (d & kTile) != 0 && (d & kInt8) != 0 &&
           syscall(SYS_arch_prctl, kAsk, kTileData) == 0;
  }();
  return given;
#else
  return false;
#endif
}

bool machine_has(InstructionSet set) noexcept {
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
  switch (set) {
    case InstructionSet::kAvx2:
      return avx2;
    case InstructionSet::kAvxVnni:
      return avx2 && has_avx_vnni();
    case InstructionSet::kAmx:
      return machine_has(InstructionSet::kAvx512) && has_tiles();
    case InstructionSet::kAvx512:
      return avx2 && __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
             __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0 &&
             __builtin_cpu_supports("avx512vnni") != 0;
    default:
      return set == InstructionSet::kScalar;
  }
}
#elif defined(__aarch64__)
bool machine_has(InstructionSet set) noexcept {
#if defined(__linux__)
  constexpr unsigned long kDot = 1UL << 20U;  // HWCAP_ASIMDDP
  return set != InstructionSet::kNeonDot || (getauxval(AT_HWCAP) & kDot) != 0;
#else
  return set != InstructionSet::kNeonDot;
#endif
}
#else
bool machine_has(InstructionSet) noexcept { return true; }
#endif

/// Slowest first.
const Kernels* const kTables[] = {
    &kScalarKernels,
#if defined(__x86_64__) && defined(__GNUC__)
    &kAvx2Kernels,   &kAvxVnniKernels, &kAvx512Kernels, &kAmxKernels,
#elif defined(__aarch64__)
    &kNeonKernels,
    &kNeonDotKernels,
#endif
};

}  // namespace

const Kernels& kernels_of(InstructionSet set) noexcept {
  for (const Kernels* const table : kTables)
    if (table->set == set && machine_has(set)) return *table;
  return kScalarKernels;
}

bool has_run(InstructionSet set) noexcept {
  return __atomic_load_n(&kernels_that_ran[static_cast<int>(set)], __ATOMIC_RELAXED);
}

std::vector<InstructionSet> available_instruction_sets() {
  std::vector<InstructionSet> sets;
  for (const Kernels* const table : kTables)
    if (machine_has(table->set)) sets.push_back(table->set);
  return sets;
}

}  // namespace continuo::engine
