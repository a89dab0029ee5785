// Splice: new music joined to given music, which stays as it is, event for event.
#pragma once

#include <cstdint>
#include <vector>

#include "continuo/music/score.h"

namespace continuo {

/// How the clock of decoded music and that of the given score run together.
enum class Alignment : std::uint8_t {
  kBars,    ///< in beats, with bars that begin together
  kBeats,   ///< in beats
  kSeconds  ///< in seconds: decoded music knows neither the beats nor the tempo of the given score
};

/// New music as it was decoded, on a clock of its own.
struct Fragment {
  Score music;  ///< of its tracks only the new notes; its tempos and time signatures are those of all that was decoded
  /// By track of `music`: its instrument stands for whatever the given score has (representations of one instrument).
  std::vector<bool> any_instrument;
  /// By track of the given score: it takes no new note, though it has the instrument. May be shorter.
  std::vector<bool> closed;
  Tick at = 0;     ///< a tick of `music` ...
  Tick place = 0;  ///< ... and the same moment in the given score
  Tick from = -1;  ///< tick of `music` of the latest given note: what changes later is new
  Alignment alignment = Alignment::kBars;
};

/// The notes of `whole` that `part` has not. `part` is `given` as it was encoded and decoded, `whole` the same with
/// what was composed, both by one representation. All in normal form.
Fragment new_music(const Score& given, const Score& part, const Score& whole, Alignment alignment);

struct Spliced {
  Score score;  ///< given and new music together, with the ppq of the given one; in normal form
  /// The new events alone. Its first tracks are those of the given score, in their order and perhaps without notes;
  /// those of new instruments follow. So not in normal form.
  Score added;
};

/// Joins new music to `given` (in normal form). The tracks of `given` come first, in their order, with all their
/// events; nothing of them changes. New notes go
/// - to the track of their instrument; of several to the one whose register and number of voices they continue;
/// - to a track of their own where the given score lacks their instrument, on a channel of the first port that is free
/// (if there
///   is one).
/// A new note on a key that still sounds ends no sooner than the given note; one on a key that the given score strikes
/// later ends there; one that is struck together with a given note is left out. A sustain pedal or pitch bend that the
/// given score leaves in force is released where new notes begin on its channel. A channel belongs to its port: the
/// same number on another port is another channel. Tempo and metre of `given` hold on. A tempo is written where the new
/// music changes it (where it comes back to that of the joint: the given one); a time signature where the bars of the
/// new music are others. New music may lie after the given one, in a gap of it, or beside it.
Spliced splice(const Score& given, const Fragment& fragment);

}  // namespace continuo
