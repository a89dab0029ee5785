// The bars of a score on the grid of remi: every time signature one that the vocabulary has, every bar a whole number
// of units, every tick a place.
#pragma once

#include <cstdint>
#include <vector>

#include "continuo/music/score.h"
#include "representation/remi_layout.h"

namespace continuo::representation {

/// Time in units of 1/positions of a quarter, from the beginning of the piece.
using GridUnit = std::int64_t;

/// A signature that ends in the middle of a bar makes that bar a shorter one with a signature of its own, and a
/// signature that the vocabulary lacks becomes 4/4 (with a shorter bar where it ends). Where a signature changes off
/// the grid, the bar before is rounded to sixteenths.
class BarGrid {
 public:
  /// Bars of one length, one after the other.
  struct Run {
    GridUnit begin = 0;
    GridUnit end = 0;
    int bar_units = 0;
    int signature = 0;
  };

  /// `score` in normal form.
  BarGrid(const Score& score, const RemiLayout& layout);

  const std::vector<Run>& runs() const noexcept { return runs_; }
  std::size_t replaced_signatures() const noexcept { return replaced_; }

  /// Rounds ticks to places. Cheap for ticks that rise; correct for all from 0 to kLatestTick.
  class Rounder {
   public:
    explicit Rounder(const BarGrid& grid) : grid_(&grid) {}
    GridUnit place(Tick tick) noexcept;

   private:
    const BarGrid* grid_;
    std::size_t at_ = 0;
  };

 private:
  /// The time of one signature of the score.
  struct MeterSpan {
    Tick tick = 0;
    GridUnit begin = 0;
    GridUnit units = 0;
  };
  int ppq_;
  int positions_;
  std::vector<MeterSpan> spans_;
  std::vector<Run> runs_;
  std::size_t replaced_ = 0;
};

}  // namespace continuo::representation
