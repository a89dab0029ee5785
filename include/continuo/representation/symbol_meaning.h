// SymbolMeaning: what a symbol of a vocabulary says, as a kind with a value in stated units. Whoever wants to know
// reads it; the names of symbols are for people.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace continuo::representation {

enum class SymbolKind : std::uint8_t {
  kNone,           ///< says nothing: no symbol of the vocabulary
  kStart,          ///< the piece begins
  kEnd,            ///< the piece is over
  kLabel,          ///< its composer or style; value: index into RepresentationSpec::labels
  kBar,            ///< the next bar begins
  kTimeSignature,  ///< of the bar that began; value/denominator as written: 6/8 is 6 and 8
  kPosition,       ///< where the next notes begin; value/denominator: quarters from the beginning of the bar
  kTempo,          ///< value: microseconds a quarter
  kProgram,        ///< the instrument of the next notes; value: General MIDI program, from 0
  kDrums,          ///< the next notes are drums
  kPitch,          ///< a note begins; value: MIDI pitch
  kDrumPitch,      ///< a drum is struck; value: its MIDI key
  kChord,          ///< several notes begin; value: their pitch classes, bit p for pitch class p (0: C)
  kKey,            ///< this key is down in this frame, and a note begins unless it was in the last; value: MIDI pitch
  kNoteOff,        ///< a note ends; value: MIDI pitch
  kVelocity,       ///< value: MIDI velocity; of which notes, Preview::owner says
  kDuration,       ///< of the latest note, or the time from it to the next; value/denominator: quarters
  kTimeShift,      ///< time passes; value: milliseconds
  kEndOfFrame,     ///< the frame is complete; value/denominator: quarters that it lasts
  kSample,         ///< a sample of sound; value/denominator: amplitude, full scale -1 to 1, before any de-emphasis
};

struct SymbolMeaning {
  SymbolKind kind = SymbolKind::kNone;
  int value = 0;
  int denominator = 1;  ///< above 0
  double quotient() const noexcept { return static_cast<double>(value) / denominator; }
  friend bool operator==(const SymbolMeaning&, const SymbolMeaning&) = default;
};

/// Every kind, in the order of the enum.
std::span<const SymbolKind> symbol_kinds() noexcept;
/// "none", "start", "time-signature" ...: for options and files.
std::string_view name(SymbolKind kind) noexcept;
/// The kind of that name.
std::optional<SymbolKind> find_symbol_kind(std::string_view name) noexcept;

/// Whether notes begin with a symbol of this kind (with a key: unless it was down already).
constexpr bool begins_notes(SymbolKind kind) noexcept {
  return kind == SymbolKind::kPitch || kind == SymbolKind::kDrumPitch || kind == SymbolKind::kChord ||
         kind == SymbolKind::kKey;
}

/// How the sequences of a representation keep time.
enum class TimeBase : std::uint8_t {
  kOrder,    ///< what comes after what; onsets are not kept
  kBars,     ///< bars and positions in them
  kFrames,   ///< steps of a grid, each with the keys that are down (frames.h)
  kSeconds,  ///< time as it was played, without beats
  kSamples,  ///< sound
};

}  // namespace continuo::representation
