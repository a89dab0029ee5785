// Signs of a training that goes wrong: gradient spikes, and a loss above the uniform baseline.
#pragma once

#include <cmath>
#include <limits>

#include "training/records.h"

namespace continuo::training {

/// The grace period: steps before anything counts as a spike or as divergence.
inline constexpr std::int64_t kHealthSteps = 50;

/// The gradient's norm above which a step is a spike: `factor` times the running geometric mean of norms.
inline double norm_limit(const Health& health, double factor) {
  if (factor <= 0 || health.steps < kHealthSteps) return std::numeric_limits<double>::infinity();
  return factor * std::exp(health.log_norm);
}

/// Takes in a step of finite loss and norm. `uniform`: the loss of a uniform guess. A norm counts as
/// four times the mean at most, so that one spike does not hide the next, while a lasting change is followed.
inline void note(Health& health, double loss, double norm, double uniform) {
  const auto mix = [&](double& mean, double value, double decay) {  // an average at first
    const double kept = std::min(decay, static_cast<double>(health.steps) / static_cast<double>(health.steps + 1));
    mean = kept * mean + (1 - kept) * value;
  };
  double log_norm = std::log(std::max(norm, 1e-30));
  if (health.steps >= kHealthSteps) log_norm = std::min(log_norm, health.log_norm + std::log(4.0));
  mix(health.log_norm, log_norm, 0.98);
  mix(health.loss, loss, 0.98);
  ++health.steps;
  if (health.steps >= kHealthSteps && health.loss < 0.9 * uniform) health.learned = true;
}

/// Whether the running loss (of about 50 steps) is above the uniform baseline after it was below, or twice
/// as high from the start.
inline bool diverged(const Health& health, double uniform) {
  return health.steps >= kHealthSteps && health.loss > (health.learned ? 1.05 : 2.0) * uniform;
}

}  // namespace continuo::training
