// Clocks of a score: ticks to seconds and to bars.
#include "continuo/music/time.h"

#include <gtest/gtest.h>

namespace continuo {
namespace {

TEST(TempoMap, DefaultsTo120) {
  const TempoMap map{Score{}};
  EXPECT_DOUBLE_EQ(map.seconds(960), 1.0);
  EXPECT_EQ(map.tick(1.0), 960);
  EXPECT_EQ(map.tick(-3.0), 0);
  EXPECT_EQ(map.tempo(0), kDefaultTempo);
}

TEST(TempoMap, AddsUpItsSegments) {
  Score score;
  score.ppq = 100;
  score.tempos = {{300, 2'000'000}, {0, 1'000'000}, {100, 250'000}, {100, 500'000}};
  const TempoMap map(score);
  EXPECT_DOUBLE_EQ(map.seconds(0), 0.0);
  EXPECT_DOUBLE_EQ(map.seconds(50), 0.5);
  EXPECT_DOUBLE_EQ(map.seconds(100), 1.0);
  EXPECT_DOUBLE_EQ(map.seconds(300), 2.0);
  EXPECT_DOUBLE_EQ(map.seconds(400), 4.0);
  EXPECT_EQ(map.tempo(99), 1'000'000u);
  EXPECT_EQ(map.tempo(100), 500'000u);
  EXPECT_EQ(map.tempo(100'000), 2'000'000u);
  for (const Tick tick : {0, 1, 99, 100, 101, 299, 300, 301, 12345}) EXPECT_EQ(map.tick(map.seconds(tick)), tick);
}

TEST(TempoMap, RoundsToTheNearestTick) {
  Score score;
  score.ppq = 2;
  const TempoMap map(score);
  EXPECT_EQ(map.tick(0.124), 0);
  EXPECT_EQ(map.tick(0.126), 1);
}

TEST(MeterMap, IsInFourFourWhereTheScoreIsSilent) {
  const MeterMap map{Score{}};
  const BarPosition bar = map.bar_at(1920 * 3 + 5);
  EXPECT_EQ(bar.bar, 3);
  EXPECT_EQ(bar.bar_start, 1920 * 3);
  EXPECT_EQ(bar.bar_length, 1920);
  EXPECT_EQ(bar.numerator, 4);
  EXPECT_EQ(map.bar_start(7), 1920 * 7);
}

TEST(MeterMap, ChangesMetre) {
  Score score;
  score.time_signatures = {{0, 3, 4}, {2880, 6, 8}, {2880 + 1440, 5, 4}};
  const MeterMap map(score);
  EXPECT_EQ(map.bar_at(2879).bar, 1);
  EXPECT_EQ(map.bar_at(2880).bar, 2);
  EXPECT_EQ(map.bar_at(2880).bar_length, 1440);
  EXPECT_EQ(map.bar_at(2880).denominator, 8);
  EXPECT_EQ(map.bar_at(4320).bar, 3);
  EXPECT_EQ(map.bar_at(4320 + 2400).bar, 4);
  for (int bar = 0; bar < 9; ++bar) {
    EXPECT_EQ(map.bar_at(map.bar_start(bar)).bar, bar);
    EXPECT_EQ(map.bar_at(map.bar_start(bar)).bar_start, map.bar_start(bar));
    if (bar > 0) {
      EXPECT_EQ(map.bar_at(map.bar_start(bar) - 1).bar, bar - 1);
    }
  }
}

TEST(MeterMap, ASignatureInTheMiddleOfABarEndsTheBar) {
  Score score;
  score.time_signatures = {{2400, 3, 4}};
  const MeterMap map(score);
  EXPECT_EQ(map.bar_at(2399).bar, 1);
  EXPECT_EQ(map.bar_at(2400).bar, 2);
  EXPECT_EQ(map.bar_at(2400).bar_start, 2400);
  EXPECT_EQ(map.bar_start(3), 2400 + 1440);
}

TEST(MeterMap, ARepeatedSignatureChangesNothing) {
  Score score;
  score.time_signatures = {{0, 4, 4}, {2400, 4, 4}};
  EXPECT_EQ(MeterMap(score).bar_at(2400).bar_start, 1920);
}

TEST(MeterMap, SurvivesOddValues) {
  Score score;
  score.ppq = 1;
  score.time_signatures = {{0, 1, 128}, {(Tick{1} << 60), 255, 1}};
  const MeterMap map(score);
  EXPECT_EQ(map.bar_at(5).bar_length, 1);
  EXPECT_GE(map.bar_at(Tick{1} << 61).bar, 0);
}

}  // namespace
}  // namespace continuo
