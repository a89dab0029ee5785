// Backtracking: how far a piece goes back where nothing may come next.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "continuo/representation/representation.h"

namespace continuo::generation {

/// Remembers where bars begin and how often a place was tried. The first tries go back to the beginning of the bar,
/// every eighth a bar further; after 64 at one place, or 1,000 in all, the piece ends before it. Copyable.
class Backtracking {
 public:
  /// Whether a bar has begun at `cursor` that add_bar() has not noted.
  bool at_new_bar(const representation::Cursor& cursor) const { return cursor.bars() != bars_; }
  /// A symbol was chosen at `cursor`, after `size` symbols.
  void add_bar(const representation::Cursor& cursor, std::size_t size);
  /// The piece may end after `size` symbols.
  void may_end(std::size_t size) noexcept { legal_end_ = size; }
  std::size_t legal_end() const noexcept { return legal_end_; }  ///< the latest place where the piece may end

  /// Nothing may come after `size` symbols: how many to go back to, at least `floor`; nothing when it was tried often
  /// enough.
  std::optional<std::size_t> go_back(std::size_t size, std::size_t floor);
  /// What comes after `size` symbols is the so-manyth try to get beyond the place that could not go on; 0: it is
  /// beyond, or nothing was in the way.
  int tries(std::size_t size) noexcept;
  /// The piece has only its first `size` symbols now, where `cursor` stands.
  void retracted(const representation::Cursor& cursor, std::size_t size);
  /// What was in the way does not matter any more.
  void forget_tries() noexcept { tries_ = 0, furthest_ = 0; }
  std::size_t retries() const noexcept { return retries_; }  ///< in all

 private:
  std::vector<std::size_t> bar_starts_;  ///< symbols before each bar that was begun
  int bars_ = 0;
  std::size_t legal_end_ = 0;
  std::size_t furthest_ = 0;  ///< symbols of the longest piece that could not go on
  int tries_ = 0;             ///< to get further than that
  std::size_t retries_ = 0;
};

}  // namespace continuo::generation
