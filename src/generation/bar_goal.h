// Bar goal: how a piece gets exactly so many bars.
#pragma once

#include <cstdint>

#include "continuo/representation/representation.h"

namespace continuo::generation {

/// Follows one composition whose new music shall have an exact number of bars, with a note in the last of them. Bars
/// are those of the cursor; where the representation has no metre they have four quarters.
class BarGoal {
 public:
  enum class Verdict : std::uint8_t {
    kFree,       ///< the symbol stays within the last bar
    kForbidden,  ///< it would leave the last bar, in which no note begins
    kLast,       ///< it completes the last bar: the piece is as long as it shall be, with it
    kBeyond      ///< it would begin another bar: the piece is as long as it shall be, without it
  };

  /// No goal: everything is free.
  BarGoal() = default;
  /// `before`: bars of the given music, which is the first `symbols` symbols; `bars`: of the new music, at least 1.
  BarGoal(const representation::Representation& representation, int before, std::size_t symbols, int bars);

  bool set() const noexcept { return end_ > 0; }
  /// Bars of the whole piece; 0: no goal.
  int bars() const noexcept { return end_; }
  /// What `symbol` would do as the next one; `cursor` stands before it.
  Verdict judge(const representation::Cursor& cursor, representation::Symbol symbol);
  /// `symbol` comes next; `cursor` stands before it.
  void advance(const representation::Cursor& cursor, representation::Symbol symbol);
  /// Back to the first `symbols`.
  void retract(std::size_t symbols) noexcept;
  /// Whether a note has begun in the last bar: only then may the piece end. Always true without a goal.
  bool reached() const noexcept { return end_ == 0 || reached_at_ < symbols_; }

 private:
  bool begins_in_last_bar(const representation::Cursor& cursor, representation::Symbol symbol);

  int end_ = 0;                                            ///< bars
  bool metre_ = true;                                      ///< the representation writes its bars
  std::size_t symbols_ = 0;                                ///< so far
  std::size_t reached_at_ = static_cast<std::size_t>(-1);  ///< the first symbol that begins a note in the last bar
  representation::Preview preview_;
};

/// Bars of given music: all that it has begun by its last note, or that the cursor, which has read it, has passed.
int given_bars(const Score& decoded, const representation::Cursor& cursor);

/// Notes that go beyond the first `bars` bars end with them; those that begin later go.
void end_with_bar(Score& score, int bars);

}  // namespace continuo::generation
