// Measures of form: what comes again, after how long, and how a piece changes on its way.
#include <algorithm>
#include <cmath>

#include "continuo/music/time.h"
#include "evaluation/measure_values.h"
#include "evaluation/scape.h"

namespace continuo::evaluation {
namespace {

constexpr std::size_t kMaxPairedBars = 4000;
constexpr double kLike = 0.7;           // bars from this similarity on are alike
constexpr std::size_t kReturnBars = 8;  // that lie between a bar and its return
constexpr std::size_t kMinPhraseBars = 16;
constexpr int kWindowBars = 4;  // of density and register
constexpr std::size_t kMaxFrames = 120, kMinFrames = 16;

void measure_returns(const std::vector<Bar>& bars, const BarSimilarities& similar, MeasureValues& values) {
  double full = 0, like = 0, equal = 0, again = 0, in_themes = 0;
  std::vector<char> theme(bars.size(), 0);
  const auto alike = [&](std::size_t earlier, std::size_t later) {
    return !bars[earlier].empty() && !bars[later].empty() && similar.of(earlier, later) >= kLike;
  };
  for (std::size_t later = 0; later < bars.size(); ++later) {
    if (bars[later].empty()) continue;
    ++full;
    bool found = false, found_equal = false, found_far = false;
    for (std::size_t earlier = 0; earlier < later; ++earlier) {
      if (!alike(earlier, later)) continue;
      found = true;
      found_equal = found_equal || bars[earlier] == bars[later];
      if (later - earlier <= kReturnBars) continue;
      found_far = true;
      if (later + 1 < bars.size() && alike(earlier + 1, later + 1)) theme[later] = theme[later + 1] = 1;
    }
    like += found ? 1 : 0;
    equal += found_equal ? 1 : 0;
    again += found_far ? 1 : 0;
  }
  if (full == 0) return;
  for (const char of : theme) in_themes += of;
  values[Measure::kBarsLikeEarlier] = like / full;
  values[Measure::kBarsReturn] = again / full;
  values[Measure::kThemeReturns] = in_themes / full;
  if (like > 0) values[Measure::kLiteralRepeats] = equal / like;
}

/// Mean similarity of bars so far apart.
double mean_similarity(const std::vector<Bar>& bars, const BarSimilarities& similar, std::size_t lag) {
  double sum = 0, pairs = 0;
  for (std::size_t i = 0; i + lag < bars.size(); ++i) {
    if (bars[i].empty() || bars[i + lag].empty()) continue;
    sum += similar.of(i, i + lag);
    ++pairs;
  }
  return pairs == 0 ? kUndefined : sum / pairs;
}

double period(const std::vector<Bar>& bars, const BarSimilarities& similar, std::size_t lag) {
  return mean_similarity(bars, similar, lag) -
         (mean_similarity(bars, similar, lag - 1) + mean_similarity(bars, similar, lag + 1)) / 2;
}

void measure_windows(const Score& score, MeasureValues& values) {
  const MeterMap meter(score);
  struct Window {
    double notes = 0, pitched = 0, pitches = 0;
  };
  std::vector<Window> windows;
  for (const Track& track : score.tracks) {
    for (const Note& note : track.notes) {
      const auto window = static_cast<std::size_t>(meter.bar_at(note.onset).bar / kWindowBars);
      if (window >= kMaxPairedBars) continue;
      if (windows.size() <= window) windows.resize(window + 1);
      ++windows[window].notes;
      if (track.is_drums()) continue;
      ++windows[window].pitched;
      windows[window].pitches += note.pitch;
    }
  }
  double density = 0, neighbours = 0, height = 0, pitched_neighbours = 0;
  for (std::size_t i = 1; i + 1 < windows.size(); ++i) {  // the last may be cut short
    const Window &before = windows[i - 1], &now = windows[i];
    if (before.notes > 0 && now.notes > 0) {
      density += std::abs(std::log2(now.notes / before.notes));
      ++neighbours;
    }
    if (before.pitched > 0 && now.pitched > 0) {
      height += std::abs(now.pitches / now.pitched - before.pitches / before.pitched);
      ++pitched_neighbours;
    }
  }
  if (neighbours > 0) values[Measure::kDensityChange] = density / neighbours;
  if (pitched_neighbours > 0) values[Measure::kRegisterChange] = height / pitched_neighbours;
}

/// Wu and Yang 2020: the fittest segment of each range of lengths.
void measure_structure(const Score& score, MeasureValues& values) {
  const SelfSimilarity similarity = self_similarity(score, kMaxFrames);
  const std::size_t frames = similarity.frames;
  if (frames < kMinFrames) return;
  const auto fittest = [&](std::size_t least, std::size_t most) {
    double best = kUndefined;
    for (std::size_t length = least; length <= std::min(most, frames / 2); ++length)
      for (std::size_t begin = 0; begin + length <= frames; ++begin)
        best = std::fmax(best, fitness(similarity, begin, length));
    return best;
  };
  values[Measure::kStructureShort] = fittest(3, 8);
  values[Measure::kStructureMiddle] = fittest(9, 15);
  values[Measure::kStructureLong] = fittest(16, kMaxFrames);
}

}  // namespace

BarSimilarities::BarSimilarities(const std::vector<Bar>& bars) : known_(bars.size() <= kMaxPairedBars) {
  if (!known_ || bars.size() < 2) return;
  values_.resize(bars.size() * (bars.size() - 1) / 2);
  for (std::size_t later = 1; later < bars.size(); ++later) {
    if (bars[later].empty()) continue;
    for (std::size_t earlier = 0; earlier < later; ++earlier)
      if (!bars[earlier].empty()) values_[later * (later - 1) / 2 + earlier] = similarity(bars[later], bars[earlier]);
  }
}

void measure_form(const Score& score, const std::vector<Bar>& bars, const BarSimilarities& similar,
                  MeasureValues& values) {
  measure_windows(score, values);
  measure_structure(score, values);
  if (!similar.known()) return;
  measure_returns(bars, similar, values);
  if (bars.size() < kMinPhraseBars) return;
  values[Measure::kPeriodFour] = period(bars, similar, 4);
  values[Measure::kPeriodEight] = period(bars, similar, 8);
}

}  // namespace continuo::evaluation
