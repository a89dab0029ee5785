// Fits a score of any length and range into a picture of bounded size.
#include "piano_roll_layout.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace continuo::plot {
namespace {

constexpr std::size_t kMaxSystems = 24;
constexpr double kSecondsPerSystem = 40, kQuartersPerSystem = 112;  ///< at a width of kUsualWidth
constexpr double kUsualWidth = 1500;
constexpr double kTallest = 7200;  ///< pixels that many systems may grow to
constexpr double kReadableLane = 6, kWidestLane = 16, kNarrowestLane = 1.5;
constexpr double kMargin = 14;

struct Range {
  int low = 128, high = -1;
};

Range pitch_range(const Score& score) {
  Range range;
  for (const Track& track : score.tracks) {
    if (track.is_drums()) continue;
    for (const Note& note : track.notes) {
      range.low = std::min<int>(range.low, note.pitch);
      range.high = std::max<int>(range.high, note.pitch);
    }
  }
  return range;
}

std::vector<int> drum_keys(const Score& score) {
  std::array<bool, 128> used{};
  for (const Track& track : score.tracks)
    if (track.is_drums())
      for (const Note& note : track.notes) used[note.pitch & 0x7F] = true;
  std::vector<int> keys;
  for (int key = 0; key < 128; ++key)
    if (used[static_cast<std::size_t>(key)]) keys.push_back(key);
  return keys;
}

/// Widens a range evenly to `lanes` lanes within the 128 keys.
Range widened(Range range, int lanes) {
  lanes = std::min(lanes, 128);
  const int missing = lanes - (range.high - range.low + 1);
  if (missing > 0) {
    range.low -= missing / 2;
    range.high += missing - missing / 2;
  }
  if (range.low < 0) range.high = std::min(127, range.high - range.low), range.low = 0;
  if (range.high > 127) range.low = std::max(0, range.low - (range.high - 127)), range.high = 127;
  return range;
}

/// Breaks [0, end) into rows of at most `capacity` ticks that begin at bars where a bar fits.
std::vector<System> broken(Tick end, Tick capacity, const MeterMap& meter) {
  std::vector<System> systems;
  for (Tick begin = 0; begin < end && systems.size() <= kMaxSystems;) {
    Tick next = begin + capacity;
    if (next >= end) {
      next = end;
    } else {
      const Tick bar = meter.bar_at(next).bar_start;
      if (bar > begin) next = bar;
    }
    systems.push_back({.begin = begin, .end = next});
    begin = next;
  }
  return systems;
}

std::vector<System> break_into_systems(Tick end, double wanted, const MeterMap& meter) {
  const auto most = static_cast<std::size_t>(std::clamp(std::ceil(wanted), 1.0, static_cast<double>(kMaxSystems)));
  if (most == 1) return {{.begin = 0, .end = end}};
  const Tick fair = std::max<Tick>(1, (end + static_cast<Tick>(most) - 1) / static_cast<Tick>(most));
  // Rows of an even number of equal bars, of a multiple of four when they are many.
  const BarPosition first = meter.bar_at(0);
  const Tick bars = (fair + first.bar_length - 1) / std::max<Tick>(1, first.bar_length);
  const Tick unit = bars > 12 ? 4 : bars > 4 ? 2 : 1;
  Tick capacity = std::max(fair, (bars + unit - 1) / unit * unit * first.bar_length);
  if (capacity > fair * 2) capacity = fair;
  std::vector<System> systems = broken(end, capacity, meter);
  while (systems.size() > most) {  // metre changes cut rows short: a little wider until they fit
    capacity += std::max<Tick>(1, capacity / 16);
    systems = broken(end, capacity, meter);
  }
  return systems;
}

}  // namespace

RollLayout layout_roll(const Score& score, const TempoMap& tempo, const MeterMap& meter,
                       const PianoRollOptions& options, double top) {
  RollLayout layout;
  layout.width = options.width;
  layout.drum_keys = drum_keys(score);
  Range range = pitch_range(score);
  layout.pitched = range.high >= 0 || layout.drum_keys.empty();
  if (range.high < 0) range = {.low = 48, .high = 72};
  range = widened({std::max(0, range.low - 2), std::min(127, range.high + 2)}, 24);

  layout.left = kMargin + (layout.drum_keys.empty() ? 26 : 74) + RollLayout::kKeyboard;
  const double space = std::max(16.0, options.width - layout.left - kMargin);
  layout.right = layout.left + space;

  // The last system ends with the bar of the last note; an empty score shows four bars.
  const Tick last = end_tick(score);
  const BarPosition last_bar = meter.bar_at(std::max<Tick>(0, last - 1));
  const Tick end = last > 0 ? std::max(last, last_bar.bar_start + last_bar.bar_length) : 4 * last_bar.bar_length;
  const double quarters = static_cast<double>(end) / score.ppq;
  const double wanted =
      std::max(tempo.seconds(end) / kSecondsPerSystem, quarters / kQuartersPerSystem) * kUsualWidth / space;
  // A little more than one row's worth still makes one good row.
  layout.systems = break_into_systems(end, wanted <= 1.35 ? 1 : wanted, meter);
  Tick widest = 1;
  for (const System& system : layout.systems) widest = std::max(widest, system.end - system.begin);
  layout.pixels_per_tick = space / static_cast<double>(widest);

  const double rows = static_cast<double>(layout.systems.size());
  const auto drums = static_cast<double>(layout.drum_keys.size());
  layout.brackets = options.repeats.empty() ? 0 : RollLayout::kBrackets;
  const double fixed = layout.brackets + RollLayout::kBarNumbers + RollLayout::kSeconds + RollLayout::kBetween +
                       (drums > 0 && layout.pitched ? RollLayout::kDrumGap : 0);
  // Few drums get lanes that their names can be read in; many share with the pitches.
  const bool named = layout.pitched && drums <= 12;
  layout.drum_lane = 10;
  const auto lane_for = [&](double height) {
    const double lanes = (layout.pitched ? range.high - range.low + 1 : 0) + (named ? 0 : drums);
    const double taken = fixed + (named ? drums * layout.drum_lane : 0);
    return std::max(kNarrowestLane, ((height - top) / rows - taken) / lanes);
  };
  const double fitting = lane_for(options.height);
  layout.lane = std::min(kWidestLane, std::max(fitting, std::min(kReadableLane, lane_for(kTallest))));
  if (!named) layout.drum_lane = layout.lane;
  if (fitting > kWidestLane && layout.pitched) {
    const double free = (options.height - top) / rows - fixed - drums * layout.drum_lane;
    range = widened(range, static_cast<int>(free / kWidestLane));
  }
  layout.low_pitch = range.low;
  layout.high_pitch = range.high;

  double y = top;
  for (System& system : layout.systems) {
    system.top = std::round(y + layout.brackets + RollLayout::kBarNumbers);
    y = layout.bottom(system) + RollLayout::kSeconds + RollLayout::kBetween;
  }
  layout.height = static_cast<int>(std::ceil(y));
  return layout;
}

}  // namespace continuo::plot
