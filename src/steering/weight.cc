// Weights without logarithms, effective size, systematic resampling.
#include <algorithm>
#include <cmath>
#include <limits>

#include "continuo/steering/particles.h"

namespace continuo::steering {
namespace {

std::int64_t greatest_exponent(std::span<const Weight> weights) {
  std::int64_t greatest = std::numeric_limits<std::int64_t>::min();
  for (const Weight& weight : weights)
    if (!weight.zero()) greatest = std::max(greatest, weight.exponent());
  return greatest;
}

}  // namespace

void Weight::multiply(double factor) noexcept {
  int exponent = 0;
  mantissa_ = std::frexp(mantissa_ * factor, &exponent);
  exponent_ = mantissa_ == 0 ? 0 : exponent_ + exponent;
}

void Weight::multiply(const Weight& other) noexcept {
  multiply(other.mantissa_);
  if (!zero()) exponent_ += other.exponent_;
}

void Weight::divide(const Weight& other) noexcept {
  int exponent = 0;
  mantissa_ = std::frexp(mantissa_ / other.mantissa_, &exponent);
  exponent_ = mantissa_ == 0 ? 0 : exponent_ - other.exponent_ + exponent;
}

Weight Weight::root() const noexcept {
  const bool odd = exponent_ % 2 != 0;
  Weight root;
  root.mantissa_ = std::sqrt(odd ? mantissa_ * 2 : mantissa_);
  root.exponent_ = (odd ? exponent_ - 1 : exponent_) / 2;
  root.multiply(1.0);
  return root;
}

double Weight::relative(std::int64_t exponent) const noexcept {
  constexpr std::int64_t kFar = 2000;  // beyond the range of doubles
  return std::ldexp(mantissa_, static_cast<int>(std::clamp(exponent_ - exponent, -kFar, kFar)));
}

double Weight::log2() const noexcept {
  return zero() ? -std::numeric_limits<double>::infinity() : std::log2(mantissa_) + static_cast<double>(exponent_);
}

double effective_size(std::span<const Weight> weights) {
  const std::int64_t exponent = greatest_exponent(weights);
  double sum = 0, squares = 0;
  for (const Weight& weight : weights) {
    if (weight.zero()) continue;
    const double value = weight.relative(exponent);
    sum += value;
    squares += value * value;
  }
  return squares > 0 ? sum * sum / squares : 0;
}

std::vector<std::size_t> resample(std::span<const Weight> weights, std::size_t count, double uniform) {
  const std::int64_t exponent = greatest_exponent(weights);
  double total = 0;
  std::size_t last = 0;  // the last that may be taken, whatever rounding does
  std::vector<double> values;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    values.push_back(weights[i].zero() ? 0 : weights[i].relative(exponent));
    total += values.back();
    if (values.back() > 0) last = i;
  }
  std::vector<std::size_t> parents;
  double up_to = values.front();
  for (std::size_t i = 0, at = 0; i < count; ++i) {
    const double wanted = (static_cast<double>(i) + uniform) / static_cast<double>(count) * total;
    while (at < last && (up_to <= wanted || values[at] == 0)) up_to += values[++at];
    parents.push_back(at);
  }
  return parents;
}

}  // namespace continuo::steering
