// Outline: what of a piece is given and what is free.
#pragma once

#include <cstdint>
#include <vector>

#include "continuo/music/score.h"

namespace continuo::steering {

/// Bars in which something new is written. Bars and tracks are counted from 1.
struct FreeSpan {
  int first_bar = 1, last_bar = 1;  ///< both included; bars behind the given music are new ones
  /// Tracks of the given score whose notes in these bars are taken out and written anew. Empty: with `replace`, all.
  std::vector<int> tracks;
  /// Whether what stands there is taken out. False: the new notes come beside all that is given.
  bool replace = true;
  /// General MIDI programs that may write here, from 0. Empty, without drums: those of `tracks`; without tracks either,
  /// those that the given score has anywhere, and all where it has none.
  std::vector<int> programs;
  bool drums = false;
  friend bool operator==(const FreeSpan&, const FreeSpan&) = default;
};

/// Spans of bars times sets of tracks. What no span frees is given and comes back exactly as it is.
struct Outline {
  std::vector<FreeSpan> free;  ///< at least one
  /// Whether the piece ends with its last bar, where that is a free one: the model must choose to end there.
  bool ends = true;
  friend bool operator==(const Outline&, const Outline&) = default;

  /// The last bar that is free.
  int last_bar() const noexcept;
};

/// Bars 5 to 8 of these tracks (none: of all) written anew.
Outline gap(int first_bar, int last_bar, std::vector<int> tracks = {});
/// New instruments beside all that is given, in bars 1 to `bars`.
Outline accompaniment(int bars, std::vector<int> programs, bool drums = false);
/// `bars` new bars behind `given_bars`.
Outline continuation(int given_bars, int bars);

/// Bars that the notes of a score reach, by its time signatures; 0 for none.
int bars_of(const Score& score);

/// Throws Error (kInvalidArgument): no span, bars or tracks that there are not, new bars behind none.
void check(const Outline& outline, const Score& given);

/// The given score without the notes that the outline takes out, or with `amount` below 1 a random share of them;
/// everything else is as it was, tracks without notes included.
Score without_free(const Outline& outline, const Score& given, double amount = 1, std::uint64_t seed = 1);

}  // namespace continuo::steering
