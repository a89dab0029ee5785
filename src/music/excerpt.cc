// Excerpts of scores.
#include "continuo/music/excerpt.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

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

namespace {

/// The track of `score` that `track` goes on: the first of its instrument that is not taken, or a new one.
std::size_t track_for(Score& score, std::vector<bool>& taken, const Track& track) {
  std::size_t same = 0;
  while (same < taken.size() && (taken[same] || score.tracks[same].program != track.program ||
                                 score.tracks[same].is_drums() != track.is_drums()))
    ++same;
  if (same == taken.size()) {
    Track own = track;
    own.notes.clear();
    own.controls.clear();
    own.bends.clear();
    score.tracks.push_back(std::move(own));
    taken.push_back(false);
  }
  taken[same] = true;
  return same;
}

}  // namespace

Score followed_by(const Score& first, const Score& second, Tick at) {
  Score whole = beginning(first, at);
  Score next = with_ppq(second, first.ppq);
  if (next.tempos.empty() || next.tempos.front().tick > 0) next.tempos.insert(next.tempos.begin(), TempoChange{});
  if (next.time_signatures.empty() || next.time_signatures.front().tick > 0)
    next.time_signatures.insert(next.time_signatures.begin(), TimeSignature{});
  const auto append = [&](auto& to, const auto& from) {
    for (auto event : from) {
      event.tick += at;
      to.push_back(std::move(event));
    }
  };
  append(whole.tempos, next.tempos);
  append(whole.time_signatures, next.time_signatures);
  append(whole.key_signatures, next.key_signatures);
  append(whole.texts, next.texts);
  std::vector<bool> taken(whole.tracks.size(), false);
  for (const Track& track : next.tracks) {
    Track& to = whole.tracks[track_for(whole, taken, track)];
    append(to.controls, track.controls);
    append(to.bends, track.bends);
    for (Note note : track.notes) {
      note.onset += at;
      to.notes.push_back(note);
    }
  }
  normalise(whole);
  return whole;
}

}  // namespace continuo
