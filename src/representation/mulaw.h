// Mu-law companding by the continuous formula, and its classes.
#pragma once

#include <cstdint>
#include <vector>

#include "continuo/representation/representation.h"

namespace continuo::representation {

/// f(x) = sign(x) ln(1 + mu |x|) / ln(1 + mu) of van den Oord et al. 2016 (WaveNet, section 2.2), with mu = classes -
/// 1, rounded to the nearest of `classes` values that divide [-1, 1] evenly. Not the segments of G.711. Immutable.
class MuLaw {
 public:
  explicit MuLaw(int classes);
  int classes() const noexcept { return static_cast<int>(values_.size()); }
  /// Clipped to full scale; what is not a number is silence.
  Symbol encode(float sample) const noexcept;
  /// Symbols beyond the last class are taken as the last.
  float decode(Symbol symbol) const noexcept { return values_[symbol < values_.size() ? symbol : values_.size() - 1]; }

 private:
  double mu_;
  double per_neper_;  ///< steps of a class for each unit of ln(1 + mu |x|)
  std::vector<float> values_;
};

}  // namespace continuo::representation
