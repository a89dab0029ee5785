// Keeps, for every period, how many of the latest symbols repeat those a period before, and refuses notes that go on
// with it for too long.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "continuo/generation/constraint.h"

namespace continuo::generation {
namespace {

using representation::Preview;
using representation::Symbol;

constexpr std::size_t kLongestPeriod = 2048;  // symbols
constexpr std::size_t kShort = 24;            // repeating so many symbols is no loop yet: trills and tremolos
constexpr std::size_t kTwice = 64;            // up to so many symbols a block may be repeated twice, a longer one once

constexpr std::size_t most_repeated(std::size_t period) {
  return std::max({period, std::min(2 * period, kTwice), kShort});
}

class NeverLoop final : public Constraint {
 public:
  std::unique_ptr<Constraint> clone() const override { return std::make_unique<NeverLoop>(*this); }
  bool allows(const representation::Cursor& cursor, Symbol symbol) override {
    if (!would_loop(symbol)) return true;
    cursor.preview(symbol, preview_);
    return preview_.notes.empty();
  }

  void advance(const representation::Cursor& /*cursor*/, Symbol symbol, bool /*given*/) override { append(symbol); }

  void retract(std::size_t symbols) override {
    const std::vector<Symbol> kept(symbols_.begin(), symbols_.begin() + static_cast<std::ptrdiff_t>(symbols));
    symbols_.clear();
    repeated_.clear();
    longest_ = 0;
    for (const Symbol symbol : kept) append(symbol);
  }

  const char* reason() const override { return "would repeat itself again and again"; }

 private:
  void append(Symbol symbol) {
    if (repeated_.size() < std::min(kLongestPeriod, symbols_.size())) repeated_.push_back(0);
    longest_ = 0;
    for (std::size_t i = 0; i < repeated_.size(); ++i) {
      repeated_[i] = before(i + 1) == symbol ? repeated_[i] + 1 : 0;
      longest_ = std::max(longest_, repeated_[i]);
    }
    symbols_.push_back(symbol);
  }
  Symbol before(std::size_t period) const { return symbols_[symbols_.size() - period]; }
  bool would_loop(Symbol symbol) const {
    if (longest_ < kShort) return false;
    for (std::size_t i = 0; i < repeated_.size(); ++i)
      if (before(i + 1) == symbol && repeated_[i] >= most_repeated(i + 1)) return true;
    return false;
  }

  std::vector<Symbol> symbols_;
  std::uint32_t longest_ = 0;            ///< the greatest of repeated_
  std::vector<std::uint32_t> repeated_;  ///< of period i + 1: how many of the latest symbols are as those before them
  Preview preview_;
};

}  // namespace

ConstraintMaker never_loop() {
  return [] { return std::make_unique<NeverLoop>(); };
}

}  // namespace continuo::generation
