// Ends for notes whose note-off is missing.
#pragma once

#include <cstddef>

#include "midi/parsed.h"

namespace continuo::midi {

/// Closes the open notes from index `first` on, which are those of one chunk; `end` is the tick at which it ends. A key
/// (a pitch of a source) with fewer note-offs than note-ons has them shared out anew: a note-off is believed to end
/// the note that was struck last, and notes that no note-off ends so are those that lack one. They last until their key
/// is struck again, at most to the end of the chunk, and no longer than the median of the notes of their source that
/// have a note-off. The other notes of the key end first in, first out. Each note that lacks its note-off is a warning.
/// docs/midi.md says what this was measured against.
void supply_note_ends(Parsed& parsed, std::size_t first, Tick end, Warnings& warnings);

}  // namespace continuo::midi
