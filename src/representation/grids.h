// Grids to which values are rounded: note lengths, velocities, tempos.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "continuo/music/score.h"
#include "continuo/representation/representation.h"

namespace continuo::representation {

/// Note lengths in units of 1/positions of a quarter note: the note values that notation has (with dots and triplets),
/// coarser as they grow, up to 32 quarters. Coarse on purpose: a quarter that a file holds for 95 % of its length
/// is read as a quarter.
class DurationGrid {
 public:
  explicit DurationGrid(int positions);
  int size() const noexcept { return static_cast<int>(units_.size()); }
  int units(int index) const noexcept { return units_[static_cast<std::size_t>(index)]; }
  /// Named as MidiTok does: whole quarters, further units, units per quarter: "Duration_1.6.12" is a dotted quarter.
  NamedSymbol symbol(int index) const;
  /// Index of the nearest length; of two equally near the longer.
  int nearest(Tick ticks, int ppq) const noexcept;
  /// Index of the quarter note.
  int quarter() const noexcept { return quarter_; }

 private:
  int positions_;
  int quarter_ = 0;
  std::vector<int> units_;
  std::vector<std::uint8_t> nearest_;  ///< by kFine-ths of a unit
};

/// `steps` velocities from soft to loud, the values that MidiTok gives them (32 steps: 3, 7, 11 ... 127).
class VelocityGrid {
 public:
  explicit VelocityGrid(int steps);
  int size() const noexcept { return static_cast<int>(values_.size()); }
  std::uint8_t value(int index) const noexcept { return values_[static_cast<std::size_t>(index)]; }
  NamedSymbol symbol(int index) const {
    return {"Velocity_" + std::to_string(value(index)), {SymbolKind::kVelocity, value(index)}};
  }
  int nearest(std::uint8_t velocity) const noexcept { return nearest_[velocity & 127]; }

 private:
  std::vector<std::uint8_t> values_;
  std::vector<std::uint8_t> nearest_;
};

/// Tempos a fixed ratio apart, about 23 to 340 quarters a minute, with 120 and its halves and doubles among them.
class TempoGrid {
 public:
  explicit TempoGrid(int steps_per_doubling);  ///< 0: a grid without any tempo
  int size() const noexcept { return static_cast<int>(microseconds_.size()); }
  int steps() const noexcept { return steps_; }  ///< from a tempo to its double
  std::uint32_t microseconds(int index) const noexcept { return microseconds_[static_cast<std::size_t>(index)]; }
  NamedSymbol symbol(int index) const;
  /// Place on the grid as a real number, within 0 and size() - 1.
  double place(double microseconds_per_quarter) const noexcept;
  /// Index of 120 quarters a minute.
  int middle() const noexcept { return middle_; }

 private:
  int steps_;
  int middle_ = 0;
  std::vector<std::uint32_t> microseconds_;
};

}  // namespace continuo::representation
