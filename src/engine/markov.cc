// `markov`: the counts of a Markov chain as a trie of n-grams, interpolated from the uniform distribution up to the
// longest context (Witten and Bell 1991, method C): p(w | h) = (c(h w) + d(h) p(w | h')) / (c(h) + d(h)), where d(h) is
// how many different symbols followed h and h' is h without its oldest symbol.
#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "engine/networks.h"

namespace continuo::engine {
namespace {

constexpr std::size_t kMaxHistory = 16;  ///< of any order that a spec may ask for
constexpr double kLeast = 1e-37;         ///< probability: logits stay finite

/// Nodes of one depth, those of a parent side by side with rising symbols. Node n's children lie in the next level from
/// first[n] to first[n + 1].
struct Level {
  std::vector<std::uint16_t> symbol;
  std::vector<float> count;  ///< how often the node's symbol followed its parent's
  std::vector<std::uint32_t> first;
};

/// The children of one node, in the level above which it stands.
struct Followers {
  const Level* level = nullptr;
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct MarkovWeights {
  MarkovWeights(const weights::ModelFile& file, Arena& /*arena*/)
      : vocabulary(static_cast<std::size_t>(file.network().vocabulary_size)),
        order(static_cast<std::size_t>(std::get<weights::MarkovSpec>(file.network().network).order)) {
    for (std::size_t depth = 1; depth <= order + 1; ++depth) {
      const std::string name = "level." + std::to_string(depth) + ".";
      const std::span<const float> symbols = file.tensor(name + "symbol").values;
      const std::span<const float> counts = file.tensor(name + "count").values;
      Level& level = levels.emplace_back();
      for (const float symbol : symbols) level.symbol.push_back(static_cast<std::uint16_t>(symbol));
      level.count.assign(counts.begin(), counts.end());
      if (depth == order + 1) break;
      for (const float first : file.tensor(name + "first").values)
        level.first.push_back(static_cast<std::uint32_t>(first));
      level.first.push_back(
          static_cast<std::uint32_t>(file.tensor("level." + std::to_string(depth + 1) + ".symbol").values.size()));
    }
  }

  Followers of_root() const noexcept { return {&levels[0], 0, levels[0].symbol.size()}; }
  /// Empty when `symbol` is none of them.
  Followers below(const Followers& from, std::size_t depth, std::size_t symbol) const noexcept {
    const auto begin = from.level->symbol.begin() + static_cast<std::ptrdiff_t>(from.begin);
    const auto end = from.level->symbol.begin() + static_cast<std::ptrdiff_t>(from.end);
    const auto found = std::lower_bound(begin, end, symbol);
    if (found == end || *found != symbol) return {&levels[depth + 1], 0, 0};
    const auto node = static_cast<std::size_t>(found - from.level->symbol.begin());
    return {&levels[depth + 1], from.level->first[node], from.level->first[node + 1]};
  }

  std::size_t vocabulary;
  std::size_t order;
  std::vector<Level> levels;  ///< levels[n]: n-grams of n + 1 symbols
};

class MarkovStates {
 public:
  MarkovStates(const MarkovWeights& weights, Arena& arena, std::size_t streams)
      : streams_(streams),
        pasts_(arena.take_objects<Past>(streams)),
        logits_(arena.take(streams * padded(weights.vocabulary))) {}

  float* step(const MarkovWeights& weights, const Input* inputs, const std::size_t* /*labels*/) noexcept {
    for (std::size_t i = 0; i < streams_; ++i)
      step(weights, pasts_[i], inputs[i].symbol, logits_ + i * padded(weights.vocabulary));
    return logits_;
  }
  void reset(const MarkovWeights& /*weights*/) noexcept { std::fill_n(pasts_, streams_, Past{}); }
  void reset(const MarkovWeights& /*weights*/, std::size_t stream) noexcept { pasts_[stream] = {}; }
  void remove(const MarkovWeights& /*weights*/, std::size_t stream) noexcept {
    std::copy(pasts_ + stream + 1, pasts_ + streams_, pasts_ + stream);
    --streams_;
  }
  template <class F>
  void each_part(const MarkovWeights& /*weights*/, std::size_t a, std::size_t b, const F& f) const noexcept {
    each_column(pasts_, 1, streams_, 1, a, b, f);
  }
  void resume(const MarkovWeights& /*weights*/, std::size_t /*stream*/) noexcept {}

 private:
  struct Past {
    std::uint64_t time = 0;
    std::array<std::uint16_t, kMaxHistory> symbols{};  ///< symbol of time t at t % size
  };

  static void step(const MarkovWeights& weights, Past& past, std::size_t symbol, float* logits) noexcept {
    past.symbols[past.time++ % kMaxHistory] = static_cast<std::uint16_t>(symbol);
    const std::size_t longest = static_cast<std::size_t>(std::min<std::uint64_t>(past.time, weights.order));
    std::fill_n(logits, weights.vocabulary, 1.0F / static_cast<float>(weights.vocabulary));
    for (std::size_t length = 0; length <= longest; ++length) {
      Followers followers = weights.of_root();
      for (std::size_t age = length; age > 0; --age)
        followers = weights.below(followers, length - age, past.symbols[(past.time - age) % kMaxHistory]);
      refine(weights, followers, logits);
    }
    for (std::size_t i = 0; i < weights.vocabulary; ++i)
      logits[i] = static_cast<float>(std::log(std::max(static_cast<double>(logits[i]), kLeast)));
  }

  /// From p(. | h') to p(. | h).
  static void refine(const MarkovWeights& weights, const Followers& followers, float* logits) noexcept {
    double total = 0;
    double kinds = 0;
    for (std::size_t i = followers.begin; i < followers.end; ++i) {
      total += static_cast<double>(followers.level->count[i]);
      kinds += followers.level->count[i] > 0 ? 1 : 0;
    }
    if (total <= 0) return;
    const auto shorter = static_cast<float>(kinds / (total + kinds));
    const auto each = static_cast<float>(1.0 / (total + kinds));
    for (std::size_t i = 0; i < weights.vocabulary; ++i) logits[i] *= shorter;
    for (std::size_t i = followers.begin; i < followers.end; ++i)
      logits[followers.level->symbol[i]] += each * followers.level->count[i];
  }

  std::size_t streams_;
  Past* pasts_;
  float* logits_;
};

/// p(w | h) by its definition, one symbol at a time, finding h by looking at every node.
double probability(const MarkovWeights& weights, std::span<const std::uint16_t> h, std::size_t w) {
  const double shorter =
      h.empty() ? 1.0 / static_cast<double>(weights.vocabulary) : probability(weights, h.subspan(1), w);
  std::size_t begin = 0;
  std::size_t end = weights.levels[0].symbol.size();
  for (std::size_t depth = 0; depth < h.size(); ++depth) {
    const Level& level = weights.levels[depth];
    std::size_t node = begin;
    while (node < end && level.symbol[node] != h[depth]) ++node;
    if (node == end) return shorter;
    begin = level.first[node];
    end = level.first[node + 1];
  }
  const Level& level = weights.levels[h.size()];
  double total = 0;
  double kinds = 0;
  double own = 0;
  for (std::size_t i = begin; i < end; ++i) {
    total += static_cast<double>(level.count[i]);
    kinds += level.count[i] > 0 ? 1 : 0;
    if (level.symbol[i] == w) own = static_cast<double>(level.count[i]);
  }
  return total > 0 ? (own + kinds * shorter) / (total + kinds) : shorter;
}

std::vector<float> recompute_markov_network(const MarkovWeights& weights, const Inputs& inputs, std::size_t /*label*/) {
  std::vector<float> logits;
  for (std::size_t t = 0; t < inputs.length; ++t) {
    const std::size_t longest = std::min(t + 1, weights.order);
    for (std::size_t w = 0; w < weights.vocabulary; ++w)
      logits.push_back(static_cast<float>(
          std::log(std::max(probability(weights, inputs.symbols.subspan(t + 1 - longest, longest), w), kLeast))));
  }
  return logits;
}

}  // namespace

std::shared_ptr<const Model> create_markov(const weights::ModelFile& file, const Options& options) {
  return std::make_shared<NetworkModel<MarkovWeights, MarkovStates, recompute_markov_network>>(file, options);
}

}  // namespace continuo::engine
