// The sustain pedal written out as longer notes.
#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <vector>

#include "continuo/music/pedal.h"
#include "continuo/music/score.h"

namespace continuo {
namespace {

struct Hold {
  Tick begin;
  Tick end;
};

/// The spans in which the pedal of a line is down, in order.
std::vector<Hold> holds_of(const std::vector<Track*>& line, Tick last) {
  std::vector<ControlChange> pedal;
  for (const Track* const track : line) {
    std::copy_if(track->controls.begin(), track->controls.end(), std::back_inserter(pedal),
                 [](const ControlChange& control) { return control.controller == kSustainPedal; });
  }
  std::stable_sort(pedal.begin(), pedal.end(),
                   [](const ControlChange& a, const ControlChange& b) { return a.tick < b.tick; });
  std::vector<Hold> holds;
  bool down = false;
  for (const ControlChange& change : pedal) {
    const bool presses = change.value >= kPedalDown;
    if (presses && !down) holds.push_back({change.tick, last});
    if (!presses && down) holds.back().end = change.tick;
    down = presses;
  }
  return holds;
}

/// The onsets of a line by pitch, each list in order.
std::array<std::vector<Tick>, 256> onsets_of(const std::vector<Track*>& line) {
  std::array<std::vector<Tick>, 256> onsets;
  for (const Track* const track : line) {
    for (const Note& note : track->notes) onsets[note.pitch].push_back(note.onset);
  }
  for (auto& of_pitch : onsets) std::sort(of_pitch.begin(), of_pitch.end());
  return onsets;
}

}  // namespace

void apply_sustain(Score& score) {
  const Tick last = end_tick(score);
  std::map<int, std::vector<Track*>> lines;
  for (Track& track : score.tracks) lines[track.line()].push_back(&track);
  for (const auto& [number, line] : lines) {
    const auto holds = holds_of(line, last);
    if (holds.empty()) continue;
    const auto onsets = onsets_of(line);
    for (Track* const track : line) {
      for (Note& note : track->notes) {
        const Tick end = note.onset + note.duration;
        // The last span that began before the note ended.
        const Tick begins_before = note.ends_after_pedal ? end + 1 : end;
        auto hold = std::lower_bound(holds.begin(), holds.end(), begins_before,
                                     [](const Hold& span, Tick tick) { return span.begin < tick; });
        if (hold == holds.begin()) continue;
        --hold;
        if (hold->end <= end) continue;
        const auto& same_pitch = onsets[note.pitch];
        const auto next = std::lower_bound(same_pitch.begin(), same_pitch.end(), std::max(end, note.onset + 1));
        note.duration = (next == same_pitch.end() ? hold->end : std::min(hold->end, *next)) - note.onset;
      }
    }
  }
  for (Track& track : score.tracks) {
    std::erase_if(track.controls, [](const ControlChange& control) { return control.controller == kSustainPedal; });
  }
  normalise(score);
}

}  // namespace continuo
