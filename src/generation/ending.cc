// Places where a piece may end, and how much it wants to.
#include "generation/ending.h"

#include <algorithm>
#include <cmath>

namespace continuo::generation {
namespace {

using representation::kEnd;

constexpr float kInclination = 0.25F;  // nats that End gains with each try

}  // namespace

void Ending::consider(double share, std::span<const float> logits, const std::vector<representation::Symbol>& symbols) {
  if (share < earliest_) {
    from_ = symbols.size();
  } else if (share >= 1 - slack_) {
    const float greatest = *std::max_element(logits.begin(), logits.end());
    double sum = 0;
    for (const float logit : logits) sum += std::exp(static_cast<double>(logit - greatest));
    const double probability = std::exp(static_cast<double>(logits[kEnd] - greatest)) / sum;
    if (probability <= best_probability_) return;
    best_probability_ = probability;
    best_ = symbols;
  }
}

std::optional<std::size_t> Ending::try_again() {
  if (tried_ >= tries_) return std::nullopt;
  ++tried_;
  return from_;
}

std::span<const float> Ending::inclined(std::span<const float> logits, std::span<const std::uint8_t> mask) {
  if (tried_ == 0 || mask[kEnd] == 0) return logits;
  inclined_.assign(logits.begin(), logits.end());
  inclined_[kEnd] += kInclination * static_cast<float>(tried_);
  return inclined_;
}

}  // namespace continuo::generation
