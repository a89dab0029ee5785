// Time signatures to runs of equal bars.
#include "representation/bar_grid.h"

#include <algorithm>
#include <limits>

#include "representation/settings.h"

namespace continuo::representation {
namespace {

constexpr GridUnit kForever = std::numeric_limits<GridUnit>::max() / 4;

GridUnit rounded_units(Tick ticks, int positions, int ppq) noexcept {
  return (ticks * positions * 2 + ppq) / (GridUnit{2} * ppq);
}

}  // namespace

BarGrid::BarGrid(const Score& score, const RemiLayout& layout) : ppq_(score.ppq), positions_(layout.positions) {
  struct Change {
    Tick tick;
    int signature;
  };
  std::vector<Change> changes;
  if (score.time_signatures.empty() || score.time_signatures.front().tick > 0) {
    changes.push_back({0, layout.common_time});
  }
  for (const TimeSignature& given : score.time_signatures) {
    if (given.tick > kLatestTick) break;
    int signature = layout.find_signature(given.numerator, given.denominator);
    if (signature < 0) {
      ++replaced_;
      signature = layout.common_time;
    }
    changes.push_back({std::max<Tick>(0, given.tick), signature});
  }

  const GridUnit sixteenth = positions_ / 4;
  GridUnit begin = 0;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const int signature = changes[i].signature;
    const int bar = layout.signatures[static_cast<std::size_t>(signature)].units;
    const auto add = [&](GridUnit units, int bar_units, int bar_signature) {
      runs_.push_back({begin, begin + units, bar_units, bar_signature});
      begin += units;
    };
    spans_.push_back({changes[i].tick, begin, kForever});
    if (i + 1 == changes.size()) {
      runs_.push_back({begin, kForever, bar, signature});
      break;
    }
    const GridUnit length = rounded_units(changes[i + 1].tick - changes[i].tick, positions_, ppq_);
    const GridUnit whole = length / bar * bar;
    if (whole > 0) add(whole, bar, signature);
    GridUnit rest = (length - whole + sixteenth / 2) / sixteenth * sixteenth;
    if (rest == bar) {
      add(bar, bar, signature);
      rest = 0;
    }
    while (rest > 0) {
      // A rest of many sixteenths may have no signature of its own: its whole quarters then make a bar apart.
      const GridUnit piece = layout.find_length(rest) >= 0 ? rest : rest / positions_ * positions_;
      add(piece, static_cast<int>(piece), layout.find_length(piece));
      rest -= piece;
    }
    spans_.back().units = begin - spans_.back().begin;
  }
}

GridUnit BarGrid::Rounder::place(Tick tick) noexcept {
  const std::vector<MeterSpan>& spans = grid_->spans_;
  if (spans[at_].tick > tick) at_ = 0;
  while (at_ + 1 < spans.size() && spans[at_ + 1].tick <= tick) ++at_;
  const MeterSpan& span = spans[at_];
  return span.begin + std::min(span.units, rounded_units(tick - span.tick, grid_->positions_, grid_->ppq_));
}

}  // namespace continuo::representation
