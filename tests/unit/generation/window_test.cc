// The moving window against the definition: every choice from the logits that the window alone gives, computed anew.
#include "continuo/generation/window.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "continuo/base/error.h"
#include "unit/engine/random_model.h"

namespace continuo::generation {
namespace {

using representation::Symbol;

weights::NetworkSpec wavenet(std::vector<int> dilations) {
  return {.vocabulary_size = 12,
          .network = weights::WaveNetSpec{.residual_channels = 6,
                                          .skip_channels = 6,
                                          .head_channels = 6,
                                          .input_kernel_size = 1,
                                          .stacks = 1,
                                          .dilations = std::move(dilations)}};
}

/// The logits after the last of these symbols, with nothing before them.
std::vector<float> last_logits(const engine::Model& model, std::span<const Symbol> symbols) {
  const auto all = model.recompute(symbols);
  return {all.end() - model.vocabulary_size(), all.end()};
}

TEST(Window, ChoosesTheMostProbableAfterTheWindowAlone) {
  Random random(7);
  const weights::NetworkSpec specs[] = {
      wavenet({1, 2, 4}),                                              // sees 8 symbols: exactly the window
      wavenet({1, 2}),                                                 // fewer
      wavenet({1, 2, 4, 8}),                                           // more: the rest is not there
      {.vocabulary_size = 12, .network = weights::LstmSpec{6, 6, 1}},  // would remember what was removed
  };
  for (const auto& spec : specs) {
    const auto model = engine::random_model(spec, random);
    const WindowTake take = move_window(*model, {.window = 8, .count = 40, .first_symbol = 2, .seed = 3});
    ASSERT_EQ(take.array.size(), 8U);
    ASSERT_EQ(take.symbols.size(), 40U);
    std::vector<Symbol> window = take.array;
    for (const Symbol chosen : take.symbols) {
      const auto logits = last_logits(*model, window);
      EXPECT_GE(chosen, 2);
      const float most = *std::max_element(logits.begin() + 2, logits.end());
      EXPECT_GE(logits[chosen], most - 1e-4F);
      window.push_back(chosen);
      window.erase(window.begin());
    }
  }
}

TEST(Window, DrawsInProportionToProbability) {
  Random random(5);
  const auto model = engine::random_model(wavenet({1}), random);
  // One step from one array: the first choices of many seeds whose arrays end alike.
  std::vector<double> seen(12, 0), expected(12, 0);
  for (std::uint64_t seed = 0; seed < 4000; ++seed) {
    const WindowTake take = move_window(*model, {.window = 2, .count = 1, .argmax = false, .seed = seed});
    const auto logits = last_logits(*model, take.array);
    double sum = 0;
    for (const float logit : logits) sum += std::exp(logit);
    for (std::size_t s = 0; s < 12; ++s) expected[s] += std::exp(logits[s]) / sum;
    ++seen[take.symbols[0]];
  }
  // Five standard deviations of a count.
  for (std::size_t s = 0; s < 12; ++s) EXPECT_NEAR(seen[s], expected[s], 5 * std::sqrt(expected[s] + 1));
}

TEST(Window, RepeatsItselfBySeedAndNotOtherwise) {
  Random random(5);
  const auto model = engine::random_model(wavenet({1, 2}), random);
  const auto take = [&](std::uint64_t seed) {
    return move_window(*model, {.window = 8, .count = 30, .argmax = false, .seed = seed});
  };
  EXPECT_EQ(take(1).symbols, take(1).symbols);
  EXPECT_EQ(take(1).array, take(1).array);
  EXPECT_NE(take(1).array, take(2).array);
  EXPECT_NE(take(1).symbols, take(2).symbols);
}

TEST(Window, RefusesWhatCannotBeAndHeedsAStop) {
  Random random(5);
  const auto model = engine::random_model(wavenet({1, 2}), random);
  EXPECT_THROW(move_window(*model, {.window = 0}), Error);
  EXPECT_THROW(move_window(*model, {.first_symbol = 12}), Error);
  std::stop_source source;
  source.request_stop();
  EXPECT_THROW(move_window(*model, {}, {}, source.get_token()), Interrupted);
}

}  // namespace
}  // namespace continuo::generation
