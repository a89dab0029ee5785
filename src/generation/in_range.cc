// Masks the pitches that the instrument of the next note does not have.
#include <algorithm>
#include <utility>
#include <vector>

#include "continuo/generation/constraint.h"
#include "continuo/music/instrument_range.h"

namespace continuo::generation {
namespace {

using representation::Cursor;
using representation::Preview;
using representation::Symbol;
using representation::SymbolKind;

/// What of a vocabulary has to do with ranges.
struct RangedSymbols {
  struct Entry {
    Symbol symbol;
    int value;
  };
  std::vector<Entry> pitches, programs;
  int lowest = 127, highest = 0;  ///< of the pitches
};

RangedSymbols ranged_symbols(const representation::Representation& representation) {
  RangedSymbols result;
  for (std::size_t s = 0; s < representation.vocabulary().size(); ++s) {
    const auto symbol = static_cast<Symbol>(s);
    const auto meaning = representation.describe(symbol);
    if (meaning.kind == SymbolKind::kProgram) result.programs.push_back({symbol, meaning.value});
    if (meaning.kind != SymbolKind::kPitch && meaning.kind != SymbolKind::kKey) continue;
    result.pitches.push_back({symbol, meaning.value});
    result.lowest = std::min(result.lowest, meaning.value);
    result.highest = std::max(result.highest, meaning.value);
  }
  return result;
}

class InRange final : public Constraint {
 public:
  InRange(std::shared_ptr<const RangedSymbols> symbols, const InstrumentRanges& ranges)
      : symbols_(std::move(symbols)), ranges_(ranges) {}

  std::unique_ptr<Constraint> clone() const override { return std::make_unique<InRange>(*this); }

  void mask(const Cursor& cursor, std::span<std::uint8_t> mask) override {
    for (const auto& [symbol, program] : symbols_->programs) {
      const PitchRange& range = ranges_[static_cast<std::size_t>(program) & 127];
      if (range.high < symbols_->lowest || range.low > symbols_->highest) mask[symbol] = 0;
    }
    const auto next = std::find_if(symbols_->pitches.begin(), symbols_->pitches.end(),
                                   [&](const auto& entry) { return mask[entry.symbol] != 0; });
    if (next == symbols_->pitches.end()) return;
    // All of them would be notes of one instrument.
    cursor.preview(next->symbol, preview_);
    if (preview_.notes.empty() || preview_.notes.front().drums) return;
    const PitchRange& range = range_of(preview_.notes.front());
    for (const auto& [symbol, pitch] : symbols_->pitches)
      if (!range.holds(pitch)) mask[symbol] = 0;
  }

  bool allows(const Cursor& cursor, Symbol symbol) override {
    cursor.preview(symbol, preview_);
    return std::all_of(preview_.notes.begin(), preview_.notes.end(),
                       [&](const Preview::Begin& note) { return note.drums || range_of(note).holds(note.pitch); });
  }

  void advance(const Cursor& cursor, Symbol symbol, bool given) override {
    if (!given) return;
    cursor.preview(symbol, preview_);
    for (const Preview::Begin& note : preview_.notes) {
      if (note.drums) continue;
      PitchRange& range = ranges_[static_cast<std::size_t>(note.program) & 127];
      range.low = std::min(range.low, static_cast<std::uint8_t>(note.pitch));
      range.high = std::max(range.high, static_cast<std::uint8_t>(note.pitch));
    }
  }

  void retract(std::size_t /*symbols*/) override {}  // nothing backtracks into what was given

  const char* reason() const override { return "lies beyond the range of its instrument"; }

 private:
  const PitchRange& range_of(const Preview::Begin& note) const {
    return ranges_[static_cast<std::size_t>(note.program) & 127];
  }

  std::shared_ptr<const RangedSymbols> symbols_;
  InstrumentRanges ranges_;
  Preview preview_;
};

}  // namespace

ConstraintMaker in_range(const representation::Representation& representation, const InstrumentRanges& ranges) {
  auto symbols = std::make_shared<const RangedSymbols>(ranged_symbols(representation));
  return [symbols = std::move(symbols), ranges] { return std::make_unique<InRange>(symbols, ranges); };
}

}  // namespace continuo::generation
