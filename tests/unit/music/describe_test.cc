// Tempo, metre and instruments as a musician would say them.
#include "continuo/music/describe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace continuo {
namespace {

using ::testing::ElementsAre;

/// `quarters` quarter notes of middle C.
Score quarters(int count) {
  Score score;
  score.tracks.push_back({.program = 40});
  for (int i = 0; i < count; ++i) score.tracks[0].notes.push_back({i * 480, 480, 60, 64});
  return score;
}

TEST(Describe, TempoIsSaidPlainlyOrWithItsRange) {
  Score score = quarters(16);
  EXPECT_EQ(tempo_in_words(score), "120 bpm");
  score.tempos = {{0, 625'000}};
  EXPECT_EQ(tempo_in_words(score), "96 bpm");
  score.tempos = {{0, 625'000}, {480 * 4, 620'000}};
  EXPECT_EQ(tempo_in_words(score), "about 97 bpm");
  // Twelve quarters of a second each and four of two: a long ending counts by its time.
  score.tempos = {{0, 1'000'000}, {480 * 12, 2'000'000}};
  EXPECT_EQ(tempo_in_words(score), "about 60 bpm, 30 to 60");
  EXPECT_EQ(tempo_in_words(Score{}), "");
}

TEST(Describe, MetresAreNamedOnceEach) {
  Score score = quarters(64);
  EXPECT_EQ(metre_in_words(score), "4/4");
  score.time_signatures = {{0, 3, 4}, {1440, 4, 4}, {1440 + 1920, 3, 4}};
  EXPECT_EQ(metre_in_words(score), "3/4 and 4/4");
  score.time_signatures.push_back({480 * 1000, 7, 8});  // after the last note
  EXPECT_EQ(metre_in_words(score), "3/4 and 4/4");
  score.time_signatures = {{0, 3, 4}, {1440, 4, 4}, {3360, 5, 4}, {5760, 7, 8}};
  EXPECT_EQ(metre_in_words(score), "3/4, 4/4 and others");
  EXPECT_EQ(metre_in_words(Score{}), "");
}

TEST(Describe, InstrumentsAreThoseThatPlay) {
  Score score = quarters(2);
  score.tracks.push_back({.program = 42});
  score.tracks.push_back({.channel = kDrumChannel, .program = 0, .notes = {{0, 1, 36, 64}}});
  score.tracks.push_back(score.tracks[0]);
  EXPECT_THAT(instrument_names(score), ElementsAre("Violin", "Drums"));
}

}  // namespace
}  // namespace continuo
