// Sampler: logits to the next symbol.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "continuo/base/random.h"

namespace continuo::generation {

struct SamplingOptions {
  bool argmax = false;       ///< the paper's choice: always the most probable symbol
  double temperature = 1.0;  ///< above 0; logits are divided by it
  int top_k = 0;             ///< keep the k most probable; 0: all
  double top_p = 0.97;  ///< keep the smallest set of most probable symbols that has this probability (nucleus sampling)
  friend bool operator==(const SamplingOptions&, const SamplingOptions&) = default;
};

/// Allocates only when made. The same logits, options and random state give the same symbol everywhere.
class Sampler {
 public:
  /// Throws Error for a temperature that is not above 0, a negative top_k, or top_p outside (0, 1].
  Sampler(const SamplingOptions& options, std::size_t vocabulary_size);
  /// mask (empty, or one byte per symbol): 0 forbids. At least one symbol must be allowed. Ties go to the lower symbol.
  std::uint16_t choose(std::span<const float> logits, std::span<const std::uint8_t> mask, Random& random) noexcept;

 private:
  /// Takes their weights from all but the `count` most probable, and from all that come after `share` of the whole.
  void keep_first(std::span<const float> logits, int count, double share) noexcept;
  double sum_weights(std::size_t size) noexcept;
  /// The symbol whose weight reaches from below `left` to beyond it, counted from the first symbol on.
  std::optional<std::uint16_t> draw(std::size_t size, double left) const noexcept;

  SamplingOptions options_;
  std::vector<float> weight_;  ///< of each symbol; that of the most probable is 1
  std::vector<double> block_;  ///< sums of weights: independent of each other, and all but one need no second look
  std::vector<std::uint64_t> keys_;
};

}  // namespace continuo::generation
