// Keeps, for every period, how many of the latest symbols repeat those a period before, and refuses notes that go on
// with it for too long.
#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "continuo/generation/constraint.h"

namespace continuo::generation {
namespace {

using representation::Preview;
using representation::Symbol;
using Count = std::int16_t;  // so that a processor compares many at once

constexpr std::size_t kLongestPeriod = 2048;  // symbols
constexpr std::size_t kShort = 24;            // repeating so many symbols is no loop yet: trills and tremolos
constexpr std::size_t kTwice = 64;            // up to so many symbols a block may be repeated twice, a longer one once
constexpr Count kMaxCount = 32767;            // beyond it nobody counts

constexpr std::size_t most_repeated(std::size_t period) {
  return std::max({period, std::min(2 * period, kTwice), kShort});
}

/// Of each period, the longest first.
using Periods = std::array<Count, kLongestPeriod>;

constexpr Periods kAllowed = [] {
  Periods allowed{};
  for (std::size_t i = 0; i < kLongestPeriod; ++i) allowed[i] = static_cast<Count>(most_repeated(kLongestPeriod - i));
  return allowed;
}();

class NeverLoop final : public Constraint {
 public:
  std::unique_ptr<Constraint> clone() const override { return std::make_unique<NeverLoop>(*this); }
  bool allows(const representation::Cursor& cursor, Symbol symbol) override {
    if (!would_loop(symbol)) return true;
    cursor.preview(symbol, preview_);
    return preview_.notes.empty();
  }

  void advance(const representation::Cursor& /*cursor*/, Symbol symbol, bool /*given*/) override {
    const std::size_t count = periods();
    const Symbol* const before = symbols_.data() + (symbols_.size() - count);
    Count* const repeated = repeated_.data() + (kLongestPeriod - count);
    Count longest = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const auto next = static_cast<Count>(std::min<Count>(repeated[i], kMaxCount - 1) + 1);
      repeated[i] = before[i] == symbol ? next : Count{0};
      longest = std::max(longest, repeated[i]);
    }
    longest_ = longest;
    symbols_.push_back(symbol);
  }

  void retract(std::size_t symbols) override {
    symbols_.resize(symbols);
    repeated_.fill(0);
    longest_ = 0;
    for (std::size_t period = 1; period <= kLongestPeriod && period < symbols; ++period) {
      std::size_t count = 0;
      while (count + period < symbols && count < kMaxCount &&
             symbols_[symbols - 1 - count] == symbols_[symbols - 1 - count - period])
        ++count;
      repeated_[kLongestPeriod - period] = static_cast<Count>(count);
      longest_ = std::max(longest_, static_cast<Count>(count));
    }
  }

  const char* reason() const override { return "would repeat itself again and again"; }

 private:
  /// Those for which there is a symbol so long ago.
  std::size_t periods() const { return std::min(kLongestPeriod, symbols_.size()); }
  bool would_loop(Symbol symbol) const {
    if (longest_ < static_cast<Count>(kShort)) return false;
    const std::size_t count = periods();
    const Symbol* const before = symbols_.data() + (symbols_.size() - count);
    const Count* const repeated = repeated_.data() + (kLongestPeriod - count);
    const Count* const allowed = kAllowed.data() + (kLongestPeriod - count);
    Count loops = 0;
    for (std::size_t i = 0; i < count; ++i)
      loops = std::max(loops, before[i] == symbol ? static_cast<Count>(repeated[i] - allowed[i] + 1) : Count{0});
    return loops > 0;
  }

  std::vector<Symbol> symbols_;
  Count longest_ = 0;   ///< the greatest of repeated_
  Periods repeated_{};  ///< how many of the latest symbols are as those a period before them
  Preview preview_;
};

}  // namespace

ConstraintMaker never_loop() {
  return [] { return std::make_unique<NeverLoop>(); };
}

}  // namespace continuo::generation
