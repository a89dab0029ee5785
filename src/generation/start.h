// Start: what a piece begins with, before anything is chosen.
#pragma once

#include <string>
#include <vector>

#include "continuo/base/random.h"
#include "continuo/generation/compose.h"

namespace continuo::generation {

struct Opening {
  std::vector<representation::Symbol> heard;    ///< by the network, in order
  std::vector<representation::Symbol> written;  ///< the first symbols of the piece
  /// `heard` primes the network and is no part of the piece; otherwise both are the same.
  bool priming = false;
  std::vector<std::string> warnings;  ///< what of the prompt could not be kept
};

/// As `options` ask: the beginning of a piece, a random array ("uniform over the symbols of music, whatever the grammar
/// says"), or the prompt. Throws Error (a prompt without notes; a vocabulary without music).
Opening open_piece(const LoadedModel& composer, const ComposeOptions& options, int label, Random& random);

}  // namespace continuo::generation
