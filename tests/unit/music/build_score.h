// Scores written note by note.
#pragma once

#include <cstdint>
#include <vector>

#include "continuo/music/score.h"

namespace continuo {

/// Onset and duration in sixteenths (6 ticks at 24 a quarter), pitch, velocity.
struct Sixteenths {
  int onset, duration;
  std::uint8_t pitch;
  std::uint8_t velocity = 64;
};

inline Track track_of(const std::vector<Sixteenths>& notes, std::uint8_t channel = 0, std::uint8_t program = 0) {
  Track track{.channel = channel, .program = program};
  for (const auto& note : notes) track.notes.push_back({note.onset * 6, note.duration * 6, note.pitch, note.velocity});
  return track;
}

/// 24 ticks a quarter, 120 quarters a minute, 4/4.
inline Score score_of(std::vector<Track> tracks) {
  Score score{.ppq = 24, .tracks = std::move(tracks)};
  normalise(score);
  return score;
}

inline Score piano(const std::vector<Sixteenths>& notes) { return score_of({track_of(notes)}); }

}  // namespace continuo
