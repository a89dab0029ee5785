// Draw: one symbol for one particle.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "continuo/base/random.h"
#include "continuo/steering/particles.h"

namespace continuo::steering {

struct Drawn {
  Symbol symbol = 0;
  double probability = 0;  ///< of the symbol, of all that was allowed
  double mass = 0;         ///< of all that was left, times its factors
};

/// One a thread: has the memory for a draw.
class Draw {
 public:
  Draw(const generation::SamplingOptions& sampling, const representation::Vocabulary& vocabulary);
  /// Nothing, where nothing is left.
  std::optional<Drawn> next(std::span<const float> logits, Guide& guide, Random& random);

 private:
  bool allows(Guide& guide, Symbol symbol);
  /// Gives what is left of each kind the chance that the kind has in `before` (empty: leaves all as it is).
  void keep_kinds(std::span<const float> weights, std::span<const std::uint8_t> before);
  double sum_left() const noexcept;
  Symbol any(double total, Random& random) const noexcept;
  Symbol most_probable() const noexcept;
  /// Takes out all but the `top_k` most probable.
  void keep_most_probable();
  double before(Symbol symbol) const noexcept;
  Symbol draw(double total, Random& random) const noexcept;

  generation::SamplingOptions sampling_;
  generation::Sampler sampler_;
  std::vector<std::uint8_t> never_cut_;  ///< by symbol: as generation::is_never_cut()
  std::vector<std::size_t> kind_;        ///< by symbol
  std::vector<double> whole_, part_;     ///< by kind: the chance before, and of what is left
  std::vector<std::uint8_t> allowed_, left_;
  std::vector<float> factors_;
  std::vector<std::pair<Symbol, bool>> verdicts_;  ///< of the guide, on what was drawn
  std::vector<double> values_;                     ///< probability times factor, of what is left
};

}  // namespace continuo::steering
