// Measures of harmony, endings, outer voices, form and rhythm against values worked out by hand.
#include <gtest/gtest.h>

#include <cmath>

#include "continuo/evaluation/measures.h"
#include "unit/music/build_score.h"

namespace continuo::evaluation {
namespace {

double value(const Score& score, Measure measure_of, const MeasureOptions& options = {}) {
  return measure(score, options).at(static_cast<std::size_t>(measure_of));
}

void add_chord(std::vector<Sixteenths>& notes, int onset, int duration, std::initializer_list<int> pitches) {
  for (const int pitch : pitches) notes.push_back({onset, duration, static_cast<std::uint8_t>(pitch)});
}

/// C, F, G and C major, a half bar each, then A minor and C major, the bass on the roots.
std::vector<Sixteenths> progression() {
  std::vector<Sixteenths> notes;
  add_chord(notes, 0, 8, {48, 64, 67, 72});
  add_chord(notes, 8, 8, {41, 60, 65, 69});
  add_chord(notes, 16, 8, {43, 59, 62, 67});
  add_chord(notes, 24, 8, {48, 60, 64, 67});
  add_chord(notes, 32, 8, {45, 60, 64, 69});
  add_chord(notes, 40, 8, {48, 60, 64, 67});
  return notes;
}

TEST(StructureMeasures, ChordsAndRoots) {
  const Score score = piano(progression());
  EXPECT_DOUBLE_EQ(value(score, Measure::kChordFit), 1);
  EXPECT_DOUBLE_EQ(value(score, Measure::kChordChanges), 1);
  // C-F, F-G, G-C, C-A, A-C: two of five by a fourth or fifth, one by a second.
  EXPECT_DOUBLE_EQ(value(score, Measure::kRootFourths), 2.0 / 5);
  EXPECT_DOUBLE_EQ(value(score, Measure::kRootSteps), 1.0 / 5);
  // C three times, F, G and A minor once.
  EXPECT_NEAR(value(score, Measure::kChordEntropy), 0.5 * std::log2(2) + 0.5 * std::log2(6), 1e-12);
  EXPECT_DOUBLE_EQ(value(score, Measure::kDissonance), 0);
}

TEST(StructureMeasures, DissonanceCountsPairsAtOnsets) {
  // C-D a second, C-F# a tritone and D-F# a third; then a held C under B, a seventh.
  const Score score = piano({{0, 8, 60}, {0, 2, 62}, {0, 2, 66}, {4, 2, 71}});
  EXPECT_DOUBLE_EQ(value(score, Measure::kDissonance), 3.0 / 4);
}

/// `bars` of the progression's first two, which is C F G C, over and over; then a close on `last`.
Score with_close(int bars, std::initializer_list<int> last) {
  std::vector<Sixteenths> notes;
  for (int bar = 0; bar < bars; ++bar) {
    for (Sixteenths note : progression()) {
      if (note.onset >= 32 || note.onset / 16 != bar % 2) continue;
      note.onset += (bar - bar % 2) * 16;
      notes.push_back(note);
    }
  }
  add_chord(notes, bars * 16, 16, last);
  return piano(notes);
}

TEST(StructureMeasures, EndingOnTheTonic) {
  const Score closed = with_close(16, {48, 60, 64, 67});
  EXPECT_EQ(value(closed, Measure::kEndsOnTonic), 1);
  EXPECT_EQ(value(closed, Measure::kBassEndsOnTonic), 1);
  EXPECT_EQ(value(closed, Measure::kKeyReturns), 1);
  const Score half_close = with_close(16, {43, 59, 62, 67});
  EXPECT_EQ(value(half_close, Measure::kEndsOnTonic), 0);
  EXPECT_EQ(value(half_close, Measure::kBassEndsOnTonic), 0);
  const Score inverted = with_close(16, {52, 60, 67, 72});  // C major over E
  EXPECT_EQ(value(inverted, Measure::kEndsOnTonic), 1);
  EXPECT_EQ(value(inverted, Measure::kBassEndsOnTonic), 0);
  EXPECT_TRUE(std::isnan(value(piano({{0, 4, 60}}), Measure::kEndsOnTonic)));
}

TEST(StructureMeasures, KeyReturnsWhenTheLastBarsAreInTheFirstKey) {
  // Eight bars in C, then eight in F sharp.
  const Score first = with_close(8, {48, 60, 64, 67});
  Score score = with_close(16, {48, 60, 64, 67});
  for (Note& note : score.tracks[0].notes)
    if (note.onset >= 8 * 96) note.pitch = static_cast<std::uint8_t>(note.pitch + 6);
  EXPECT_EQ(value(score, Measure::kKeyReturns), 0);
  EXPECT_EQ(value(score, Measure::kKeyChanges), 1);
  EXPECT_EQ(value(score, Measure::kEndsOnTonic), 1);  // in the key of its own bars
  EXPECT_EQ(value(first, Measure::kKeyReturns), 1);
}

TEST(StructureMeasures, TheEndingIsThatOfTheWholePiece) {
  const Score score = with_close(16, {48, 60, 64, 67});
  const MeasureOptions half{.first_seconds = 4};
  EXPECT_EQ(value(score, Measure::kEndsOnTonic, half), 1);
  EXPECT_EQ(value(score, Measure::kBars, half), 2);
  EXPECT_NEAR(value(score, Measure::kSeconds, half), 4, 1e-9);
}

TEST(StructureMeasures, OuterVoices) {
  // Above: C5 D5 D5 G5 F5; the E4 below it at the second beat is no part of the line. Below: C3 G3 A3.
  const Score score = piano(
      {{0, 4, 72}, {4, 4, 74}, {4, 4, 64}, {8, 4, 74}, {12, 4, 79}, {16, 4, 77}, {0, 4, 48}, {4, 8, 55}, {12, 8, 57}});
  EXPECT_DOUBLE_EQ(value(score, Measure::kMelodySteps), 2.0 / 3);
  EXPECT_DOUBLE_EQ(value(score, Measure::kMelodyLeaps), 0);  // a fourth is none
  EXPECT_DOUBLE_EQ(value(score, Measure::kMelodyRepeats), 1.0 / 4);
  EXPECT_DOUBLE_EQ(value(score, Measure::kMelodyTurns), 1.0 / 2);  // up, up, down
  EXPECT_DOUBLE_EQ(value(score, Measure::kBassSteps), 1.0 / 2);
  EXPECT_DOUBLE_EQ(value(score, Measure::kBassFourths), 1.0 / 2);
  EXPECT_NEAR(value(score, Measure::kMelodyEntropy), 0.5 * 1 + 0.5 * 2 + 0.0, 0.51);
}

TEST(StructureMeasures, RegisterDrift) {
  EXPECT_DOUBLE_EQ(
      value(piano({{0, 4, 60}, {4, 4, 64}, {8, 4, 70}, {12, 4, 50}, {20, 4, 52}}), Measure::kRegisterDrift), 52 - 62);
}

/// Eight quarters a bar's worth of pitches that belong to bar `kind` alone.
void add_bar(std::vector<Sixteenths>& notes, int bar, int kind) {
  for (int i = 0; i < 4; ++i)
    notes.push_back({bar * 16 + i * 4, 4, static_cast<std::uint8_t>(40 + kind * 4 + (i + kind) % 4)});
}

Score of_bars(const std::vector<int>& kinds) {
  std::vector<Sixteenths> notes;
  for (std::size_t bar = 0; bar < kinds.size(); ++bar) add_bar(notes, static_cast<int>(bar), kinds[bar]);
  return piano(notes);
}

TEST(StructureMeasures, BarsThatComeAgain) {
  // 0 1 return after eight others; 9 returns at once.
  const Score score = of_bars({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 0, 1, 10, 11, 12});
  EXPECT_DOUBLE_EQ(value(score, Measure::kBarsLikeEarlier), 3.0 / 16);
  EXPECT_DOUBLE_EQ(value(score, Measure::kLiteralRepeats), 1);
  EXPECT_DOUBLE_EQ(value(score, Measure::kBarsReturn), 2.0 / 16);
  EXPECT_DOUBLE_EQ(value(score, Measure::kThemeReturns), 2.0 / 16);
  // One bar alone is no theme.
  EXPECT_DOUBLE_EQ(value(of_bars({0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 9, 10}), Measure::kThemeReturns), 0);
  EXPECT_DOUBLE_EQ(value(of_bars({0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 9, 10}), Measure::kBarsReturn), 1.0 / 12);
}

TEST(StructureMeasures, ABarLikeAnotherNeedNotEqualIt) {
  // Ten onsets of eleven in common: 0.82 alike.
  std::vector<Sixteenths> notes;
  for (int i = 0; i < 10; ++i) {
    notes.push_back({i, 1, 60});
    notes.push_back({16 + i, 1, static_cast<std::uint8_t>(i == 9 ? 61 : 60)});
  }
  EXPECT_DOUBLE_EQ(value(piano(notes), Measure::kBarsLikeEarlier), 0.5);
  EXPECT_DOUBLE_EQ(value(piano(notes), Measure::kLiteralRepeats), 0);
}

TEST(StructureMeasures, Periods) {
  std::vector<int> fours, eights;
  for (int bar = 0; bar < 24; ++bar) {
    fours.push_back(bar % 4);
    eights.push_back(bar % 8);
  }
  EXPECT_DOUBLE_EQ(value(of_bars(fours), Measure::kPeriodFour), 1);
  EXPECT_DOUBLE_EQ(value(of_bars(fours), Measure::kPeriodEight), 1);
  EXPECT_DOUBLE_EQ(value(of_bars(eights), Measure::kPeriodFour), 0);
  EXPECT_DOUBLE_EQ(value(of_bars(eights), Measure::kPeriodEight), 1);
}

TEST(StructureMeasures, StructureIndicatorsRiseWithRepetition) {
  // Two seconds a bar. Ten bars twice: a segment of 20 s explains everything but itself.
  std::vector<int> twice, once;
  for (int bar = 0; bar < 20; ++bar) {
    twice.push_back(bar % 10 * 7 % 10);
    once.push_back(bar * 7 % 20);
  }
  EXPECT_GT(value(of_bars(twice), Measure::kStructureLong), 0.45);
  EXPECT_LT(value(of_bars(once), Measure::kStructureLong), 0.3);
  EXPECT_TRUE(std::isnan(value(of_bars({0, 1, 2}), Measure::kStructureShort)));  // six seconds
}

TEST(StructureMeasures, DensityAndRegisterFromWindowToWindow) {
  // Four bars of 4 notes at 60, four of 8 at 72, four of 4 at 60; the last window does not count.
  std::vector<Sixteenths> notes;
  for (int bar = 0; bar < 12; ++bar)
    for (int i = 0; i < (bar / 4 == 1 ? 8 : 4); ++i)
      notes.push_back({bar * 16 + i * 2, 1, static_cast<std::uint8_t>(bar / 4 == 1 ? 72 : 60)});
  EXPECT_DOUBLE_EQ(value(piano(notes), Measure::kDensityChange), 1);
  EXPECT_DOUBLE_EQ(value(piano(notes), Measure::kRegisterChange), 12);
}

TEST(StructureMeasures, RhythmLoudnessAndInstruments) {
  // Lengths 4 4 2 8; onsets 0, 4, 6 and 16: steps 4, 2, 10; places 0 4 6 0.
  Score score = piano({{0, 4, 60, 40}, {4, 4, 60, 40}, {6, 2, 64, 80}, {16, 8, 60, 80}});
  EXPECT_DOUBLE_EQ(value(score, Measure::kLengthEntropy), 1.5);
  EXPECT_NEAR(value(score, Measure::kOnsetIntervalEntropy), std::log2(3), 1e-12);
  EXPECT_DOUBLE_EQ(value(score, Measure::kPositionEntropy), 1.5);
  EXPECT_DOUBLE_EQ(value(score, Measure::kOnsetsOnBeats), 0.75);
  EXPECT_DOUBLE_EQ(value(score, Measure::kDownbeats), 1);
  EXPECT_DOUBLE_EQ(value(score, Measure::kNotesPerOnset), 1);
  EXPECT_DOUBLE_EQ(value(score, Measure::kVelocityEntropy), 1);
  EXPECT_NEAR(value(score, Measure::kVelocityChange), 80 - 160.0 / 3, 1e-12);
  EXPECT_DOUBLE_EQ(value(score, Measure::kInstruments), 1);
  EXPECT_DOUBLE_EQ(value(score, Measure::kTempoChanges), 0);
  score.tempos = {{0, 500'000}, {48, 250'000}};  // 1 s, then 48 ticks more at 0.25 s a quarter... of 24 ticks
  EXPECT_NEAR(value(score, Measure::kTempoChanges), 60 / (1 + 4 * 0.25), 1e-6);
}

}  // namespace
}  // namespace continuo::evaluation
