// Decodes all that there is and gives what ended before the latest onset.
#include "continuo/representation/score_decoder.h"

#include <algorithm>
#include <limits>
#include <tuple>

#include "continuo/music/time.h"

namespace continuo::representation {

std::vector<SettledNote> ScoreDecoder::take() {
  std::vector<SettledNote> notes;
  if (read_ == symbols_.size() && !finished_) return notes;
  read_ = symbols_.size();
  const Score score = representation_->decode(symbols_).score;
  Tick now = -1;
  for (const Track& track : score.tracks)
    if (!track.notes.empty()) now = std::max(now, track.notes.back().onset);
  if (finished_) now = std::numeric_limits<Tick>::max();
  if (now <= settled_) return notes;
  const TempoMap tempo(score);
  for (const Track& track : score.tracks)
    for (const Note& note : track.notes) {
      const Tick end = note.onset + note.duration;
      if (end < settled_ || end >= now) continue;
      notes.push_back({.note = note,
                       .ppq = score.ppq,
                       .program = track.is_drums() ? 0 : track.program,
                       .drums = track.is_drums(),
                       .begin = tempo.seconds(note.onset),
                       .end = tempo.seconds(end)});
    }
  settled_ = now;
  std::stable_sort(notes.begin(), notes.end(), [](const SettledNote& a, const SettledNote& b) {
    return std::tuple(a.note.onset + a.note.duration, a.note.onset, a.note.pitch) <
           std::tuple(b.note.onset + b.note.duration, b.note.onset, b.note.pitch);
  });
  return notes;
}

}  // namespace continuo::representation
