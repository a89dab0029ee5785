// Rules: what may come next in a piece, and a draw of what its constraints allow.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "continuo/generation/compose.h"
#include "continuo/generation/constraint.h"

namespace continuo::generation {

/// The constraints of one piece. Copies go on by themselves.
class Rules {
 public:
  /// Those of `options`, then never_loop() and never_repeat() where they are in force.
  Rules(const Composer& composer, const ComposeOptions& options);
  Rules(const Rules& other);
  Rules& operator=(const Rules&) = delete;

  /// Forbids Start and labels; End where it may not come. `mask` stands for what the grammar allows.
  void mask_marks(std::span<std::uint8_t> mask, double share) const;

  struct Choice {
    representation::Symbol symbol = 0;
    const Constraint* blocking = nullptr;  ///< the constraint that left nothing: there is no symbol
  };
  /// Calls draw(), which chooses among what `mask` allows, until the constraints allow what was drawn; what they
  /// refused is taken out of the mask.
  Choice choose(const representation::Cursor& cursor, std::span<std::uint8_t> mask,
                const std::function<representation::Symbol()>& draw);

  /// `symbol` comes next; `cursor` stands before it.
  void advance(const representation::Cursor& cursor, representation::Symbol symbol, bool given);
  /// Back to the first `symbols`.
  void retract(std::size_t symbols);

 private:
  std::vector<std::unique_ptr<Constraint>> constraints_;
  std::size_t labels_;
  bool end_allowed_;
  double earliest_end_;
};

}  // namespace continuo::generation
