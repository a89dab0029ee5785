// How far a piece goes along with another one from its beginning: what of a continuation was given.
#pragma once

#include "continuo/music/score.h"

namespace continuo::evaluation {

/// The tick of `piece` up to which its notes are those of `prompt`, or of its beginning: the onset of the first note
/// after them, or the end of the piece. 0 where they do not begin alike. Pitch and onset are compared, by beats or,
/// where that goes further, by seconds; onsets may differ by an eighth of a quarter note (a sixteenth of a second) and
/// one note in five may be missing, as when a prompt was quantised.
Tick shared_beginning(const Score& piece, const Score& prompt);

}  // namespace continuo::evaluation
