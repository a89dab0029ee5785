// What instruments can play: the range of each General MIDI program.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "continuo/music/score.h"

namespace continuo {

/// MIDI keys as they sound, both included.
struct PitchRange {
  std::uint8_t low = 0, high = 127;
  bool holds(int pitch) const noexcept { return low <= pitch && pitch <= high; }
  friend bool operator==(const PitchRange&, const PitchRange&) = default;
};

/// By General MIDI program, from 0. Drums have none.
using InstrumentRanges = std::array<PitchRange, 128>;

/// The ranges of the instruments that the programs are named after, as professional players have them: S. Adler, "The
/// Study of Orchestration" (3rd ed., 2002), and for instruments outside of the orchestra the makers' usual models. A
/// program that stands for a family (sections, choirs, organs, recorders) has the range of all its members.
/// Synthesisers and effects have all 128 keys.
const InstrumentRanges& general_midi_ranges() noexcept;

/// Lets every instrument play what it plays in `score`.
void widen(InstrumentRanges& ranges, const Score& score);
/// Lets every instrument play what it has in `others`.
void widen(InstrumentRanges& ranges, const InstrumentRanges& others) noexcept;

/// What the pieces of a collection show: many give an instrument notes that it has not, by a wrong program or a wrong
/// octave. A range is widened as far as a third of the pieces with this instrument, and no fewer than three, go.
class RangeSurvey {
 public:
  void add(const Score& score);
  /// general_midi_ranges(), widened.
  InstrumentRanges ranges() const;

 private:
  using Count = std::array<std::uint32_t, 128>;  ///< of pieces, by MIDI key
  std::array<Count, 128> lowest_{}, highest_{};  ///< by program: the key of a piece that is
};

/// What differs from general_midi_ranges(), for example "40:53-103 43:23-67", by program; empty where nothing does.
std::string to_text(const InstrumentRanges& ranges);
/// The ranges of a text that to_text() wrote. Throws Error for any other.
InstrumentRanges ranges_from_text(std::string_view text);

}  // namespace continuo
