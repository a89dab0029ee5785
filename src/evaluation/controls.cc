// Spoils pieces in one respect.
#include "continuo/evaluation/controls.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <span>
#include <vector>

#include "continuo/base/random.h"
#include "continuo/music/time.h"

namespace continuo::evaluation {
namespace {

constexpr std::array<std::string_view, 3> kNames = {"shuffled-bars", "moved-pitches", "transposed"};
constexpr int kMaxShuffledBars = 100'000;

std::uint8_t moved(std::uint8_t pitch, int semitones) {
  return static_cast<std::uint8_t>(std::clamp(pitch + semitones, 0, 127));
}

Score with_shuffled_bars(const Score& score, Random& random) {
  const MeterMap meter(score);
  Tick last = 0;
  for (const Track& track : score.tracks)
    for (const Note& note : track.notes) last = std::max(last, note.onset);
  const int bars = std::min(kMaxShuffledBars, meter.bar_at(last).bar + 1);
  std::vector<int> order(static_cast<std::size_t>(bars));  // order[i]: the bar that comes i-th
  std::iota(order.begin(), order.end(), 0);
  random.shuffle(std::span(order));
  std::vector<Tick> begins(order.size());
  Score result{.ppq = score.ppq, .tempos = score.tempos};
  Tick at = 0;
  for (const int bar : order) {
    const Tick begin = meter.bar_start(bar);
    const BarPosition place = meter.bar_at(begin);
    begins[static_cast<std::size_t>(bar)] = at;
    result.time_signatures.push_back({at, place.numerator, place.denominator});
    at += meter.bar_start(bar + 1) - begin;
  }
  for (const Track& track : score.tracks) {
    Track& to = result.tracks.emplace_back(
        Track{.name = track.name, .channel = track.channel, .program = track.program, .notes = track.notes});
    for (Note& note : to.notes) {
      const BarPosition place = meter.bar_at(note.onset);
      if (place.bar < bars) note.onset += begins[static_cast<std::size_t>(place.bar)] - place.bar_start;
    }
  }
  return result;
}

Score with_pitches(const Score& score, Random& random, bool together) {
  Score result = score;
  result.key_signatures.clear();
  result.texts.clear();
  const int all = static_cast<int>(random.below(12)) - 5;
  for (Track& track : result.tracks) {
    if (track.is_drums()) continue;
    for (Note& note : track.notes)
      note.pitch = moved(note.pitch, together ? all : static_cast<int>(random.below(13)) - 6);
  }
  return result;
}

}  // namespace

std::string_view name(Control control) { return kNames[static_cast<std::size_t>(control)]; }

std::optional<Control> find_control(std::string_view name) {
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Control>(found - kNames.begin());
}

Score spoiled(const Score& score, Control control, std::uint64_t seed) {
  Random random(seed);
  Score result = control == Control::kShuffledBars ? with_shuffled_bars(score, random)
                                                   : with_pitches(score, random, control == Control::kTransposed);
  normalise(result);
  return result;
}

}  // namespace continuo::evaluation
