// Where everything of a piano roll goes: rows of bars ("systems"), and pitches and ticks to pixels.
#pragma once

#include <vector>

#include "continuo/music/score.h"
#include "continuo/music/time.h"
#include "continuo/plot/plot.h"

namespace continuo::plot {

/// One row of the picture.
struct System {
  Tick begin = 0, end = 0;
  double top = 0;  ///< of its highest pitch lane
};

struct RollLayout {
  static constexpr double kBarNumbers = 18;  ///< above a system
  static constexpr double kSeconds = 18;     ///< below it
  static constexpr double kBrackets = 14;    ///< above the bar numbers, where passages return
  static constexpr double kBetween = 12;     ///< from one system to the next
  static constexpr double kDrumGap = 5;      ///< from the lowest pitch to the drums
  static constexpr double kKeyboard = 18;    ///< width of the keys

  int width = 0, height = 0;
  double brackets = 0;         ///< height of the room above the bar numbers of each system
  double left = 0, right = 0;  ///< of the widest system
  double pixels_per_tick = 1;
  int low_pitch = 0, high_pitch = 0;
  double lane = 1;  ///< height of a semitone
  bool pitched = true;
  std::vector<int> drum_keys;  ///< the keys that occur, ascending
  double drum_lane = 1;
  std::vector<System> systems;

  double x(const System& system, Tick tick) const noexcept {
    return left + static_cast<double>(tick - system.begin) * pixels_per_tick;
  }
  double pitch_top(const System& system, int pitch) const noexcept { return system.top + (high_pitch - pitch) * lane; }
  double pitches_height() const noexcept { return pitched ? (high_pitch - low_pitch + 1) * lane : 0; }
  double drums_height() const noexcept {
    return drum_keys.empty() ? 0 : static_cast<double>(drum_keys.size()) * drum_lane + (pitched ? kDrumGap : 0);
  }
  double drum_top(const System& system, std::size_t index) const noexcept {
    return bottom(system) - static_cast<double>(index + 1) * drum_lane;
  }
  double bottom(const System& system) const noexcept { return system.top + pitches_height() + drums_height(); }
};

/// `top`: height of title and legend. Every system begins at a bar, unless a single bar is wider than a system.
RollLayout layout_roll(const Score& score, const TempoMap& tempo, const MeterMap& meter,
                       const PianoRollOptions& options, double top);

}  // namespace continuo::plot
