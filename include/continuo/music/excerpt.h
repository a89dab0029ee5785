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

/// What sounds from `begin` on, as a piece that begins there: notes that sound already have what is left of them;
/// tempo, metre, key, controllers and bends are those in force. In normal form.
Score from_tick(const Score& score, Tick begin);

/// What `first` has before `at`, and from there on `second`, with its tempo, metre and key. Tracks of one instrument,
/// in their order, are one track; what is left of `second` comes behind them. In the ppq of `first`; in normal form.
Score followed_by(const Score& first, const Score& second, Tick at);

}  // namespace continuo
