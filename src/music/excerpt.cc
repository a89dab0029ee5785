// Excerpts of scores.
#include "continuo/music/excerpt.h"

#include <algorithm>

#include "continuo/music/time.h"

namespace continuo {

Score beginning(const Score& score, Tick end) {
  Score result = score;
  const auto cut = [&](auto& events) { std::erase_if(events, [&](const auto& event) { return event.tick >= end; }); };
  cut(result.tempos);
  cut(result.time_signatures);
  cut(result.key_signatures);
  cut(result.texts);
  for (Track& track : result.tracks) {
    cut(track.controls);
    cut(track.bends);
    std::erase_if(track.notes, [&](const Note& note) { return note.onset >= end; });
    for (Note& note : track.notes) note.duration = std::min(note.duration, end - note.onset);
  }
  normalise(result);
  return result;
}

Score first_seconds(const Score& score, Seconds seconds) {
  return beginning(score, std::max<Tick>(1, TempoMap(score).tick(seconds)));
}

Score notes_from(const Score& score, Tick begin) {
  Score result = score;
  for (Track& track : result.tracks) std::erase_if(track.notes, [&](const Note& note) { return note.onset < begin; });
  normalise(result);
  return result;
}

}  // namespace continuo
