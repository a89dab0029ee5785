// Excerpts of scores.
#pragma once

#include "continuo/music/score.h"

namespace continuo {

/// What begins before `end`; notes that sound there end there. In normal form.
Score beginning(const Score& score, Tick end);

}  // namespace continuo
