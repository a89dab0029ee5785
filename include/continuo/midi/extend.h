// A given file with new music in it: every event of the file stays as it stands there.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "continuo/midi/midi.h"
#include "continuo/music/splice.h"

namespace continuo::midi {

struct ExtendOptions {
  /// The given music ends at this tick: later events of the file are left out, and notes that sound there end there.
  std::optional<Tick> end;
};

/// The bytes of `file` with the events of `music.added` among them. `music` is splice() of the score that was read from
/// `file` (up to options.end). Every event of the file stands in the result, unchanged and in its order, also those
/// that no Score holds: system exclusive messages, pressure, release velocities, ports, other meta events, tempos that
/// change nothing; only End of Track moves. New notes stand in the chunk of their track, behind what the file has at
/// their tick; tempos and time signatures in the first chunk; new instruments in chunks of their own (format 0: in the
/// one chunk). Program changes are added where a channel's program is not the one that a note needs. Nothing for a file
/// that cannot be kept so (SMPTE time, format 2, a RIFF wrapper, damage that reading repairs), or whose result would
/// not be read as music.score: write(music.score) is then what there is.
std::optional<std::vector<std::uint8_t>> extend(std::span<const std::uint8_t> file, const Spliced& music,
                                                const ExtendOptions& options = {});

}  // namespace continuo::midi
