// What makes a training last: averaged weights, gradients of several batches, skipped spikes, signs of divergence.
#include <gmock/gmock.h>

#include <cmath>

#include "continuo/base/random.h"
#include "continuo/training/event_file.h"
#include "training/health.h"
#include "training/learner.h"
#include "unit/training/tensors.h"

namespace continuo::training {
namespace {

using representation::Symbol;

const weights::NetworkSpec kSpec{
    7, 0,
    weights::WaveNetLstmSpec{
        .wavenet = {.residual_channels = 6, .skip_channels = 6, .head_channels = 6, .stacks = 1, .dilations = {1, 2}},
        .hidden = 5,
        .layers = 1}};

class LastingTest : public ::testing::Test {
 protected:
  LastingTest() {
    Random random(3);
    for (auto& piece : symbols_)
      for (int i = 0; i < 60; ++i) piece.push_back(static_cast<Symbol>(random.below(3) + (i % 2 == 0 ? 0 : 3)));
    for (const auto& piece : symbols_)
      pieces_.push_back({.symbols = piece, .label = 0, .context = 0, .frames = {}, .width = 0});
  }
  /// Chunk `at` of pieces `from` to `to`, each from a new state.
  Batch batch(std::size_t from, std::size_t to, std::size_t at) const {
    Batch batch = chunk_of(std::span(pieces_).subspan(from, to - from), at, 15);
    batch.resets_state.assign(to - from, 1);
    return batch;
  }

  std::vector<std::vector<Symbol>> symbols_{4};
  std::vector<ExamplePiece> pieces_;
};

TEST_F(LastingTest, TheAverageIsThatOfTheWeights) {
  Learner plain(kSpec, {.threads = 1});
  Learner averaging(kSpec, {.ema = 0.8, .threads = 1});
  std::map<std::string, std::vector<double>> average;
  for (const auto& [name, values] : plain.tensors()) average[name].assign(values.begin(), values.end());
  for (int n = 1; n <= 60; ++n) {
    const Batch examples = batch(0, 4, static_cast<std::size_t>(n % 3) * 15);
    ASSERT_TRUE(plain.step(examples, static_cast<std::uint64_t>(n), 0.01).taken());
    ASSERT_TRUE(averaging.step(examples, static_cast<std::uint64_t>(n), 0.01).taken());
    const double decay = std::min(0.8, (1.0 + n) / (10.0 + n));
    for (const auto& [name, values] : plain.tensors())
      for (std::size_t i = 0; i < values.size(); ++i)
        average[name][i] = decay * average[name][i] + (1 - decay) * static_cast<double>(values[i]);
  }
  Tensors expected;
  for (const auto& [name, values] : average) expected[name].assign(values.begin(), values.end());
  EXPECT_LT(largest_difference(averaging.tensors(), expected), 1e-5);
  EXPECT_GT(largest_difference(plain.tensors(), expected), 1e-2) << "the weights themselves are ahead of it";

  Learner exported(kSpec, {.threads = 1});
  exported.set_tensors(averaging.tensors());
  EXPECT_EQ(exported.evaluate(pieces_).loss, averaging.evaluate(pieces_).loss) << "it is what is evaluated";
}

TEST_F(LastingTest, SeveralBatchesMakeTheStepOfALargeOne) {
  Learner whole(kSpec, {.threads = 1});
  Learner parts(kSpec, {.threads = 1});
  const Batch all = batch(0, 4, 0);
  const Batch some[] = {batch(0, 1, 0), batch(1, 4, 0)};  // of different size: every symbol counts the same
  const StepOutcome a = whole.step(all, 1, 1e-3);
  Learner again(kSpec, {.threads = 1});
  // Each part has rows of its own: state is not carried from one to the other where rows reset it.
  const StepOutcome b = parts.step(some, 1, 1e-3);
  ASSERT_TRUE(a.taken());
  ASSERT_TRUE(b.taken());
  EXPECT_NEAR(b.loss, a.loss, 1e-6);
  EXPECT_NEAR(b.norm, a.norm, 1e-5 * a.norm);
  EXPECT_LT(largest_difference(parts.tensors(), whole.tensors()), 2e-4);
  EXPECT_GT(largest_difference(again.tensors(), whole.tensors()), 5e-4) << "a step moves by about its rate";
}

TEST_F(LastingTest, ASpikeChangesNothing) {
  Learner learner(kSpec, {.ema = 0.9, .threads = 1});
  const Batch examples[] = {batch(0, 4, 0)};
  const double norm = learner.step(examples, 1, 1e-3).norm;
  const Tensors before = learner.tensors();
  const StepOutcome spike = learner.step(examples, 2, 1e-3, norm / 100);
  EXPECT_EQ(spike.kind, StepOutcome::Kind::kSpike);
  EXPECT_GT(spike.norm, norm / 100);
  EXPECT_EQ(learner.tensors(), before);
  EXPECT_TRUE(learner.step(examples, 3, 1e-3, norm * 100).taken());
  EXPECT_NE(learner.tensors(), before);
}

TEST(Health, SpikesAreToldFromTheRunningMean) {
  Health health;
  for (int i = 0; i < kHealthSteps; ++i) {
    EXPECT_TRUE(std::isinf(norm_limit(health, 20))) << "too early to tell";
    note(health, 2, i % 2 == 0 ? 0.5 : 2, 6);  // geometric mean 1
  }
  EXPECT_NEAR(norm_limit(health, 20), 20, 0.6);
  EXPECT_TRUE(std::isinf(norm_limit(health, 0)));
  note(health, 2, 1e9, 6);
  EXPECT_LT(norm_limit(health, 20), 21) << "one spike does not hide the next";
  for (int i = 0; i < 300; ++i) note(health, 2, 100, 6);
  EXPECT_GT(norm_limit(health, 20), 1000) << "but what lasts is followed";
}

TEST(Health, WorseThanKnowingNothingIsDivergence) {
  Health health;
  for (int i = 0; i < 60; ++i) note(health, 6.2, 1, 6);
  EXPECT_FALSE(diverged(health, 6)) << "as at any beginning";
  for (int i = 0; i < 200; ++i) note(health, 2, 1, 6);
  EXPECT_TRUE(health.learned);
  for (int i = 0; i < 10; ++i) note(health, 12, 1, 6);
  EXPECT_FALSE(diverged(health, 6)) << "a few bad steps";
  for (int i = 0; i < 300; ++i) note(health, 6.5, 1, 6);
  EXPECT_TRUE(diverged(health, 6));
  Health bad;
  for (int i = 0; i < 60; ++i) note(bad, 40, 1, 6);
  EXPECT_TRUE(diverged(bad, 6)) << "it never learned";
}

TEST(EventFile, ChecksumsAreThoseOfTheStandard) {  // RFC 3720, appendix B.4
  std::vector<std::uint8_t> bytes(32, 0);
  EXPECT_EQ(crc32c(bytes), 0x8A9136AAU);
  bytes.assign(32, 0xFF);
  EXPECT_EQ(crc32c(bytes), 0x62A8AB43U);
  for (std::size_t i = 0; i < 32; ++i) bytes[i] = static_cast<std::uint8_t>(i);
  EXPECT_EQ(crc32c(bytes), 0x46DD794EU);
  EXPECT_EQ(crc32c({}), 0U);
}

}  // namespace
}  // namespace continuo::training
