// How far a run is, by its limits, and what that looks like.
#pragma once

#include "continuo/base/progress.h"
#include "training/records.h"

namespace continuo::training {

/// Digits after the point.
std::string decimals(double value, int digits);

/// A view of a run. What it refers to must outlive it.
class RunClock {
 public:
  RunClock(const OptimisationOptions& options, const RunState& state, std::uint64_t epoch_symbols)
      : t_(options), state_(state), epoch_symbols_(epoch_symbols) {}

  double epoch() const { return static_cast<double>(state_.symbols) / static_cast<double>(epoch_symbols_); }
  /// How much of the run is over, by the limit that is nearest.
  double share() const;
  /// Whether training.patience evaluations have not lowered the held-out loss.
  bool plateau() const;
  /// By the limit that is nearest. `loss`: of the last step.
  Progress progress(double loss) const;

 private:
  const OptimisationOptions& t_;
  const RunState& state_;
  std::uint64_t epoch_symbols_;
};

}  // namespace continuo::training
