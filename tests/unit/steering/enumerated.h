// A small network whose distribution under wishes a test can enumerate.
#pragma once

#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "continuo/engine/engine.h"
#include "continuo/steering/particles.h"

namespace continuo::steering {

/// Wishes of a test: which symbols may stand at each of `length` places, what places count, and an own factor.
struct Plan {
  std::vector<std::vector<Symbol>> left;  ///< by place; one symbol: it is given
  std::size_t places_every = 2;
  std::function<double(std::span<const Symbol>)> weigh;         ///< of what is written, asked at the end
  std::function<float(std::size_t, Symbol)> factor;             ///< of a symbol at a place
  std::function<bool(std::span<const Symbol>, Symbol)> allows;  ///< behind what is written
  std::vector<std::vector<Symbol>> before_choice;  ///< by place: what is left before wishes choose within kinds
  std::vector<std::vector<Symbol>> ahead;          ///< what is tried where the first places lie behind; empty: nothing
};

/// Letters are of two kinds: 0 and 1, and those behind them.
constexpr Symbol kSecondKind = 2;

class PlannedGuide final : public Guide {
 public:
  explicit PlannedGuide(std::shared_ptr<const Plan> plan) : plan_(std::move(plan)) {}
  std::unique_ptr<Guide> clone() const override { return std::make_unique<PlannedGuide>(*this); }
  bool look(std::span<std::uint8_t> allowed, std::span<std::uint8_t> left, std::span<float> factors) override {
    std::fill(allowed.begin(), allowed.end(), std::uint8_t{1});
    std::fill(left.begin(), left.end(), std::uint8_t{0});
    for (const Symbol symbol : plan_->left.at(written_.size())) left[symbol] = 1;
    before_.clear();
    if (!plan_->before_choice.empty()) {
      before_.assign(left.size(), 0);
      for (const Symbol symbol : plan_->before_choice.at(written_.size())) before_[symbol] = 1;
    }
    if (!plan_->factor) return false;
    for (std::size_t s = 0; s < factors.size(); ++s)
      factors[s] = plan_->factor(written_.size(), static_cast<Symbol>(s));
    return true;
  }
  std::span<const std::uint8_t> before_choice() const override { return before_; }
  bool allows(Symbol symbol) override { return !plan_->allows || plan_->allows(written_, symbol); }
  void advance(Symbol symbol, double /*probability*/, double /*mass*/) override { written_.push_back(symbol); }
  std::int64_t place() const override { return static_cast<std::int64_t>(written_.size() / plan_->places_every); }
  double weigh() override { return finished() && plan_->weigh ? plan_->weigh(written_) : 1; }
  bool finished() const override { return written_.size() == plan_->left.size(); }
  std::unique_ptr<Guide> look_ahead(Symbol /*symbol*/) const override {
    if (plan_->ahead.empty() || written_.size() > plan_->left.size() / 2) return nullptr;
    return std::make_unique<PlannedGuide>(std::make_shared<const Plan>(Plan{.left = plan_->ahead}));
  }

 private:
  std::shared_ptr<const Plan> plan_;
  std::vector<Symbol> written_;
  std::vector<std::uint8_t> before_;
};

/// What the chance of `symbol` at this place is multiplied by, so that its kind keeps its own.
inline double kept_kind(const Plan& plan, std::size_t place, Symbol symbol, std::span<const double> chances) {
  if (plan.before_choice.empty()) return 1;
  const auto sum = [&](const std::vector<Symbol>& symbols) {
    double chance = 0;
    for (const Symbol other : symbols)
      if ((other < kSecondKind) == (symbol < kSecondKind)) chance += chances[other];
    return chance;
  };
  return sum(plan.before_choice[place]) / sum(plan.left[place]);
}

using Distribution = std::map<std::vector<Symbol>, double>;

/// By the definition: every sequence that the plan leaves, by the product of its probabilities; sums to 1.
inline Distribution enumerate(const engine::Model& model, const Plan& plan, std::span<const Symbol> heard,
                              double temperature = 1) {
  Distribution found;
  double total = 0;
  const std::function<void(std::vector<Symbol>&, double)> go = [&](std::vector<Symbol>& written, double chance) {
    if (written.size() == plan.left.size()) {
      if (plan.weigh) chance *= plan.weigh(written);
      if (chance > 0) found[written] = chance;
      total += chance;
      return;
    }
    std::vector<Symbol> past(heard.begin(), heard.end());
    past.insert(past.end(), written.begin(), written.end());
    const auto all = model.recompute(past);
    const auto width = static_cast<std::size_t>(model.vocabulary_size());
    const auto logits = std::span(all).last(width);
    std::vector<double> chances;
    for (const float logit : logits) chances.push_back(std::exp(static_cast<double>(logit) / temperature));
    const double sum = std::accumulate(chances.begin(), chances.end(), 0.0);
    for (const Symbol symbol : plan.left[written.size()]) {
      if (plan.allows && !plan.allows(written, symbol)) continue;
      const double factor = plan.factor ? static_cast<double>(plan.factor(written.size(), symbol)) : 1;
      const double kept = kept_kind(plan, written.size(), symbol, chances);
      written.push_back(symbol);
      go(written, chance * factor * kept * chances[symbol] / sum);
      written.pop_back();
    }
  };
  std::vector<Symbol> written;
  go(written, 1);
  for (auto& [sequence, chance] : found) chance /= total;
  return found;
}

/// How often each sequence was drawn: `draws` times from the particles of each of `runs` runs with different seeds.
/// Draws of one run agree a little more often than those of different ones do: their variance is 1 + (draws - 1) / n
/// times as large, n the effective size, which is little for many particles.
inline std::map<std::vector<Symbol>, int> sampled(const std::shared_ptr<const engine::Model>& model,
                                                  const representation::Vocabulary& vocabulary, const Plan& plan,
                                                  std::span<const Symbol> heard, ParticleOptions options, int runs,
                                                  int draws = 1) {
  std::map<std::vector<Symbol>, int> counts;
  const PlannedGuide guide(std::make_shared<const Plan>(plan));
  for (int run = 0; run < runs; ++run) {
    options.seed = static_cast<std::uint64_t>(run) + 1;
    Particles particles(model, vocabulary, guide, heard, 0, options);
    while (particles.next()) {
    }
    for (int draw = 0; draw < draws; ++draw) ++counts[particles.choose(1).front().symbols];
  }
  return counts;
}

/// Pearson's statistic over sequences that are expected at least 5 times (the others together), and its degrees of
/// freedom.
inline std::pair<double, int> chi_square(const Distribution& expected, const std::map<std::vector<Symbol>, int>& counts,
                                         int runs) {
  double statistic = 0, rest = 0;
  int cells = 0, rest_count = 0;
  for (const auto& [sequence, chance] : expected) {
    const auto found = counts.find(sequence);
    const int count = found == counts.end() ? 0 : found->second;
    if (chance * runs < 5) {
      rest += chance * runs;
      rest_count += count;
      continue;
    }
    statistic += (count - chance * runs) * (count - chance * runs) / (chance * runs);
    ++cells;
  }
  if (rest >= 5) {
    statistic += (rest_count - rest) * (rest_count - rest) / rest;
    ++cells;
  }
  return {statistic, cells - 1};
}

/// The statistic that chance exceeds once in 1,000 (Wilson and Hilferty's approximation).
inline double critical(int freedom) {
  const double a = 2.0 / (9.0 * freedom);
  return freedom * std::pow(1 - a + 3.09 * std::sqrt(a), 3);
}

/// Half the sum of the differences.
inline double distance(const Distribution& expected, const std::map<std::vector<Symbol>, int>& counts, int runs) {
  double sum = 0, seen = 0;
  for (const auto& [sequence, chance] : expected) {
    const auto found = counts.find(sequence);
    const double share = found == counts.end() ? 0.0 : static_cast<double>(found->second) / runs;
    sum += std::abs(share - chance);
    seen += share;
  }
  return (sum + (1 - seen)) / 2;
}

inline representation::Vocabulary letters(std::size_t size) {
  std::vector<representation::NamedSymbol> names;
  for (std::size_t i = 0; i < size; ++i)
    names.push_back({"Letter_" + std::to_string(i),
                     {i < kSecondKind ? representation::SymbolKind::kNone : representation::SymbolKind::kPitch,
                      static_cast<int>(i)}});
  return representation::Vocabulary(std::move(names));
}

}  // namespace continuo::steering
