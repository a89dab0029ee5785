// Statistics: means with spread, and bootstrap intervals over pieces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace continuo::evaluation {

inline constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();  ///< of what has no value

/// Of the values that are finite; with none of them every field but `count` is NaN.
struct Summary {
  std::size_t count = 0;
  double mean = 0;
  double deviation = 0;  ///< standard deviation with count - 1; NaN for a single value
  double median = 0;     ///< of an even number the mean of the middle two
  double low = 0, high = 0;
};
Summary summarise(std::span<const double> values);

/// Quantile 0 to 1 of values in rising order, linear between order statistics. NaN when there are none.
double quantile(std::span<const double> sorted, double share);

struct Interval {
  double low = 0, high = 0;
};

struct BootstrapOptions {
  std::size_t resamples = 2000;
  double level = 0.95;
  std::uint64_t seed = 1;
};

/// Percentile bootstrap (Efron and Tibshirani 1993, chapter 13) of sum(numerators) / sum(denominators) when items are
/// drawn anew with replacement, numerator and denominator together: a piece is the unit, for symbols of one piece are
/// not independent. NaN without items or where a resample has no denominator. Throws Error for different sizes, a level
/// outside (0, 1) and no resamples.
Interval bootstrap_ratio(std::span<const double> numerators, std::span<const double> denominators,
                         const BootstrapOptions& options = {});

/// The same for the difference of two such ratios over the same items, which are drawn together: a less b.
struct Ratio {
  std::span<const double> numerators, denominators;
};
Interval bootstrap_difference(const Ratio& a, const Ratio& b, const BootstrapOptions& options = {});

/// The same for the mean of the finite values.
Interval bootstrap_mean(std::span<const double> values, const BootstrapOptions& options = {});

}  // namespace continuo::evaluation
