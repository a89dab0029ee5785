// Chords as sets of pitch classes, written as the pitch classes in normal order joined by dots: "4.7.11".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace continuo::representation {

/// Bit p is set for pitch class p (0: C).
using PitchClasses = std::uint16_t;
inline constexpr int kPitchClassSets = 4096;

/// Normal order: of all rotations the one that spans least; of several the one packed most to the left (intervals from
/// the first pitch class, the last one compared first, as Straus has it); of several such the one that begins lowest.
std::vector<int> normal_order(PitchClasses classes);

/// "4.7.11"; "0" for a single pitch class.
std::string chord_name(PitchClasses classes);

/// The set of a name that chord_name() gives, nothing for any other text.
std::optional<PitchClasses> parse_chord(std::string_view name);

/// Every pitch class moved up by `semitones` (any number, also negative).
PitchClasses transposed(PitchClasses classes, int semitones) noexcept;

}  // namespace continuo::representation
