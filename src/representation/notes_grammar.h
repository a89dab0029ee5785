// The vocabulary and the grammar of `notes`.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "representation/grids.h"
#include "representation/pitch_classes.h"
#include "representation/representations.h"
#include "representation/settings.h"

namespace continuo::representation {

/// `notes` counts time in ticks, kNotesPpq a quarter; what begins in the same twelfth of a quarter begins together.
inline constexpr int kNotesPositions = 12;
inline constexpr int kNotesPpq = 480;
inline constexpr int kNotesUnit = kNotesPpq / kNotesPositions;

/// A note's pitch, or a chord's pitch classes.
struct Sonority {
  std::int16_t pitch = -1;
  PitchClasses chord = 0;
};

struct NotesLayout {
  /// All but the vocabulary. Throws Error for settings that are none.
  explicit NotesLayout(const RepresentationSpec& given);

  /// Reads spec.vocabulary.
  void build();

  /// Where `sonority` stands in the vocabulary, -1: nowhere.
  int find(Sonority sonority) const noexcept {
    return sonority.pitch >= 0 ? by_pitch[static_cast<std::size_t>(sonority.pitch)] : by_chord[sonority.chord];
  }
  bool is_sonority(Symbol symbol) const noexcept {
    return symbol >= first_sonority && static_cast<std::size_t>(symbol - first_sonority) < sonorities.size();
  }
  bool is_duration(Symbol symbol) const noexcept {
    return timed && symbol >= first_duration && symbol < first_duration + durations.size();
  }
  bool is_label(Symbol symbol) const noexcept { return symbol > kEnd && symbol < first_sonority; }
  Sonority sonority(Symbol symbol) const noexcept {
    return sonorities[static_cast<std::size_t>(symbol - first_sonority)];
  }

  bool pianos_only, timed;
  int step_ticks, tempo, program;
  DurationGrid durations{kNotesPositions};
  RepresentationSpec spec;
  Vocabulary vocabulary;
  int first_sonority = 0, first_duration = 0;
  std::vector<Sonority> sonorities;
  std::array<std::int32_t, 128> by_pitch{};
  std::array<std::int32_t, kPitchClassSets> by_chord{};
};

/// piece = [Start] [Label] sonority... End, each sonority followed by a Duration when durations are on.
class NotesState {
 public:
  explicit NotesState(const NotesLayout& layout) : layout_(&layout) {}

  struct Effect {
    int dropped = 0, repaired = 0;
    bool began = false, lasts = false;  ///< `lasts`: the length of the latest sonority is known
  };

  Effect read(Symbol symbol);
  void allowed(std::span<std::uint8_t> mask) const;  ///< mask has the size of the vocabulary

  bool ended() const noexcept { return phase_ == Phase::kEnded; }
  bool unfinished() const noexcept { return phase_ == Phase::kWaiting; }
  Tick began() const noexcept { return began_; }
  Tick ticks() const noexcept { return ticks_; }
  Sonority sonority() const noexcept { return sonority_; }
  std::size_t notes() const noexcept { return notes_; }

 private:
  enum class Phase : std::uint8_t { kBegin, kStarted, kLabelled, kWaiting, kWhole, kEnded };

  void finish(Tick length, Effect& effect);
  /// A sonority whose duration is missing lasts one step.
  void close(Effect& effect);

  const NotesLayout* layout_;
  Phase phase_ = Phase::kBegin;
  Tick began_ = 0, ticks_ = 0;
  Sonority sonority_;
  std::size_t notes_ = 0;
};

}  // namespace continuo::representation
