// Note stream: a score as a row of notes in which copies are looked for, whatever their key and tempo.
#pragma once

#include <cstdint>
#include <vector>

#include "continuo/music/score.h"

namespace continuo {

/// The pitched notes of all tracks by onset in sixteenths of a whole note (to the nearest, halves up), then by pitch;
/// what begins on one pitch and sixteenth is one note. Percussion is left out.
struct StreamNote {
  std::int64_t sixteenth = 0;
  std::uint8_t pitch = 0;
  friend bool operator==(const StreamNote&, const StreamNote&) = default;
  friend bool operator<(const StreamNote& a, const StreamNote& b) noexcept {
    return a.sixteenth != b.sixteenth ? a.sixteenth < b.sixteenth : a.pitch < b.pitch;
  }
};

/// Onsets below 0 count as 0.
std::int64_t to_sixteenth(Tick onset, int ppq) noexcept;
std::vector<StreamNote> note_stream(const Score& score);

/// What leads from one note of a stream to the next: the sixteenths between their onsets (63 stands for as many or
/// more) and the interval in semitones. 1 to 16,383. Two passages are the same when their steps are: N notes have N - 1
/// steps.
using Step = std::uint16_t;
inline constexpr Step kNoStep = 0;  ///< before the first note of a piece
inline constexpr int kMaxSixteenths = 63;
inline constexpr Step kHighestStep = (kMaxSixteenths << 8) | 255;
Step step_between(const StreamNote& from, const StreamNote& to) noexcept;
/// One for each note, the first kNoStep.
std::vector<Step> steps_of(const std::vector<StreamNote>& stream);

}  // namespace continuo
