// Networks over frames: what training measures on batches is what the engine gives in a stream, with both heads, and
// they learn what there is to learn.
#include <gtest/gtest.h>

#include <cmath>

#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/base/random.h"
#include "continuo/corpus/frame_file.h"
#include "continuo/evaluation/frame_likelihood.h"
#include "continuo/training/trainer.h"
#include "continuo/weights/model_file.h"
#include "unit/corpus/fixtures.h"

namespace continuo::training {
namespace {

using representation::FrameCode;
using representation::FrameHead;
using representation::FrameInputs;
using representation::Symbol;

/// Pieces of two keys a fifth apart that change together: the upper one follows from the lower one of the same frame,
/// which is drawn from three.
std::string fifths(std::uint64_t seed, int pieces) {
  Random random(seed);
  std::string text = "[";
  for (int i = 0; i < pieces; ++i) {
    text += i > 0 ? ", [" : "[";
    for (std::int64_t t = random.between(10, 50); t >= 0; --t) {
      const auto pitch = 60 + 2 * random.between(0, 2);
      text.append("[").append(std::to_string(pitch)).append(", ").append(std::to_string(pitch + 7));
      text.append(t > 0 ? "], " : "]");
    }
    text += "]";
  }
  return text + "]";
}

class FramesTest : public ::testing::TestWithParam<std::tuple<weights::Output, bool>> {
 protected:
  void SetUp() override {
    const bool context = std::get<1>(GetParam());
    write_file_atomically(folder_ / "fifths.json", "{\"train\": " + fifths(1, 40) + ", \"valid\": " + fifths(2, 20) +
                                                       ", \"test\": " + fifths(3, 5) + "}");
    recipe_.representation = {.name = "frames", .settings = {{"context", context ? "on" : "off"}}};
    recipe_.network.network = weights::WaveNetSpec{.residual_channels = 12,
                                                   .skip_channels = 12,
                                                   .head_channels = 16,
                                                   .stacks = 1,
                                                   .dilations = {1, 2},
                                                   .dropout = 0.1F};
    recipe_.network.output = std::get<0>(GetParam());
    recipe_.training.chunk = 32;
    recipe_.training.batch = 4;
    recipe_.training.learning_rate = 0.01;
    recipe_.training.transpose = 3;
    recipe_.training.steps = 400;
    recipe_.training.threads = 1;
    recipe_.training.precision = TrainingPrecision::kFp32;  // the same on every machine
  }

  corpus::TemporaryFolder folder_{"frames"};
  Recipe recipe_;
};

/// Mean of -ln p over all symbols but the first of each piece.
double nats_per_symbol(const engine::Model& model, const FrameCode& code, const corpus::Dataset& dataset) {
  double nats = 0;
  std::size_t count = 0;
  for (const std::size_t i : dataset.indices(corpus::Part::kValidation)) {
    const auto symbols = dataset.pieces()[i].symbols.to_vector();
    FrameInputs inputs(code, FrameHead::kChain);
    const auto stream = model.new_stream();
    for (std::size_t t = 0; t + 1 < symbols.size(); ++t, ++count) {
      const auto values = inputs.step(symbols[t]);
      const auto logits = code.context() ? stream->step(values) : stream->step(symbols[t]);
      double sum = 0;
      for (const float logit : logits) sum += std::exp(static_cast<double>(logit));
      nats += std::log(sum) - static_cast<double>(logits[symbols[t + 1]]);
    }
  }
  return nats / static_cast<double>(count);
}

TEST_P(FramesTest, WhatTrainingMeasuresTheEngineGives) {
  const auto dataset = corpus::open_frame_file(folder_ / "fifths.json", recipe_.representation, folder_ / "cache");
  const TrainResult result = train(dataset, recipe_, {.folder = folder_ / "out"});
  ASSERT_NE(result.best(), nullptr);
  EXPECT_EQ(result.held_out, corpus::Part::kValidation);
  const auto model = engine::Model::create(weights::ModelFile::load(result.best_model));
  const FrameCode code(dataset.spec());
  std::vector<representation::SymbolView> valid;
  for (const std::size_t i : dataset.indices(corpus::Part::kValidation)) valid.push_back(dataset.pieces()[i].symbols);
  const engine::Model* const models[] = {model.get()};
  const auto found = evaluation::frame_likelihood(models, code, valid);
  if (recipe_.network.output == weights::kBinary) {
    EXPECT_NEAR(result.best()->held_out_loss, found.per_frame(), 1e-4);
    EXPECT_EQ(result.held_out_symbols, found.frames);
  } else {
    EXPECT_NEAR(result.best()->held_out_loss, nats_per_symbol(*model, code, dataset), 1e-4);
    // One of three; the upper key follows. Two keys that knew nothing of each other would give twice as much.
    EXPECT_NEAR(found.per_frame(), std::log(3.0), 0.5);
  }
  // Independent keys cannot know that the two go together.
  if (recipe_.network.output == weights::kBinary) {
    EXPECT_NEAR(found.per_frame(), 2 * (3 * std::log(3.0) - 2 * std::log(2.0)), 0.8);
  }
}

INSTANTIATE_TEST_SUITE_P(Heads, FramesTest,
                         ::testing::Combine(::testing::Values(weights::kBinary, weights::kCategorical),
                                            ::testing::Bool()));

TEST(FramesTraining, ReadsWholePiecesOnly) {
  const corpus::TemporaryFolder folder{"frames-order"};
  write_file_atomically(folder / "fifths.json",
                        "{\"train\": " + fifths(1, 3) + ", \"valid\": " + fifths(2, 2) + ", \"test\": []}");
  Recipe recipe;
  recipe.representation = {.name = "frames", .settings = {{"context", "on"}}};
  recipe.training.order = ReadingOrder::kRandom;
  recipe.training.steps = 1;
  const auto dataset = corpus::open_frame_file(folder / "fifths.json", recipe.representation, folder / "cache");
  EXPECT_THROW(train(dataset, recipe, {.folder = folder / "out"}), Error);
}

}  // namespace
}  // namespace continuo::training
