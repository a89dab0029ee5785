// Summaries and the percentile bootstrap.
#include "continuo/evaluation/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "continuo/base/error.h"
#include "continuo/base/random.h"

namespace continuo::evaluation {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

std::vector<double> finite(std::span<const double> values) {
  std::vector<double> kept;
  for (const double value : values)
    if (std::isfinite(value)) kept.push_back(value);
  return kept;
}

double ratio_of(const Ratio& ratio, std::span<const std::size_t> items) {
  double above = 0, below = 0;
  for (const std::size_t item : items) {
    above += ratio.numerators[item];
    below += ratio.denominators[item];
  }
  return below == 0 ? kNone : above / below;
}

/// `statistic` of items drawn with replacement, again and again.
template <class Statistic>
Interval bootstrap(std::size_t count, const BootstrapOptions& options, const Statistic& statistic) {
  if (!(options.level > 0 && options.level < 1))
    throw Error(ErrorCode::kInvalidArgument, "the level of an interval must lie between 0 and 1");
  if (options.resamples == 0) throw Error(ErrorCode::kInvalidArgument, "a bootstrap needs at least one resample");
  if (count == 0) return {kNone, kNone};
  Random random(options.seed);
  std::vector<std::size_t> drawn(count);
  std::vector<double> values(options.resamples);
  for (double& value : values) {
    for (std::size_t& item : drawn) item = static_cast<std::size_t>(random.below(count));
    value = statistic(drawn);
    if (std::isnan(value)) return {kNone, kNone};
  }
  std::sort(values.begin(), values.end());
  return {quantile(values, (1 - options.level) / 2), quantile(values, (1 + options.level) / 2)};
}

}  // namespace

double quantile(std::span<const double> sorted, double share) {
  if (sorted.empty()) return kNone;
  const double place = std::clamp(share, 0.0, 1.0) * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

Summary summarise(std::span<const double> values) {
  std::vector<double> kept = finite(values);
  if (kept.empty()) return {0, kNone, kNone, kNone, kNone, kNone};
  std::sort(kept.begin(), kept.end());
  Summary result{.count = kept.size(), .median = quantile(kept, 0.5), .low = kept.front(), .high = kept.back()};
  const auto count = static_cast<double>(kept.size());
  for (const double value : kept) result.mean += (value - kept.front()) / count;
  result.mean += kept.front();  // exact where all are equal
  double squares = 0;
  for (const double value : kept) squares += (value - result.mean) * (value - result.mean);
  result.deviation = kept.size() > 1 ? std::sqrt(squares / (count - 1)) : kNone;
  return result;
}

Interval bootstrap_ratio(std::span<const double> numerators, std::span<const double> denominators,
                         const BootstrapOptions& options) {
  if (numerators.size() != denominators.size())
    throw Error(ErrorCode::kInvalidArgument, "a ratio needs as many numerators as denominators");
  return bootstrap(numerators.size(), options, [&](std::span<const std::size_t> drawn) {
    return ratio_of({numerators, denominators}, drawn);
  });
}

Interval bootstrap_difference(const Ratio& a, const Ratio& b, const BootstrapOptions& options) {
  const std::size_t count = a.numerators.size();
  if (a.denominators.size() != count || b.numerators.size() != count || b.denominators.size() != count)
    throw Error(ErrorCode::kInvalidArgument, "ratios of the same items need as many numerators as denominators");
  return bootstrap(count, options,
                   [&](std::span<const std::size_t> drawn) { return ratio_of(a, drawn) - ratio_of(b, drawn); });
}

Interval bootstrap_mean(std::span<const double> values, const BootstrapOptions& options) {
  const std::vector<double> kept = finite(values);
  return bootstrap_ratio(kept, std::vector<double>(kept.size(), 1.0), options);
}

}  // namespace continuo::evaluation
