// Each measure against values worked out by hand from its definition.
#include "continuo/evaluation/measures.h"

#include <gmock/gmock.h>

#include <cmath>
#include <set>
#include <string_view>

#include "continuo/base/error.h"
#include "unit/music/build_score.h"

namespace continuo::evaluation {
namespace {

double value(const Score& score, Measure measure_of, const MeasureOptions& options = {}) {
  return measure(score, options).at(static_cast<std::size_t>(measure_of));
}

/// Two bars: C4 E4 as quarters, a C4+E4+G4 chord of a half; then C5 as a whole note.
const std::vector<Sixteenths> kTune = {{0, 4, 60}, {4, 4, 64}, {8, 8, 60}, {8, 8, 64}, {8, 8, 67}, {16, 16, 72}};

TEST(Measures, AreNamedOnceEachInTheOrderOfTheEnumeration) {
  EXPECT_EQ(measures().size(), kMeasureCount);
  EXPECT_STREQ(info(Measure::kPitchRange).name, "pitch_range");
  EXPECT_STREQ(info(Measure::kGrooveConsistency).name, "groove_consistency");
  EXPECT_STREQ(info(Measure::kOneBarLoops).name, "one_bar_loops");
  EXPECT_STREQ(info(Measure::kEndsOnTonic).name, "ends_on_tonic");
  EXPECT_STREQ(info(Measure::kThemeReturns).name, "theme_returns");
  EXPECT_STREQ(info(Measure::kInstruments).name, "instruments");
  std::set<std::string_view> names;
  for (const MeasureInfo& one : measures()) EXPECT_TRUE(names.insert(one.name).second) << one.name;
}

TEST(Measures, OfPitch) {
  const Score score = piano(kTune);
  EXPECT_EQ(value(score, Measure::kPitchRange), 12);
  EXPECT_EQ(value(score, Measure::kPitches), 4);
  EXPECT_EQ(value(score, Measure::kPitchClasses), 3);
  // Pitches 60 64 67 72 occur 2 2 1 1 times, classes C E G 3 2 1 times.
  const double third = 1.0 / 3, sixth = 1.0 / 6;
  EXPECT_NEAR(value(score, Measure::kPitchEntropy), -2 * third * std::log2(third) - 2 * sixth * std::log2(sixth),
              1e-12);
  EXPECT_NEAR(value(score, Measure::kPitchClassEntropy),
              -0.5 * std::log2(0.5) - third * std::log2(third) - sixth * std::log2(sixth), 1e-12);
}

TEST(Measures, ScaleConsistencyIsThatOfTheBestMajorOrMinorScale) {
  // C major holds all but F#; no scale holds C, F and F#.
  EXPECT_DOUBLE_EQ(
      value(piano({{0, 1, 60}, {1, 1, 62}, {2, 1, 65}, {3, 1, 66}, {4, 1, 71}}), Measure::kScaleConsistency), 0.8);
  // A natural minor: A B C D E F G.
  EXPECT_DOUBLE_EQ(value(piano({{0, 1, 57}, {1, 1, 59}, {2, 1, 60}, {3, 1, 62}, {4, 1, 64}, {5, 1, 65}, {6, 1, 67}}),
                         Measure::kScaleConsistency),
                   1.0);
  // All twelve: seven of them are in any scale.
  std::vector<Sixteenths> chromatic;
  for (int i = 0; i < 12; ++i) chromatic.push_back({i, 1, static_cast<std::uint8_t>(60 + i)});
  EXPECT_DOUBLE_EQ(value(piano(chromatic), Measure::kScaleConsistency), 7.0 / 12);
}

TEST(Measures, PolyphonyCountsPitchesWhereAnySoundsAndItsRateMoreThanTwo) {
  // Two quarters with one pitch, a half with three, a whole note with one: (2 + 2 * 3 + 4) / 8 quarters.
  EXPECT_DOUBLE_EQ(value(piano(kTune), Measure::kPolyphony), 1.5);
  EXPECT_DOUBLE_EQ(value(piano(kTune), Measure::kPolyphonyRate), 0.25);
  // A rest counts for the rate, not for the mean; two pitches are not more than two.
  const Score rest = piano({{4, 4, 60}, {4, 4, 64}});
  EXPECT_DOUBLE_EQ(value(rest, Measure::kPolyphony), 2);
  EXPECT_DOUBLE_EQ(value(rest, Measure::kPolyphonyRate), 0);
}

TEST(Measures, APitchThatTwoTracksPlayIsOnePitch) {
  const Score score = score_of({track_of({{0, 4, 60}}), track_of({{0, 8, 60}}, 1, 40)});
  EXPECT_DOUBLE_EQ(value(score, Measure::kPolyphony), 1);
}

TEST(Measures, DrumsCountInTimeButNotInPitch) {
  const Score score = score_of({track_of({{0, 4, 60}}), track_of({{0, 1, 36}, {12, 4, 38}}, kDrumChannel)});
  EXPECT_EQ(value(score, Measure::kPitchRange), 0);
  EXPECT_EQ(value(score, Measure::kPitches), 1);
  EXPECT_EQ(value(score, Measure::kNotes), 3);
  EXPECT_DOUBLE_EQ(value(score, Measure::kPolyphony), 1);
  // Beats 0 to 4: the note ends with beat 1, which therefore counts as sounding; beat 2 is empty; the drum ends with
  // beat 4.
  EXPECT_DOUBLE_EQ(value(score, Measure::kEmptyBeatRate), 1.0 / 5);
}

TEST(Measures, ANoteSoundsInTheBeatInWhichItEnds) {
  // Beats 0, 1, 2, 3: the first note touches 0 and, by its end, 1; the second 3 alone.
  EXPECT_DOUBLE_EQ(value(piano({{0, 4, 60}, {12, 2, 62}}), Measure::kEmptyBeatRate), 1.0 / 4);
  EXPECT_DOUBLE_EQ(value(piano({{0, 3, 60}, {12, 2, 62}}), Measure::kEmptyBeatRate), 2.0 / 4);
}

TEST(Measures, GrooveConsistencyIsOneMinusTheMeanHammingDistanceOfNeighbours) {
  // Bars of 96 steps. Onsets 0 24 48 | 0 24 | 0 24, and the end in the third: distances 1 and 0.
  const Score score = piano({{0, 2, 60}, {4, 2, 60}, {8, 2, 60}, {16, 2, 60}, {20, 2, 72}, {32, 2, 60}, {36, 2, 60}});
  EXPECT_DOUBLE_EQ(value(score, Measure::kGrooveConsistency), 1 - 1.0 / (96 * 2));
  // At 4 steps a quarter a bar has 16.
  EXPECT_DOUBLE_EQ(value(score, Measure::kGrooveConsistency, {.resolution = 4}), 1 - 1.0 / (16 * 2));
  // A piece that ends with its bar has one more bar, an empty one, as MusPy counts.
  EXPECT_DOUBLE_EQ(value(piano({{0, 16, 60}}), Measure::kGrooveConsistency), 1 - 1.0 / 96);
  EXPECT_TRUE(std::isnan(value(piano({{0, 15, 60}}), Measure::kGrooveConsistency)));
}

TEST(Measures, GrooveConsistencyNeedsOneTimeSignature) {
  Score score = piano({{0, 4, 60}, {16, 4, 60}, {32, 4, 60}});
  score.time_signatures = {{0, 3, 4}};
  normalise(score);
  // Bars of 72 steps with the onsets 0 | 24 | 48, and the empty one in which the piece ends: distances 2, 2 and 1.
  EXPECT_DOUBLE_EQ(value(score, Measure::kGrooveConsistency), 1 - 5.0 / (72 * 3));
  score.time_signatures.push_back({72, 4, 4});
  normalise(score);
  EXPECT_TRUE(std::isnan(value(score, Measure::kGrooveConsistency)));
}

TEST(Measures, OfTimeVelocityAndDuration) {
  const Score score = piano({{0, 4, 60, 50}, {4, 8, 62, 70}, {12, 4, 64, 90}, {16, 16, 65, 70}});
  EXPECT_EQ(value(score, Measure::kNotes), 4);
  EXPECT_DOUBLE_EQ(value(score, Measure::kSeconds), 4);  // two bars of 2 s
  EXPECT_DOUBLE_EQ(value(score, Measure::kNotesPerSecond), 1);
  EXPECT_EQ(value(score, Measure::kBars), 2);
  EXPECT_DOUBLE_EQ(value(score, Measure::kVelocityMean), 70);
  EXPECT_DOUBLE_EQ(value(score, Measure::kVelocityDeviation), std::sqrt(200.0));
  EXPECT_DOUBLE_EQ(value(score, Measure::kDurationMean), 2);  // 1 2 1 4 quarters
  EXPECT_DOUBLE_EQ(value(score, Measure::kDurationDeviation), std::sqrt(1.5));
}

TEST(Measures, BarsAreComparedByWhatBeginsInThem) {
  // Bars {C E}, {C E} with other lengths, {C}, {}, {C G}.
  const Score score =
      piano({{0, 4, 60}, {4, 4, 64}, {16, 2, 60, 20}, {20, 1, 64}, {32, 4, 60}, {64, 4, 60}, {68, 4, 67}});
  // Overlaps 1, 1/2, 1/3, 1/2, 1/3, 1/2 of the six pairs of the four bars that are not empty.
  EXPECT_DOUBLE_EQ(value(score, Measure::kBarSimilarity), (1 + 0.5 + 1.0 / 3 + 0.5 + 1.0 / 3 + 0.5) / 6);
  EXPECT_DOUBLE_EQ(value(score, Measure::kRepeatedBars), 1.0 / 4);
  EXPECT_EQ(value(score, Measure::kBars), 5);
}

TEST(Measures, FourEqualBarsInARowAreALoop) {
  std::vector<Sixteenths> notes = {{0, 4, 48}};
  for (int bar = 1; bar <= 3; ++bar) notes.push_back({bar * 16 + 2, 4, 60});
  EXPECT_DOUBLE_EQ(share_of_one_bar_loops(piano(notes)), 0);  // three are not enough
  notes.push_back({4 * 16 + 2, 8, 60, 100});                  // other duration and velocity
  EXPECT_DOUBLE_EQ(share_of_one_bar_loops(piano(notes)), 4.0 / 5);
  EXPECT_DOUBLE_EQ(value(piano(notes), Measure::kOneBarLoops), 4.0 / 5);
  notes.push_back({5 * 16 + 2, 4, 61});
  EXPECT_DOUBLE_EQ(share_of_one_bar_loops(piano(notes)), 4.0 / 6);
  // Another instrument is another bar; rests are no loop.
  EXPECT_DOUBLE_EQ(share_of_one_bar_loops(
                       score_of({track_of({{0, 4, 60}, {16, 4, 60}}), track_of({{32, 4, 60}, {48, 4, 60}}, 1, 73)})),
                   0);
  EXPECT_DOUBLE_EQ(share_of_one_bar_loops(piano({{0, 4, 60}, {96, 4, 60}})), 0);
}

TEST(Measures, OfNothingAreUndefined) {
  const Score none = score_of({});
  const auto values = measure(none);
  ASSERT_EQ(values.size(), measures().size());
  for (const Measure zero : {Measure::kPitchRange, Measure::kPitches, Measure::kPitchClasses, Measure::kNotes,
                             Measure::kSeconds, Measure::kBars})
    EXPECT_EQ(values[static_cast<std::size_t>(zero)], 0) << info(zero).name;
  for (const Measure undefined :
       {Measure::kPitchEntropy, Measure::kScaleConsistency, Measure::kPolyphony, Measure::kPolyphonyRate,
        Measure::kEmptyBeatRate, Measure::kGrooveConsistency, Measure::kNotesPerSecond, Measure::kVelocityMean,
        Measure::kDurationMean, Measure::kBarSimilarity, Measure::kRepeatedBars, Measure::kOneBarLoops})
    EXPECT_TRUE(std::isnan(values[static_cast<std::size_t>(undefined)])) << info(undefined).name;
}

TEST(Measures, DoNotDependOnTheFilesOwnResolution) {
  const Score score = piano(kTune);
  const Score fine = with_ppq(score, 960);
  EXPECT_THAT(measure(score), testing::Pointwise(testing::NanSensitiveDoubleEq(), measure(fine)));
  EXPECT_NE(value(fine, Measure::kGrooveConsistency, {.resolution = 0}), value(score, Measure::kGrooveConsistency));
  EXPECT_THROW(measure(score, {.resolution = -3}), Error);
}

}  // namespace
}  // namespace continuo::evaluation
