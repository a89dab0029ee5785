// Sampler: logits to the next symbol.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "continuo/base/random.h"
#include "continuo/representation/representation.h"
#include "continuo/representation/symbol_meaning.h"

namespace continuo::generation {

/// Temperatures by kind of symbol, in the order of the kinds; at most one for each.
class KindTemperatures {
 public:
  using Item = std::pair<representation::SymbolKind, double>;
  KindTemperatures() = default;
  KindTemperatures(std::initializer_list<Item> items) {
    for (const auto& [kind, temperature] : items) (*this)[kind] = temperature;
  }
  const Item* begin() const noexcept { return items_.data(); }
  const Item* end() const noexcept { return items_.data() + size_; }
  bool empty() const noexcept { return size_ == 0; }
  void clear() noexcept { size_ = 0; }
  /// end() where the kind has none.
  const Item* find(representation::SymbolKind kind) const noexcept;
  /// 0 where the kind had none.
  double& operator[](representation::SymbolKind kind) noexcept;
  friend bool operator==(const KindTemperatures& a, const KindTemperatures& b) noexcept;

 private:
  static constexpr std::size_t kCapacity = 32;  ///< more than there are kinds
  std::array<Item, kCapacity> items_{};
  std::size_t size_ = 0;
};

struct SamplingOptions {
  bool argmax = false;       ///< the paper's choice: always the most probable symbol
  double temperature = 1.0;  ///< above 0; logits are divided by it
  int top_k = 0;             ///< keep the k most probable; 0: all
  /// Keep the smallest set of most probable symbols that has this probability (nucleus sampling). Instruments, which
  /// are chosen seldom, are kept, too: is_never_cut().
  double top_p = 0.97;
  /// Temperatures of kinds of symbols, in place of `temperature`. Kinds of one temperature compete as with one
  /// temperature for all. Where kinds of different temperatures may come next, each temperature acts within its kinds,
  /// and how probable they are together stays what the network says.
  KindTemperatures kinds;
  friend bool operator==(const SamplingOptions&, const SamplingOptions&) = default;
};

/// Whether top_p leaves symbols of this kind alone: instruments. Each has a small probability at each of many places,
/// which the nucleus would make 0 at all of them, so that rare instruments never came in.
constexpr bool is_never_cut(representation::SymbolKind kind) noexcept {
  return kind == representation::SymbolKind::kProgram || kind == representation::SymbolKind::kDrums;
}

/// Allocates only when made. The same logits, options and random state give the same symbol everywhere.
class Sampler {
 public:
  /// Without `vocabulary`, options.kinds and is_never_cut() have no effect. Throws Error for a temperature that is not
  /// above 0, a negative top_k, or top_p outside (0, 1].
  Sampler(const SamplingOptions& options, std::size_t vocabulary_size);
  Sampler(const SamplingOptions& options, const representation::Vocabulary& vocabulary);
  /// mask (empty, or one byte per symbol): 0 forbids. At least one symbol must be allowed. Ties go to the lower symbol.
  std::uint16_t choose(std::span<const float> logits, std::span<const std::uint8_t> mask, Random& random) noexcept;
  /// Weights in proportion to the probabilities of all that `mask` allows, by the temperatures alone: 0 for the others.
  /// Valid until the next call.
  std::span<const float> weigh(std::span<const float> logits, std::span<const std::uint8_t> mask) noexcept;

 private:
  /// Candidates are the symbols that the mask allows, rising; all where there is none. Sets size_, symbols_ and
  /// logits_.
  void gather(std::span<const float> logits, std::span<const std::uint8_t> mask) noexcept;
  std::uint16_t symbol(std::size_t candidate) const noexcept {
    return masked_ ? symbols_[candidate] : static_cast<std::uint16_t>(candidate);
  }
  float greatest() const noexcept;  ///< of their logits
  std::uint16_t most_probable(float greatest) const noexcept;
  /// Sets their weights. Gives the one temperature, where there is one.
  std::optional<float> weigh(float greatest) noexcept;
  /// Takes their weights from all but the first `count` by `order`, and from all that come after `share` of the whole,
  /// but for what is never cut.
  void keep_first(std::span<const float> order, int count, double share) noexcept;
  double sum_weights() noexcept;
  /// The candidate whose weight reaches from below `left` to beyond it, counted from the first on.
  std::optional<std::size_t> draw(double left) const noexcept;
  /// The weights of those that are before this one in the order of probability.
  double weights_before(std::span<const float> order, std::size_t candidate) const noexcept;

  struct Group {
    float temperature;
    float greatest = 0;  ///< logit of the current choice
    double mass = 0;     ///< at temperature 1
    double weights = 0;
  };
  /// The temperature of all candidates, or none where they have several.
  std::optional<float> one_temperature() const noexcept;
  /// Sets the weights group by group.
  void weigh_groups(float greatest) noexcept;
  const Group& group(std::size_t candidate) const noexcept { return groups_[group_of_[symbol(candidate)]]; }

  SamplingOptions options_;
  std::vector<Group> groups_;            ///< of one temperature each
  std::vector<std::uint8_t> group_of_;   ///< of each symbol; empty: one temperature for all
  std::vector<std::uint8_t> never_cut_;  ///< by symbol, 1 where is_never_cut()
  std::size_t vocabulary_ = 0;           ///< of the current choice
  bool masked_ = false;                  ///< likewise
  std::size_t size_ = 0;                 ///< candidates
  std::vector<std::uint16_t> symbols_;   ///< of the candidates, where they are not all
  std::vector<float> gathered_;          ///< their logits then
  std::span<const float> logits_;        ///< of the candidates
  std::vector<float> weight_;            ///< of the candidates; that of the most probable is 1
  std::vector<float> shift_, divisor_;   ///< of the candidates, for groups
  std::vector<double> block_;            ///< sums of weights: independent of each other, and most need no second look
  std::vector<std::uint64_t> keys_;
  std::vector<float> of_symbols_;  ///< weigh()
};

}  // namespace continuo::generation
