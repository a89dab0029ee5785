// What a loss must be read beside: predictions that need no network.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "continuo/representation/symbol_view.h"

namespace continuo::evaluation {

using Sequence = representation::SymbolView;

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

/// The baselines piece by piece. Symbol frequencies as logits, whatever came before: logarithms of add-one smoothed
/// shares of the predicted symbols of `train`.
std::vector<float> frequency_logits(std::span<const Sequence> train, std::size_t vocabulary_size);
/// Nats of each held-out sequence as `repetition` predicts it. Both throw as baselines() does.
std::vector<double> repetition_nats(std::span<const Sequence> train, std::span<const Sequence> held_out,
                                    std::size_t vocabulary_size);

/// The same for sequences of frames, row-major [steps, width] each. Means over the predicted frames.
/// Real numbers (mean squared error of a frame's values): uniform predicts zero, frequencies the mean frame of `train`,
/// repetition the last frame.
/// Zeros and ones (nats of a frame): uniform gives each value the probability 1/2, frequencies how often it was 1 in
/// `train`, repetition how often any value was 1 after a 1 and after a 0 there; each with one of both added.
Baselines frame_baselines(std::span<const std::span<const float>> train,
                          std::span<const std::span<const float>> held_out, std::size_t width, bool binary);

}  // namespace continuo::evaluation
