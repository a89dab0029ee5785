// Chord: which triad sounds, by template.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "continuo/music/key.h"
#include "continuo/music/score.h"
#include "continuo/music/time.h"

namespace continuo {

/// What sounds in a span of time.
struct Sonority {
  PitchClasses weights{};  ///< sounding time by pitch class
  double total = 0;        ///< of the weights
  int lowest = 128;        ///< MIDI pitch; 128: nothing sounds

  void add(int pitch, double weight) noexcept;
};

enum class Triad : std::uint8_t { kMajor, kMinor, kDiminished };
inline constexpr std::size_t kTriads = 3;

struct Chord {
  int root = 0;  ///< pitch class, 0 (C) to 11 (B)
  Triad triad = Triad::kMajor;
  double fit = 0;  ///< share of the weights that its three pitch classes have, 0 to 1
  friend bool operator==(const Chord& a, const Chord& b) { return a.root == b.root && a.triad == b.triad; }
};

/// The triad with the highest score: the share of the weights that its notes have, 0.15 when its root is the lowest
/// note, and a twentieth of its root's share. Of equal ones the lower root. Nothing where nothing sounds.
std::optional<Chord> chord_of(const Sonority& sonority);

/// "D", "E flat", "F sharp m", "B dim".
std::string chord_name(const Chord& chord);

/// What sounds in each half of each bar, percussion aside: bar b has [2b] and [2b + 1]. At most 20,000 bars.
std::vector<Sonority> half_bars(const Score& score);
/// The same; `notes` are sorted by onset.
std::vector<Sonority> half_bars(const std::vector<Note>& notes, const MeterMap& meter);

/// What is heard last: notes that still sound within the last quarter note, percussion aside.
Sonority last_sonority(const Score& score);

}  // namespace continuo
