// Training from files to model: it reaches a known entropy, an interrupted run ends as the uninterrupted one does, and
// what cannot go on says so.
#include "continuo/training/trainer.h"

#include "integration/training/fixture.h"

namespace continuo::training {
namespace {

TEST_F(TrainingTest, ReachesTheEntropyOfTheMusicAndNoLess) {
  recipe_.training.epochs = 25;
  recipe_.training.transpose = 1;  // has no symbols here: every piece stays as it is
  std::get<weights::WaveNetSpec>(recipe_.network.network).dropout = 0;
  std::vector<CurvePoint> points;
  const TrainResult result = train(*dataset_, recipe_, {.folder = out("a")}, {}, {},
                                   [&](const CurvePoint& point) { points.push_back(point); });
  EXPECT_FALSE(result.interrupted);
  EXPECT_EQ(result.train_symbols, 24U * (2 * kPairs + 1));
  EXPECT_EQ(result.held_out_symbols, 8U * (2 * kPairs + 1));
  EXPECT_EQ(result.held_out, corpus::Part::kTest);
  // The coin costs ln 2; that a piece ends, once in 41 calls, costs the entropy of that to a network that cannot count
  // so far. The answers cost nothing.
  const double ending = (kPairs * std::log((kPairs + 1.0) / kPairs) + std::log(kPairs + 1.0)) / (2 * kPairs + 1);
  const double entropy = std::log(2.0) * kPairs / (2 * kPairs + 1) + ending;
  ASSERT_FALSE(result.curve.empty());
  EXPECT_NEAR(result.curve.back().held_out_loss, entropy, 0.03);
  EXPECT_NEAR(result.curve.back().train_eval_loss, entropy, 0.03);
  EXPECT_GT(result.baselines.frequencies, 1.3);
  EXPECT_LT(result.baselines.frequencies, std::log(6.0));

  // One evaluation after each epoch, the last at the end.
  ASSERT_EQ(points.size(), 25U);
  for (std::size_t i = 0; i < points.size(); ++i) EXPECT_NEAR(points[i].epoch, static_cast<double>(i + 1), 0.06);
  EXPECT_LT(points.back().learning_rate, 0.1 * points[2].learning_rate);

  // The model file holds what composing needs, and the curve file what was measured.
  const auto model = weights::ModelFile::load(result.best_model);
  EXPECT_EQ(model.network().vocabulary_size, result.outputs);
  const auto spec = representation::spec_from_json(model.metadata("continuo.representation"));
  EXPECT_EQ(representation::make(spec)->vocabulary().size(), static_cast<std::size_t>(result.outputs));
  EXPECT_EQ(parse_recipe(model.metadata("continuo.recipe")).training, recipe_.training);
  EXPECT_THAT(model.metadata("continuo.training"), HasSubstr("\"held_out_loss_nats\":"));
  const std::string csv = read_text_file(out("a") / "curve.csv");
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 26);
  EXPECT_EQ(parse_recipe(read_text_file(out("a") / "recipe.toml")).training, recipe_.training);
}

struct Case {
  std::string name;
  weights::NetworkSpec network;
  Objective objective;
  ReadingOrder order;
};

class InterruptedTrainingTest : public TrainingTest, public ::testing::WithParamInterface<Case> {};

TEST_P(InterruptedTrainingTest, EndsWhereTheUninterruptedEnds) {
  recipe_.network = GetParam().network;
  recipe_.training.objective = GetParam().objective;
  recipe_.training.order = GetParam().order;
  recipe_.training.steps = 90;
  const TrainResult whole = run(recipe_, "whole");
  const TrainResult again = run(recipe_, "again");
  EXPECT_EQ(read_file(whole.last_model), read_file(again.last_model)) << "the same recipe gives the same model";

  const TrainResult first = run(recipe_, "parts", Resume::kNever, 17);
  EXPECT_TRUE(first.interrupted);
  EXPECT_EQ(first.steps, 17);
  EXPECT_NO_THROW(weights::ModelFile::load(first.last_model)) << "what was learned so far can be used";
  const TrainResult second = run(recipe_, "parts", Resume::kMust, 40);
  EXPECT_TRUE(second.interrupted);
  EXPECT_EQ(second.steps, 57);
  const TrainResult third = run(recipe_, "parts", Resume::kMust);
  EXPECT_FALSE(third.interrupted);
  EXPECT_EQ(third.steps, 90);
  EXPECT_EQ(third.symbols_seen, whole.symbols_seen);
  EXPECT_EQ(read_file(third.last_model), read_file(whole.last_model));
  EXPECT_EQ(read_file(third.best_model), read_file(whole.best_model));
  ASSERT_EQ(third.curve.size(), whole.curve.size());
  for (std::size_t i = 0; i < whole.curve.size(); ++i) {
    EXPECT_EQ(third.curve[i].step, whole.curve[i].step);
    EXPECT_EQ(third.curve[i].train_loss, whole.curve[i].train_loss);
    EXPECT_EQ(third.curve[i].held_out_loss, whole.curve[i].held_out_loss);
  }
  EXPECT_EQ(run(recipe_, "parts", Resume::kMust).steps, 90) << "what is done stays done";
}

weights::NetworkSpec network(auto net) {
  weights::NetworkSpec spec;
  spec.network = std::move(net);
  return spec;
}
const weights::WaveNetSpec kTiny{.residual_channels = 8,
                                 .skip_channels = 8,
                                 .head_channels = 8,
                                 .stacks = 1,
                                 .dilations = {1, 2, 4},
                                 .dropout = 0.1F};
const weights::WaveNetSpec kMatchingTiny = [] {
  weights::WaveNetSpec matching = kTiny;
  matching.match = 3;
  return matching;
}();
INSTANTIATE_TEST_SUITE_P(
    Cases, InterruptedTrainingTest,
    ::testing::Values(
        Case{"WaveNet", network(kTiny), Objective::kEveryPosition, ReadingOrder::kContiguous},
        Case{"WaveNetRandom", network(kTiny), Objective::kEveryPosition, ReadingOrder::kRandom},
        Case{"WaveNetManyToOne", network(kTiny), Objective::kManyToOne, ReadingOrder::kContiguous},
        Case{"Lstm", network(weights::LstmSpec{.embedding = 6, .hidden = 8, .layers = 2, .dropout = 0.1F, .match = 3}),
             Objective::kEveryPosition, ReadingOrder::kContiguous},
        Case{"WaveNetLstm", network(weights::WaveNetLstmSpec{.wavenet = kTiny, .hidden = 8, .layers = 1}),
             Objective::kEveryPosition, ReadingOrder::kContiguous},
        Case{"MatchingWaveNetLstm",
             network(weights::WaveNetLstmSpec{.wavenet = kMatchingTiny, .hidden = 8, .layers = 1}),
             Objective::kEveryPosition, ReadingOrder::kContiguous}),
    [](const auto& one) { return one.param.name; });

TEST_F(TrainingTest, ManyToOneLearnsTheAnswers) {
  recipe_.training.objective = Objective::kManyToOne;
  recipe_.training.chunk = 6;
  recipe_.training.batch = 32;
  recipe_.training.epochs = 8;
  const TrainResult result = run(recipe_, "a");
  EXPECT_LT(result.best()->held_out_loss, 0.48);
  EXPECT_GT(result.best()->held_out_loss, 0.33);
}

TEST_F(TrainingTest, GoesOnOnlyWithWhatItBeganWith) {
  recipe_.training.steps = 6;
  run(recipe_, "a");
  recipe_.training.steps = 9;
  EXPECT_EQ(run(recipe_, "a", Resume::kMust).steps, 9) << "a longer run goes on";

  Recipe other = recipe_;
  other.training.batch = 5;
  EXPECT_THAT(error_of(other, "a", Resume::kMust), HasSubstr("another choice of examples"));
  other = recipe_;
  std::get<weights::WaveNetSpec>(other.network.network).residual_channels = 13;
  EXPECT_THAT(error_of(other, "a", Resume::kMust), HasSubstr("another network"));
  other.training.steps = 4;
  EXPECT_THAT(error_of(other, "a", Resume::kIfSame), HasSubstr("network.residual_channels = 12"));
  EXPECT_EQ(run(other, "a", Resume::kOverwrite).steps, 4) << "or, when asked, it begins anew";

  write_file_atomically(out("a") / "last.checkpoint", std::string_view("PK no archive"));
  EXPECT_THAT(error_of(recipe_, "a", Resume::kMust), HasSubstr("last.checkpoint"));
}

TEST_F(TrainingTest, RefusesWhatCannotBeTrained) {
  EXPECT_THAT(error_of(recipe_, "a"), HasSubstr("no end"));
  recipe_.training.steps = 3;
  recipe_.condition_on_label = true;
  EXPECT_THAT(error_of(recipe_, "a"), HasSubstr("label"));

  recipe_.condition_on_label = false;
  corpus::Split all;
  for (std::size_t i = 0; i < kPieces; ++i) all.train.push_back(i);
  dataset_ = std::make_unique<corpus::Dataset>(
      corpus::open_dataset(collection_, all, recipe_.representation, folder_ / "cache"));
  EXPECT_THAT(error_of(recipe_, "a"), HasSubstr("held out"));
}

TEST_F(TrainingTest, LearnsByHeartWhereNothingIsToBeHeldOut) {
  corpus::Split all;
  for (std::size_t i = 0; i < 2; ++i) all.train.push_back(i);
  dataset_ = std::make_unique<corpus::Dataset>(
      corpus::open_dataset(collection_, all, recipe_.representation, folder_ / "cache"));
  recipe_.split.train = 1;
  recipe_.network.network = weights::GruSpec{.embedding = 16, .hidden = 64, .layers = 1};
  recipe_.training.batch = 2;
  recipe_.training.chunk = 100;
  recipe_.training.steps = 500;
  const TrainResult result = run(recipe_, "heart");
  EXPECT_EQ(result.held_out, corpus::Part::kTrain);
  EXPECT_EQ(result.held_out_symbols, result.train_symbols);
  EXPECT_LT(result.best()->held_out_loss, 0.1 * result.baselines.frequencies) << "the coin is known now, too";
}

TEST_F(TrainingTest, StopsWithAdviceWhenTheLossIsNotFinite) {
  recipe_.training.steps = 400;
  recipe_.training.learning_rate = 10;
  recipe_.training.clip_norm = 0;
  recipe_.training.weight_decay = 10;  // weights multiplied by -99 at each step
  EXPECT_THAT(error_of(recipe_, "a"), HasSubstr("learning_rate"));
}

TEST_F(TrainingTest, ConditionsOnLabels) {
  for (std::size_t i = 0; i < collection_.pieces.size(); ++i) collection_.pieces[i].label = i % 2 == 0 ? "even" : "odd";
  corpus::Split split;
  for (std::size_t i = 0; i < kPieces; ++i) (i < 24 ? split.train : split.validation).push_back(i);
  dataset_ = std::make_unique<corpus::Dataset>(
      corpus::open_dataset(collection_, split, recipe_.representation, folder_ / "cache"));
  recipe_.condition_on_label = true;
  recipe_.training.steps = 10;
  const TrainResult result = run(recipe_, "a");
  EXPECT_EQ(result.held_out, corpus::Part::kValidation);
  EXPECT_EQ(weights::ModelFile::load(result.best_model).network().labels, 3) << "unknown, even, odd";
}

TEST(RateShare, ClimbsAndFallsAlongACosine) {
  const OptimisationOptions options{.warmup = 0.1, .final_rate = 0.2};
  EXPECT_NEAR(rate_share(0.05, options), 0.5, 1e-12);
  EXPECT_NEAR(rate_share(0.1, options), 1, 1e-12);
  EXPECT_NEAR(rate_share(0.55, options), 0.6, 1e-12);
  EXPECT_NEAR(rate_share(1, options), 0.2, 1e-12);
  EXPECT_NEAR(rate_share(7, options), 0.2, 1e-12);
  EXPECT_GT(rate_share(0, options), 0) << "the first step must move";
  EXPECT_NEAR(rate_share(0, {.warmup = 0}), 1, 1e-12);
}

TEST_F(TrainingTest, AMarkovChainIsCountedAndBeatsFrequencies) {
  recipe_.network.network = weights::MarkovSpec{.order = 2};
  std::vector<CurvePoint> points;
  const TrainResult result = train(*dataset_, recipe_, {.folder = out("markov")}, {}, {},
                                   [&](const CurvePoint& point) { points.push_back(point); });
  ASSERT_EQ(points.size(), 1U);
  EXPECT_EQ(result.curve.size(), 1U);
  EXPECT_EQ(result.receptive_field, 2);
  // The coin of each pair, half of the symbols, and what little an order of 2 knows of the end.
  EXPECT_NEAR(points[0].held_out_loss, 0.5 * std::log(2.0), 0.1);
  EXPECT_LT(points[0].held_out_loss, result.baselines.frequencies);
  const auto file = weights::ModelFile::load(result.best_model);
  EXPECT_EQ(file.network().name(), "markov");
  EXPECT_NE(file.metadata("continuo.representation"), "");
  EXPECT_TRUE(fs::exists(out("markov") / "curve.csv"));
  EXPECT_EQ(load_recipe(out("markov") / "recipe.toml").network.name(), "markov");
  EXPECT_EQ(read_file(result.best_model), read_file(run(recipe_, "again").best_model));
}

TEST_F(TrainingTest, EveryNetworkLearnsTheAnswers) {
  for (const std::string& name : weights::network_names()) {
    SCOPED_TRACE(name);
    recipe_.network = weights::default_network(name);
    if (auto* guide = std::get_if<weights::GuideCnnSpec>(&recipe_.network.network)) {
      *guide = {.window = 8, .embedding = 8, .channels = {16, 16}, .dilations = {1, 2}, .hidden = 16, .dropout = 0};
      recipe_.training.objective = Objective::kManyToOne;
    } else {
      recipe_.training.objective = Objective::kEveryPosition;
    }
    for (auto* wavenet : {std::get_if<weights::WaveNetSpec>(&recipe_.network.network)})
      if (wavenet != nullptr)
        *wavenet = {
            .residual_channels = 12, .skip_channels = 12, .head_channels = 12, .stacks = 1, .dilations = {1, 2}};
    if (auto* both = std::get_if<weights::WaveNetLstmSpec>(&recipe_.network.network))
      *both = {.wavenet = {.residual_channels = 12,
                           .skip_channels = 12,
                           .head_channels = 12,
                           .stacks = 1,
                           .dilations = {1, 2}},
               .hidden = 12};
    if (auto* lstm = std::get_if<weights::LstmSpec>(&recipe_.network.network))
      *lstm = {.embedding = 12, .hidden = 16, .layers = 1};
    if (auto* gru = std::get_if<weights::GruSpec>(&recipe_.network.network))
      *gru = {.embedding = 12, .hidden = 16, .layers = 1};
    recipe_.training.steps = name == "guide-cnn" ? 1500 : 250;
    const TrainResult result = run(recipe_, name);
    ASSERT_NE(result.best(), nullptr);
    EXPECT_LT(result.best()->held_out_loss, 0.6 * result.baselines.frequencies);
    EXPECT_LT(result.best()->held_out_loss, result.baselines.repetition);
  }
}

TEST_F(TrainingTest, EvaluationOfAChoiceIsNearThatOfTheWhole) {
  recipe_.training.epochs = 2;
  const TrainResult whole = run(recipe_, "whole");
  recipe_.training.evaluate_symbols = 200;
  const TrainResult some = run(recipe_, "some");
  EXPECT_EQ(whole.held_out_symbols, 8U * (2 * kPairs + 1));
  EXPECT_GE(some.held_out_symbols, 200U);
  EXPECT_LT(some.held_out_symbols, 300U);
  EXPECT_EQ(whole.curve.back().train_loss, some.curve.back().train_loss) << "it trains the same";
  EXPECT_NEAR(whole.curve.back().held_out_loss, some.curve.back().held_out_loss, 0.1);
}

}  // namespace
}  // namespace continuo::training
