// Excerpts of scores.
#pragma once

#include "continuo/music/score.h"

namespace continuo {

/// What begins before `end`; notes that sound there end there. In normal form.
Score beginning(const Score& score, Tick end);

/// What begins in the first `seconds`, by the score's tempos; at least one tick.
Score first_seconds(const Score& score, Seconds seconds);

/// Only the notes that begin at `begin` or later, where they stand; the rest of the score as it is. In normal form.
Score notes_from(const Score& score, Tick begin);

}  // namespace continuo
