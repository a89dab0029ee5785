// Composing without loops: a model that wants nothing but its last block again gets it as often as never_loop() says.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "continuo/generation/compose.h"
#include "property/representation/cases.h"
#include "unit/engine/model_of_past.h"

namespace continuo::generation {
namespace {

using representation::Preview;
using representation::Symbol;

/// What stood `period` symbols ago shall come next, almost surely.
std::shared_ptr<engine::Model> looping_model(std::size_t vocabulary, std::size_t period) {
  return std::make_shared<engine::ModelOfPast>(vocabulary,
                                               [period](std::span<const Symbol> past, std::span<float> logits) {
                                                 std::fill(logits.begin(), logits.end(), 0.0F);
                                                 if (past.size() > period + 30)
                                                   logits[past[past.size() - period]] = 40.0F;
                                               });
}

/// How many symbols before `at` are as those a period before them.
std::size_t repeated(const std::vector<Symbol>& symbols, std::size_t at, std::size_t period) {
  std::size_t same = 0;
  while (same + period < at && symbols[at - 1 - same] == symbols[at - 1 - same - period]) ++same;
  return same;
}

/// Notes that go on with a loop, by the words of the header.
std::size_t notes_in_loops(const representation::Representation& representation, const std::vector<Symbol>& symbols) {
  std::size_t found = 0;
  const auto cursor = representation.cursor();
  Preview preview;
  for (std::size_t at = 0; at < symbols.size(); ++at) {
    cursor->preview(symbols[at], preview);
    bool loops = false;
    for (std::size_t period = 1; period <= std::min<std::size_t>(at, 2048) && !preview.notes.empty(); ++period) {
      const std::size_t most = period <= 12 ? 24 : period <= 32 ? 2 * period : period <= 64 ? 64 : period;
      loops = loops || (symbols[at] == symbols[at - period] && repeated(symbols, at, period) >= most);
    }
    found += loops ? 1 : 0;
    cursor->advance(symbols[at]);
  }
  return found;
}

class NeverLoopTest : public ::testing::TestWithParam<testing::Case> {};

TEST_P(NeverLoopTest, ABlockComesAgainOnceOrTwiceAndNotForEver) {
  const std::shared_ptr<const representation::Representation> representation = testing::make_case(GetParam());
  std::size_t free = 0;
  for (const std::size_t period : {5U, 20U, 40U, 90U}) {
    const LoadedModel composer{.model = looping_model(representation->vocabulary().size(), period),
                               .representation = representation};
    ComposeOptions options{.symbols = 500, .stop_at_end = false, .seed = period};
    EXPECT_EQ(notes_in_loops(*representation, compose(composer, options).symbols), 0U) << "period " << period;
    options.allow_loops = true;
    free += notes_in_loops(*representation, compose(composer, options).symbols);
    options.allow_loops = false;
    options.sampling.argmax = true;
    const auto as_in_the_paper = compose(composer, options).symbols;
    options.allow_loops = true;
    EXPECT_EQ(as_in_the_paper, compose(composer, options).symbols);
  }
  // Notes that go on for ever keep a block of events from coming again: it would begin them once more.
  if (representation->spec().name != "events") {
    EXPECT_GT(free, 50U);
  }
}

INSTANTIATE_TEST_SUITE_P(EveryRepresentation, NeverLoopTest, ::testing::ValuesIn(testing::cases()),
                         [](const auto& parameter) { return parameter.param.title; });

}  // namespace
}  // namespace continuo::generation
