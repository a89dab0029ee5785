// Onset grid: what predictions say of pitch and onset alone, on sixteenths, so that models of different representations
// can be held against each other. docs/evaluation.md has the definition.
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "continuo/representation/representation.h"

namespace continuo::evaluation {

/// The slot of an onset: floor(4 q + 1/4), q in quarters. So the three twelfths of a quarter from each sixteenth on are
/// one slot, and what is played up to a sixteenth of a quarter early falls where it belongs.
std::int64_t grid_slot(double quarters) noexcept;

/// Quarters at a number of seconds from the beginning of the piece.
using Quarters = std::function<double(Seconds)>;

/// What each symbol of a representation says of the grid. Immutable and thread-safe.
class OnsetGrid {
 public:
  /// Whether a representation keeps pitches and onsets, in bars or in seconds.
  static bool has(const representation::RepresentationSpec& spec);
  /// Whether it needs the tempo as an input: onsets are in seconds.
  bool in_seconds() const noexcept { return in_seconds_; }
  /// Throws Error for others.
  explicit OnsetGrid(const representation::Representation& representation);

 private:
  friend class OnsetGridScorer;
  enum class Kind : std::uint8_t {
    kTold,       ///< nothing of pitch and onset
    kEnd,        ///< the piece is over
    kPitch,      ///< a note begins; value: pitch
    kMore,       ///< something more begins in this slot
    kPosition,   ///< the slot from the beginning of the bar; value
    kBar,        ///< the next bar
    kSignature,  ///< told; value: slots of the bar that began
    kShift,      ///< value: milliseconds
  };
  struct Meaning {
    Kind kind = Kind::kTold;
    int value = 0;
  };
  std::vector<Meaning> meanings_;
  bool in_seconds_ = false;
};

/// Reads one sequence. Each symbol costs -log2 of the probability of what it says of the grid, given all symbols before
/// it.
class OnsetGridScorer {
 public:
  /// `grid` must outlive it. `quarters` is for grids in_seconds(); without it, 120 quarters a minute.
  explicit OnsetGridScorer(const OnsetGrid& grid, Quarters quarters = {});

  /// The first symbol, which is not predicted.
  void begin(representation::Symbol symbol);
  /// The next one, predicted with these logits [vocabulary].
  void read(std::span<const float> logits, representation::Symbol symbol);

  double bits() const noexcept { return bits_; }
  /// Of bits(): for time shifts into slots in which no note begins (a note ends there, or a long silence goes on).
  double idle_bits() const noexcept { return idle_bits_; }
  /// Different pairs of slot and pitch so far.
  std::size_t notes() const noexcept { return notes_; }

 private:
  using Meaning = OnsetGrid::Meaning;
  std::int64_t slot_after(Meaning meaning) const;
  bool fresh(int pitch) const noexcept { return !present_[static_cast<std::size_t>(pitch & 127)]; }
  void advance(Meaning meaning);

  const OnsetGrid& grid_;
  Quarters quarters_;
  double bits_ = 0, idle_bits_ = 0;
  std::size_t notes_ = 0;
  std::int64_t slot_;                   ///< of the latest position or shift; -1: before the first position
  std::bitset<128> present_;            ///< pitches that began in this slot
  double pending_ = 0;                  ///< bits of the shift into this slot while no note has begun in it
  std::int64_t bar_ = 0, bar_end_ = 0;  ///< slots
  std::int64_t milliseconds_ = 0;       ///< of all time shifts
};

}  // namespace continuo::evaluation
