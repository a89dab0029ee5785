// Shares of a run's limits.
#include "training/run_clock.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace continuo::training {

std::string decimals(double value, int digits) {
  char buffer[64];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed, digits).ptr};
}

double RunClock::share() const {
  double most = plateau() ? 1 : 0;
  if (t_.steps > 0) most = std::max(most, static_cast<double>(state_.step) / static_cast<double>(t_.steps));
  if (t_.epochs > 0) most = std::max(most, epoch() / t_.epochs);
  if (t_.minutes > 0) most = std::max(most, state_.seconds / 60 / t_.minutes);
  return most;
}

bool RunClock::plateau() const {
  constexpr double kLower = 1e-4;  // of the loss: less is no progress
  double least = std::numeric_limits<double>::infinity();
  int without = 0;
  for (const CurvePoint& point : state_.curve) {
    if (point.held_out_loss < least * (1 - kLower)) {
      least = point.held_out_loss;
      without = 0;
    } else {
      ++without;
    }
  }
  return t_.patience > 0 && without >= t_.patience;
}

Progress RunClock::progress(double loss) const {
  Progress p{.task = "Training", .detail = "loss " + decimals(loss, 3) + ", epoch " + decimals(epoch(), 2)};
  if (const auto skipped = state_.skipped + state_.spikes; skipped > 0)
    p.detail += ", " + std::to_string(skipped) + (skipped == 1 ? " step skipped" : " steps skipped");
  const double over = share();
  if (t_.minutes > 0 && over <= state_.seconds / 60 / t_.minutes) {
    p.total = static_cast<std::uint64_t>(t_.minutes * 60);
    p.done = std::min(p.total, static_cast<std::uint64_t>(state_.seconds));
    p.unit = "s";
  } else if (t_.steps > 0 && over <= static_cast<double>(state_.step) / static_cast<double>(t_.steps)) {
    p.done = static_cast<std::uint64_t>(state_.step);
    p.total = static_cast<std::uint64_t>(t_.steps);
    p.unit = "steps";
  } else {
    p.done = state_.symbols;
    p.total = std::max(p.done, static_cast<std::uint64_t>(t_.epochs * static_cast<double>(epoch_symbols_)));
    p.unit = "symbols";
  }
  return p;
}

}  // namespace continuo::training
