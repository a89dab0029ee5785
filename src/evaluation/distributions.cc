// Kernel density estimates, what two of them have in common, and the distances of two sets.
#include "continuo/evaluation/distributions.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "continuo/base/error.h"
#include "continuo/base/parallel.h"
#include "continuo/evaluation/statistics.h"

namespace continuo::evaluation {
namespace {

constexpr std::size_t kDivergencePoints = 1000;  // mgeval's
constexpr std::size_t kAreaPoints = 2001;
constexpr double kReach = 5;      // bandwidths beyond the extreme values
constexpr double kFarKernel = 7;  // bandwidths: e^(-24.5) of a kernel's peak

std::vector<double> grid(double low, double high, std::size_t points) {
  std::vector<double> result(points);
  for (std::size_t i = 0; i < points; ++i)
    result[i] = low + (high - low) * static_cast<double>(i) / static_cast<double>(points - 1);
  return result;
}

/// Logarithms of the values as shares of their sum.
void normalise_logs(std::vector<double>& logs) {
  const double most = *std::max_element(logs.begin(), logs.end());
  double sum = 0;
  for (const double value : logs) sum += std::exp(value - most);
  const double total = most + std::log(sum);
  for (double& value : logs) value -= total;
}

double distance(std::span<const double> a, std::span<const double> b) {
  double squares = 0;
  for (std::size_t i = 0; i < a.size(); ++i) squares += (a[i] - b[i]) * (a[i] - b[i]);
  return std::sqrt(squares);
}

using Vectors = std::vector<std::span<const double>>;

Vectors vectors(std::span<const Features> pieces, std::size_t index) {
  Vectors result;
  for (const Features& piece : pieces) {
    const auto values = feature(piece, index);
    if (std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); }))
      result.push_back(values);
  }
  return result;
}

std::vector<double> intra(const Vectors& set) {
  std::vector<double> result;
  result.reserve(set.size() * set.size());
  for (std::size_t i = 0; i < set.size(); ++i)
    for (std::size_t j = 0; j < set.size(); ++j)
      if (i != j) result.push_back(distance(set[i], set[j]));
  return result;
}

Summary scalars(const Vectors& set) {
  std::vector<double> values;
  for (const auto& vector : set)
    if (vector.size() == 1) values.push_back(vector.front());
  return summarise(values);
}

FeatureComparison compare_vectors(const std::string& name, const Vectors& in_a, const Vectors& in_b, Grids grids) {
  FeatureComparison one{.name = name};
  const Summary scalar_a = scalars(in_a), scalar_b = scalars(in_b);
  one.mean_a = scalar_a.mean;
  one.deviation_a = scalar_a.deviation;
  one.mean_b = scalar_b.mean;
  one.deviation_b = scalar_b.deviation;
  one.distances_a = intra(in_a);
  one.distances_b = intra(in_b);
  for (const auto& from : in_a)
    for (const auto& to : in_b) one.distances.push_back(distance(from, to));
  one.intra_a = summarise(one.distances_a).mean;
  one.intra_b = summarise(one.distances_b).mean;
  one.inter = summarise(one.distances).mean;
  one.kl_a = kl_divergence(one.distances_a, one.distances, grids);
  one.overlap_a = overlapping_area(one.distances_a, one.distances, grids);
  one.kl_b = kl_divergence(one.distances_b, one.distances, grids);
  one.overlap_b = overlapping_area(one.distances_b, one.distances, grids);
  return one;
}

Vectors numbers(std::span<const double> values) {
  Vectors result;
  for (const double& value : values)
    if (std::isfinite(value)) result.emplace_back(&value, 1);
  return result;
}

}  // namespace

Density::Density(std::span<const double> values) : values_(values.begin(), values.end()) {
  std::erase_if(values_, [](double value) { return !std::isfinite(value); });
  if (values_.size() < 2) return;
  std::sort(values_.begin(), values_.end());
  low_ = values_.front();
  high_ = values_.back();
  const double deviation = summarise(values_).deviation;
  // Rounding alone gives equal values a deviation.
  if (high_ - low_ <= 1e-12 * std::max(std::abs(low_), std::abs(high_))) return;
  count_ = static_cast<double>(values_.size());
  bandwidth_ = deviation * std::pow(count_, -0.2);
  // Distances come in pairs and counts are whole numbers: equal values are one kernel with a weight.
  std::size_t kept = 0;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (i > 0 && values_[i] == values_[kept - 1]) {
      ++weights_[kept - 1];
    } else {
      values_[kept++] = values_[i];
      weights_.push_back(1);
    }
  }
  values_.resize(kept);
}

std::vector<double> Density::log_densities(std::span<const double> points) const {
  std::vector<double> result;
  result.reserve(points.size());
  const double scale = std::log(count_ * bandwidth_ * std::sqrt(2 * std::numbers::pi));
  for (const double point : points) {
    // Only kernels near the nearest value count: those farther by kFarKernel bandwidths add less than rounding does.
    const auto above = std::lower_bound(values_.begin(), values_.end(), point);
    double nearest = std::numeric_limits<double>::infinity();
    if (above != values_.end()) nearest = *above - point;
    if (above != values_.begin()) nearest = std::min(nearest, point - *(above - 1));
    const double reach = std::sqrt(nearest * nearest + kFarKernel * kFarKernel * bandwidth_ * bandwidth_);
    const double peak = -0.5 * (nearest / bandwidth_) * (nearest / bandwidth_);
    double sum = 0;
    for (auto value = std::lower_bound(values_.begin(), above, point - reach);
         value != values_.end() && *value <= point + reach; ++value) {
      const double z = (point - *value) / bandwidth_;
      sum += weights_[static_cast<std::size_t>(value - values_.begin())] * std::exp(-0.5 * z * z - peak);
    }
    result.push_back(peak + std::log(sum) - scale);
  }
  return result;
}

double overlapping_area(std::span<const double> a, std::span<const double> b, Grids grids) {
  const Density first(a), second(b);
  if (!first.defined() || !second.defined()) return kUndefined;
  double low = std::min(first.low(), second.low()), high = std::max(first.high(), second.high());
  if (grids == Grids::kCommon) {
    const double reach = kReach * std::max(first.bandwidth(), second.bandwidth());
    low -= reach;
    high += reach;
  }
  const auto points = grid(low, high, kAreaPoints);
  const auto p = first.log_densities(points), q = second.log_densities(points);
  double sum = 0;
  for (std::size_t i = 0; i < points.size(); ++i)
    sum += std::exp(std::min(p[i], q[i])) * (i == 0 || i + 1 == points.size() ? 0.5 : 1.0);
  return sum * (high - low) / static_cast<double>(kAreaPoints - 1);
}

double kl_divergence(std::span<const double> a, std::span<const double> b, Grids grids) {
  const Density first(a), second(b);
  if (!first.defined() || !second.defined()) return kUndefined;
  std::vector<double> first_points, second_points;
  if (grids == Grids::kMgeval) {
    first_points = grid(first.low(), first.high(), kDivergencePoints);
    second_points = grid(second.low(), second.high(), kDivergencePoints);
  } else {
    const double reach = kReach * std::max(first.bandwidth(), second.bandwidth());
    first_points = second_points = grid(std::min(first.low(), second.low()) - reach,
                                        std::max(first.high(), second.high()) + reach, kDivergencePoints);
  }
  auto p = first.log_densities(first_points), q = second.log_densities(second_points);
  normalise_logs(p);
  normalise_logs(q);
  double sum = 0;
  for (std::size_t i = 0; i < p.size(); ++i) sum += std::exp(p[i]) * (p[i] - q[i]);
  return sum;
}

std::vector<FeatureComparison> compare(std::span<const Features> a, std::span<const Features> b, Grids grids) {
  if (a.size() < 2 || b.size() < 2) {
    throw Error({.message = "distances within a set need two pieces",
                 .hint = "Each of the two collections must have two pieces or more; some dozens tell more.",
                 .code = ErrorCode::kEmpty});
  }
  std::vector<FeatureComparison> result(feature_names().size());
  parallel_for(result.size(), 0, [&](std::size_t index) {
    result[index] = compare_vectors(feature_names()[index].name, vectors(a, index), vectors(b, index), grids);
  });
  return result;
}

FeatureComparison compare_values(const std::string& name, std::span<const double> a, std::span<const double> b,
                                 Grids grids) {
  return compare_vectors(name, numbers(a), numbers(b), grids);
}

double mean_overlapping_area(std::span<const FeatureComparison> features) {
  std::vector<double> areas;
  for (const FeatureComparison& one : features) areas.push_back(one.overlap_b);
  return summarise(areas).mean;
}

}  // namespace continuo::evaluation
