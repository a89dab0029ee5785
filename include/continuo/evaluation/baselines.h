// What a loss must be read beside: predictions that need no network.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace continuo::evaluation {

using Sequence = std::span<const std::uint16_t>;

/// Mean negative log-likelihood in nats per predicted symbol over `held_out` (each symbol but the first of each
/// sequence).
struct Baselines {
  double uniform = 0;      ///< ln V
  double frequencies = 0;  ///< symbol frequencies of `train` with add-one smoothing
  double repetition = 0;   ///< probability p that the last symbol is repeated, 1 - p shared by the frequencies of the
                           ///< others; p counted in `train`
  std::uint64_t symbols = 0;  ///< predicted symbols in held_out
};
Baselines baselines(std::span<const Sequence> train, std::span<const Sequence> held_out, std::size_t vocabulary_size);

}  // namespace continuo::evaluation
