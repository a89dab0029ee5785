// The prefix of a piece in which most notes stand in the prompt.
#include "continuo/evaluation/shared_beginning.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "continuo/music/time.h"

namespace continuo::evaluation {
namespace {

struct TimedNote {
  double at = 0;  ///< quarters, or seconds
  Tick onset = 0;
  int pitch = 0;  ///< percussion from 128 on
};

std::vector<TimedNote> timed_notes(const Score& score, bool by_seconds) {
  const TempoMap tempo(score);
  std::vector<TimedNote> notes;
  for (const Track& track : score.tracks) {
    for (const Note& note : track.notes) {
      const double at =
          by_seconds ? tempo.seconds(note.onset) : static_cast<double>(note.onset) / static_cast<double>(score.ppq);
      notes.push_back({at, note.onset, note.pitch + (track.is_drums() ? 128 : 0)});
    }
  }
  std::sort(notes.begin(), notes.end(), [](const TimedNote& a, const TimedNote& b) { return a.onset < b.onset; });
  return notes;
}

Tick shared_until(const std::vector<TimedNote>& piece, const std::vector<TimedNote>& prompt, double tolerance,
                  Tick end) {
  constexpr int kFound = 1, kMissing = -4;
  std::array<std::vector<double>, 256> places;  // of each pitch, ascending
  for (const TimedNote& note : prompt) places[static_cast<std::size_t>(note.pitch)].push_back(note.at);
  std::array<std::size_t, 256> next{};  // the first place that no note has taken
  int score = 0, best = 0;
  Tick until = 0;
  for (std::size_t i = 0; i < piece.size(); ++i) {
    const auto pitch = static_cast<std::size_t>(piece[i].pitch);
    const auto& at = places[pitch];
    while (next[pitch] < at.size() && at[next[pitch]] < piece[i].at - tolerance) ++next[pitch];
    const bool found = next[pitch] < at.size() && at[next[pitch]] <= piece[i].at + tolerance;
    if (found) ++next[pitch];
    score += found ? kFound : kMissing;
    const bool onset_ends = i + 1 == piece.size() || piece[i + 1].onset > piece[i].onset;
    if (score > best && onset_ends) {
      best = score;
      until = i + 1 == piece.size() ? end : piece[i + 1].onset;
    }
  }
  return until;
}

}  // namespace

Tick shared_beginning(const Score& piece, const Score& prompt) {
  constexpr double kBeatTolerance = 0.125, kSecondTolerance = 0.0625;
  const Tick end = end_tick(piece);
  return std::max(shared_until(timed_notes(piece, false), timed_notes(prompt, false), kBeatTolerance, end),
                  shared_until(timed_notes(piece, true), timed_notes(prompt, true), kSecondTolerance, end));
}

}  // namespace continuo::evaluation
