// Finds out whether a sequence has got stuck: the same block over and over until its end.
#include <algorithm>

#include "continuo/generation/compose.h"

namespace continuo::generation {
namespace {

constexpr std::size_t kShortestLoop = 24;  // symbols

}  // namespace

Loop find_loop(std::span<const representation::Symbol> symbols, std::size_t max_period, std::size_t min_repeats) {
  Loop longest;
  std::size_t covered = kShortestLoop - 1;
  for (std::size_t period = 1; period <= std::min(max_period, symbols.size() / 2); ++period) {
    std::size_t same = 0;  // symbols at the end that equal the one a period before them
    while (same + period < symbols.size() &&
           symbols[symbols.size() - 1 - same] == symbols[symbols.size() - 1 - same - period])
      ++same;
    const std::size_t repeats = same / period + 1;
    // A block that is itself a repetition of a shorter one covers no more than that one does.
    if (repeats >= min_repeats && same + period > covered) {
      longest = {.period = period, .repeats = repeats};
      covered = same + period;
    }
  }
  return longest;
}

}  // namespace continuo::generation
