// Bits per symbol and divergences against values that are known by hand.
#include "continuo/evaluation/likelihood.h"

#include <gmock/gmock.h>

#include <cmath>

#include "continuo/base/error.h"
#include "continuo/base/random.h"

namespace continuo::evaluation {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

/// A network that ignores its input: all weights zero, so the logits are the bias of the head.
std::shared_ptr<const engine::Model> constant_model(const std::vector<float>& logits) {
  weights::ModelContents contents{
      .network = {static_cast<int>(logits.size()), 0, weights::LstmSpec{.embedding = 1, .hidden = 1, .layers = 1}},
      .metadata = {},
      .tensors = {}};
  for (const auto& spec : weights::tensor_specs(contents.network)) {
    std::size_t count = 1;
    for (const auto size : spec.shape) count *= static_cast<std::size_t>(size);
    contents.tensors[spec.name].resize(count);
  }
  contents.tensors["head.bias"] = logits;
  return engine::Model::create(weights::ModelFile::parse(weights::serialise(contents)));
}

float ln(double p) { return static_cast<float>(std::log(p)); }

TEST(Likelihood, IsTheMeanOfTheBitsOfWhatWasPredicted) {
  const auto uniform = constant_model({5, 5, 5, 5});
  const auto uneven = constant_model({ln(0.5), ln(0.25), ln(0.125), ln(0.125)});
  const std::vector<representation::Symbol> a = {3, 0, 0, 1}, b = {0, 2}, single = {1}, none;
  const engine::Model* const models[] = {uniform.get(), uneven.get()};
  const std::vector<LabelledSequence> sequences = {{a, 0}, {b, 0}, {single, 0}, {none, 0}};
  for (const int threads : {1, 3}) {
    const auto found = likelihood(models, sequences, threads);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].symbols, 4U);
    EXPECT_NEAR(found[0].bits, 2, 1e-6);
    EXPECT_NEAR(found[1].bits, (1 + 1 + 2 + 3) / 4.0, 1e-6);
  }
}

TEST(Likelihood, ANetworkWhoseValuesAreNotFiniteIsRefused) {
  weights::ModelContents contents{
      .network = {3, 0, weights::LstmSpec{.embedding = 1, .hidden = 8, .layers = 1}}, .metadata = {}, .tensors = {}};
  for (const auto& spec : weights::tensor_specs(contents.network)) {
    std::size_t count = 1;
    for (const auto size : spec.shape) count *= static_cast<std::size_t>(size);
    contents.tensors[spec.name].assign(count, 3e38F);
  }
  const auto model = engine::Model::create(weights::ModelFile::parse(weights::serialise(contents)));
  const engine::Model* const models[] = {model.get()};
  const std::vector<representation::Symbol> symbols = {0, 1, 2};
  try {
    likelihood(models, std::vector<LabelledSequence>{{symbols, 0}}, 1);
    FAIL() << "it was measured";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kDamaged);
  }
  EXPECT_THROW(divergence(*model, *model, {symbols, 0}), Error);
}

TEST(Likelihood, ReportsTheWholeAndHeedsAStop) {
  const auto model = constant_model({0, 1});
  const engine::Model* const models[] = {model.get()};
  Random random(2);
  std::vector<representation::Symbol> symbols(1000);
  for (auto& symbol : symbols) symbol = static_cast<representation::Symbol>(random.below(2));
  const std::vector<LabelledSequence> sequences = {{symbols, 0}, {symbols, 0}};
  Progress last;
  likelihood(models, sequences, 1, [&](const Progress& progress) { last = progress; });
  EXPECT_EQ(last.total, 2000U);
  EXPECT_EQ(last.done, 2000U);
  std::stop_source source;
  source.request_stop();
  EXPECT_THROW(likelihood(models, sequences, 1, {}, source.get_token()), Interrupted);
}

TEST(Likelihood, NothingToPredictIsNoLoss) {
  const auto model = constant_model({0, 1});
  const engine::Model* const models[] = {model.get()};
  const auto found = likelihood(models, {});
  EXPECT_EQ(found[0].symbols, 0U);
  EXPECT_EQ(found[0].bits, 0);
}

TEST(Likelihood, SymbolsBeyondTheVocabularyAreRefused) {
  const auto model = constant_model({0, 1});
  const engine::Model* const models[] = {model.get()};
  const std::vector<representation::Symbol> symbols = {0, 2};
  const std::vector<LabelledSequence> sequences = {{symbols, 0}};
  EXPECT_THAT([&] { likelihood(models, sequences); }, ThrowsMessage<Error>(HasSubstr("symbol 2 is beyond")));
}

TEST(PieceLikelihoods, AreSumsOfEachPieceWithItsGrid) {
  const auto remi = representation::make({});
  const auto size = remi->vocabulary().size();
  const auto uniform = constant_model(std::vector<float>(size, 0));
  const OnsetGrid grid(*remi);
  Score score{.ppq = 4, .tracks = {{.notes = {{0, 1, 60, 64}, {4, 1, 64, 64}, {4, 1, 67, 64}}}}};
  normalise(score);
  const auto symbols = remi->encode(score).symbols;
  const std::vector<representation::Symbol> none;
  const std::vector<float> logits(size, 3);
  OnsetGridScorer scorer(grid);
  scorer.begin(symbols[0]);
  for (std::size_t i = 1; i < symbols.size(); ++i) scorer.read(logits, symbols[i]);
  const std::vector<PieceTask> tasks = {{.model = uniform.get(), .logits = {}, .sequence = {none, 0}, .grid = &grid},
                                        {.model = uniform.get(), .logits = {}, .sequence = {symbols, 0}, .grid = &grid},
                                        {.logits = logits, .sequence = {symbols, 0}}};
  for (const int threads : {1, 3}) {
    const auto found = piece_likelihoods(tasks, threads);
    ASSERT_EQ(found.size(), 3U);
    EXPECT_EQ(found[0].symbols, 0U);
    EXPECT_EQ(found[0].grid_notes, 0U);
    EXPECT_EQ(found[1].symbols, symbols.size() - 1);
    EXPECT_NEAR(found[1].bits, static_cast<double>(symbols.size() - 1) * std::log2(size), 1e-4);
    EXPECT_EQ(found[1].grid_bits, scorer.bits());
    EXPECT_EQ(found[1].grid_notes, 3U);
    EXPECT_NEAR(found[2].bits, found[1].bits, 1e-4);  // a baseline predicts without a model
    EXPECT_EQ(found[2].grid_notes, 0U);               // and without a grid
  }
}

TEST(Divergence, IsThatOfTheDistributions) {
  const auto p = constant_model({ln(0.5), ln(0.25), ln(0.25)});
  const auto q = constant_model({ln(0.25), ln(0.25), ln(0.5)});
  const std::vector<representation::Symbol> symbols = {0, 1, 2, 0};
  const auto found = divergence(*p, *q, {symbols, 0});
  EXPECT_EQ(found.steps, 4U);
  EXPECT_NEAR(found.bits, 0.5 * 1 + 0.25 * 0 + 0.25 * -1, 1e-6);
  EXPECT_NEAR(found.greatest, std::log(2), 1e-6);
  EXPECT_NEAR(found.root_mean, std::log(2) * std::sqrt(2.0 / 3), 1e-6);
  EXPECT_EQ(divergence(*p, *p, {symbols, 0}).bits, 0);
  EXPECT_THROW(divergence(*p, *constant_model({0, 0}), {symbols, 0}), Error);
}

}  // namespace
}  // namespace continuo::evaluation
