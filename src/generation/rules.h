// Rules: what may come next in a piece, and a draw of what its constraints allow.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "continuo/generation/compose.h"
#include "continuo/generation/constraint.h"
#include "generation/bar_goal.h"

namespace continuo::generation {

/// The constraints of one piece. Copies go on by themselves.
class Rules {
 public:
  /// Those of `options`, then in_range(), never_loop() and never_repeat() where they are in force.
  Rules(const LoadedModel& composer, const ComposeOptions& options);
  Rules(const Rules& other);
  Rules& operator=(const Rules&) = delete;

  /// Forbids Start and labels; End where it may not come: before `earliest_end` of the length, or before a note has
  /// begun in the last bar of a length in bars. `mask` stands for what the grammar allows.
  void mask_control_symbols(std::span<std::uint8_t> mask, double share, const BarGoal& goal) const;

  struct Choice {
    representation::Symbol symbol = 0;
    const char* blocking = nullptr;  ///< the reason why nothing was left: there is no symbol
    BarGoal::Verdict bars = BarGoal::Verdict::kFree;
  };
  /// Calls draw(), which chooses among what `mask` allows, until the goal and the constraints allow what was drawn;
  /// what they refused is taken out of the mask.
  Choice choose(const representation::Cursor& cursor, std::span<std::uint8_t> mask,
                const std::function<representation::Symbol()>& draw, BarGoal* goal = nullptr);

  /// `symbol` comes next; `cursor` stands before it.
  void advance(const representation::Cursor& cursor, representation::Symbol symbol, bool given);
  /// Back to the first `symbols`.
  void retract(std::size_t symbols);

 private:
  /// Why `symbol` may not come next; null where it may.
  const char* refuse(const representation::Cursor& cursor, representation::Symbol symbol, BarGoal::Verdict bars);

  std::vector<std::unique_ptr<Constraint>> constraints_;
  std::size_t labels_;
  bool end_allowed_;
  double earliest_end_;
};

}  // namespace continuo::generation
