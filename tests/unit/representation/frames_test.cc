// Frames as symbols, and the input features of the past, against values worked out by hand.
#include "continuo/representation/frames.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "continuo/base/error.h"

namespace continuo::representation {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

RepresentationSpec spec_of(std::map<std::string, std::string> settings) {
  return {.name = "frames", .settings = std::move(settings), .labels = {}, .vocabulary = {}, .statistics = {}};
}

/// Four keys: 60 to 63. Start 0, End 1, EndOfFrame 2, keys 3 to 6.
const FrameCode& four_keys() {
  static const FrameCode code(spec_of({{"lowest", "60"}, {"highest", "63"}, {"context", "on"}}));
  return code;
}

KeySet keys(std::initializer_list<int> list) {
  KeySet set;
  for (const int key : list) set.set(static_cast<std::size_t>(key));
  return set;
}

TEST(FrameCode, AFrameIsItsKeysInRisingOrderThenItsEnd) {
  const FrameCode& code = four_keys();
  EXPECT_EQ(code.vocabulary_size(), 7U);
  std::vector<Symbol> symbols = {kStart};
  code.append(keys({2, 0}), symbols);
  code.append({}, symbols);
  code.append(keys({3}), symbols);
  symbols.push_back(kEnd);
  EXPECT_THAT(symbols, ElementsAre(0, 3, 5, 2, 2, 6, 2, 1));
  EXPECT_THAT(code.frames(symbols), ElementsAre(keys({0, 2}), keys({}), keys({3})));
  symbols.resize(6);  // the last frame is not complete
  EXPECT_EQ(code.frames(symbols).size(), 2U);
}

TEST(FrameCode, HasThePianosKeysByDefault) {
  const FrameCode code(spec_of({}));
  EXPECT_EQ(code.lowest(), 21);
  EXPECT_EQ(code.keys(), 88);
  EXPECT_FALSE(code.context());
  EXPECT_EQ(code.inputs(FrameHead::kChain), 0);
  EXPECT_THAT([] { FrameCode({.name = "remi"}); }, ThrowsMessage<Error>(HasSubstr("remi")));
  EXPECT_THAT([] { FrameCode(spec_of({{"steps", "7"}})); }, ThrowsMessage<Error>(HasSubstr("steps")));
}

/// The parts of what is told, by the order that frame_inputs.cc documents.
struct Told {
  std::vector<float> ages, follows, lengths, unchanged, clock12, clock16, classes, transposed;
};

Told told(std::span<const float> values, std::size_t before) {
  std::size_t at = before;
  const auto take = [&](std::size_t count) {
    std::vector<float> part(values.begin() + static_cast<std::ptrdiff_t>(at),
                            values.begin() + static_cast<std::ptrdiff_t>(at + count));
    at += count;
    return part;
  };
  Told result{take(4), take(4), take(7), take(7), take(12), take(16), take(24), take(12)};
  EXPECT_EQ(at, values.size());
  return result;
}

TEST(FrameInputs, TellsWhatFollowedTheLongestPassageThatStoodBefore) {
  FrameInputs inputs(four_keys(), FrameHead::kKeys);
  const KeySet a = keys({0}), b = keys({1, 2}), c = keys({3});
  // a b c a b: "a b" stood before, and c followed.
  for (const KeySet& frame : {a, b, c, a}) inputs.step(frame);
  const Told now = told(inputs.step(b), 4);
  EXPECT_THAT(now.follows, ElementsAre(0, 0, 0, 1));
  EXPECT_THAT(now.lengths, ElementsAre(1, 1, 0, 0, 0, 0, 0));
  // a b c a b b: the latest frame alone stood twice before; after the later of the two came b.
  const Told next = told(inputs.step(b), 4);
  EXPECT_THAT(next.follows, ElementsAre(0, 1, 1, 0));
  EXPECT_THAT(next.lengths, ElementsAre(1, 0, 0, 0, 0, 0, 0));
  EXPECT_THAT(next.unchanged, ElementsAre(1, 0, 0, 0, 0, 0, 0));
  // Key 1 is down for the second frame: log2(3) / 5.
  EXPECT_THAT(next.ages,
              ElementsAre(0, ::testing::FloatEq(std::log2(3.0F) / 5), ::testing::FloatEq(std::log2(3.0F) / 5), 0));
  EXPECT_EQ(next.clock12[6], 1);
  EXPECT_EQ(next.clock16[6], 1);
  // What never stood before is followed by nothing.
  const Told other = told(inputs.step(keys({0, 3})), 4);
  EXPECT_THAT(other.follows, Each(0));
  EXPECT_THAT(other.lengths, Each(0));
}

TEST(FrameInputs, CountsPitchClassesAndForgets) {
  FrameInputs inputs(four_keys(), FrameHead::kKeys, -1);
  inputs.step(keys({0}));  // pitch 60: class 0
  const Told now = told(inputs.step(keys({})), 4);
  EXPECT_FLOAT_EQ(now.classes[0], 0.1F * 0.9F);
  EXPECT_NEAR(now.classes[12], 0.015 * 0.985, 1e-6);
  EXPECT_EQ(now.transposed[11], 1) << "a semitone down";
}

TEST(FrameInputs, AChainReadsTheSymbolTheFrameSoFarAndTheLastFrame) {
  FrameInputs inputs(four_keys(), FrameHead::kChain);
  EXPECT_EQ(inputs.width(), static_cast<std::size_t>(four_keys().inputs(FrameHead::kChain)));
  for (const Symbol symbol : {0, 3, 5, 2}) inputs.step(symbol);
  const auto values = inputs.step(Symbol{4});
  const std::vector<float> begin(values.begin(), values.begin() + 15);
  EXPECT_THAT(begin, ElementsAre(0, 0, 0, 0, 1, 0, 0,  // the symbol
                                 0, 1, 0, 0,           // so far
                                 1, 0, 1, 0));         // the last frame
  EXPECT_EQ(told(values, 15).clock12[1], 1);
  EXPECT_EQ(inputs.so_far(), keys({1}));
}

TEST(FrameInputs, WhatIsToldDependsOnThePastAlone) {
  // The same beginning, two different ends.
  FrameInputs one(four_keys(), FrameHead::kChain), two(four_keys(), FrameHead::kChain);
  const std::vector<Symbol> beginning = {0, 3, 2, 4, 6, 2, 3, 2, 2, 4};
  for (const Symbol symbol : beginning) {
    const auto a = one.step(symbol);
    const auto b = two.step(symbol);
    EXPECT_TRUE(std::equal(a.begin(), a.end(), b.begin(), b.end()));
  }
  const auto a = one.step(Symbol{5});
  const auto b = two.step(Symbol{2});
  EXPECT_FALSE(std::equal(a.begin(), a.end(), b.begin(), b.end()));
}

}  // namespace
}  // namespace continuo::representation
