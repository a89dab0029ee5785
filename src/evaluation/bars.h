// What begins in each bar of a score, for measures of structure.
#pragma once

#include <cstdint>
#include <tuple>
#include <vector>

#include "continuo/music/score.h"

namespace continuo::evaluation {

/// A note's beginning as far as structure is concerned.
struct Onset {
  Tick at = 0;  ///< ticks from the beginning of its bar
  std::uint8_t pitch = 0;
  std::uint8_t instrument = 0;  ///< General MIDI program; 128: drums
  friend bool operator==(const Onset&, const Onset&) = default;
  friend bool operator<(const Onset& a, const Onset& b) noexcept {
    return std::tie(a.at, a.pitch, a.instrument) < std::tie(b.at, b.pitch, b.instrument);
  }
};

/// Sorted, none twice.
using Bar = std::vector<Onset>;

/// Every bar from the first to that of the last onset; bars beyond 100,000 are left out.
std::vector<Bar> bars_of(const Score& score);

/// Elements in both over elements in either (Jaccard); 1 for two empty bars.
double similarity(const Bar& a, const Bar& b);

/// Bars in runs of at least `least` equal neighbours that are not empty.
std::size_t bars_in_loops(const std::vector<Bar>& bars, int least);

}  // namespace continuo::evaluation
