// Splits of random collections: whole groups, every piece once, sizes as near as the groups allow.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "continuo/base/error.h"
#include "continuo/base/random.h"
#include "continuo/corpus/collection.h"

namespace continuo::corpus {
namespace {

Collection random_collection(Random& random, std::size_t most_groups, std::int64_t largest) {
  Collection collection;
  const std::size_t groups = random.below(most_groups + 1);
  std::vector<int> numbers;
  for (std::size_t group = 0; group < groups; ++group)
    for (std::int64_t i = random.between(1, largest); i > 0; --i) numbers.push_back(static_cast<int>(group));
  random.shuffle(std::span(numbers));
  for (const int number : numbers) collection.pieces.emplace_back().group = number;
  return collection;
}

/// The least distance between `wanted` and a sum of some of the groups' sizes.
std::size_t least_distance(const Collection& collection, std::size_t wanted) {
  std::map<int, std::size_t> sizes;
  for (const Piece& piece : collection.pieces) ++sizes[piece.group];
  std::set<std::size_t> sums{0};
  for (const auto& [group, size] : sizes) {
    std::set<std::size_t> more = sums;
    for (const std::size_t sum : sums) more.insert(sum + size);
    sums = std::move(more);
  }
  std::size_t least = wanted;
  for (const std::size_t sum : sums) least = std::min(least, sum > wanted ? sum - wanted : wanted - sum);
  return least;
}

TEST(Split, TakesEveryPieceOnceAndGroupsWhole) {
  Random random(1);
  for (int trial = 0; trial < 300; ++trial) {
    const Collection collection = random_collection(random, 60, 1 + trial % 7);
    const SplitOptions options{.train = 0.8, .validation = trial % 2 ? 0.1 : 0.0, .seed = random.next()};
    const Split parts = split(collection, options);
    std::map<int, std::set<int>> sides;
    std::set<std::size_t> seen;
    int side = 0;
    for (const auto* part : {&parts.train, &parts.validation, &parts.test}) {
      EXPECT_TRUE(std::is_sorted(part->begin(), part->end()));
      for (const std::size_t i : *part) {
        EXPECT_TRUE(seen.insert(i).second);
        sides[collection.pieces[i].group].insert(side);
      }
      ++side;
    }
    EXPECT_EQ(seen.size(), collection.pieces.size());
    for (const auto& [group, where] : sides) EXPECT_EQ(where.size(), 1u) << "group " << group;
    if (options.validation == 0) {
      EXPECT_TRUE(parts.validation.empty());
    }
  }
}

TEST(Split, ComesAsNearToTheSharesAsGroupsAllow) {
  Random random(2);
  for (int trial = 0; trial < 300; ++trial) {
    const Collection collection = random_collection(random, 30, 1 + trial % 12);
    const Split parts = split(collection, {.train = 0.8, .seed = random.next()});
    const auto wanted = static_cast<std::size_t>(std::llround(0.2 * static_cast<double>(collection.pieces.size())));
    const std::size_t got = parts.test.size();
    EXPECT_EQ(got > wanted ? got - wanted : wanted - got, least_distance(collection, wanted));
  }
}

TEST(Split, IsExactWherePiecesAreSingle) {
  Collection collection;
  for (int i = 0; i < 500; ++i) collection.pieces.emplace_back().group = i;
  const Split two = split(collection);
  EXPECT_EQ(two.train.size(), 400u);
  EXPECT_EQ(two.test.size(), 100u);
  const Split three = split(collection, {.train = 0.8, .validation = 0.1});
  EXPECT_EQ(three.train.size(), 400u);
  EXPECT_EQ(three.validation.size(), 50u);
  EXPECT_EQ(three.test.size(), 50u);
}

TEST(Split, DependsOnTheSeedAlone) {
  Random random(3);
  const Collection collection = random_collection(random, 80, 4);
  const Split a = split(collection, {.seed = 7}), b = split(collection, {.seed = 7}),
              c = split(collection, {.seed = 8});
  EXPECT_EQ(a.train, b.train);
  EXPECT_EQ(a.test, b.test);
  EXPECT_NE(a.test, c.test);
}

TEST(Split, DrawsLargeGroupsAsOftenAsSmallOnes) {
  Collection collection;
  for (int group = 0; group < 100; ++group)
    for (int i = 0; i < (group < 20 ? 3 : 1); ++i) collection.pieces.emplace_back().group = group;
  std::size_t large = 0, all = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    for (const std::size_t i : split(collection, {.seed = seed}).test) {
      large += collection.pieces[i].group < 20;
      ++all;
    }
  }
  // 60 of the 140 pieces are in large groups.
  EXPECT_NEAR(static_cast<double>(large) / static_cast<double>(all), 60.0 / 140, 0.04);
}

TEST(Split, RefusesSharesThatAreNone) {
  const Collection collection;
  EXPECT_THROW(split(collection, {.train = 0}), Error);
  EXPECT_THROW(split(collection, {.train = 0.9, .validation = 0.2}), Error);
  EXPECT_THROW(split(collection, {.train = 0.5, .validation = -0.1}), Error);
  EXPECT_TRUE(split(collection).train.empty());
}

}  // namespace
}  // namespace continuo::corpus
