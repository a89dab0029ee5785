// A network of independent keys as a chain of symbols: the same probabilities of all frames.
#include "generation/frame_adapter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace continuo::generation {
namespace {

using representation::FrameCode;
using representation::FrameHead;
using representation::kEnd;
using representation::KeySet;
using representation::kStart;
using representation::Symbol;

const FrameCode kCode({.name = "frames",
                       .settings = {{"lowest", "60"}, {"highest", "63"}, {"context", "off"}},
                       .labels = {},
                       .vocabulary = {},
                       .statistics = {}});

double log_probability(std::span<const float> logits, Symbol symbol) {
  double sum = 0;
  for (const float logit : logits) sum += std::exp(static_cast<double>(logit));
  return static_cast<double>(logits[symbol]) - std::log(sum);
}

TEST(FrameAdapter, IndependentKeysAreAChainOfTheSameProbability) {
  const std::vector<float> output = {-0.7F, 1.3F, 0.0F, -40.0F};
  double total = 0;
  for (unsigned bits = 0; bits < 16; ++bits) {
    const KeySet frame(bits);
    FrameAdapter adapter(kCode, FrameHead::kKeys);
    ASSERT_TRUE(adapter.take(kStart));
    EXPECT_TRUE(std::ranges::all_of(adapter.frame(), [](float value) { return value == 0; }));
    adapter.consume_output(output);
    double nats = 0, expected = 0;
    std::vector<Symbol> symbols;
    kCode.append(frame, symbols);
    for (const Symbol symbol : symbols) {
      EXPECT_LT(log_probability(adapter.logits(), kEnd), -1e6);
      nats -= log_probability(adapter.logits(), symbol);
      EXPECT_EQ(adapter.take(symbol), symbol == kCode.end_of_frame());
    }
    for (std::size_t k = 0; k < 4; ++k)
      expected += std::log1p(std::exp(static_cast<double>(frame[k] ? -output[k] : output[k])));
    EXPECT_NEAR(nats, expected, 1e-5 * expected) << bits;
    for (std::size_t k = 0; k < 4; ++k) EXPECT_EQ(adapter.frame()[k], frame[k] ? 1.0F : 0.0F);
    total += std::exp(-nats);
  }
  EXPECT_NEAR(total, 1, 1e-6);
}

TEST(FrameAdapter, AChainIsHeardSymbolBySymbolAndPassedOn) {
  FrameAdapter adapter(kCode, FrameHead::kChain);
  const std::vector<float> output = {1, 2, 3, 4, 5, 6, 7};
  for (const Symbol symbol : {kStart, kCode.symbol_of(2), kCode.end_of_frame()}) {
    ASSERT_TRUE(adapter.take(symbol));
    for (std::size_t s = 0; s < adapter.frame().size(); ++s) EXPECT_EQ(adapter.frame()[s], s == symbol ? 1.0F : 0.0F);
    adapter.consume_output(output);
    EXPECT_TRUE(std::ranges::equal(adapter.logits(), output));
  }
}

TEST(FrameAdapter, BeginsAnewAsIfNothingHadBeen) {
  const std::vector<float> output(7, 0.5F);
  for (const FrameHead head : {FrameHead::kKeys, FrameHead::kChain}) {
    FrameAdapter adapter(kCode, head);
    adapter.take(kStart);
    adapter.consume_output(output);
    adapter.take(kCode.symbol_of(1));
    adapter.restart();
    ASSERT_TRUE(adapter.take(kCode.end_of_frame()));
    FrameAdapter fresh(kCode, head);
    ASSERT_TRUE(fresh.take(kCode.end_of_frame()));
    EXPECT_TRUE(std::ranges::equal(adapter.frame(), fresh.frame()));
  }
}

}  // namespace
}  // namespace continuo::generation
