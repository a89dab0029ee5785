// The vocabulary of remi: which symbol stands for what, made once from the settings.
#pragma once

#include <cstdint>
#include <vector>

#include "continuo/representation/representation.h"
#include "representation/grids.h"

namespace continuo::representation {

enum class RemiKind : std::uint8_t {
  kStartOfPiece,
  kEndOfPiece,
  kLabel,
  kBar,
  kTimeSignature,
  kPosition,
  kTempo,
  kProgram,
  kPitch,      ///< index: pitch - lowest
  kDrumPitch,  ///< index: pitch - kLowestDrum
  kVelocity,
  kDuration
};
inline constexpr int kRemiKinds = 12;

/// A symbol taken apart.
struct RemiSymbol {
  RemiKind kind = RemiKind::kStartOfPiece;
  std::int16_t index = 0;
};

/// When a symbol that holds for several notes is written.
enum class RemiRepeat : std::uint8_t { kOnChange, kEveryNote, kOff };

inline constexpr int kDrumProgram = 128;  ///< index of "Program_-1": drums, after every other instrument
inline constexpr int kLowestDrum = 27;    ///< General MIDI 2 percussion, as in MidiTok
inline constexpr int kHighestDrum = 88;

struct RemiLayout {
  struct Signature {
    int numerator, denominator;
    int units;  ///< length of a bar
  };

  explicit RemiLayout(const RepresentationSpec& spec);
  static std::vector<Setting> defaults();

  Symbol symbol(RemiKind kind, int index = 0) const noexcept {
    return static_cast<Symbol>(first[static_cast<std::size_t>(kind)] + index);
  }
  int count(RemiKind kind) const noexcept { return counts[static_cast<std::size_t>(kind)]; }
  /// Symbols beyond the vocabulary read as Start, which is forbidden wherever it could do harm.
  RemiSymbol parse(Symbol symbol) const noexcept { return symbol < parsed.size() ? parsed[symbol] : RemiSymbol{}; }
  /// Index of a signature by what it says, -1 when it is not in the vocabulary.
  int find_signature(int numerator, int denominator) const noexcept;
  /// Index of the signature with bars of `units` (by preference in quarters), -1 when there is none.
  int find_length(std::int64_t units) const noexcept;

  int positions;  ///< units of time per quarter note
  int lowest, highest;
  RemiRepeat program, velocity;
  bool sustain;
  DurationGrid durations;
  VelocityGrid velocities;
  TempoGrid tempos;
  std::vector<Signature> signatures;
  int common_time = 0;  ///< index of 4/4
  int longest_bar = 0;  ///< units
  RepresentationSpec spec;
  Vocabulary vocabulary;
  std::vector<int> first, counts;  ///< by kind
  std::vector<RemiSymbol> parsed;  ///< by symbol
};

}  // namespace continuo::representation
