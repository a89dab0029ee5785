// The sustain pedal written out as longer notes.
#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "continuo/music/score.h"

namespace continuo {
namespace {

constexpr std::uint8_t kSustainPedal = 64;
constexpr std::uint8_t kPedalDown = 64;  // values from here up hold

struct Hold {
  Tick begin;
  Tick end;
};

/// The spans in which the pedal of a channel is down, in order.
std::vector<Hold> holds_of(const Score& score, std::uint8_t channel, Tick last) {
  std::vector<ControlChange> pedal;
  for (const Track& track : score.tracks) {
    if (track.channel != channel) continue;
    std::copy_if(track.controls.begin(), track.controls.end(), std::back_inserter(pedal),
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

/// The onsets of a channel by pitch, each list in order.
std::array<std::vector<Tick>, 256> onsets_of(const Score& score, std::uint8_t channel) {
  std::array<std::vector<Tick>, 256> onsets;
  for (const Track& track : score.tracks) {
    if (track.channel != channel) continue;
    for (const Note& note : track.notes) onsets[note.pitch].push_back(note.onset);
  }
  for (auto& of_pitch : onsets) std::sort(of_pitch.begin(), of_pitch.end());
  return onsets;
}

}  // namespace

void apply_sustain(Score& score) {
  const Tick last = end_tick(score);
  std::array<bool, 256> done{};
  for (const Track& first : score.tracks) {
    const std::uint8_t channel = first.channel;
    if (done[channel]) continue;
    done[channel] = true;
    const auto holds = holds_of(score, channel, last);
    if (holds.empty()) continue;
    const auto onsets = onsets_of(score, channel);
    for (Track& track : score.tracks) {
      if (track.channel != channel) continue;
      for (Note& note : track.notes) {
        const Tick end = note.onset + note.duration;
        // The last span that began before the note ended: a pedal pressed at that very tick comes too late to hold it.
        auto hold = std::lower_bound(holds.begin(), holds.end(), end,
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
