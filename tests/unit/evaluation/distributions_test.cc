// Features by hand; densities, areas and divergences against closed forms.
#include "continuo/evaluation/distributions.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <numeric>

#include "continuo/base/error.h"
#include "continuo/base/random.h"
#include "unit/music/build_score.h"

namespace continuo::evaluation {
namespace {

double gaussian(double x, double sigma) {
  return std::exp(-0.5 * x * x / (sigma * sigma)) / (sigma * std::sqrt(2 * std::numbers::pi));
}
double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

TEST(Density, HasScottsBandwidthAndIsTheMeanOfItsKernels) {
  const std::vector<double> values = {0, 2, 2, 5};
  const Density density(values);
  // Mean 2.25, squares 5.0625 + 0.0625 * 2 + 7.5625 = 12.75; over 3, and 4^(-1/5).
  const double bandwidth = std::sqrt(12.75 / 3) * std::pow(4.0, -0.2);
  EXPECT_NEAR(density.bandwidth(), bandwidth, 1e-12);
  const std::vector<double> points = {-3, 1, 4.5};
  const auto logs = density.log_densities(points);
  for (std::size_t i = 0; i < points.size(); ++i) {
    double sum = 0;
    for (const double value : values) sum += gaussian(points[i] - value, bandwidth) / 4;
    EXPECT_NEAR(std::exp(logs[i]), sum, 1e-12);
  }
  // Far away, where exp() underflows, the logarithm is still that of the nearest kernel.
  const std::vector<double> far = {500};
  const double z = 495 / bandwidth;
  EXPECT_NEAR(density.log_densities(far).front(),
              -0.5 * z * z - std::log(4 * bandwidth * std::sqrt(2 * std::numbers::pi)), 1e-6);
}

TEST(Density, IsNotDefinedForEqualValues) {
  const std::vector<double> same = {0.1 * 3, 0.3, 0.1 + 0.2}, one = {4}, fine = {1, 2};
  EXPECT_FALSE(Density(same).defined());
  EXPECT_FALSE(Density(one).defined());
  EXPECT_TRUE(std::isnan(overlapping_area(same, fine)));
  EXPECT_TRUE(std::isnan(kl_divergence(fine, one)));
}

TEST(OverlappingArea, OfEqualSetsIsOneAndOfDistantOnesNothing) {
  const std::vector<double> values = {0, 1, 3, 4}, distant = {100, 101, 103, 104};
  EXPECT_NEAR(overlapping_area(values, values), 1, 1e-5);
  EXPECT_NEAR(overlapping_area(values, distant), 0, 1e-12);
  // mgeval's integral ends with the values, so that the tails of the densities are missing.
  const double sigma = Density(values).bandwidth();
  double inside = 0;
  for (const double value : values) inside += (normal_cdf((4 - value) / sigma) - normal_cdf(-value / sigma)) / 4;
  EXPECT_NEAR(overlapping_area(values, values, Grids::kMgeval), inside, 1e-6);
}

TEST(OverlappingArea, OfShiftedTwoPointSetsHasAClosedForm) {
  // Kernels at 0, 1 and at d, 1 + d with one bandwidth: by symmetry the densities cross at (1 + d) / 2 alone when
  // bandwidth is wide enough to have one peak.
  const double d = 0.6;
  const std::vector<double> a = {0, 1}, b = {d, 1 + d};
  const double sigma = Density(a).bandwidth(), cross = (1 + d) / 2;
  ASSERT_GT(sigma, 0.5);
  const double tail = (2 - normal_cdf(cross / sigma) - normal_cdf((cross - 1) / sigma)) / 2;
  EXPECT_NEAR(overlapping_area(a, b), 2 * tail, 1e-5);
  EXPECT_NEAR(overlapping_area(b, a), 2 * tail, 1e-5);
}

TEST(Divergence, NearsThatOfTwoNormalDistributions) {
  Random random(5);
  std::vector<double> a, b;
  for (int i = 0; i < 4000; ++i) a.push_back(random.normal());
  for (int i = 0; i < 4000; ++i) b.push_back(1 + 2 * random.normal());
  // ln(s2/s1) + (s1^2 + (m1 - m2)^2) / (2 s2^2) - 1/2, with the variances that the kernels widen.
  const double v1 = 1 + std::pow(4000.0, -0.4), v2 = 4 * v1;
  EXPECT_NEAR(kl_divergence(a, b), 0.5 * std::log(v2 / v1) + (v1 + 1) / (2 * v2) - 0.5, 0.03);
  EXPECT_NEAR(kl_divergence(a, a), 0, 1e-12);
  EXPECT_GT(kl_divergence(b, a), kl_divergence(a, b));
}

TEST(Divergence, OnMgevalsGridsDoesNotSeeAShift) {
  // The grids follow the values, so that a shifted set is compared with itself: the flaw for which the default differs.
  const std::vector<double> a = {0, 1, 2, 5}, b = {50, 51, 52, 55};
  EXPECT_NEAR(kl_divergence(a, b, Grids::kMgeval), 0, 1e-9);
  EXPECT_GT(kl_divergence(a, b), 100);
}

TEST(Divergence, OnMgevalsGridsIsThatOfItsFormula) {
  const std::vector<double> a = {0, 1, 2, 5}, b = {1, 1, 4};
  const double ha = Density(a).bandwidth(), hb = Density(b).bandwidth();
  std::vector<double> p(1000), q(1000);
  for (int i = 0; i < 1000; ++i) {
    const double x = 5.0 * i / 999, y = 1 + 3.0 * i / 999;
    for (const double value : a) p[static_cast<std::size_t>(i)] += gaussian(x - value, ha);
    for (const double value : b) q[static_cast<std::size_t>(i)] += gaussian(y - value, hb);
  }
  const double sp = std::accumulate(p.begin(), p.end(), 0.0), sq = std::accumulate(q.begin(), q.end(), 0.0);
  double sum = 0;
  for (std::size_t i = 0; i < 1000; ++i) sum += p[i] / sp * std::log(p[i] / sp / (q[i] / sq));
  EXPECT_NEAR(kl_divergence(a, b, Grids::kMgeval), sum, 1e-10);
}

TEST(Features, OfATuneByHand) {
  // C4 quarter, E4 quarter, rest, G4 half from the second bar; 120 quarters a minute.
  const Score score = piano({{0, 4, 60}, {4, 4, 64}, {16, 8, 67}});
  const Features result = features(score);
  EXPECT_EQ(result.pitch_count, 3);
  EXPECT_EQ(result.note_count, 3);
  EXPECT_EQ(result.pitch_range, 7);
  EXPECT_DOUBLE_EQ(result.pitch_interval, (4 + 3) / 2.0);
  EXPECT_DOUBLE_EQ(result.inter_onset_interval, (0.5 + 1.5) / 2);
  EXPECT_DOUBLE_EQ(result.pitch_class_histogram[0], 0.25);
  EXPECT_DOUBLE_EQ(result.pitch_class_histogram[4], 0.25);
  EXPECT_DOUBLE_EQ(result.pitch_class_histogram[7], 0.5);
  EXPECT_DOUBLE_EQ(result.pitch_class_transitions[0 * 12 + 4], 1);  // E to G is interrupted by a rest
  EXPECT_DOUBLE_EQ(result.note_length_histogram[2], 2.0 / 3);       // quarters
  EXPECT_DOUBLE_EQ(result.note_length_histogram[1], 1.0 / 3);       // a half
  EXPECT_DOUBLE_EQ(result.note_length_transitions[2 * 12 + 2], 0.5);
  EXPECT_DOUBLE_EQ(result.note_length_transitions[2 * 12 + 1], 0.5);
}

TEST(Features, NoteLengthsAreSharesOfTheBarInForce) {
  Score score = piano({{0, 6, 60}});
  score.time_signatures = {{0, 3, 4}};
  normalise(score);
  EXPECT_EQ(features(score).note_length_histogram[1], 1);                // half of a bar of three quarters
  EXPECT_EQ(features(piano({{0, 6, 60}})).note_length_histogram[6], 1);  // a dotted quarter of four
}

TEST(Features, LeaveDrumsOutAndSurviveNothing) {
  const Features none = features(score_of({track_of({{0, 4, 36}}, kDrumChannel)}));
  EXPECT_EQ(none.note_count, 0);
  EXPECT_TRUE(std::isnan(none.pitch_interval));
  EXPECT_EQ(std::accumulate(none.pitch_class_histogram.begin(), none.pitch_class_histogram.end(), 0.0), 0);
}

TEST(Compare, MeasuresDistancesWithinAndBetween) {
  const auto with_count = [](double count) {
    Features one;
    one.note_count = count;
    return one;
  };
  const std::vector<Features> a = {with_count(0), with_count(3), with_count(9)}, b = {with_count(5), with_count(6)};
  const auto result = compare(a, b);
  ASSERT_EQ(result.size(), 9u);
  const FeatureComparison& notes = result[1];
  EXPECT_EQ(notes.name, "note count");
  EXPECT_EQ(notes.distances_a, (std::vector<double>{3, 9, 3, 6, 9, 6}));
  EXPECT_EQ(notes.distances_b, (std::vector<double>{1, 1}));
  EXPECT_EQ(notes.distances, (std::vector<double>{5, 6, 2, 3, 4, 3}));
  EXPECT_DOUBLE_EQ(notes.intra_a, 6);
  EXPECT_DOUBLE_EQ(notes.mean_a, 4);
  EXPECT_DOUBLE_EQ(notes.mean_b, 5.5);
  EXPECT_DOUBLE_EQ(notes.overlap_a, overlapping_area(notes.distances_a, notes.distances));
  EXPECT_DOUBLE_EQ(notes.kl_a, kl_divergence(notes.distances_a, notes.distances));
  EXPECT_TRUE(std::isnan(notes.overlap_b));  // both distances are equal
  EXPECT_THROW(compare(a, std::span(b).first(1)), Error);
}

TEST(Compare, UsesEuclideanDistancesOfHistograms) {
  Features first, second;
  first.pitch_class_histogram[0] = 1;
  second.pitch_class_histogram[3] = 1;
  const std::vector<Features> a = {first, second}, b = {first, first};
  EXPECT_DOUBLE_EQ(compare(a, b)[5].intra_a, std::sqrt(2.0));
  EXPECT_DOUBLE_EQ(compare(a, b)[5].inter, std::sqrt(2.0) / 2);
}

TEST(CompareValues, IsTheSameForOneNumberOfEachPiece) {
  const double none = std::nan("");
  const std::vector<double> a = {0, 3, none, 9}, b = {5, 6, 8}, alone = {none, 4};
  const auto one = compare_values("notes", a, b);
  EXPECT_EQ(one.name, "notes");
  EXPECT_EQ(one.distances_a, (std::vector<double>{3, 9, 3, 6, 9, 6}));
  EXPECT_EQ(one.distances, (std::vector<double>{5, 6, 8, 2, 3, 5, 4, 3, 1}));
  EXPECT_DOUBLE_EQ(one.mean_a, 4);
  EXPECT_DOUBLE_EQ(one.overlap_b, overlapping_area(one.distances_b, one.distances));
  EXPECT_DOUBLE_EQ(compare_values("notes", a, b, Grids::kMgeval).kl_b,
                   kl_divergence(one.distances_b, one.distances, Grids::kMgeval));
  const auto few = compare_values("notes", a, alone);
  EXPECT_DOUBLE_EQ(few.mean_b, 4);
  EXPECT_DOUBLE_EQ(few.inter, (4.0 + 1 + 5) / 3);
  EXPECT_TRUE(std::isnan(few.intra_b) && std::isnan(few.overlap_b) && std::isnan(few.kl_b));
}

TEST(MeanOverlappingArea, LeavesOutWhatIsNotDefined) {
  const std::vector<FeatureComparison> features = {{.overlap_a = 1, .overlap_b = 0.2},
                                                   {.overlap_a = 1, .overlap_b = std::nan("")},
                                                   {.overlap_a = 1, .overlap_b = 0.6}};
  EXPECT_DOUBLE_EQ(mean_overlapping_area(features), 0.4);
  EXPECT_TRUE(std::isnan(mean_overlapping_area({})));
}

}  // namespace
}  // namespace continuo::evaluation
