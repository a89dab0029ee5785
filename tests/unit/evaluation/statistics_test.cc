// Summaries by hand; the bootstrap against what is known of it.
#include "continuo/evaluation/statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "continuo/base/error.h"
#include "continuo/base/random.h"

namespace continuo::evaluation {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(Statistics, SummariseByHand) {
  const std::vector<double> values = {4, kNan, 1, 3, 8};
  const Summary result = summarise(values);
  EXPECT_EQ(result.count, 4u);
  EXPECT_DOUBLE_EQ(result.mean, 4);
  EXPECT_DOUBLE_EQ(result.deviation, std::sqrt((0.0 + 9 + 1 + 16) / 3));
  EXPECT_DOUBLE_EQ(result.median, 3.5);
  EXPECT_EQ(result.low, 1);
  EXPECT_EQ(result.high, 8);
  const Summary equal = summarise(std::vector<double>(20, 0.1));
  EXPECT_EQ(equal.mean, 0.1);
  EXPECT_EQ(equal.deviation, 0);
  EXPECT_EQ(summarise({}).count, 0u);
  EXPECT_TRUE(std::isnan(summarise({}).mean));
  EXPECT_TRUE(std::isnan(summarise(std::vector<double>{5}).deviation));
}

TEST(Statistics, QuantilesLieBetweenOrderStatistics) {
  const std::vector<double> sorted = {0, 10, 20};
  EXPECT_DOUBLE_EQ(quantile(sorted, 0), 0);
  EXPECT_DOUBLE_EQ(quantile(sorted, 0.25), 5);
  EXPECT_DOUBLE_EQ(quantile(sorted, 1), 20);
  EXPECT_TRUE(std::isnan(quantile({}, 0.5)));
}

TEST(Bootstrap, OfEqualPiecesIsAPoint) {
  const std::vector<double> above = {6, 12, 3}, below = {2, 4, 1};
  const Interval result = bootstrap_ratio(above, below);
  EXPECT_DOUBLE_EQ(result.low, 3);
  EXPECT_DOUBLE_EQ(result.high, 3);
}

TEST(Bootstrap, NearsTheIntervalOfTheNormalDistribution) {
  Random random(3);
  std::vector<double> values;
  for (int i = 0; i < 400; ++i) values.push_back(10 + 2 * random.normal());
  const Summary summary = summarise(values);
  const double half = 1.96 * summary.deviation / 20;
  const Interval result = bootstrap_mean(values, {.resamples = 4000});
  EXPECT_NEAR(result.low, summary.mean - half, 0.1 * half);
  EXPECT_NEAR(result.high, summary.mean + half, 0.1 * half);
}

TEST(Bootstrap, CoversTheTruthAboutAsOftenAsItSays) {
  int covered = 0;
  for (std::uint64_t trial = 0; trial < 200; ++trial) {
    Random random(trial, 9);
    std::vector<double> values;
    for (int i = 0; i < 60; ++i) values.push_back(random.normal());
    const Interval result = bootstrap_mean(values, {.resamples = 400, .level = 0.9, .seed = trial});
    covered += result.low <= 0 && 0 <= result.high ? 1 : 0;
  }
  EXPECT_GE(covered, 165);
  EXPECT_LE(covered, 195);
}

TEST(Bootstrap, WeighsPiecesByTheirDenominators) {
  // One piece holds nearly everything: the ratio is nearly always its own.
  const std::vector<double> above = {1000, 0, 0}, below = {1000, 1, 1};
  EXPECT_GT(bootstrap_ratio(above, below).high, 0.999);
  const Interval level = bootstrap_ratio(above, below, {.level = 0.5});
  EXPECT_LT(level.low, level.high + 1e-12);
}

TEST(Bootstrap, IsTheSameForTheSameSeed) {
  const std::vector<double> values = {1, 5, 2, 8, 3};
  const Interval first = bootstrap_mean(values, {.seed = 7}), again = bootstrap_mean(values, {.seed = 7});
  EXPECT_EQ(first.low, again.low);
  EXPECT_EQ(first.high, again.high);
  const Interval other = bootstrap_mean(values, {.resamples = 50, .seed = 8});
  EXPECT_TRUE(other.low != first.low || other.high != first.high);
}

TEST(Bootstrap, DifferencesDrawTheSamePiecesForBoth) {
  // b is 1 a denominator less than a in every piece, however much the pieces differ.
  const std::vector<double> a{10, 200, 35, 4}, notes{5, 40, 10, 1};
  std::vector<double> b(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) b[i] = a[i] - notes[i];
  const Interval difference = bootstrap_difference({a, notes}, {b, notes});
  EXPECT_NEAR(difference.low, 1, 1e-12);
  EXPECT_NEAR(difference.high, 1, 1e-12);
  const std::vector<double> nothing(a.size());
  const Interval alone = bootstrap_difference({a, notes}, {nothing, notes}), ratio = bootstrap_ratio(a, notes);
  EXPECT_EQ(alone.low, ratio.low);
  EXPECT_EQ(alone.high, ratio.high);
  EXPECT_THROW(bootstrap_difference({a, notes}, {std::span(b).first(3), notes}), Error);
}

TEST(Bootstrap, RefusesWhatMakesNoSense) {
  const std::vector<double> one = {1}, two = {1, 2};
  EXPECT_THROW(bootstrap_ratio(one, two), Error);
  EXPECT_THROW(bootstrap_ratio(one, one, {.resamples = 0}), Error);
  EXPECT_THROW(bootstrap_ratio(one, one, {.level = 1}), Error);
  EXPECT_TRUE(std::isnan(bootstrap_ratio({}, {}).low));
}

}  // namespace
}  // namespace continuo::evaluation
