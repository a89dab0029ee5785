// SymbolView: one and two bytes a symbol look alike.
#include "continuo/representation/symbol_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>

namespace continuo::representation {
namespace {

using ::testing::ElementsAre;

static_assert(std::random_access_iterator<SymbolIterator>);

TEST(SymbolView, ReadsOneAndTwoBytesAlike) {
  const std::vector<std::uint8_t> narrow = {3, 255, 0, 7, 9};
  const std::vector<Symbol> wide = {3, 255, 0, 7, 9};
  const SymbolView a{std::span(narrow)}, b{wide};
  EXPECT_EQ(a.bytes_per_symbol(), 1);
  EXPECT_EQ(b.bytes_per_symbol(), 2);
  for (const SymbolView view : {a, b}) {
    EXPECT_THAT(view, ElementsAre(3, 255, 0, 7, 9));
    EXPECT_EQ(view.size(), 5u);
    EXPECT_EQ(view.front(), 3);
    EXPECT_EQ(view.back(), 9);
    EXPECT_THAT(view.subview(1, 3), ElementsAre(255, 0, 7));
    EXPECT_THAT(view.subview(3), ElementsAre(7, 9));
    EXPECT_TRUE(view.subview(5).empty());
    EXPECT_EQ(view.subview(1).subview(2).front(), 7);
    EXPECT_EQ(view.to_vector(), wide);
    EXPECT_EQ(*std::max_element(view.begin(), view.end()), 255);
    std::vector<std::int64_t> longer(7, -1);
    view.copy(std::span(longer));
    EXPECT_THAT(longer, ElementsAre(3, 255, 0, 7, 9, -1, -1));
  }
  EXPECT_TRUE(a.wide().empty());
  EXPECT_EQ(b.wide().data(), wide.data());
  EXPECT_EQ(a.bytes().size(), 5u);
  EXPECT_EQ(b.subview(1).bytes().size(), 8u);
}

TEST(SymbolView, MayBeEmpty) {
  const SymbolView none;
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none.begin(), none.end());
  EXPECT_TRUE(none.to_vector().empty());
}

TEST(SymbolView, KeepsTwoByteSymbols) {
  const std::vector<Symbol> wide = {300, 65'535};
  EXPECT_THAT(SymbolView(wide), ElementsAre(300, 65'535));
}

}  // namespace
}  // namespace continuo::representation
