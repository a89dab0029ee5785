// Track choice: which of several tracks of one instrument goes on with which notes.
#pragma once

#include <span>
#include <vector>

#include "continuo/music/score.h"

namespace continuo {

/// Follows the registers of some tracks. Notes that begin together are shared between them without crossing: the
/// higher notes to the higher track, each near to what the track played last, and no more to a track at once than it is
/// used to.
class TrackChoice {
 public:
  /// `tracks`: indices into score.tracks, at least one; what they played up to `now` counts, or else all that they
  /// have.
  TrackChoice(const Score& score, const std::vector<std::size_t>& tracks, Tick now);

  /// Of each of `notes`, which begin together, the track. Notes are to be given in the order of their onsets.
  std::vector<std::size_t> choose(std::span<const Note> notes);

 private:
  struct Voice {
    std::size_t track = 0;
    double centre = 60;  ///< of the latest notes, in MIDI keys
    double low = 0, high = 127;
    int most = 1;           ///< notes that began together, the most of late
    Tick sounds_until = 0;  ///< the latest end of a note
  };
  double cost(const Voice& voice, std::span<const Note> notes) const;

  std::vector<Voice> voices_;  ///< from high to low
};

}  // namespace continuo
