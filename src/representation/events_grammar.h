// The grammar of events as a state that reads one symbol after the other: the same for decoding and for masks.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "continuo/representation/representation.h"
#include "representation/grids.h"

namespace continuo::representation {

enum class EventKind : std::uint8_t { kStartOfPiece, kEndOfPiece, kLabel, kNoteOn, kNoteOff, kTimeShift, kVelocity };
inline constexpr int kEventKinds = 7;

struct EventSymbol {
  EventKind kind = EventKind::kStartOfPiece;
  std::int16_t index = 0;  ///< pitch, steps - 1, or place on the velocity grid
};

/// More time shifts than this never follow each other: a longer silence is shortened.
inline constexpr int kMaxTimeShifts = 30;

/// The vocabulary, made once from the settings.
struct EventLayout {
  explicit EventLayout(const RepresentationSpec& spec);
  static std::vector<Setting> defaults();

  Symbol symbol(EventKind kind, int index = 0) const noexcept {
    return static_cast<Symbol>(first[static_cast<std::size_t>(kind)] + index);
  }
  int count(EventKind kind) const noexcept { return counts[static_cast<std::size_t>(kind)]; }
  EventSymbol parse(Symbol symbol) const noexcept { return symbol < parsed.size() ? parsed[symbol] : EventSymbol{}; }
  /// Silence of `steps` in the fewest symbols, the longest first.
  void append_shift(std::int64_t steps, std::vector<Symbol>& symbols) const;

  int step_ms, max_shift;  ///< max_shift: steps
  int program;
  bool sustain;
  VelocityGrid velocities;
  RepresentationSpec spec;
  Vocabulary vocabulary;
  std::vector<int> first, counts;  ///< by kind
  std::vector<EventSymbol> parsed;
};

/// What a symbol did to the music. Ends come before the beginning of the same symbol.
struct EventEffect {
  int dropped = 0, repaired = 0;
  int began = -1;  ///< pitch
  int ended = -1;  ///< pitch
};

/// piece = [Start] [Label] moment (TimeShift... moment)... End, where
///   moment = NoteOff... ([Velocity] NoteOn)...   not empty, except the first before a TimeShift
/// Pitches rise among the NoteOffs and among the NoteOns of a moment; a NoteOff ends what sounds, a NoteOn begins what
/// does not; Velocity stands when it changes; all but the last TimeShift of a row are the longest; nothing sounds at
/// End.
class EventState {
 public:
  explicit EventState(const EventLayout& layout) : layout_(&layout) {}

  EventEffect read(Symbol symbol);
  void allowed(std::span<std::uint8_t> mask) const;

  bool ended() const noexcept { return phase_ == Phase::kEnded; }
  std::int64_t steps() const noexcept { return steps_; }  ///< time so far
  std::size_t notes() const noexcept { return notes_; }
  int velocity() const noexcept { return velocity_; }

 private:
  enum class Phase : std::uint8_t { kBegin, kStarted, kLabelled, kShift, kOff, kVelocity, kOn, kEnded };
  using Pitches = std::bitset<128>;

  bool permits(EventSymbol symbol) const noexcept;
  bool free_above(int pitch) const noexcept;
  void take(EventSymbol symbol, EventEffect& effect);
  void repair(EventSymbol symbol, EventEffect& effect);

  const EventLayout* layout_;
  Phase phase_ = Phase::kBegin;
  Pitches sounding_, began_now_;
  std::int16_t last_off_ = -1, last_on_ = -1;  ///< of this moment
  std::int16_t velocity_ = -1;
  std::int16_t shifts_ = 0;     ///< in this row
  bool longest_shift_ = false;  ///< whether the latest was the longest
  std::int64_t steps_ = 0;
  std::size_t notes_ = 0;
};

}  // namespace continuo::representation
