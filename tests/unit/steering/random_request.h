// Random requests that can be kept, and what a checker must know of them.
#pragma once

#include <array>
#include <set>
#include <string>
#include <vector>

#include "continuo/base/random.h"
#include "continuo/steering/steer.h"

namespace continuo::steering {

struct RandomRequest {
  Request request;
  std::set<int> classes;                          ///< of the key; empty: all
  std::vector<std::vector<std::set<int>>> chart;  ///< by bar from the first free one; empty: none
  int tonic = -1;                                 ///< where a cadence is asked for
};

/// Bars of two instruments, of random scale steps.
inline Score random_duo(Random& random, int bars) {
  constexpr std::array<int, 7> kSteps = {0, 2, 4, 5, 7, 9, 11};
  Score score{.ppq = 480};
  score.tempos = {{0, static_cast<std::uint32_t>(450'000 + random.below(200'000))}};
  Track upper{.name = "Upper", .channel = 0, .program = 40}, lower{.name = "Lower", .channel = 1, .program = 42};
  int step = 7;
  for (Tick at = 0; at < Tick{1920} * bars;) {
    const Tick length = random.below(3) == 0 ? 240 : 480;
    step = std::clamp(step + static_cast<int>(random.between(-2, 2)), 0, 13);
    upper.notes.push_back({at, length - 20,
                           static_cast<std::uint8_t>(60 + kSteps[static_cast<std::size_t>(step % 7)] + step / 7 * 12),
                           80});
    at += length;
  }
  for (Tick at = 0; at < Tick{1920} * bars; at += 960)
    lower.notes.push_back({at, 940, static_cast<std::uint8_t>(36 + kSteps[random.below(7)]), 70});
  score.tracks = {upper, lower};
  normalise(score);
  return score;
}

inline void choose_place(Random& random, RandomRequest& made) {
  Request& request = made.request;
  const int bars = 6;
  switch (random.below(5)) {
    case 0:
      request.outline = {.free = {{.first_bar = 1, .last_bar = 2 + static_cast<int>(random.below(3))}}};
      break;
    case 1:
      request.given = random_duo(random, bars);
      request.outline = gap(2 + static_cast<int>(random.below(2)), 4);
      break;
    case 2:
      request.given = random_duo(random, bars);
      request.outline = gap(2, 4, {1 + static_cast<int>(random.below(2))});
      break;
    case 3:
      request.given = random_duo(random, bars);
      request.outline = accompaniment(4, {random.below(2) == 0 ? 0 : 71});
      break;
    default:
      request.given = random_duo(random, bars);
      request.outline = continuation(bars, 2);
  }
}

inline void choose_key(Random& random, RandomRequest& made) {
  constexpr std::array<const char*, 12> kNames = {"C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"};
  constexpr std::array<int, 7> kMajor = {0, 2, 4, 5, 7, 9, 11};
  constexpr std::array<int, 9> kMinor = {0, 2, 3, 5, 7, 8, 9, 10, 11};
  const auto tonic = random.below(12);
  const bool minor = random.below(2) == 0;
  made.request.wishes.key = std::string(kNames[tonic]) + (minor ? " minor" : " major");
  const auto add = [&](int step) { made.classes.insert((static_cast<int>(tonic) + step) % 12); };
  if (minor)
    for (const int step : kMinor) add(step);
  else
    for (const int step : kMajor) add(step);
  if (random.below(2) == 0) return;
  // Tonic, subdominant, dominant: every note of them is in the key.
  struct Degree {
    int root, third;
  };
  const std::array<Degree, 3> degrees = {{{0, minor ? 3 : 4}, {5, minor ? 3 : 4}, {7, 4}}};
  std::string text;
  for (int bar = 0; bar < 4; ++bar) {
    const Degree& degree = degrees[bar == 3 ? 0 : random.below(3)];
    const int root = (static_cast<int>(tonic) + degree.root) % 12;
    text +=
        (bar == 0 ? "" : " | ") + std::string(kNames[static_cast<std::size_t>(root)]) + (degree.third == 3 ? "m" : "");
    made.chart.push_back({{root, (root + degree.third) % 12, (root + 7) % 12}});
  }
  made.request.wishes.chords = chords_from_text(text);
  made.request.wishes.strictness = random.below(2) == 0 ? 0.5 : 1;
}

/// Everything about it follows from `seed`.
inline RandomRequest random_request(std::uint64_t seed) {
  Random random(seed, 77);
  RandomRequest made;
  Request& request = made.request;
  Wishes& wishes = request.wishes;
  choose_place(random, made);
  const bool fresh = bars_of(request.given) < request.outline.last_bar();
  if (random.below(3) > 0) choose_key(random, made);
  if (request.outline.free[0].programs.empty() && request.outline.free[0].tracks.empty() && random.below(2) == 0) {
    wishes.programs = {0};
    if (random.below(2) == 0) wishes.programs.push_back(42);
  }
  if (!wishes.programs.empty() && random.below(3) == 0) wishes.all_play = true;
  if (!wishes.programs.empty() && random.below(4) == 0) wishes.every_bar = true;
  if (wishes.programs.size() > 1 && random.below(3) == 0) wishes.enters[42] = request.outline.free[0].first_bar + 1;
  if (random.below(3) == 0) wishes.ranges[0] = {48, 84};
  if (random.below(3) == 0) wishes.most_voices = 3 + static_cast<int>(random.below(4));
  if (random.below(6) == 0) wishes.least_voices = 2;
  if (random.below(5) == 0) wishes.most_voices_each = 3;
  if (random.below(5) == 0) wishes.hand_span = 12;
  if (random.below(5) == 0) wishes.onsets_per_bar = 6;
  if (fresh && random.below(2) == 0) wishes.tempo = {70, 130};
  if (fresh && request.given.tracks.empty() && random.below(2) == 0) wishes.metre = {random.below(2) == 0 ? 3 : 4, 4};
  const bool on_tonic = made.chart.empty() || (request.outline.last_bar() - request.outline.free[0].first_bar) % 4 == 3;
  if (fresh && !wishes.key.empty() && on_tonic && random.below(2) == 0) {
    wishes.cadence = Cadence::kTonic;
    for (int pitch = 0; pitch < 12; ++pitch)
      if (wishes.key.substr(0, wishes.key.find(' ')) ==
          std::array<const char*, 12>{"C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb",
                                      "B"}[static_cast<std::size_t>(pitch)])
        made.tonic = pitch;
  }
  request.sampling = {.top_p = 0.97};
  request.particles = 24;
  request.seed = seed;
  request.threads = 1;
  return made;
}

}  // namespace continuo::steering
