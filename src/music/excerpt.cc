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

namespace {

/// Moves events to the new beginning; of those before it, the last of each `kind` stays, at the beginning.
template <class Event, class Kind>
void begin_at(std::vector<Event>& events, Tick begin, const Kind& kind) {
  std::vector<Event> held, later;
  for (Event& event : events) {
    if (event.tick > begin) {
      event.tick -= begin;
      later.push_back(event);
      continue;
    }
    std::erase_if(held, [&](const Event& other) { return kind(other) == kind(event); });
    event.tick = 0;
    held.push_back(event);
  }
  held.insert(held.end(), later.begin(), later.end());
  events = std::move(held);
}

}  // namespace

Score from_tick(const Score& score, Tick begin) {
  Score result = score;
  const auto one = [](const auto&) { return 0; };
  begin_at(result.tempos, begin, one);
  begin_at(result.time_signatures, begin, one);
  begin_at(result.key_signatures, begin, one);
  std::erase_if(result.texts, [&](const TextEvent& text) { return text.tick < begin; });
  for (TextEvent& text : result.texts) text.tick -= begin;
  for (Track& track : result.tracks) {
    begin_at(track.controls, begin, [](const ControlChange& control) { return control.controller; });
    begin_at(track.bends, begin, one);
    std::erase_if(track.notes,
                  [&](const Note& note) { return note.onset < begin && note.onset + note.duration <= begin; });
    for (Note& note : track.notes) {
      note.duration -= std::max<Tick>(0, begin - note.onset);
      note.onset = std::max<Tick>(0, note.onset - begin);
    }
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
