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

}  // namespace
}  // namespace continuo
