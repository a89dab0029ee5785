// Bars as sets of onsets.
#include "evaluation/bars.h"

#include <algorithm>
#include <iterator>

#include "continuo/music/time.h"

namespace continuo::evaluation {
namespace {

constexpr int kMaxBars = 100'000;
constexpr std::uint8_t kDrums = 128;

}  // namespace

std::vector<Bar> bars_of(const Score& score) {
  const MeterMap meter(score);
  std::vector<Bar> bars;
  for (const Track& track : score.tracks) {
    const std::uint8_t instrument = track.is_drums() ? kDrums : track.program;
    for (const Note& note : track.notes) {
      const BarPosition place = meter.bar_at(note.onset);
      if (place.bar >= kMaxBars) continue;
      const auto bar = static_cast<std::size_t>(place.bar);
      if (bars.size() <= bar) bars.resize(bar + 1);
      bars[bar].push_back({note.onset - place.bar_start, note.pitch, instrument});
    }
  }
  for (Bar& bar : bars) {
    std::sort(bar.begin(), bar.end());
    bar.erase(std::unique(bar.begin(), bar.end()), bar.end());
  }
  return bars;
}

double similarity(const Bar& a, const Bar& b) {
  if (a.empty() && b.empty()) return 1;
  Bar both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(both));
  return static_cast<double>(both.size()) / static_cast<double>(a.size() + b.size() - both.size());
}

std::size_t bars_in_loops(const std::vector<Bar>& bars, int least) {
  std::size_t inside = 0;
  for (std::size_t begin = 0; begin < bars.size();) {
    std::size_t end = begin + 1;
    while (end < bars.size() && bars[end] == bars[begin]) ++end;
    if (!bars[begin].empty() && end - begin >= static_cast<std::size_t>(least)) inside += end - begin;
    begin = end;
  }
  return inside;
}

}  // namespace continuo::evaluation
