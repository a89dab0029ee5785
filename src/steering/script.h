// Script: what of a sequence is given and what is free, as what may come next.
#pragma once

#include <bitset>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "steering/sheet.h"

namespace continuo::steering {

/// The plan of a piece, shared by all particles.
struct ScriptPlan {
  const representation::Vocabulary* vocabulary = nullptr;
  std::vector<SheetNote> given;                  ///< in the order of the sequence
  std::vector<SheetNote> open;                   ///< their pitch is open, all else is given; in the same order
  std::vector<std::bitset<kDrumRank + 1>> free;  ///< by bar: who may write, beside given and open notes
  std::vector<Symbol> signatures;                ///< by bar: given; 0 or beyond: free
  std::vector<SheetTempo> tempos;                ///< given up to bar `tempo_bars`
  int tempo_bars = 0;
  int bars = 0;       ///< after so many the sequence ends
  bool ends = false;  ///< with End; else at the bar line, or where the last bar is given with its last note
  std::vector<Symbol> program_symbols;  ///< by rank; 0: none

  bool is_free(int bar) const noexcept {
    return bar >= 0 && bar < static_cast<int>(free.size()) && free[static_cast<std::size_t>(bar)].any();
  }
  /// Whether anything new stands in the bar.
  bool is_new(int bar) const noexcept;
  /// By bar, up to the first given one behind the last new one: that given bar as if it came here. Empty: there is
  /// none.
  std::vector<std::shared_ptr<const ScriptPlan>> ahead;
  /// The tempo that the given music has there; 0: free.
  Symbol tempo_at(int bar, Unit at) const noexcept;
};

/// Where one particle is in the plan.
class Script {
 public:
  explicit Script(std::shared_ptr<const ScriptPlan> plan) : plan_(std::move(plan)) {}

  /// Forbids in `mask`, which stands for the grammar, what would miss or spoil something given. `wanted` gets the
  /// symbols that say what is given: no rule may forbid them.
  void mask(const PlaceReader& reader, std::span<std::uint8_t> mask, std::vector<Symbol>& wanted) const;
  /// `symbol` comes next. Returns whether what it says is given.
  bool advance(const PlaceReader& before, Symbol symbol);
  /// Whether the latest note is given, and whether it is one whose pitch is open.
  bool note_given() const noexcept { return note_ == Latest::kGiven; }
  /// Whether the pitches above this one are closed to a note of `rank` here: the next given note of it, or 128.
  int pitch_limit(const PlaceReader& reader, int rank) const noexcept;
  /// Given and open notes that are still to come at this moment.
  int due_here(const PlaceReader& reader) const noexcept;
  /// Whether all is written: `reader` stands behind the latest symbol.
  bool finished(const PlaceReader& reader) const noexcept;
  const ScriptPlan& plan() const noexcept { return *plan_; }
  /// The given bar behind the last free one as if it came now, in place of `next`; nothing where that is not to be
  /// tried.
  std::optional<Script> ahead(const PlaceReader& reader, Symbol next) const;

 private:
  enum class Latest : std::uint8_t { kFree, kGiven, kOpen };

  const SheetNote* next_given() const noexcept {
    return given_ < plan_->given.size() ? &plan_->given[given_] : nullptr;
  }
  const SheetNote* next_open() const noexcept { return open_ < plan_->open.size() ? &plan_->open[open_] : nullptr; }
  /// The next note that must come, given or open, in the order of the sequence.
  const SheetNote* next_due() const noexcept;
  bool is_free(int bar, int rank) const noexcept;
  void mask_structure(const PlaceReader& reader, std::span<std::uint8_t> mask, std::vector<Symbol>& wanted) const;
  void mask_moves(const PlaceReader& reader, std::span<std::uint8_t> mask, std::vector<Symbol>& wanted) const;
  void mask_notes(const PlaceReader& reader, std::span<std::uint8_t> mask, std::vector<Symbol>& wanted) const;
  void mask_rest_of_note(const PlaceReader& reader, std::span<std::uint8_t> mask, std::vector<Symbol>& wanted) const;
  bool pitch_fits(const PlaceReader& reader, int rank, int pitch) const noexcept;

  std::shared_ptr<const ScriptPlan> plan_;
  std::size_t given_ = 0, open_ = 0;
  Latest note_ = Latest::kFree;
  const SheetNote* current_ = nullptr;  ///< the given or open note that is being written
};

}  // namespace continuo::steering
