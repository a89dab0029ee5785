// What particles write follows the distribution that can be enumerated.
#include <gtest/gtest.h>

#include "continuo/base/error.h"
#include "continuo/base/random.h"
#include "unit/engine/random_model.h"
#include "unit/steering/enumerated.h"

namespace continuo::steering {
namespace {

constexpr int kLetters = 4;

std::shared_ptr<const engine::Model> markov_model() {
  Random random(5);
  return engine::random_model({kLetters, 0, weights::MarkovSpec{.order = 2}}, random);
}

std::shared_ptr<const engine::Model> lstm_model() {
  Random random(9);
  return engine::random_model({kLetters, 0, weights::LstmSpec{.embedding = 6, .hidden = 8, .layers = 1}}, random);
}

const std::vector<Symbol> kAll = {0, 1, 2, 3};

/// Free places before a given passage.
Plan passage_ahead() { return {.left = {kAll, kAll, kAll, {2}, {1}, {3}}}; }
/// The same with a longer way, on which the given passage is tried early.
Plan looked_ahead() { return {.left = {kAll, kAll, kAll, kAll, {2}, {1}, {3}}, .ahead = {{2}, {1}, {3}}}; }
/// Every second place given: a given voice among free ones.
Plan given_voice() { return {.left = {kAll, {1}, kAll, {3}, kAll, {0}, kAll, {2}}}; }
/// Some letters only.
Plan masks() { return {.left = {{0, 1}, {2, 3}, {0, 3}, kAll, {1, 2}}}; }

/// Nothing comes twice in a row, which is asked only of what was drawn.
Plan never_twice() {
  return {.left = {kAll, kAll, kAll, {2}, kAll}, .allows = [](std::span<const Symbol> written, Symbol symbol) {
            return written.empty() || written.back() != symbol;
          }};
}

/// Wishes choose within a kind, which keeps its chance; at the third place they forbid a kind, at the last one all is
/// given.
Plan chosen_within_kinds() {
  return {.left = {{0, 3}, {1, 2, 3}, {2}, {0, 1, 2}, {3}},
          .before_choice = {kAll, kAll, {0, 2, 3}, {0, 1, 2, 3}, {3}}};
}

struct Case {
  const char* name;
  std::shared_ptr<const engine::Model> (*model)();
  Plan (*plan)();
};

class Exactness : public testing::TestWithParam<Case> {};

TEST_P(Exactness, SampledAsEnumerated) {
  const auto model = GetParam().model();
  const Plan plan = GetParam().plan();
  const std::vector<Symbol> heard = {0, 3};
  const auto expected = enumerate(*model, plan, heard);
  ASSERT_GT(expected.size(), 8U);
  const auto vocabulary = letters(kLetters);
  constexpr int kRuns = 200, kDraws = 5;
  const ParticleOptions options{.sampling = {.top_p = 1}, .particles = 256, .threads = 1};
  const auto counts = sampled(model, vocabulary, plan, heard, options, kRuns, kDraws);
  for (const auto& [sequence, count] : counts) EXPECT_TRUE(expected.contains(sequence)) << count;
  const auto [statistic, freedom] = chi_square(expected, counts, kRuns * kDraws);
  EXPECT_LT(statistic, critical(freedom)) << freedom << " degrees of freedom";
  EXPECT_GT(freedom, 4);
}

INSTANTIATE_TEST_SUITE_P(
    All, Exactness,
    testing::Values(Case{"MarkovGap", markov_model, passage_ahead}, Case{"MarkovGivenVoice", markov_model, given_voice},
                    Case{"MarkovMasks", markov_model, masks}, Case{"LstmGap", lstm_model, passage_ahead},
                    Case{"LstmGivenVoice", lstm_model, given_voice}, Case{"LstmMasks", lstm_model, masks},
                    Case{"LstmAhead", lstm_model, looked_ahead}, Case{"MarkovAhead", markov_model, looked_ahead},
                    Case{"LstmAllows", lstm_model, never_twice}, Case{"LstmKinds", lstm_model, chosen_within_kinds},
                    Case{"MarkovKinds", markov_model, chosen_within_kinds}),
    [](const auto& one) { return std::string(one.param.name); });

TEST(ParticlesTest, MoreParticlesComeNearer) {
  const auto model = markov_model();
  const Plan plan = passage_ahead();
  const std::vector<Symbol> heard = {0, 3};
  const auto expected = enumerate(*model, plan, heard);
  constexpr int kRuns = 3000;
  std::vector<double> distances;
  for (const std::size_t particles : {1U, 4U, 64U}) {
    const ParticleOptions options{.sampling = {.top_p = 1}, .particles = particles, .threads = 1};
    distances.push_back(distance(expected, sampled(model, letters(kLetters), plan, heard, options, kRuns), kRuns));
  }
  EXPECT_GT(distances[0], 1.5 * distances[1]);
  EXPECT_GT(distances[1], 1.5 * distances[2]);
}

TEST(ParticlesTest, FactorsAndWeightsAndTemperatureCount) {
  const auto model = markov_model();
  Plan plan = masks();
  plan.factor = [](std::size_t at, Symbol symbol) { return at == 3 && symbol == 1 ? 4.0F : 1.0F; };
  plan.weigh = [](std::span<const Symbol> written) { return written[0] == written[3] ? 0.0 : 1.0 + written[2]; };
  const std::vector<Symbol> heard = {1};
  const auto expected = enumerate(*model, plan, heard, 0.7);
  constexpr int kRuns = 200, kDraws = 5;
  const ParticleOptions options{.sampling = {.temperature = 0.7, .top_p = 1}, .particles = 256, .threads = 1};
  const auto counts = sampled(model, letters(kLetters), plan, heard, options, kRuns, kDraws);
  const auto [statistic, freedom] = chi_square(expected, counts, kRuns * kDraws);
  EXPECT_LT(statistic, critical(freedom)) << freedom;
}

TEST(ParticlesTest, TheEvidenceIsTheProbabilityOfTheWishes) {
  const auto model = markov_model();
  const Plan plan = passage_ahead();
  const std::vector<Symbol> heard = {0, 3};
  double exact = 0;
  const std::function<void(std::vector<Symbol>, double)> go = [&](const std::vector<Symbol>& written, double chance) {
    if (written.size() == plan.left.size()) {
      exact += chance;
      return;
    }
    std::vector<Symbol> past = heard;
    past.insert(past.end(), written.begin(), written.end());
    const auto all = model->recompute(past);
    const auto logits = std::span(all).last(kLetters);
    double sum = 0;
    for (const float logit : logits) sum += std::exp(static_cast<double>(logit));
    for (const Symbol symbol : plan.left[written.size()]) {
      auto next = written;
      next.push_back(symbol);
      go(next, chance * std::exp(static_cast<double>(logits[symbol])) / sum);
    }
  };
  go({}, 1);
  const PlannedGuide guide(std::make_shared<const Plan>(plan));
  double sum = 0;
  constexpr int kRuns = 200;
  const auto vocabulary = letters(kLetters);
  for (int run = 0; run < kRuns; ++run) {
    Particles particles(model, vocabulary, guide, heard, 0,
                        {.sampling = {.top_p = 1}, .particles = 64, .seed = static_cast<std::uint64_t>(run)});
    while (particles.next()) {
    }
    sum += std::exp2(particles.log2_evidence());
  }
  EXPECT_NEAR(sum / kRuns / exact, 1, 0.05);
}

TEST(ParticlesTest, ThreadsAndInstructionSetsChangeNothing) {
  Random random(9);
  const auto file = engine::random_file({kLetters, 0, weights::LstmSpec{.embedding = 6, .hidden = 8}}, random);
  const PlannedGuide guide(std::make_shared<const Plan>(given_voice()));
  const auto vocabulary = letters(kLetters);
  std::vector<std::vector<Symbol>> first;
  for (const auto set : engine::available_instruction_sets())
    for (const int threads : {1, 3}) {
      Particles particles(engine::Model::create(file, {.instruction_set = set}), vocabulary, guide,
                          std::vector<Symbol>{1}, 0, {.particles = 40, .seed = 3, .threads = threads});
      while (particles.next()) {
      }
      std::vector<std::vector<Symbol>> symbols;
      for (auto& particle : particles.choose(5)) symbols.push_back(particle.symbols);
      EXPECT_EQ(symbols.size(), 5U);
      if (first.empty()) first = symbols;
      EXPECT_EQ(symbols, first);
    }
}

TEST(ParticlesTest, ResultsAreDifferentAndWishesThatNothingKeepsAreRefused) {
  const auto model = lstm_model();
  const auto vocabulary = letters(kLetters);
  Plan plan{.left = {{0, 1}, {2}}};
  {
    Particles particles(model, vocabulary, PlannedGuide(std::make_shared<const Plan>(plan)), std::vector<Symbol>{1}, 0,
                        {.particles = 32});
    while (particles.next()) {
    }
    EXPECT_EQ(particles.choose(10).size(), 2U);
  }
  plan.left.push_back({});
  Particles particles(model, vocabulary, PlannedGuide(std::make_shared<const Plan>(plan)), std::vector<Symbol>{1}, 0,
                      {.particles = 32});
  EXPECT_THROW(while (particles.next()){}, Error);
  EXPECT_THROW(Particles(model, vocabulary, PlannedGuide(std::make_shared<const Plan>(plan)), std::vector<Symbol>{1}, 0,
                         {.sampling = {.argmax = true}}),
               Error);
}

TEST(WeightTest, ManySmallFactorsAreExact) {
  Weight weight;
  for (int i = 0; i < 5000; ++i) weight.multiply(0.125);
  EXPECT_DOUBLE_EQ(weight.log2(), -15000);
  Weight twice = weight;
  twice.multiply(2);
  const std::vector<Weight> both = {weight, twice};
  EXPECT_DOUBLE_EQ(effective_size(both), 9.0 / 5.0);
  EXPECT_EQ(resample(both, 3, 0.5), (std::vector<std::size_t>{0, 1, 1}));
  weight.multiply(0);
  EXPECT_TRUE(weight.zero());
  EXPECT_EQ(resample(std::vector<Weight>{weight, twice, weight}, 4, 0.999), (std::vector<std::size_t>(4, 1)));
}

}  // namespace
}  // namespace continuo::steering
