// The random numbers are the published ones, and fair.
#include "continuo/base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace continuo {
namespace {

// The generator's first outputs from the state {1, 2, 3, 4}, worked out by hand from its definition:
// rotl(2*5, 7)*9 = 11520; then the state is {7, 0, 262146, 211106232532992} and the result rotl(0, 7)*9 = 0; and so on.
TEST(Random, FollowsTheDefinitionOfXoshiro) {
  Random random;
  random.set_state({1, 2, 3, 4});
  EXPECT_EQ(random.next(), 11520U);
  EXPECT_EQ(random.state(), (Random::State{7, 0, 262146, 211106232532992U}));
  EXPECT_EQ(random.next(), 0U);
  EXPECT_EQ(random.next(), 1509978240U);
}

TEST(Random, SameSeedSameNumbersOtherStreamOtherNumbers) {
  Random a(5), b(5), c(5, 1), d(6);
  const auto first = a.next();
  EXPECT_EQ(first, b.next());
  EXPECT_NE(first, c.next());
  EXPECT_NE(first, d.next());
}

TEST(Random, StateRestoresTheSequence) {
  Random random(3);
  random.next();
  const auto state = random.state();
  const auto expected = random.next();
  random.next();
  random.set_state(state);
  EXPECT_EQ(random.next(), expected);
}

TEST(Random, BelowIsFairAndInRange) {
  Random random(1);
  std::vector<int> counts(7);
  constexpr int kDraws = 70'000;
  for (int i = 0; i < kDraws; ++i) ++counts.at(random.below(7));
  double chi_square = 0;
  for (const int count : counts) chi_square += std::pow(count - kDraws / 7.0, 2) / (kDraws / 7.0);
  EXPECT_LT(chi_square, 22.46);  // 6 degrees of freedom, p = 0.001
  EXPECT_EQ(random.below(0), 0U);
  EXPECT_EQ(random.below(1), 0U);
}

TEST(Random, BetweenIncludesBothEnds) {
  Random random(2);
  bool low = false, high = false;
  for (int i = 0; i < 200; ++i) {
    const auto value = random.between(-2, 2);
    ASSERT_GE(value, -2);
    ASSERT_LE(value, 2);
    low |= value == -2;
    high |= value == 2;
  }
  EXPECT_TRUE(low && high);
  random.between(INT64_MIN, INT64_MAX);  // the whole range must not divide by zero
}

TEST(Random, UniformAndNormalHaveTheirMoments) {
  Random random(4);
  constexpr int kDraws = 100'000;
  double uniform_sum = 0, sum = 0, squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double u = random.uniform();
    ASSERT_GE(u, 0);
    ASSERT_LT(u, 1);
    uniform_sum += u;
    const double n = random.normal();
    sum += n;
    squares += n * n;
  }
  EXPECT_NEAR(uniform_sum / kDraws, 0.5, 0.005);
  EXPECT_NEAR(sum / kDraws, 0, 0.015);
  EXPECT_NEAR(squares / kDraws, 1, 0.03);
}

TEST(Random, ShuffleIsAPermutationThatDependsOnTheSeed) {
  std::vector<int> a(50), sorted(50);
  std::iota(a.begin(), a.end(), 0);
  sorted = a;
  auto b = a;
  Random(1).shuffle(std::span(a));
  Random(2).shuffle(std::span(b));
  EXPECT_NE(a, sorted);
  EXPECT_NE(a, b);
  std::sort(a.begin(), a.end());
  EXPECT_EQ(a, sorted);
}

}  // namespace
}  // namespace continuo
