// A stuck piece is recognised, a living one is left in peace.
#include <gtest/gtest.h>

#include "continuo/generation/compose.h"

namespace continuo::generation {
namespace {

using Symbols = std::vector<representation::Symbol>;

Symbols repeated(Symbols head, const Symbols& block, int times) {
  for (int i = 0; i < times; ++i) head.insert(head.end(), block.begin(), block.end());
  return head;
}

TEST(FindLoop, OneSymbolForEver) {
  const auto loop = find_loop(repeated({1, 2, 3}, {7}, 30));
  EXPECT_EQ(loop.period, 1U);
  EXPECT_EQ(loop.repeats, 30U);
}

TEST(FindLoop, ABlockAndItsShortestPeriod) {
  const auto loop = find_loop(repeated({9, 9, 8}, {4, 5, 6, 5}, 12));
  EXPECT_EQ(loop.period, 4U);
  EXPECT_EQ(loop.repeats, 12U);
}

TEST(FindLoop, FewRepeatsAreMusic) {
  EXPECT_EQ(find_loop(repeated({1, 2}, {4, 5, 6}, 4)).period, 0U);
  EXPECT_EQ(find_loop(repeated({}, Symbols(40, 5), 1), 64, 50).period, 0U);
  EXPECT_EQ(find_loop({}).period, 0U);
  EXPECT_EQ(find_loop(Symbols{1}).period, 0U);
}

TEST(FindLoop, ALoopThatWasLeftIsNone) {
  auto symbols = repeated({}, {3, 4}, 30);
  symbols.push_back(9);
  EXPECT_EQ(find_loop(symbols).period, 0U);
}

TEST(FindLoop, BlocksLongerThanAskedForAreNotSought) {
  Symbols block(100);
  for (std::size_t i = 0; i < block.size(); ++i) block[i] = static_cast<representation::Symbol>(i);
  EXPECT_EQ(find_loop(repeated({}, block, 10), 64, 8).period, 0U);
  EXPECT_EQ(find_loop(repeated({}, block, 10), 100, 8).period, 100U);
}

}  // namespace
}  // namespace continuo::generation
