// The probabilities of what is left, and a draw among them.
#include "steering/draw.h"

#include <algorithm>
#include <numeric>

namespace continuo::steering {
namespace {

/// Draws until two are allowed: 1 over the number of draws but one is an estimate of the share that is allowed, right
/// on the average, so that the weights stay exact though nobody asks about every symbol.
constexpr int kMaxDraws = 256;
constexpr double kLeast = 1e-40;  ///< probability of what the network takes for impossible

}  // namespace

Draw::Draw(const generation::SamplingOptions& sampling, const representation::Vocabulary& vocabulary)
    : sampling_(sampling),
      sampler_(sampling, vocabulary),
      never_cut_(vocabulary.size()),
      kind_(vocabulary.size()),
      allowed_(vocabulary.size()),
      left_(vocabulary.size()),
      factors_(vocabulary.size(), 1.0F),
      values_(vocabulary.size()) {
  std::size_t kinds = 0;
  for (std::size_t s = 0; s < kind_.size(); ++s) {
    const representation::SymbolKind kind = vocabulary.meanings()[s].kind;
    never_cut_[s] = generation::is_never_cut(kind) ? 1 : 0;
    kind_[s] = static_cast<std::size_t>(kind);
    kinds = std::max(kinds, kind_[s] + 1);
  }
  whole_.resize(kinds);
  part_.resize(kinds);
}

double Draw::sum_left() const noexcept { return std::accumulate(values_.begin(), values_.end(), 0.0); }

Symbol Draw::most_probable() const noexcept {
  return static_cast<Symbol>(std::max_element(values_.begin(), values_.end()) - values_.begin());
}

Symbol Draw::any(double total, Random& random) const noexcept {
  double rest = random.uniform() * total;
  for (std::size_t s = 0; s < values_.size(); ++s) {
    rest -= values_[s];
    if (rest < 0) return static_cast<Symbol>(s);
  }
  return most_probable();
}

double Draw::before(Symbol symbol) const noexcept {
  const double own = values_[symbol];
  double sum = 0;
  for (std::size_t s = 0; s < values_.size(); ++s)
    if (values_[s] > own || (values_[s] == own && s < symbol)) sum += values_[s];
  return sum;
}

void Draw::keep_most_probable() {
  const auto count = static_cast<std::size_t>(sampling_.top_k);
  if (count == 0 || count >= values_.size()) return;
  std::vector<double> sorted = values_;
  std::nth_element(sorted.begin(), sorted.begin() + sampling_.top_k - 1, sorted.end(), std::greater<>());
  const double least = sorted[count - 1];
  std::size_t above = 0;
  for (const double value : values_) above += value > least ? 1U : 0U;
  std::size_t equal = count - above;
  for (double& value : values_) {
    if (value > least) continue;
    if (value == least && equal > 0)
      --equal;
    else
      value = 0;
  }
}

Symbol Draw::draw(double total, Random& random) const noexcept {
  constexpr int kTries = 64;
  for (int attempt = 0; attempt < kTries; ++attempt) {
    const Symbol symbol = any(total, random);
    if (sampling_.top_p >= 1 || never_cut_[symbol] != 0 || before(symbol) < sampling_.top_p * total) return symbol;
  }
  return most_probable();
}

std::optional<Drawn> Draw::next(std::span<const float> logits, Guide& guide, Random& random) {
  const bool biased = guide.look(allowed_, left_, factors_);
  const std::span<const float> weights = sampler_.weigh(logits, allowed_);
  double all = 0;
  std::size_t count = 0;
  Symbol only = 0;
  for (std::size_t s = 0; s < weights.size(); ++s) {
    all += double{weights[s]};
    const bool stays = left_[s] != 0 && allowed_[s] != 0;
    values_[s] = 0;
    if (!stays) continue;
    values_[s] = std::max(double{weights[s]}, kLeast);
    if (factors_[s] == 0) values_[s] = 0;
    if (values_[s] == 0) continue;
    ++count;
    only = static_cast<Symbol>(s);
  }
  keep_kinds(weights, guide.before_choice());
  if (biased) {
    for (std::size_t s = 0; s < values_.size(); ++s) values_[s] *= double{factors_[s]};
    std::fill(factors_.begin(), factors_.end(), 1.0F);
  }
  const auto probability = [&](Symbol symbol) { return std::max(double{weights[symbol]}, kLeast) / all; };
  if (count == 1) {
    if (!guide.allows(only)) return std::nullopt;
    return Drawn{only, probability(only), values_[only] / all};
  }
  const double mass = sum_left();
  if (count == 0) return std::nullopt;
  if (sampling_.top_k > 0) keep_most_probable();
  const double drawn_from = sampling_.top_k > 0 ? sum_left() : mass;
  verdicts_.clear();
  std::optional<Symbol> chosen;
  for (int draws = 1; draws <= kMaxDraws; ++draws) {
    const Symbol symbol = draw(drawn_from, random);
    if (!allows(guide, symbol)) continue;
    if (chosen) return Drawn{*chosen, probability(*chosen), mass / all / (draws - 1)};
    chosen = symbol;
  }
  if (!chosen) return std::nullopt;
  return Drawn{*chosen, probability(*chosen), mass / all / kMaxDraws};
}

void Draw::keep_kinds(std::span<const float> weights, std::span<const std::uint8_t> before) {
  if (before.empty()) return;
  std::fill(whole_.begin(), whole_.end(), 0.0);
  std::fill(part_.begin(), part_.end(), 0.0);
  for (std::size_t s = 0; s < values_.size(); ++s) {
    if (before[s] == 0 || allowed_[s] == 0) continue;
    whole_[kind_[s]] += std::max(double{weights[s]}, kLeast);
    part_[kind_[s]] += values_[s];
  }
  for (std::size_t s = 0; s < values_.size(); ++s)
    if (values_[s] != 0 && part_[kind_[s]] > 0) values_[s] *= whole_[kind_[s]] / part_[kind_[s]];
}

bool Draw::allows(Guide& guide, Symbol symbol) {
  const auto known = std::ranges::find(verdicts_, symbol, &std::pair<Symbol, bool>::first);
  if (known != verdicts_.end()) return known->second;
  return verdicts_.emplace_back(symbol, guide.allows(symbol)).second;
}

}  // namespace continuo::steering
