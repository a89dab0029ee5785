// Chords of half bars, against what a musician would say.
#include "continuo/music/chord.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "unit/music/build_score.h"

namespace continuo {
namespace {

std::vector<std::string> names_of(const Score& score) {
  std::vector<std::string> names;
  for (const Sonority& half : half_bars(score)) {
    const auto chord = chord_of(half);
    names.push_back(chord ? chord_name(*chord) : "");
  }
  return names;
}

TEST(Chord, OfEachHalfBar) {
  // D minor, G minor in its first inversion, rest, A7 without its fifth (the lowest note decides for A).
  const Score score = piano({{0, 8, 50},
                             {0, 8, 53},
                             {0, 8, 57},  //
                             {8, 8, 46},
                             {8, 8, 55},
                             {8, 8, 62},  //
                             {24, 8, 45},
                             {24, 8, 61},
                             {24, 8, 67}});
  EXPECT_EQ(names_of(score), (std::vector<std::string>{"D m", "G m", "", "A"}));
}

TEST(Chord, OfEveryRootAndTriad) {
  const int shapes[][2] = {{4, 7}, {3, 7}, {3, 6}};
  for (int root = 0; root < 12; ++root) {
    for (std::size_t triad = 0; triad < kTriads; ++triad) {
      Sonority sonority;
      for (const int step : {0, shapes[triad][0], shapes[triad][1]}) sonority.add(48 + root + step, 1);
      const auto chord = chord_of(sonority);
      ASSERT_TRUE(chord);
      EXPECT_EQ(chord->root, root);
      EXPECT_EQ(chord->triad, static_cast<Triad>(triad));
      EXPECT_NEAR(chord->fit, 1, 1e-12);
    }
  }
}

TEST(Chord, ANoteSoundsInEveryHalfBarThatItLasts) {
  const Score score = piano({{0, 20, 60}});
  const auto halves = half_bars(score);
  ASSERT_EQ(halves.size(), 4U);  // two bars have begun
  EXPECT_EQ(halves[0].total, 48);
  EXPECT_EQ(halves[1].total, 48);
  EXPECT_EQ(halves[2].total, 24);
  EXPECT_EQ(halves[3].total, 0);
  EXPECT_FALSE(chord_of(halves[3]));
}

TEST(Chord, TheLastSonorityIsWhatStillSoundsInTheLastQuarter) {
  const Score score = piano({{0, 16, 36}, {0, 4, 40}, {8, 8, 64}, {14, 2, 67}});
  const Sonority last = last_sonority(score);
  EXPECT_EQ(last.lowest, 36);
  EXPECT_EQ(last.weights[0], 24);  // C: the whole quarter
  EXPECT_EQ(last.weights[4], 24);  // the upper E; the lower one was over
  EXPECT_EQ(last.weights[7], 12);
  EXPECT_EQ(last_sonority(Score{}).total, 0);
}

TEST(Chord, DrumsAreNoChord) {
  Score drums = piano({{0, 16, 36}, {0, 16, 40}, {0, 16, 43}});
  drums.tracks[0].channel = kDrumChannel;
  EXPECT_TRUE(half_bars(drums).empty());
}

}  // namespace
}  // namespace continuo
