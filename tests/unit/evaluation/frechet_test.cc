// The Frechet distance against its closed form and its properties.
#include "continuo/evaluation/frechet.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "continuo/base/error.h"
#include "continuo/base/random.h"
#include "continuo/evaluation/measures.h"
#include "unit/music/build_score.h"

namespace continuo::evaluation {
namespace {

TEST(Frechet, OfOneValueIsTheClosedForm) {
  // Reference: mean 2, deviation 2; standardised it has 0 and 1, the set mean 1 and deviation 2.
  const std::vector<PieceProfile> reference = {{0}, {2}, {4}}, set = {{0}, {4}, {8}};
  EXPECT_NEAR(frechet_distance(reference, set), 1 + 1 + 4 - 2 * 2, 1e-12);
  EXPECT_NEAR(frechet_distance(reference, reference), 0, 1e-12);
}

TEST(Frechet, SeesThatValuesGoTogether) {
  // Equal means and variances; in the set the two values are opposite. Covariances 1 and -1 less the shrinkage:
  // eigenvalues 1.9, 0.1 and 0.1, 1.9 in the same axes.
  const std::vector<PieceProfile> reference = {{-1, -1}, {0, 0}, {1, 1}}, set = {{-1, 1}, {0, 0}, {1, -1}};
  const double root = std::sqrt(1.9) - std::sqrt(0.1);
  EXPECT_NEAR(frechet_distance(reference, set, {.shrinkage = 0.1}), 2 * root * root, 1e-9);
  EXPECT_NEAR(frechet_distance(reference, set, {.shrinkage = 1}), 0, 1e-9);
}

TEST(Frechet, LeavesOutWhatNeverVariesAndFillsInWhatIsNotDefined) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  const std::vector<PieceProfile> reference = {{0, 7, kNone}, {2, 7, 1}, {4, 7, 3}};
  const std::vector<PieceProfile> set = {{0, 9, 2}, {4, 8, kNone}, {8, 1, 2}};
  // The third value: mean 2, variance 4/3 of two pieces, so that reference has 0 and (0 + 1/2 + 1/2) / 2, the set 0.
  EXPECT_NEAR(frechet_distance(reference, set, {.shrinkage = 1}), 2 + 0.5, 1e-9);
}

TEST(Frechet, OnePieceDoesNotDecide) {
  const std::vector<PieceProfile> reference = {{0}, {2}, {4}}, set = {{2}, {2}, {1e9}};
  EXPECT_LT(frechet_distance(reference, set), 25);
}

TEST(Frechet, FloorIsThatOfPiecesOfTheReference) {
  Random random(3);
  std::vector<PieceProfile> reference, same, other;
  const auto normal = [&] {
    double sum = -6;
    for (int i = 0; i < 12; ++i) sum += random.uniform();
    return sum;
  };
  for (int i = 0; i < 200; ++i) reference.push_back({normal(), normal(), normal()});
  for (int i = 0; i < 50; ++i) same.push_back({normal(), normal(), normal()});
  for (int i = 0; i < 50; ++i) other.push_back({normal() + 1, normal(), normal()});
  const double floor = frechet_floor(reference, 50);
  EXPECT_GT(floor, 0);
  EXPECT_LT(frechet_distance(reference, same), 3 * floor);
  EXPECT_GT(frechet_distance(reference, other), 6 * floor);
  EXPECT_EQ(floor, frechet_floor(reference, 50));
  EXPECT_TRUE(std::isnan(frechet_floor(std::span(reference).first(3), 50)));
}

TEST(Frechet, RefusesWhatHasNoDistance) {
  const std::vector<PieceProfile> two = {{0}, {1}}, one = {{0}}, longer = {{0, 1}, {1, 2}};
  EXPECT_THROW(frechet_distance(one, two), Error);
  EXPECT_THROW(frechet_distance(two, one), Error);
  EXPECT_THROW(frechet_distance(two, longer), Error);
  EXPECT_THROW(frechet_distance(two, two, {.shrinkage = 1.5}), Error);
}

TEST(PieceProfile, HasNoLengthAndCountsPitchClassesFromTheTonic) {
  const auto& names = profile_names();
  EXPECT_EQ(names.size(), measures().size() - 3 + 24);
  for (const char* length : {"notes", "seconds", "bars"})
    EXPECT_EQ(std::find(names.begin(), names.end(), length), names.end());
  // D major: D D A F# and the scale.
  const Score score = piano({{0, 16, 62}, {0, 16, 74}, {4, 8, 69}, {8, 8, 66}, {12, 1, 64}, {13, 1, 67}, {14, 1, 61}});
  const PieceProfile of = profile(score, measure(score), features(score));
  ASSERT_EQ(of.size(), names.size());
  const auto tonic = static_cast<std::size_t>(std::find(names.begin(), names.end(), "pitch_class_0") - names.begin());
  EXPECT_NEAR(of[tonic], 32.0 / 51, 1e-9);
  EXPECT_NEAR(of[tonic + 7], 8.0 / 51, 1e-9);
}

}  // namespace
}  // namespace continuo::evaluation
