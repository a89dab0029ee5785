// Random scores that a Standard MIDI File can hold, crowded so that notes overlap, ticks coincide and channels are
// shared.
#pragma once

#include "continuo/base/random.h"
#include "continuo/music/score.h"

namespace continuo::midi::test {

inline std::string random_text(Random& random) {
  std::string text;
  // Now and then longer than one byte of length can say; any byte may occur.
  const std::uint64_t length = random.below(20) == 0 ? 120 + random.below(300) : random.below(12);
  for (std::uint64_t i = 0; i < length; ++i) text.push_back(static_cast<char>(random.below(256)));
  return text;
}

inline Track random_track(Random& random, Tick span, std::uint64_t channels, std::uint64_t pitches) {
  const auto byte = [&](std::uint64_t bound) { return static_cast<std::uint8_t>(random.below(bound)); };
  Track track;
  if (random.below(3) > 0) track.name = random_text(random);
  track.channel = byte(channels);
  track.program = byte(random.below(3) == 0 ? 128 : 2);
  track.port = random.below(4) == 0 ? byte(3) : 0;
  track.percussion = random.below(8) == 0;
  for (std::uint64_t n = random.below(40); n > 0; --n) {
    const Tick duration = random.below(6) == 0 ? 0 : random.between(0, span / 4);
    track.notes.push_back({random.between(0, span), duration, byte(pitches),
                           static_cast<std::uint8_t>(1 + random.below(127)), random.below(2) == 0});
  }
  for (std::uint64_t n = random.below(6); n > 0; --n) {
    const std::uint8_t controller = random.below(2) == 0 ? 64 : byte(128);
    // Now and then where a note ends.
    const bool at_an_end = !track.notes.empty() && random.below(2) == 0;
    const Note& note = at_an_end ? track.notes[random.below(track.notes.size())] : Note{};
    track.controls.push_back({at_an_end ? note.onset + note.duration : random.between(0, span), controller, byte(128)});
  }
  for (std::uint64_t n = random.below(4); n > 0; --n) {
    track.bends.push_back({random.between(0, span), static_cast<std::int16_t>(random.between(-8192, 8191))});
  }
  return track;
}

/// In normal form.
inline Score random_score(std::uint64_t seed) {
  Random random(seed);
  Score score;
  score.ppq = static_cast<int>(random.between(1, 32'767));
  constexpr Tick kSpans[] = {1, 8, 40, 1'000, 100'000, (Tick{1} << 28) - 1};
  const Tick span = kSpans[random.below(6)];
  const std::uint64_t channels = random.below(2) == 0 ? 1 : 16;
  const std::uint64_t pitches = random.below(2) == 0 ? 3 : 128;
  const auto tick = [&] { return random.between(0, span); };
  for (std::uint64_t n = random.below(8); n > 0; --n) {
    const std::uint32_t values[] = {1, 0xffffff, kDefaultTempo,
                                    static_cast<std::uint32_t>(random.between(1, 0xffffff))};
    score.tempos.push_back({tick(), values[random.below(4)]});
  }
  for (std::uint64_t n = random.below(5); n > 0; --n) {
    score.time_signatures.push_back({tick(), static_cast<int>(random.between(1, 255)), 1 << random.below(8)});
  }
  for (std::uint64_t n = random.below(5); n > 0; --n) {
    score.key_signatures.push_back({tick(), static_cast<int>(random.between(-7, 7)), random.below(2) == 0});
  }
  for (std::uint64_t n = random.below(10); n > 0; --n) {
    score.texts.push_back({tick(), static_cast<TextKind>(1 + random.below(7)), random_text(random)});
  }
  for (std::uint64_t n = random.below(7); n > 0; --n) {
    score.tracks.push_back(random_track(random, span * 3 / 4, channels, pitches));
  }
  normalise(score);
  return score;
}

}  // namespace continuo::midi::test
