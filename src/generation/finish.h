// Finish: from the symbols of a piece to music, with what its listener should know.
#pragma once

#include <cstddef>

#include "continuo/generation/compose.h"

namespace continuo::generation {

/// Decodes `piece.symbols` and fills score, added, dropped and repaired; adds the warnings that follow from them.
/// `bars`: of the whole piece, beyond which no new note sounds; 0: as many as there are.
void finish_piece(const LoadedModel& composer, const ComposeOptions& options, int bars, Composition& piece);

}  // namespace continuo::generation
