// Learning from frames, and losses of excerpts: what the learner sums is what the definitions of the losses say.
#include "training/learner.h"

#include <gmock/gmock.h>

#include <cmath>

#include "continuo/base/random.h"
#include "continuo/engine/engine.h"

namespace continuo::training {
namespace {

using representation::Symbol;

constexpr int kWidth = 5;

/// A bit that wanders through the frame, one place a step, and a second that follows it two steps behind.
std::vector<float> wandering(std::size_t steps, std::size_t from) {
  std::vector<float> frames(steps * kWidth);
  for (std::size_t t = 0; t < steps; ++t) {
    frames[t * kWidth + (from + t) % kWidth] = 1;
    if (t >= 2) frames[t * kWidth + (from + t - 2) % kWidth] = 1;
  }
  return frames;
}

ExamplePiece piece_of(const std::vector<float>& frames, std::size_t context = 0) {
  return {.symbols = {}, .label = 0, .context = context, .frames = frames, .width = kWidth};
}

std::shared_ptr<const engine::Model> engine_of(const Learner& learner, const weights::NetworkSpec& spec) {
  return engine::Model::create(
      weights::ModelFile::parse(weights::serialise({.network = spec, .metadata = {}, .tensors = learner.tensors()})));
}

std::vector<weights::NetworkSpec> networks_over_frames() {
  const weights::WaveNetSpec wavenet{
      .residual_channels = 16, .skip_channels = 16, .head_channels = 16, .stacks = 1, .dilations = {1, 2, 4}};
  std::vector<weights::NetworkSpec> specs;
  for (const weights::Output output : {weights::kReal, weights::kBinary}) {
    specs.push_back({kWidth, 0, wavenet, output});
    specs.push_back({kWidth, 0, weights::LstmSpec{.embedding = 8, .hidden = 24, .layers = 1}, output});
    specs.push_back({kWidth, 0, weights::GruSpec{.embedding = 8, .hidden = 24, .layers = 1}, output});
    specs.push_back({kWidth, 0, weights::WaveNetLstmSpec{.wavenet = wavenet, .hidden = 12, .layers = 1}, output});
  }
  return specs;
}

TEST(Learner, LossesOfFramesAreThoseOfTheirDefinition) {
  const std::vector<float> frames = wandering(40, 1);
  for (const auto& spec : networks_over_frames()) {
    SCOPED_TRACE(weights::to_json(spec));
    Learner learner(spec, {.threads = 1});
    const auto model = engine_of(learner, spec);
    const std::vector<float> outputs = model->recompute(std::span(frames));
    double expected = 0;
    constexpr std::size_t kContext = 7;
    for (std::size_t i = kContext * kWidth; i + kWidth < frames.size(); ++i) {
      const auto output = static_cast<double>(outputs[i]);
      const auto target = static_cast<double>(frames[i + kWidth]);
      expected += spec.output == weights::kReal ? (output - target) * (output - target) / kWidth
                                                : std::log1p(std::exp(output)) - target * output;
    }
    const ExamplePiece piece = piece_of(frames, kContext);
    const LossSum found = learner.evaluate(std::span(&piece, 1));
    EXPECT_EQ(found.steps, 40U - 1 - kContext);
    EXPECT_NEAR(found.loss, expected, 1e-3);
  }
}

TEST(Learner, LearnsFramesThatCanBeForetold) {
  std::vector<std::vector<float>> frames;
  for (std::size_t i = 0; i < 5; ++i) frames.push_back(wandering(60, i));
  std::vector<ExamplePiece> pieces;
  for (const auto& each : frames) pieces.push_back(piece_of(each));
  for (const auto& spec : networks_over_frames()) {
    for (const ReadingOrder order : {ReadingOrder::kContiguous, ReadingOrder::kRandom}) {
      if (spec.receptive_field() == 0 && order == ReadingOrder::kRandom) continue;
      SCOPED_TRACE(weights::to_json(spec) + std::string(name_of(order)));
      OptimisationOptions options{.order = order, .threads = 1};
      Learner learner(spec, options);
      ExampleSource source(pieces, {.order = order == ReadingOrder::kRandom ? ExampleOptions::Order::kRandom
                                                                            : ExampleOptions::Order::kContiguous,
                                    .chunk = 20,
                                    .batch = 4,
                                    .context = std::max(0, spec.receptive_field() - 1)});
      const double before = learner.evaluate(pieces).per_step();
      for (std::uint64_t step = 0; step < 150; ++step) ASSERT_TRUE(learner.step(source.next(), step, 0.01).taken());
      const double after = learner.evaluate(pieces).per_step();
      EXPECT_LT(after, before / 4);
    }
  }
}

TEST(Learner, ContextOfSymbolsIsReadButNotScored) {
  Random random(2);
  std::vector<Symbol> symbols(50);
  for (auto& symbol : symbols) symbol = static_cast<Symbol>(random.below(6));
  const weights::NetworkSpec spec{6, 0, weights::GruSpec{.embedding = 4, .hidden = 8, .layers = 1}};
  Learner learner(spec, {.threads = 1});
  const auto score = [&](std::size_t context) {
    const ExamplePiece piece{.symbols = symbols, .label = 0, .context = context, .frames = {}, .width = 0};
    return learner.evaluate(std::span(&piece, 1));
  };
  const LossSum all = score(0);
  const LossSum rest = score(20);
  EXPECT_EQ(all.steps, 49U);
  EXPECT_EQ(rest.steps, 29U);
  const auto logits = engine_of(learner, spec)->recompute(std::span<const std::uint16_t>(symbols));
  double nats = 0;
  for (std::size_t t = 20; t < 49; ++t) {
    double total = 0;
    for (std::size_t w = 0; w < 6; ++w) total += std::exp(static_cast<double>(logits[t * 6 + w]));
    nats += std::log(total) - static_cast<double>(logits[t * 6 + symbols[t + 1]]);
  }
  EXPECT_NEAR(rest.loss, nats, 1e-3);
}

TEST(Learner, LearnsAlikeInBfloat16) {
  Random random(2);
  std::vector<Symbol> symbols;
  for (int t = 0; t < 3000; ++t)  // a symbol depends on the two before it, seven times of eight
    symbols.push_back(static_cast<Symbol>(
        t < 2 || random.below(8) == 0 ? random.below(6) : (symbols[t - 1] + 2 * symbols[t - 2] + 1) % 6));
  const ExamplePiece piece{.symbols = symbols, .label = 0, .context = 0, .frames = {}, .width = 0};
  std::vector<weights::NetworkSpec> specs = {
      {6, 0, weights::LstmSpec{.embedding = 16, .hidden = 32, .layers = 1}},
      {6, 0,
       weights::WaveNetSpec{
           .residual_channels = 16, .skip_channels = 32, .head_channels = 32, .stacks = 1, .dilations = {1, 2, 4}}}};
  for (const auto& spec : specs) {
    SCOPED_TRACE(spec.name());
    double losses[2] = {};
    for (const bool rounded : {false, true}) {
      OptimisationOptions options;
      options.precision = rounded ? TrainingPrecision::kBf16 : TrainingPrecision::kFp32;
      options.threads = 1;
      options.chunk = 64;
      options.batch = 8;
      Learner learner(spec, options);
      ExampleSource source({piece}, {.chunk = 64, .batch = 8, .seed = 4});
      for (std::uint64_t step = 0; step < 150; ++step) learner.step(source.next(), step, 5e-3);
      losses[rounded ? 1 : 0] = learner.evaluate(std::span(&piece, 1)).per_step();
    }
    EXPECT_LT(losses[0], 1.0);  // ln 6 = 1.79; the best that can be is 0.65
    EXPECT_NE(losses[0], losses[1]);
    EXPECT_NEAR(losses[1] / losses[0], 1, 0.02);
  }
}

}  // namespace
}  // namespace continuo::training
