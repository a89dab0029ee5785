// What a loss must be read beside: predictions that need no network.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace continuo::evaluation {

using Sequence = std::span<const std::uint16_t>;

/// Mean negative log-likelihood in nats per predicted symbol over `held_out` (each symbol but the first of each
/// sequence; what is counted in `train` are the predicted symbols, too).
struct Baselines {
  double uniform = 0;      ///< ln V
  double frequencies = 0;  ///< symbol frequencies of `train` with add-one smoothing
  double repetition = 0;   ///< probability p that the last symbol is repeated, 1 - p shared by the frequencies of the
                           ///< others; p counted in `train`, with one repetition and one change added
  std::uint64_t symbols = 0;  ///< predicted symbols in held_out; with none, the means are 0
};
/// Throws Error for a symbol beyond the vocabulary and for a vocabulary of size 0.
Baselines baselines(std::span<const Sequence> train, std::span<const Sequence> held_out, std::size_t vocabulary_size);

}  // namespace continuo::evaluation
