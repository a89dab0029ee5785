// The published metric of polyphonic frames against hand-computed values, and distributions that sum up to one.
#include "continuo/evaluation/frame_likelihood.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "continuo/base/error.h"
#include "continuo/base/random.h"
#include "continuo/weights/model_file.h"
#include "unit/engine/random_model.h"

namespace continuo::evaluation {
namespace {

using representation::FrameCode;
using representation::FrameHead;
using representation::KeySet;
using representation::Symbol;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

/// Four keys: Start 0, End 1, EndOfFrame 2, keys 3 to 6.
FrameCode four_keys(bool context) {
  return FrameCode({.name = "frames",
                    .settings = {{"lowest", "60"}, {"highest", "63"}, {"context", context ? "on" : "off"}},
                    .labels = {},
                    .vocabulary = {},
                    .statistics = {}});
}

/// A network that ignores what it reads.
std::shared_ptr<const engine::Model> constant_model(weights::Output output, const std::vector<float>& logits) {
  weights::ModelContents contents{
      .network = {static_cast<int>(logits.size()), 0, weights::LstmSpec{.embedding = 1, .hidden = 1, .layers = 1}},
      .metadata = {},
      .tensors = {}};
  contents.network.output = output;
  for (const auto& spec : weights::tensor_specs(contents.network))
    contents.tensors[spec.name].resize(engine::value_count(spec));
  contents.tensors["head.bias"] = logits;
  return engine::Model::create(weights::ModelFile::parse(weights::serialise(contents)));
}

float logit(double p) { return static_cast<float>(std::log(p / (1 - p))); }
float log_of(double p) { return static_cast<float>(std::log(p)); }

FrameLikelihood evaluate(const engine::Model& model, const FrameCode& code,
                         const std::vector<std::vector<Symbol>>& pieces, int threads = 1) {
  const std::vector<representation::SymbolView> views(pieces.begin(), pieces.end());
  const engine::Model* const models[] = {&model};
  return frame_likelihood(models, code, views, threads);
}

const std::vector<std::vector<Symbol>> kPieces = {
    {0, 3, 4, 5, 6, 2, 3, 2, 5, 2, 1},  // {0 1 2 3}, {0}, {2}
    {0, 4, 2, 3, 6, 2, 1},              // {1}, {0 3}
    {0, 3, 2, 1},                       // {0}: nothing to predict
};

TEST(FrameLikelihood, OfIndependentKeysIsTheSumOverAllButFrameZeroByFrames) {
  const auto model = constant_model(weights::kBinary, {logit(0.5), logit(0.1), logit(0.25), logit(0.2)});
  const auto found = evaluate(*model, four_keys(false), kPieces);
  const double first = -std::log(0.5 * 0.9 * 0.75 * 0.8);   // {0}
  const double second = -std::log(0.5 * 0.9 * 0.25 * 0.8);  // {2}
  const double third = -std::log(0.5 * 0.9 * 0.75 * 0.2);   // {0 3}
  EXPECT_EQ(found.frames, 3U);
  EXPECT_NEAR(found.per_frame(), (first + second + third) / 3, 1e-6);
  ASSERT_EQ(found.piece_nats.size(), 3U);
  EXPECT_NEAR(found.piece_nats[0], first + second, 1e-6);
  EXPECT_NEAR(found.piece_nats[1], third, 1e-6);
  EXPECT_EQ(found.piece_frames[2], 0U);
  EXPECT_EQ(evaluate(*model, four_keys(false), kPieces, 3).nats, found.nats);
}

TEST(FrameLikelihood, OfTheChainIsNormalisedOverWhatCanFollow) {
  // Start and End have most of the mass and never count; among EndOfFrame and keys 0 to 3: 0.4, 0.3, 0.1, 0.1, 0.1.
  const auto model =
      constant_model(weights::kCategorical, {3, 5, log_of(0.4), log_of(0.3), log_of(0.1), log_of(0.1), log_of(0.1)});
  const auto found = evaluate(*model, four_keys(false), kPieces);
  const double first = -std::log(0.3 * 0.4 / 0.7);                  // {0}
  const double second = -std::log(0.1 * 0.4 / 0.5);                 // {2}
  const double third = -std::log(0.3 * (0.1 / 0.7) * (0.4 / 0.4));  // {0 3}: after key 3 nothing but the end
  EXPECT_EQ(found.frames, 3U);
  EXPECT_NEAR(found.per_frame(), (first + second + third) / 3, 1e-6);
}

TEST(FrameLikelihood, ProbabilitiesOfAllFramesSumUpToOne) {
  Random random(4);
  const std::vector<Symbol> past = {0, 3, 5, 2, 2, 4, 6, 2, 3, 2};
  for (const weights::Output output : {weights::kCategorical, weights::kBinary}) {
    for (const bool context : {false, true}) {
      const FrameCode code = four_keys(context);
      const auto head = output == weights::kBinary ? FrameHead::kKeys : FrameHead::kChain;
      weights::NetworkSpec spec{
          head == FrameHead::kKeys ? code.keys() : static_cast<int>(code.vocabulary_size()), 0,
          weights::WaveNetLstmSpec{engine::random_wavenet(random, weights::Block::kStandard, 8), 6, 1}};
      spec.output = output;
      spec.inputs = code.inputs(head);
      const auto model = engine::random_model(spec, random);
      const double known = evaluate(*model, code, {past}).nats;
      double sum = 0, least = 1, most = 0;
      for (unsigned bits = 0; bits < 16; ++bits) {
        std::vector<Symbol> symbols = past;
        code.append(KeySet(bits), symbols);
        const double p = std::exp(known - evaluate(*model, code, {symbols}).nats);
        sum += p;
        least = std::min(least, p);
        most = std::max(most, p);
      }
      EXPECT_NEAR(sum, 1, 1e-9) << name_of(output) << (context ? " with context" : "");
      EXPECT_GT(most, 1.2 * least) << "a distribution that says something";
    }
  }
}

TEST(FrameLikelihood, OfSeveralModelsIsThatOfTheMeanOfTheirProbabilities) {
  const auto a = constant_model(weights::kBinary, {logit(0.5), logit(0.1), logit(0.25), logit(0.2)});
  const auto b = constant_model(weights::kBinary, {logit(0.9), logit(0.1), logit(0.5), logit(0.2)});
  const engine::Model* const models[] = {a.get(), b.get()};
  const std::vector<representation::SymbolView> piece = {kPieces[1]};
  const double expected = -std::log((0.5 * 0.9 * 0.75 * 0.2 + 0.9 * 0.9 * 0.5 * 0.2) / 2);
  EXPECT_NEAR(frame_likelihood(models, four_keys(false), piece).per_frame(), expected, 1e-6);
}

TEST(FrameLikelihood, RefusesModelsOfSomethingElse) {
  const auto symbols = constant_model(weights::kCategorical, {1, 2, 3});
  EXPECT_THAT([&] { evaluate(*symbols, four_keys(false), kPieces); }, ThrowsMessage<Error>(HasSubstr("4 keys")));
  const auto keys = constant_model(weights::kBinary, {1, 2, 3, 4});
  EXPECT_THAT([&] { evaluate(*keys, four_keys(true), kPieces); }, ThrowsMessage<Error>(HasSubstr("something else")));
}

}  // namespace
}  // namespace continuo::evaluation
