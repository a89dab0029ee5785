// Round numbers for axes, and numbers and times as labels.
#include "axis.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace continuo::plot {
namespace {

std::string tick_label(double value, double step) {
  const double largest = std::max(std::abs(value), step);
  if (value == 0) return "0";
  if (largest >= 1e7 || step < 1e-5) {
    const int digits =
        std::clamp(static_cast<int>(std::floor(std::log10(largest)) - std::floor(std::log10(step))), 0, 8);
    return fmt::format("{:.{}e}", value, digits);
  }
  const int decimals = std::clamp(static_cast<int>(-std::floor(std::log10(step) + 1e-9)), 0, 8);
  if (decimals > 0) return fmt::format("{:.{}f}", value, decimals);
  return (value < 0 ? "-" : "") + grouped(static_cast<std::uint64_t>(std::llround(std::abs(value))));
}

}  // namespace

std::vector<AxisTick> round_ticks(double low, double high, int most, bool integers) {
  const double rough = (high - low) / std::max(1, most - 1);
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = power * 10;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (power * factor >= rough * (1 - 1e-9)) {
      step = power * factor;
      break;
    }
  }
  if (integers) step = std::max(1.0, std::round(step));
  std::vector<AxisTick> ticks;
  const double first = std::ceil(low / step - 1e-9);
  for (int i = 0; i <= most + 1; ++i) {
    const double value = (first + i) * step;
    if (value > high + step * 1e-9) break;
    ticks.push_back({value, tick_label(value, step)});
  }
  return ticks;
}

std::string grouped(std::uint64_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

std::string clock_label(double seconds, int decimals) {
  const double scale = std::pow(10.0, decimals);
  const auto parts = static_cast<std::uint64_t>(std::llround(std::clamp(seconds, 0.0, 1e15) * scale));
  const auto per_second = static_cast<std::uint64_t>(scale);
  const std::uint64_t whole = parts / per_second;
  std::string text = whole >= 3600 ? fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60)
                                   : fmt::format("{}:{:02}", whole / 60, whole % 60);
  if (decimals > 0) text += fmt::format(".{:0{}}", parts % per_second, decimals);
  return text;
}

double clock_step(double least) {
  for (const double step : {0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0})
    if (step >= least) return step;
  double step = 7200;
  while (step < least) step *= 2;
  return step;
}

}  // namespace continuo::plot
