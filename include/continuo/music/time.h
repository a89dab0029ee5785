// Clocks of a score: ticks to seconds by its tempos, ticks to bars by its time signatures.
#pragma once

#include <vector>

#include "continuo/music/score.h"

namespace continuo {

/// Ticks to seconds and back. Immutable; keeps no reference to the score.
class TempoMap {
 public:
  explicit TempoMap(const Score& score);
  Seconds seconds(Tick tick) const noexcept;
  /// Nearest tick at or after 0.
  Tick tick(Seconds seconds) const noexcept;
  /// Microseconds per quarter note in force at `tick`.
  std::uint32_t tempo(Tick tick) const noexcept;

 private:
  struct Segment {
    Tick tick;
    Seconds seconds;
    std::uint32_t microseconds_per_quarter;
  };
  const Segment& segment_at(Tick tick) const noexcept;
  int ppq_;
  std::vector<Segment> segments_;
};

/// A place in the metre.
struct BarPosition {
  int bar = 0;          ///< counted from 0
  Tick bar_start = 0;   ///< tick of its first beat
  Tick bar_length = 0;  ///< ticks by its time signature; the next signature may end it sooner
  int numerator = 4;
  int denominator = 4;
};

/// Ticks to bars. A time signature in the middle of a bar ends that bar there, as notation programs do; one that
/// repeats the one in force changes nothing. Immutable; keeps no reference to the score.
class MeterMap {
 public:
  explicit MeterMap(const Score& score);
  /// The bar that holds `tick` (0 or more).
  BarPosition bar_at(Tick tick) const noexcept;
  /// Tick of the first beat of bar `bar` (0 or more).
  Tick bar_start(int bar) const noexcept;

 private:
  struct Segment {
    Tick tick;
    int first_bar;
    Tick bar_length;
    int numerator;
    int denominator;
  };
  std::vector<Segment> segments_;
};

}  // namespace continuo
