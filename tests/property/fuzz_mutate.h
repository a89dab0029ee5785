// For programs that run a fuzzer's entry points as a test: what libFuzzer itself would give its mutators. One file of a
// program includes it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "continuo/base/random.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned int seed);

/// Overwrites a byte.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size) {
  static continuo::Random random(17);
  if (size == 0 && max_size > 0) size = 1;
  if (size > 0) data[random.below(size)] = static_cast<std::uint8_t>(random.below(256));
  return size;
}

namespace continuo {

/// `rounds` inputs, each mutated from the last but for every eighth, which begins from `seed` again.
inline void run_mutations(const std::vector<std::uint8_t>& seed, int rounds, Random& random) {
  constexpr std::size_t kMaxSize = 4096;
  std::vector<std::uint8_t> bytes = seed;
  for (int round = 0; round < rounds; ++round) {
    if (round % 8 == 0) bytes = seed;
    const std::size_t size = std::min(bytes.size(), kMaxSize);
    bytes.resize(kMaxSize);
    bytes.resize(LLVMFuzzerCustomMutator(bytes.data(), size, kMaxSize, static_cast<unsigned int>(random.next())));
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  }
}

}  // namespace continuo
