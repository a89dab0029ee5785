// Round numbers for axes, and numbers and times as labels.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace continuo::plot {

struct AxisTick {
  double value = 0;
  std::string label;
};

/// Multiples of 1, 2 or 5 times a power of ten within [low, high], at most `most` (2 or more); of whole numbers only
/// when `integers`. low < high, both finite.
std::vector<AxisTick> round_ticks(double low, double high, int most, bool integers = false);

/// "1,234,567".
std::string grouped(std::uint64_t count);

/// "1:05" or "1:02:05", with `decimals` after the seconds.
std::string clock_label(double seconds, int decimals = 0);

/// The smallest step of a clock face (0.1 s to 30 s, minutes, hours) that is at least `least` seconds.
double clock_step(double least);

}  // namespace continuo::plot
