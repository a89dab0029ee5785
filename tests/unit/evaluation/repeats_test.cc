// Passages that return, in pieces built of known bars.
#include "continuo/evaluation/repeats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "continuo/base/error.h"
#include "unit/music/build_score.h"

namespace continuo::evaluation {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A bar of four quarters for each letter, each letter with pitches of its own; a dot is an empty bar.
Score piece(const std::string& bars) {
  std::vector<Sixteenths> notes;
  for (std::size_t bar = 0; bar < bars.size(); ++bar) {
    if (bars[bar] == '.') continue;
    for (int beat = 0; beat < 4; ++beat)
      notes.push_back({static_cast<int>(bar) * 16 + beat * 4, 4, static_cast<std::uint8_t>(bars[bar] - 40 + beat)});
  }
  return piano(notes);
}

/// "A0-3": the passage A in the bars 0 to 3.
std::vector<std::string> found(const Score& score, const RepeatOptions& options = {}) {
  std::vector<std::string> texts;
  for (const Repeat& repeat : find_repeats(score, options))
    texts.push_back(repeat.name() + std::to_string(repeat.first_bar) + "-" + std::to_string(repeat.last_bar));
  return texts;
}

TEST(Repeats, AreNamedInTheOrderOfTheirFirstPlaces) {
  EXPECT_THAT(found(piece("afkpz")), IsEmpty());
  EXPECT_THAT(found(piece("afzkafp")), ElementsAre("A0-1", "A4-5"));
  // The longest passage is found first, yet the first in time is A.
  EXPECT_THAT(found(piece("afkpuzafkpuAF2af")), ElementsAre("A0-4", "A6-10"));
  EXPECT_THAT(found(piece("afZkpuCkpuFaf")), ElementsAre("A0-1", "B3-5", "B7-9", "A11-12"));
  EXPECT_THAT(found(piece("aaaaaa")), ElementsAre("A0-2", "A3-5"));
}

TEST(Repeats, NeitherBeginNorEndWithSilence) {
  EXPECT_THAT(found(piece("a.fz.a.f.")), ElementsAre("A0-2", "A5-7"));
  EXPECT_THAT(found(piece("a..f..k..")), IsEmpty());
}

TEST(Repeats, MayDifferALittle) {
  Score score = piece("afzkaf");
  score.tracks[0].notes[18].pitch = 126;  // one of four notes of the fifth bar
  EXPECT_THAT(found(score), IsEmpty());
  EXPECT_THAT(found(score, {.similarity = 0.6}), ElementsAre("A0-1", "A4-5"));
}

TEST(Repeats, SayWhereTheyStand) {
  const auto repeats = find_repeats(piece("afzaf"));
  ASSERT_EQ(repeats.size(), 2U);
  EXPECT_EQ(repeats[1].begin, 3 * 96);
  EXPECT_EQ(repeats[1].end, 5 * 96);
  EXPECT_EQ((Repeat{.passage = 27}).name(), "B2");
}

TEST(Repeats, KeepToTheirLimits) {
  EXPECT_THAT(found(piece("aZaCaF"), {.min_bars = 1, .max_passages = 1}), ElementsAre("A0-0", "A2-2", "A4-4"));
  EXPECT_THAT(find_repeats(Score{}), IsEmpty());
  EXPECT_THROW(find_repeats(Score{}, {.min_bars = 0}), Error);
}

}  // namespace
}  // namespace continuo::evaluation
