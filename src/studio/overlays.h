// What is shown over the notes of a take: chords, and what the model knows from where it learned.
#pragma once

#include "continuo/music/score.h"
#include "studio/request.h"

namespace continuo::studio {

/// [[tick, end, "D minor"], ...]: the triad of each half bar that has notes, neighbours of one triad together.
Json chords_view(const Score& score);

/// The notes that stand in a passage which the model learned from, in any key: {"tracks": [[0, 1, ...], ...], "notes":
/// of a passage, "share": of the notes}. Throws Error (kUnsupported) where nothing tells.
Json borrowed_view(const Score& score, const StudioModel& model);

}  // namespace continuo::studio
