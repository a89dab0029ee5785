// Signs of a training that goes wrong: gradients out of all proportion, and a loss worse than knowing nothing.
#pragma once

#include <cmath>
#include <limits>

#include "training/records.h"

namespace continuo::training {

/// Steps before anything is told.
inline constexpr std::int64_t kHealthSteps = 50;

/// The gradient's norm above which a step is a spike: `factor` times the running geometric mean of norms.
inline double norm_limit(const Health& health, double factor) {
  if (factor <= 0 || health.steps < kHealthSteps) return std::numeric_limits<double>::infinity();
  return factor * std::exp(health.log_norm);
}

/// Takes in a step of finite loss and norm. `even_odds`: the loss of a network that knows nothing. A norm counts as
/// four times the mean at most, so that one spike does not hide the next, while a lasting change is followed.
inline void note(Health& health, double loss, double norm, double even_odds) {
  const auto mix = [&](double& mean, double value, double decay) {  // an average at first
    const double kept = std::min(decay, static_cast<double>(health.steps) / static_cast<double>(health.steps + 1));
    mean = kept * mean + (1 - kept) * value;
  };
  double log_norm = std::log(std::max(norm, 1e-30));
  if (health.steps >= kHealthSteps) log_norm = std::min(log_norm, health.log_norm + std::log(4.0));
  mix(health.log_norm, log_norm, 0.98);
  mix(health.loss, loss, 0.98);
  ++health.steps;
  if (health.steps >= kHealthSteps && health.loss < 0.9 * even_odds) health.learned = true;
}

/// Whether the running loss (of about 50 steps) is above even odds after it was below, or twice as high from the start.
inline bool diverged(const Health& health, double even_odds) {
  return health.steps >= kHealthSteps && health.loss > (health.learned ? 1.05 : 2.0) * even_odds;
}

}  // namespace continuo::training
