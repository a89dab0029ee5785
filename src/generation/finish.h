// Finish: from the symbols of a piece to music, with what its listener should know.
#pragma once

#include <cstddef>

#include "continuo/generation/compose.h"

namespace continuo::generation {

/// Decodes `piece.symbols` and fills score, dropped and repaired; adds the warnings that follow from them.
void finish_piece(const Composer& composer, const ComposeOptions& options, Composition& piece);

}  // namespace continuo::generation
