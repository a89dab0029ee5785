// Means over the steps between two reports.
#pragma once

#include <limits>

#include "continuo/training/trainer.h"
#include "training/learner.h"

namespace continuo::training {

/// Sums over the steps of a StepReport.
struct StepWindow {
  double loss = 0, norm = 0, seconds = 0;
  std::uint64_t symbols = 0;
  int steps = 0, taken = 0;

  void add(const StepOutcome& outcome, std::uint64_t scored, double spent) {
    ++steps;
    seconds += spent;
    symbols += scored;
    if (!outcome.taken()) return;
    ++taken;
    loss += outcome.loss;
    norm += outcome.norm;
  }
  StepReport report(std::int64_t step, double rate, std::int64_t skipped) const {
    const auto mean = [&](double sum) { return taken > 0 ? sum / taken : std::numeric_limits<double>::quiet_NaN(); };
    return {.step = step,
            .steps = steps,
            .loss = mean(loss),
            .gradient_norm = mean(norm),
            .learning_rate = rate,
            .symbols_per_second = seconds > 0 ? static_cast<double>(symbols) / seconds : 0,
            .skipped = skipped};
  }
};

}  // namespace continuo::training
