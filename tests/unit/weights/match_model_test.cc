// The match model against a search by hand.
#include "continuo/weights/match_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "continuo/base/random.h"

namespace continuo::weights {
namespace {

class Model {
 public:
  explicit Model(int shortest) : memory_(MatchModel::kMemory), model_(memory_, shortest) {}
  Match step(int symbol) { return model_.step(static_cast<std::uint16_t>(symbol)); }
  const std::vector<std::int32_t>& memory() const { return memory_; }

 private:
  std::vector<std::int32_t> memory_;
  MatchModel model_;
};

/// Symbols before `end` that equal those before `now`, at most kLongestMatch.
int agreement(const std::vector<int>& symbols, std::size_t end, std::size_t now) {
  int same = 0;
  while (same < kLongestMatch && same < static_cast<int>(end) &&
         symbols[end - 1 - static_cast<std::size_t>(same)] == symbols[now - 1 - static_cast<std::size_t>(same)])
    ++same;
  return same;
}

int least_of(std::uint16_t length) {
  constexpr int kLeast[] = {0, 1, 12, 16, 24, 32, 48, 64};
  return kLeast[length];
}

TEST(MatchModel, ForetellsWhatFollowedSomePassageThatAgreesAsLongAsItSays) {
  for (const int shortest : {2, 6, 20}) {
    for (const int symbols : {2, 5, 40}) {
      Random random(static_cast<std::uint64_t>(shortest * 100 + symbols));
      Model model(shortest);
      std::vector<int> past;
      std::size_t matches = 0;
      for (int t = 0; t < 3000; ++t) {
        // Now and then an earlier passage again.
        const bool again = t > 300 && t % 200 < 70;
        past.push_back(again ? past[static_cast<std::size_t>(t - 250 - t / 200 % 30)]
                             : static_cast<int>(random.below(static_cast<std::uint64_t>(symbols))));
        const Match match = model.step(past.back());
        if (match.length == 0) continue;
        ++matches;
        ASSERT_LT(match.length, kMatchLengths);
        bool found = false;
        for (std::size_t s = 1; s < past.size() && !found; ++s) {
          if (past[s] != match.symbol) continue;
          const int same = agreement(past, s, past.size());
          found = same >= std::min(shortest, kLongestMatch) && same >= least_of(match.length);
        }
        EXPECT_TRUE(found) << "at " << t;
      }
      EXPECT_GT(matches, 400U);
    }
  }
}

TEST(MatchModel, WhatStoodBeforeIsFoundAgainAndFollowed) {
  Random random(3);
  std::vector<int> tune;
  for (int i = 0; i < 500; ++i) tune.push_back(static_cast<int>(random.below(1000)));
  Model model(8);
  for (const int symbol : tune) EXPECT_EQ(model.step(symbol).length, 0);
  int right = 0;
  for (std::size_t i = 0; i + 1 < tune.size(); ++i) {
    const Match match = model.step(tune[i]);
    right += match.length > 0 && match.symbol == tune[i + 1] ? 1 : 0;
    EXPECT_TRUE(i < 70 || match.length == kMatchLengths - 1) << i;
  }
  EXPECT_EQ(right, 500 - 1 - 7);
}

TEST(MatchModel, OfTwoPlacesItTakesTheOneThatAgreesLonger) {
  Model model(3);
  std::vector<int> symbols = {9, 8, 7, 1, 2, 3, 50, 6, 6, 1, 2, 3, 60, 9, 8, 7, 1, 2, 3};
  Match match;
  for (const int symbol : symbols) match = model.step(symbol);
  EXPECT_EQ(match.symbol, 50);  // 9 8 7 1 2 3 went on so, 1 2 3 alone later with 60
}

TEST(MatchModel, ForgetsWhatIsTooOldAndBeginsAnewWithZeros) {
  Model model(4);
  for (int i = 0; i < 100; ++i) model.step(i);
  for (int i = 0; i < 9000; ++i) model.step(1000 + i);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(model.step(i).length, 0);
  Model fresh(4);
  EXPECT_TRUE(std::all_of(fresh.memory().begin(), fresh.memory().end(), [](int value) { return value == 0; }));
}

TEST(MatchModel, GoesOnOverTheEndOfItsMemory) {
  Model model(4);
  int right = 0;
  for (int t = 0; t < 40'000; ++t) {
    const Match match = model.step(t % 3000);
    if (t > 3100) right += match.length == kMatchLengths - 1 && match.symbol == (t + 1) % 3000 ? 1 : 0;
  }
  EXPECT_EQ(right, 40'000 - 3101);
}

}  // namespace
}  // namespace continuo::weights
