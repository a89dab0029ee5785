// What spoils a piece in one respect changes the measures of that respect, and no others.
#include "continuo/evaluation/controls.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "continuo/base/random.h"
#include "continuo/evaluation/frechet.h"
#include "continuo/evaluation/statistics.h"
#include "continuo/evaluation/survey.h"
#include "unit/music/build_score.h"

namespace continuo::evaluation {
namespace {

/// Phrases of four bars, A A B A C C B A, in a major key: a bass on the roots of a progression in fifths, chords, and a
/// melody in steps that is the phrase's own.
Score song(std::uint64_t seed) {
  Random random(seed);
  constexpr std::array kScale = {0, 2, 4, 5, 7, 9, 11};
  const int tonic = 48 + static_cast<int>(random.below(12));
  const auto pitch = [&](int degree) {
    return static_cast<std::uint8_t>(tonic + kScale[static_cast<std::size_t>(degree + 70) % 7] +
                                     12 * ((degree + 70) / 7 - 10));
  };
  constexpr std::array<std::array<int, 8>, 3> kRoots = {
      {{0, 0, 3, 3, 4, 4, 0, 0}, {5, 1, 4, 0, 1, 4, 0, 4}, {3, 3, 0, 0, 1, 4, 0, 0}}};
  std::array<std::vector<Sixteenths>, 3> phrases;
  for (std::size_t kind = 0; kind < phrases.size(); ++kind) {
    int degree = 7 + static_cast<int>(random.below(5));
    for (int half = 0; half < 8; ++half) {
      const int root = kRoots[kind][static_cast<std::size_t>(half)], at = half * 8;
      const auto loud = static_cast<std::uint8_t>(50 + random.below(40));
      phrases[kind].push_back({at, 8, static_cast<std::uint8_t>(pitch(root) - 12), loud});
      for (const int above : {0, 2, 4}) phrases[kind].push_back({at, 8, pitch(root + above), loud});
      for (int i = 0; i < 8; i += random.below(2) == 0 ? 2 : 4) {
        phrases[kind].push_back({at + i, 2, static_cast<std::uint8_t>(pitch(degree) + 12), loud});
        degree = std::clamp(degree + (random.below(2) == 0 ? 1 : -1), 7, 14);
      }
    }
  }
  std::vector<Sixteenths> notes;
  int at = 0;
  for (const std::size_t kind : {0, 0, 1, 0, 2, 2, 1, 0}) {
    for (Sixteenths note : phrases[kind]) notes.push_back({at + note.onset, note.duration, note.pitch, note.velocity});
    at += 64;
  }
  return piano(notes);
}

Survey survey_of(const std::optional<Control>& control) {
  std::vector<SurveySource> sources;
  for (std::uint64_t i = 0; i < 24; ++i) {
    sources.push_back({std::to_string(i), [i, control] {
                         const Score score = song(i + 1);
                         return control ? spoiled(score, *control, i) : score;
                       }});
  }
  return survey(sources);
}

double mean(const Survey& survey, Measure measure) { return summarise(survey.values(measure)).mean; }

class Controls : public testing::Test {
 protected:
  static void SetUpTestSuite() { real_ = new Survey(survey_of(std::nullopt)); }
  static void TearDownTestSuite() { delete real_; }
  static inline Survey* real_ = nullptr;

  static void expect_same(const Survey& other, std::initializer_list<Measure> measures) {
    for (const Measure one : measures)
      EXPECT_THAT(other.values(one), testing::Pointwise(testing::DoubleNear(1e-9), real_->values(one)))
          << info(one).name;
  }
};

TEST_F(Controls, ShuffledBarsLoseFormAndProgressionsAndNothingElse) {
  const Survey shuffled = survey_of(Control::kShuffledBars);
  EXPECT_DOUBLE_EQ(mean(*real_, Measure::kThemeReturns), 12.0 / 32);  // the third phrase of A, the second B, the last A
  EXPECT_LT(mean(shuffled, Measure::kThemeReturns), 0.5 * mean(*real_, Measure::kThemeReturns));
  EXPECT_GT(mean(*real_, Measure::kPeriodFour), 0.2);
  EXPECT_LT(mean(shuffled, Measure::kPeriodFour), 0.1);
  EXPECT_LT(mean(shuffled, Measure::kStructureLong), 0.8 * mean(*real_, Measure::kStructureLong));
  EXPECT_LT(mean(shuffled, Measure::kRootFourths), mean(*real_, Measure::kRootFourths) - 0.03);
  expect_same(shuffled,
              {Measure::kPitchEntropy, Measure::kScaleConsistency, Measure::kVelocityDeviation, Measure::kLengthEntropy,
               Measure::kPositionEntropy, Measure::kDownbeats, Measure::kNotesPerOnset, Measure::kBarSimilarity,
               Measure::kChordFit, Measure::kChordEntropy, Measure::kDissonance});
}

TEST_F(Controls, MovedPitchesLoseHarmonyAndMelodyAndNoRhythm) {
  const Survey moved = survey_of(Control::kMovedPitches);
  EXPECT_LT(mean(moved, Measure::kChordFit), mean(*real_, Measure::kChordFit) - 0.15);
  EXPECT_LT(mean(moved, Measure::kKeyFit), mean(*real_, Measure::kKeyFit) - 0.15);
  EXPECT_LT(mean(moved, Measure::kScaleConsistency), mean(*real_, Measure::kScaleConsistency) - 0.15);
  EXPECT_LT(mean(moved, Measure::kMelodySteps), 0.5 * mean(*real_, Measure::kMelodySteps));
  EXPECT_GT(mean(moved, Measure::kDissonance), mean(*real_, Measure::kDissonance) + 0.1);
  EXPECT_LT(mean(moved, Measure::kBarsLikeEarlier), 0.1);
  // Where two notes come to one pitch, they exchange their ends.
  EXPECT_NEAR(mean(moved, Measure::kLengthEntropy), mean(*real_, Measure::kLengthEntropy), 0.01);
  expect_same(
      moved, {Measure::kOnsetIntervalEntropy, Measure::kPositionEntropy, Measure::kOnsetsOnBeats, Measure::kDownbeats,
              Measure::kVelocityDeviation, Measure::kVelocityEntropy, Measure::kVelocityChange, Measure::kDensityChange,
              Measure::kGrooveConsistency, Measure::kNotesPerOnset});
}

TEST_F(Controls, TransposedPiecesAreWhatTheyWere) {
  const Survey transposed = survey_of(Control::kTransposed);
  for (std::size_t i = 0; i < measures().size(); ++i) {
    // A similarity at the threshold of the scape plot may fall to either side.
    const double near = std::string_view(measures()[i].name).starts_with("structure_") ? 0.05 : 1e-9;
    EXPECT_THAT(transposed.values(static_cast<Measure>(i)),
                testing::Pointwise(testing::NanSensitiveDoubleNear(near), real_->values(static_cast<Measure>(i))))
        << measures()[i].name;
  }
}

TEST_F(Controls, FrechetDistanceSeesBothAndNoTransposition) {
  const auto real = real_->profiles();
  EXPECT_LT(frechet_distance(real, survey_of(Control::kTransposed).profiles()), 0.2);
  EXPECT_GT(frechet_distance(real, survey_of(Control::kShuffledBars).profiles()), 20);
  EXPECT_GT(frechet_distance(real, survey_of(Control::kMovedPitches).profiles()), 50);
}

TEST(Control, Names) {
  for (const Control control : {Control::kShuffledBars, Control::kMovedPitches, Control::kTransposed})
    EXPECT_EQ(find_control(name(control)), control);
  EXPECT_FALSE(find_control("loud"));
}

TEST(Control, ShuffledBarsAreTheSameBars) {
  const Score score = song(1), other = spoiled(score, Control::kShuffledBars, 2);
  EXPECT_EQ(note_count(other), note_count(score));
  EXPECT_NE(other, score);
  EXPECT_EQ(spoiled(score, Control::kShuffledBars, 2), other);
}

}  // namespace
}  // namespace continuo::evaluation
