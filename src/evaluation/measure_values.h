// The values of a piece while its measures are computed, and the families of measures that have a file of their own.
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "continuo/evaluation/measures.h"
#include "continuo/evaluation/statistics.h"
#include "continuo/music/score.h"
#include "evaluation/bars.h"

namespace continuo::evaluation {

/// One for each of measures(); kUndefined until it is set.
class MeasureValues {
 public:
  double& operator[](Measure measure) { return values_[static_cast<std::size_t>(measure)]; }
  std::vector<double> take() { return std::move(values_); }

 private:
  std::vector<double> values_ = std::vector<double>(measures().size(), kUndefined);
};

/// Shannon entropy in bits of counts that are not all 0.
double entropy(std::span<const double> counts);

/// Similarities of every two bars, [later * (later - 1) / 2 + earlier]; empty for more than 4,000 bars.
class BarSimilarities {
 public:
  explicit BarSimilarities(const std::vector<Bar>& bars);
  bool known() const noexcept { return known_; }
  /// Of bars that both have notes; earlier < later.
  double of(std::size_t earlier, std::size_t later) const noexcept {
    return values_[later * (later - 1) / 2 + earlier];
  }

 private:
  bool known_;
  std::vector<double> values_;
};

// Each sets the measures of its family: see docs/evaluation.md for the definitions.
void measure_harmony(const Score& score, MeasureValues& values);
void measure_ending(const Score& whole, MeasureValues& values);
void measure_melody(const Score& score, MeasureValues& values);
void measure_rhythm(const Score& score, const std::vector<Bar>& bars, MeasureValues& values);
void measure_form(const Score& score, const std::vector<Bar>& bars, const BarSimilarities& similar,
                  MeasureValues& values);

}  // namespace continuo::evaluation
