// Repeats: passages of a piece that come back, bar by bar.
#pragma once

#include <string>
#include <vector>

#include "continuo/music/score.h"

namespace continuo::evaluation {

struct RepeatOptions {
  int min_bars = 2;         ///< shortest passage
  double similarity = 0.8;  ///< of two bars that count as the same: onsets in both over onsets in either (Jaccard)
  int max_passages = 8;     ///< the longest ones
};

/// One place of a passage that stands in a piece at least twice.
struct Repeat {
  Tick begin = 0, end = 0;
  int passage = 0;                  ///< the same for all places of a passage, counted from 0 in order of first places
  int first_bar = 0, last_bar = 0;  ///< counted from 0
  std::string name() const;         ///< "A" to "Z", then "A2" ...
};

/// The longest passage of bars that stands at two places or more, then the longest among the bars left over, and so on;
/// no two places overlap. Bars are compared by the onset, pitch and instrument of their notes. A passage neither begins
/// nor ends with an empty bar. In the order of time. Bars beyond 2,000 are not looked at. Throws Error for `min_bars`
/// below 1.
std::vector<Repeat> find_repeats(const Score& score, const RepeatOptions& options = {});

}  // namespace continuo::evaluation
