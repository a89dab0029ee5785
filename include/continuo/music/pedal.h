// The sustain pedal of a line (a channel of a port): when it is pressed, and which notes end behind that.
#pragma once

#include <bitset>
#include <cstdint>
#include <vector>

#include "continuo/music/score.h"

namespace continuo {

inline constexpr std::uint8_t kSustainPedal = 64;
inline constexpr std::uint8_t kPedalDown = 64;  ///< values from here up hold

/// The pedal goes down at `tick` and is down when the tick is over.
struct PedalPress {
  Tick tick;
  std::size_t track;    ///< whose control presses it
  bool only_its_track;  ///< no other track of the line has a pedal change at this tick
};

/// A set of ticks that answers quickly for ticks that are not in it.
class TickSet {
 public:
  void add(Tick tick) { ticks_.set(place(tick)); }
  /// False: certainly not in the set.
  bool may_hold(Tick tick) const { return ticks_.test(place(tick)); }

 private:
  static constexpr std::size_t kPlaces = 1u << 14;
  static std::size_t place(Tick tick) { return static_cast<std::uint64_t>(tick) * 0x9e3779b97f4a7c15u >> 50; }
  std::bitset<kPlaces> ticks_;
};

/// The presses on the line of these tracks, by tick. Controls are sorted by tick; within a tick those of an earlier
/// track come first.
std::vector<PedalPress> pedal_presses(const Score& score, const std::vector<std::size_t>& tracks);

/// Gives Note::ends_after_pedal its normal form. Notes and controls are sorted.
void settle_pedal_order(Score& score);

}  // namespace continuo
