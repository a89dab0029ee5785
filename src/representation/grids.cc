// The grids' values and the tables that make rounding to them cheap.
#include "representation/grids.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace continuo::representation {
namespace {

constexpr int kFine = 8;  // parts of a unit that the rounding of durations sees
constexpr double kReferenceTempo = 120;

/// Beyond the four shortest lengths: quarters as {numerator, denominator}.
constexpr std::array<std::array<int, 2>, 27> kNoteValues = {
    {{1, 4}, {1, 3},  {1, 2},  {2, 3},  {3, 4},  {1, 1},  {5, 4},  {4, 3},  {3, 2},
     {7, 4}, {2, 1},  {5, 2},  {3, 1},  {7, 2},  {4, 1},  {5, 1},  {6, 1},  {7, 1},
     {8, 1}, {10, 1}, {12, 1}, {14, 1}, {16, 1}, {20, 1}, {24, 1}, {28, 1}, {32, 1}}};

}  // namespace

DurationGrid::DurationGrid(int positions) : positions_(positions), units_{1, 2, 3, 4} {
  for (const auto& [numerator, denominator] : kNoteValues) {
    if (positions * numerator % denominator == 0) units_.push_back(positions * numerator / denominator);
  }
  std::sort(units_.begin(), units_.end());
  units_.erase(std::unique(units_.begin(), units_.end()), units_.end());
  quarter_ = static_cast<int>(std::find(units_.begin(), units_.end(), positions) - units_.begin());
  nearest_.resize(static_cast<std::size_t>(units_.back() * kFine + 1));
  std::size_t index = 0;
  for (std::size_t fine = 0; fine < nearest_.size(); ++fine) {
    const auto distance = [&](std::size_t i) { return std::abs(units_[i] * kFine - static_cast<int>(fine)); };
    while (index + 1 < units_.size() && distance(index + 1) <= distance(index)) ++index;
    nearest_[fine] = static_cast<std::uint8_t>(index);
  }
}

NamedSymbol DurationGrid::symbol(int index) const {
  const int length = units(index);
  return {"Duration_" + std::to_string(length / positions_) + "." + std::to_string(length % positions_) + "." +
              std::to_string(positions_),
          {SymbolKind::kDuration, length, positions_}};
}

int DurationGrid::nearest(Tick ticks, int ppq) const noexcept {
  const Tick longest = Tick{32} * ppq;
  const Tick within = std::clamp<Tick>(ticks, 0, longest);
  return nearest_[static_cast<std::size_t>((within * positions_ * kFine * 2 + ppq) / (Tick{2} * ppq))];
}

VelocityGrid::VelocityGrid(int steps) {
  for (int i = 1; i <= steps; ++i) values_.push_back(static_cast<std::uint8_t>(127 * i / steps));
  nearest_.assign(128, 0);
  std::size_t index = 0;
  for (int velocity = 0; velocity < 128 && !values_.empty(); ++velocity) {
    const auto distance = [&](std::size_t i) { return std::abs(values_[i] - velocity); };
    while (index + 1 < values_.size() && distance(index + 1) <= distance(index)) ++index;
    nearest_[static_cast<std::size_t>(velocity)] = static_cast<std::uint8_t>(index);
  }
}

TempoGrid::TempoGrid(int steps_per_doubling) : steps_(steps_per_doubling) {
  if (steps_ == 0) return;
  const int slowest = -(steps_ * 19 / 8);
  const int fastest = steps_ * 3 / 2;
  middle_ = -slowest;
  for (int i = slowest; i <= fastest; ++i) {
    const double tempo = kReferenceTempo * std::exp2(static_cast<double>(i) / steps_);
    microseconds_.push_back(static_cast<std::uint32_t>(std::lround(60e6 / tempo)));
  }
}

NamedSymbol TempoGrid::symbol(int index) const {
  const double tempo = kReferenceTempo * std::exp2(static_cast<double>(index - middle_) / steps_);
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "Tempo_%.2f", tempo);
  return {text.data(), {SymbolKind::kTempo, static_cast<int>(microseconds(index))}};
}

double TempoGrid::place(double microseconds_per_quarter) const noexcept {
  const double tempo = 60e6 / std::max(1.0, microseconds_per_quarter);
  const double place = middle_ + steps_ * std::log2(tempo / kReferenceTempo);
  return std::clamp(place, 0.0, static_cast<double>(size() - 1));
}

}  // namespace continuo::representation
