// Controls: real pieces that were spoiled in one respect, to see that measures notice that and nothing else.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "continuo/music/score.h"

namespace continuo::evaluation {

enum class Control : unsigned char {
  kShuffledBars,  ///< the bars in random order: form and progressions are lost, each bar is what it was
  kMovedPitches,  ///< each pitched note by -6 to 6 semitones at random: harmony and melody are lost, rhythm is not
  kTransposed     ///< all by one random interval from -5 to 6: nothing is lost but absolute pitch
};

inline constexpr std::array kControls = {Control::kShuffledBars, Control::kMovedPitches, Control::kTransposed};

/// "shuffled-bars", "moved-pitches", "transposed".
std::string_view name(Control control);
std::optional<Control> find_control(std::string_view name);

/// The spoiled piece, in normal form. Tempos stay at their ticks; key signatures and texts are left out. Bars keep
/// their lengths, and notes that reach into the next bar their durations.
Score spoiled(const Score& score, Control control, std::uint64_t seed);

}  // namespace continuo::evaluation
