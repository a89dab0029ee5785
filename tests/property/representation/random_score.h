// Scores at random for property tests: metre and tempo changes anywhere, many instruments, drums, pedal, overlaps.
#pragma once

#include <algorithm>
#include <array>

#include "continuo/base/random.h"
#include "continuo/music/score.h"

namespace continuo::testing {

struct RandomScoreOptions {
  int max_notes = 120;
  bool on_grid = false;  ///< onsets on twelfths of a quarter
  bool odd_metres = true;
  int max_tracks = 5;
};

inline Score random_score(Random& random, const RandomScoreOptions& options = {}) {
  constexpr std::array<int, 7> kPpq = {480, 384, 960, 96, 24, 1, 1000};
  constexpr std::array<std::array<int, 2>, 12> kMetres = {
      {{4, 4}, {3, 4}, {6, 8}, {3, 8}, {2, 2}, {5, 4}, {1, 4}, {12, 8}, {7, 8}, {9, 16}, {11, 32}, {37, 4}}};
  Score score;
  score.ppq = kPpq[random.below(options.on_grid ? 4 : kPpq.size())];
  const Tick length = score.ppq * random.between(1, 200);
  const auto tick = [&] {
    const Tick any = random.between(0, length);
    return options.on_grid ? any * 12 / score.ppq * score.ppq / 12 : any;
  };
  for (std::uint64_t i = random.below(6); i > 0; --i) {
    score.tempos.push_back({tick(), static_cast<std::uint32_t>(random.between(60'000, 3'000'000))});
  }
  if (options.odd_metres) {
    for (std::uint64_t i = random.below(5); i > 0; --i) {
      const auto& metre = kMetres[random.below(kMetres.size())];
      score.time_signatures.push_back({tick(), metre[0], metre[1]});
    }
  }
  if (random.below(2) == 0) score.key_signatures.push_back({0, 2, false});
  const auto tracks = random.between(1, options.max_tracks);
  for (std::int64_t i = 0; i < tracks; ++i) {
    Track track;
    track.channel = static_cast<std::uint8_t>(random.below(16));
    track.program = static_cast<std::uint8_t>(random.below(3) == 0 ? 40 : random.below(128));
    const auto notes = random.between(1, options.max_notes);
    Tick onset = tick() / 4;
    for (std::int64_t n = 0; n < notes; ++n) {
      if (random.below(3) != 0) onset = tick();
      track.notes.push_back({onset, random.between(0, score.ppq * 4),
                             static_cast<std::uint8_t>(random.between(random.below(8) == 0 ? 0 : 40, 90)),
                             static_cast<std::uint8_t>(random.between(1, 127))});
    }
    if (random.below(3) == 0) {
      for (int n = 0; n < 8; ++n) {
        track.controls.push_back({tick(), 64, static_cast<std::uint8_t>(random.below(2) * 127)});
      }
    }
    score.tracks.push_back(std::move(track));
  }
  normalise(score);
  return score;
}

}  // namespace continuo::testing
