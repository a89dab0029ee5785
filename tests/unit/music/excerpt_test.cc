// Excerpts hold what they should and nothing else.
#include "continuo/music/excerpt.h"

#include <gtest/gtest.h>

namespace continuo {
namespace {

TEST(Beginning, HoldsWhatBeginsBeforeTheEnd) {
  Score score{.ppq = 100};
  score.tempos = {{0, 400'000}, {150, 600'000}, {300, 700'000}};
  score.time_signatures = {{300, 3, 4}};
  score.texts = {{10, TextKind::kText, "early"}, {200, TextKind::kText, "late"}};
  score.tracks = {
      {.notes = {{0, 50, 60}, {100, 400, 62}, {199, 1, 64}, {200, 50, 65}}, .controls = {{50, 7, 100}, {250, 7, 90}}},
      {.channel = 1, .notes = {{300, 10, 70}}}};
  normalise(score);
  const Score cut = beginning(score, 200);
  Score expected{.ppq = 100};
  expected.tempos = {{0, 400'000}, {150, 600'000}};
  expected.texts = {{10, TextKind::kText, "early"}};
  expected.tracks = {{.notes = {{0, 50, 60}, {100, 100, 62}, {199, 1, 64}}, .controls = {{50, 7, 100}}}};
  normalise(expected);
  EXPECT_EQ(cut, expected);
  EXPECT_EQ(beginning(score, 1000), score);
  EXPECT_EQ(note_count(beginning(score, 0)), 0U);
}

TEST(FromTick, WhatSoundsAndWhatIsInForceStays) {
  Score score{.ppq = 100};
  score.tempos = {{0, 400'000}, {150, 600'000}, {300, 700'000}};
  score.time_signatures = {{0, 3, 4}};
  score.texts = {{10, TextKind::kText, "early"}, {250, TextKind::kText, "late"}};
  score.tracks = {{.notes = {{0, 50, 60}, {100, 300, 62}, {200, 50, 65}},
                   .controls = {{50, 7, 100}, {60, 64, 127}, {120, 7, 90}, {250, 7, 80}},
                   .bends = {{0, 5}, {180, 9}}},
                  {.channel = 1, .notes = {{100, 100, 70}}}};
  normalise(score);
  Score expected{.ppq = 100};
  expected.tempos = {{0, 600'000}, {100, 700'000}};
  expected.time_signatures = {{0, 3, 4}};
  expected.texts = {{50, TextKind::kText, "late"}};
  expected.tracks = {
      {.notes = {{0, 200, 62}, {0, 50, 65}}, .controls = {{0, 64, 127}, {0, 7, 90}, {50, 7, 80}}, .bends = {{0, 9}}}};
  normalise(expected);
  EXPECT_EQ(from_tick(score, 200), expected);
  EXPECT_EQ(from_tick(score, 0), score);
}

TEST(FollowedBy, ItsOwnTempoAndMetreHoldAndTracksOfOneInstrumentJoin) {
  Score first{.ppq = 100};
  first.tempos = {{0, 400'000}};
  first.time_signatures = {{0, 3, 4}};
  first.tracks = {{.program = 40, .notes = {{0, 500, 60}}}, {.channel = 1, .program = 42, .notes = {{0, 100, 48}}}};
  normalise(first);
  Score second{.ppq = 50};
  second.key_signatures = {{0, 2, false}};
  second.texts = {{10, TextKind::kMarker, "here"}};
  second.tracks = {{.program = 42, .notes = {{0, 50, 50}}, .controls = {{5, 7, 90}}},
                   {.channel = 1, .program = 60, .notes = {{25, 50, 67}}}};
  normalise(second);
  Score expected{.ppq = 100};
  expected.tempos = {{0, 400'000}, {300, kDefaultTempo}};
  expected.time_signatures = {{0, 3, 4}, {300, 4, 4}};
  expected.key_signatures = {{300, 2, false}};
  expected.texts = {{320, TextKind::kMarker, "here"}};
  expected.tracks = {{.program = 40, .notes = {{0, 300, 60}}},
                     {.channel = 1, .program = 42, .notes = {{0, 100, 48}, {300, 100, 50}}, .controls = {{310, 7, 90}}},
                     {.channel = 1, .program = 60, .notes = {{350, 100, 67}}}};
  normalise(expected);
  EXPECT_EQ(followed_by(first, second, 300), expected);
}

}  // namespace
}  // namespace continuo
