// For networks of every kind: how much memory there is for going back changes how often a network steps, and nothing
// that is composed.
#include "generation/checkpoints.h"

#include <gmock/gmock.h>

#include "property/generation/random_composer.h"

namespace continuo::generation {
namespace {

TEST(Checkpoints, ChangeHowOftenANetworkStepsAndNothingElse) {
  Random random(51);
  std::size_t retries = 0, saved = 0;
  for (int kind = 0; kind < engine::kKinds; ++kind) {
    const LoadedModel composer = random_composer(random, kind);
    ComposeOptions options{.sampling = {.top_p = 1}, .seconds = 6, .earliest_end = 0.5, .ending_tries = 3};
    options.constraints.push_back([] { return std::make_unique<DeadEnds>(); });
    options.checkpoint_bytes = 0;
    const Composition without = compose(composer, options);
    const std::size_t one =
        composer.model->snapshot_bytes() + static_cast<std::size_t>(composer.model->vocabulary_size()) * sizeof(float);
    for (const std::size_t bytes : {one, 3 * one, std::size_t{1} << 26}) {
      options.checkpoint_bytes = bytes;
      const Composition with = compose(composer, options);
      SCOPED_TRACE(weights::to_json(composer.model->spec()) + std::to_string(bytes));
      ASSERT_EQ(with.symbols, without.symbols);
      EXPECT_EQ(with.warnings, without.warnings);
      EXPECT_EQ(with.retries, without.retries);
      EXPECT_LE(with.steps, without.steps);
      if (bytes == std::size_t{1} << 26) saved += without.steps - with.steps;
    }
    retries += without.retries;
  }
  EXPECT_GT(retries, 100U);
  EXPECT_GT(saved, 1000U);
}

TEST(Checkpoints, TheOldestMakesRoomAndWhatIsGoneBackBeforeIsForgotten) {
  Random random(52);
  const auto model = engine::random_model(engine::random_spec(random, 5), random);
  const std::size_t one = model->snapshot_bytes() + static_cast<std::size_t>(model->vocabulary_size()) * sizeof(float);
  Checkpoints none(*model, one - 1);
  EXPECT_EQ(none.add(1), nullptr);
  EXPECT_EQ(none.back_to(1), nullptr);
  Checkpoints two(*model, 2 * one);
  for (const std::size_t symbols : {3U, 5U, 8U}) ASSERT_NE(two.add(symbols), nullptr);
  EXPECT_FALSE(two.has(3));
  EXPECT_TRUE(two.has(5));
  const Checkpoints copy = two;
  EXPECT_EQ(two.back_to(9)->symbols, 8U);
  EXPECT_EQ(two.back_to(7)->symbols, 5U);
  EXPECT_FALSE(two.has(8));
  EXPECT_TRUE(copy.has(8));
  // The copy's snapshot is not used again while it holds it.
  Checkpoint* const added = two.add(9);
  Checkpoints other = copy;
  EXPECT_NE(added->network, other.back_to(8)->network);
  EXPECT_EQ(two.back_to(4), nullptr);
}

}  // namespace
}  // namespace continuo::generation
