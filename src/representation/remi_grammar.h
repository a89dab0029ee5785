// The grammar of remi as a state that reads one symbol after the other: the same for decoding and for masks.
#pragma once

#include <cstdint>
#include <span>

#include "representation/remi_layout.h"

namespace continuo::representation {

/// piece = [Start] [Label] bar... End, where
///   bar   = Bar [TimeSig] group...          TimeSig when it changes, always in the first bar
///   group = Position [Tempo] note...        Tempo when it changes, always in the first group
///   note  = [Program] Pitch [Velocity] Duration
/// Positions rise within a bar; notes of a group rise by program (drums last), then by pitch. At most kMaxEmptyBars
/// bars without notes follow each other, and a piece ends in a bar that has notes.
inline constexpr int kMaxEmptyBars = 32;

/// What a symbol did to the music.
struct RemiEffect {
  int dropped = 0, repaired = 0;
  bool bar_began = false;     ///< signature and bar_start() are read when the first group or bar after it comes
  bool note_began = false;    ///< with the velocity in force and a quarter's length until symbols say otherwise
  bool velocity_set = false;  ///< of the latest note
  bool duration_set = false;  ///< of the latest note
};

/// Copyable; the layout must outlive it.
class RemiState {
 public:
  explicit RemiState(const RemiLayout& layout);

  RemiEffect read(Symbol symbol);
  void allowed(std::span<std::uint8_t> mask) const;

  bool ended() const noexcept { return phase_ == Phase::kEnded; }
  /// Whether the latest note still waits for its duration.
  bool unfinished() const noexcept { return phase_ == Phase::kPitch || phase_ == Phase::kVelocity; }
  int bars_begun() const noexcept { return bars_; }
  std::size_t notes() const noexcept { return notes_; }
  std::int64_t bar_start() const noexcept { return bar_start_; }
  int signature() const noexcept { return signature_; }
  /// Of the latest note:
  std::int64_t place() const noexcept { return bar_start_ + at_; }
  int program() const noexcept { return program_; }
  int pitch() const noexcept { return note_pitch_; }
  int velocity() const noexcept { return velocity_; }
  int duration() const noexcept { return duration_; }
  int tempo() const noexcept { return tempo_; }
  Seconds seconds() const noexcept { return seconds_; }

 private:
  enum class Phase : std::uint8_t {
    kBegin,
    kStarted,
    kLabelled,
    kBar,
    kMetre,  ///< after TimeSig
    kPosition,
    kTempo,
    kProgram,
    kPitch,
    kVelocity,
    kNote,  ///< after a whole note
    kEnded
  };

  bool permits(RemiSymbol symbol) const noexcept;
  bool permits_program(int program) const noexcept;
  bool group_open() const noexcept;
  int lowest_pitch(int program) const noexcept;
  bool group_begun() const noexcept {
    return phase_ == Phase::kPosition || phase_ == Phase::kTempo || phase_ == Phase::kProgram;
  }
  bool in_bar() const noexcept { return phase_ >= Phase::kBar && phase_ != Phase::kEnded; }
  int pitches(int program) const noexcept;
  bool needs_velocity() const noexcept;
  void take(RemiSymbol symbol, RemiEffect& effect);
  void repair(RemiSymbol symbol, RemiEffect& effect);
  void begin_bar(RemiEffect& effect);
  void begin_note(RemiSymbol symbol, RemiEffect& effect);

  const RemiLayout* layout_;
  Phase phase_ = Phase::kBegin;
  bool bar_has_notes_ = false;
  int bars_ = 0, empty_bars_ = 0;
  std::int64_t bar_start_ = 0;
  int signature_ = -1, tempo_ = -1, program_ = -1, velocity_ = -1, duration_ = 0;
  int position_ = -1;                          ///< latest Position of this bar
  int at_ = 0;                                 ///< position of the latest note
  int group_program_ = -1, group_pitch_ = -1;  ///< latest note of this group, index of its pitch
  int note_pitch_ = 0;
  std::size_t notes_ = 0;
  Seconds seconds_ = 0;
  std::int64_t seconds_place_ = 0;
  int seconds_tempo_ = -1;  ///< tempo since then; -1: before the first note
};

}  // namespace continuo::representation
