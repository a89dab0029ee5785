// Scores to rows of notes, and notes to steps.
#include "continuo/music/note_stream.h"

#include <algorithm>

namespace continuo {

std::int64_t to_sixteenth(Tick onset, int ppq) noexcept {
  constexpr Tick kLatest = Tick{1} << 52;  // 8 times it does not overflow
  return (8 * std::clamp<Tick>(onset, 0, kLatest) + ppq) / (2 * Tick{ppq});
}

std::vector<StreamNote> note_stream(const Score& score) {
  std::vector<StreamNote> stream;
  stream.reserve(note_count(score));
  for (const Track& track : score.tracks) {
    if (track.is_drums()) continue;
    for (const Note& note : track.notes) stream.push_back({to_sixteenth(note.onset, score.ppq), note.pitch});
  }
  std::sort(stream.begin(), stream.end());
  stream.erase(std::unique(stream.begin(), stream.end()), stream.end());
  return stream;
}

Step step_between(const StreamNote& from, const StreamNote& to) noexcept {
  const auto time = std::clamp<std::int64_t>(to.sixteenth - from.sixteenth, 0, kMaxSixteenths);
  return static_cast<Step>(time << 8 | ((to.pitch & 127) - (from.pitch & 127) + 128));
}

std::vector<Step> steps_of(const std::vector<StreamNote>& stream) {
  std::vector<Step> steps(stream.size(), kNoStep);
  for (std::size_t i = 1; i < stream.size(); ++i) steps[i] = step_between(stream[i - 1], stream[i]);
  return steps;
}

}  // namespace continuo
