// Length: how much of a piece is done, and when it is long enough.
#pragma once

#include <cstddef>

#include <span>

#include "continuo/generation/compose.h"
#include "generation/bar_goal.h"
#include "generation/ending.h"

namespace continuo::generation {

inline constexpr std::size_t kMaxSymbols = 200'000;  ///< where only a length in music was asked for and none comes

class Length {
 public:
  /// `knows_end`: whether the network predicts End.
  Length(const ComposeOptions& options, bool knows_end);

  /// The new music begins at `cursor`.
  void begin(const representation::Cursor& cursor);
  /// The same, after the symbols of `opening`, behind which bars are counted.
  void begin(const representation::Representation& representation, std::span<const representation::Symbol> opening,
             const representation::Cursor& cursor);
  /// The share of the asked length that is done, above 1 beyond it. `generated`: symbols of the new music.
  double share(const representation::Cursor& cursor, std::size_t generated) const;
  /// Whether the length in music is reached and the piece may stop. `clean`: it may end at this place.
  bool reached(double share, bool clean);
  /// It backtracked from beyond the length.
  void shorten() noexcept { over_ = 0; }
  std::size_t max_symbols() const noexcept { return max_symbols_; }
  BarGoal& bars() noexcept { return bar_goal_; }
  const BarGoal& bars() const noexcept { return bar_goal_; }
  /// The share as far as endings are concerned: those of a piece with a length in bars lie in its last bar.
  double share_for_ending(double share) const noexcept;
  bool in_symbols() const noexcept { return in_symbols_; }  ///< an exact number of symbols was asked for
  Ending& ending() noexcept { return ending_; }

 private:
  double seconds_;  ///< of new music that was asked for, or 0
  int bars_;        ///< likewise
  bool in_symbols_;
  std::size_t max_symbols_;
  double seconds_before_ = 0;  ///< the new music
  int bars_before_ = 0;
  std::size_t over_ = 0;  ///< symbols beyond the length
  Ending ending_;
  BarGoal bar_goal_;
};

}  // namespace continuo::generation
