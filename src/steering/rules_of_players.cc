// Rules that let instruments play.
#include <algorithm>
#include <utility>

#include "steering/rules.h"

namespace continuo::steering {
namespace {

using representation::SymbolKind;

/// In the last bar the piece does not end before everyone has played.
class AllPlay final : public CopiedRule<AllPlay> {
 public:
  AllPlay(std::vector<int> programs, const representation::Vocabulary& vocabulary) : missing_(std::move(programs)) {
    for (std::size_t s = 0; s < vocabulary.size(); ++s) {
      const auto& meaning = vocabulary.meanings()[s];
      if (meaning.kind == SymbolKind::kProgram) symbols_.emplace_back(static_cast<Symbol>(s), meaning.value);
      if (meaning.kind == SymbolKind::kEnd || meaning.kind == SymbolKind::kBar) ends_.push_back(static_cast<Symbol>(s));
    }
  }
  std::string name() const override { return "all instruments play"; }
  std::string reason() const override { return "would leave an instrument silent"; }
  void note(const WrittenNote& note) override {
    if (!note.given && !note.instrument.drums) std::erase(missing_, note.instrument.program);
  }
  void mask(const Place& place, std::span<std::uint8_t> mask) override {
    if (missing_.empty() || place.bar + 1 < place.bars) return;
    for (const Symbol symbol : ends_) mask[symbol] = 0;
  }
  bool bias(const Place& place, std::span<float> factors) override {
    if (missing_.empty() || place.bars == 0) return false;
    const int bars_left = place.bars - place.bar;
    const float factor = bars_left <= 1 ? 64.0F : bars_left == 2 ? 8.0F : 1.5F;
    for (const auto& [symbol, program] : symbols_)
      if (std::ranges::find(missing_, program) != missing_.end()) factors[symbol] *= factor;
    return true;
  }
  double weigh(const Place& /*place*/, bool end) override { return end && !missing_.empty() ? 0 : 1; }

 private:
  std::vector<int> missing_;
  std::vector<std::pair<Symbol, int>> symbols_;
  std::vector<Symbol> ends_;
};

/// A bar does not end before everyone has begun a note in it; those who have not are preferred, more and more.
class InEveryBar final : public CopiedRule<InEveryBar> {
 public:
  InEveryBar(std::map<int, int> programs, std::vector<bool> free_bars, const representation::Vocabulary& vocabulary)
      : programs_(std::move(programs)), free_bars_(std::move(free_bars)) {
    for (std::size_t s = 0; s < vocabulary.size(); ++s) {
      const auto& meaning = vocabulary.meanings()[s];
      if (meaning.kind == SymbolKind::kProgram) symbols_.emplace_back(static_cast<Symbol>(s), meaning.value);
      if (meaning.kind == SymbolKind::kEnd || meaning.kind == SymbolKind::kBar) ends_.push_back(static_cast<Symbol>(s));
    }
  }
  std::string name() const override { return "a note of each instrument in every bar"; }
  std::string reason() const override { return "would leave an instrument silent in a bar"; }
  void note(const WrittenNote& note) override {
    if (note.bar != bar_) played_.clear();
    bar_ = note.bar;
    if (!note.given && !note.instrument.drums) played_.push_back(note.instrument.program);
  }
  void mask(const Place& place, std::span<std::uint8_t> mask) override {
    if (!is_free(place.bar)) return;
    for (const auto& [program, bar] : programs_)
      if (silent(place, program, bar))
        for (const Symbol symbol : ends_) mask[symbol] = 0;
  }
  bool bias(const Place& place, std::span<float> factors) override {
    if (!is_free(place.bar) || place.at < 0) return false;
    const double done = static_cast<double>(place.at) / static_cast<double>(std::max<Unit>(1, place.bar_length));
    const auto factor = static_cast<float>(4 + 60 * done);
    for (const auto& [symbol, program] : symbols_) {
      const auto found = programs_.find(program);
      if (found != programs_.end() && silent(place, program, found->second)) factors[symbol] *= factor;
    }
    return true;
  }

 private:
  bool is_free(int bar) const {
    return bar >= 0 && bar < static_cast<int>(free_bars_.size()) && free_bars_[static_cast<std::size_t>(bar)];
  }
  bool silent(const Place& place, int program, int enters) const {
    return place.bar >= enters && (place.bar != bar_ || std::ranges::find(played_, program) == played_.end());
  }

  std::map<int, int> programs_;  ///< with the bar, from 0, from which they play
  std::vector<bool> free_bars_;
  std::vector<std::pair<Symbol, int>> symbols_;
  std::vector<Symbol> ends_;
  int bar_ = -1;
  std::vector<int> played_;  ///< in it
};

}  // namespace

RuleMaker all_play(std::vector<int> programs, const representation::Vocabulary& vocabulary) {
  return [rule = AllPlay(std::move(programs), vocabulary)] { return rule.clone(); };
}

RuleMaker in_every_bar(std::map<int, int> programs, std::vector<bool> free_bars,
                       const representation::Vocabulary& vocabulary) {
  return [rule = InEveryBar(std::move(programs), std::move(free_bars), vocabulary)] { return rule.clone(); };
}

}  // namespace continuo::steering
