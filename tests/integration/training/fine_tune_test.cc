// Fine-tuning: a run starts at the model's own loss, leaves frozen layers alone, goes on after an interruption, and
// refuses what the model is not.
#include "continuo/training/fine_tune.h"

#include <algorithm>

#include "continuo/engine/engine.h"
#include "continuo/training/lineage.h"
#include "continuo/weights/network_info.h"
#include "integration/training/fixture.h"

namespace continuo::training {
namespace {

/// A model of calls and answers is there, and other music: the same in another key at the same symbols, fewer pieces.
class FineTuneTest : public TrainingTest {
 protected:
  void SetUp() override {
    TrainingTest::SetUp();
    recipe_.training.steps = 250;
    model_ = run(recipe_, "model").last_model;
    for (int i = 0; i < 6; ++i) {
      Score score = calls_and_answers(static_cast<std::uint64_t>(100 + i));
      for (Note& note : score.tracks[0].notes)  // calls and answers change places: F or A, then C or E
        note.pitch = static_cast<std::uint8_t>(note.pitch < 65 ? note.pitch + 5 : note.pitch - 5);
      score.tracks[0].notes.push_back({kPairs * 960, 480, 72, 64});  // a note that the model has never met
      midi::write_file(folder_ / ("other/" + std::to_string(i) + ".mid"), score);
    }
    open_other();
  }

  /// The other music in the symbols of the model, and the recipe for it.
  void open_other() {
    const auto other = corpus::scan(folder_ / "other", {.min_seconds = 0, .max_seconds = 1e6});
    const auto model = weights::ModelFile::load(model_);
    recipe_ = fine_tuning_recipe(model, model_);
    recipe_.training.steps = 40;
    recipe_.training.threads = 1;
    EXPECT_EQ(recipe_.training.precision, TrainingPrecision::kAuto) << "it is of the machine, not of the model";
    recipe_.training.precision = TrainingPrecision::kFp32;
    dataset_ = std::make_unique<corpus::Dataset>(corpus::open_dataset(
        other, {.train = {0, 1, 2, 3}, .validation = {}, .test = {4, 5}}, recipe_.representation, folder_ / "cache"));
    init_ = model_;
  }

  std::string refusal(const std::string& toml) const {
    const auto model = weights::ModelFile::load(model_);
    try {
      check_fits(parse_recipe(toml, "my.toml", fine_tuning_recipe(model, model_)), model, model_);
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  }

  /// What the engine says of the held-out pieces, in nats a symbol.
  double loss_by_engine(const weights::ModelFile& model) const {
    const auto engine = engine::Model::create(model);
    double nats = 0;
    std::uint64_t symbols = 0;
    for (const std::size_t i : dataset_->indices(corpus::Part::kTest)) {
      const auto piece = dataset_->pieces()[i].symbols;
      const auto logits = engine->recompute(piece.wide());
      const std::size_t width = logits.size() / piece.size();
      for (std::size_t t = 0; t + 1 < piece.size(); ++t, ++symbols) {
        double total = 0;
        for (std::size_t w = 0; w < width; ++w) total += std::exp(static_cast<double>(logits[t * width + w]));
        nats += std::log(total) - static_cast<double>(logits[t * width + piece[t + 1]]);
      }
    }
    return nats / static_cast<double>(symbols);
  }

  fs::path model_;
};

TEST_F(FineTuneTest, TheMeanOfTheWeightsBeforeAndAfterIsTriedAtTheEnd) {
  const TrainResult tuned = run(recipe_, "tuned");
  ASSERT_GE(tuned.curve.size(), 3U);
  const CurvePoint& halfway = tuned.curve.back();
  const CurvePoint& end = tuned.curve[tuned.curve.size() - 2];
  EXPECT_EQ(halfway.step, end.step);
  const auto before = weights::ModelFile::load(model_), after = weights::ModelFile::load(tuned.last_model);
  weights::ModelContents mean{.network = before.network(), .metadata = {}, .tensors = {}};
  for (const auto& [name, tensor] : before.tensors()) {
    auto& values = mean.tensors[name];
    for (std::size_t i = 0; i < tensor.values.size(); ++i)
      values.push_back((tensor.values[i] + after.tensor(name).values[i]) / 2);
  }
  EXPECT_NEAR(halfway.held_out_loss, loss_by_engine(weights::ModelFile::parse(weights::serialise(mean))), 1e-4);
  EXPECT_NEAR(end.held_out_loss, loss_by_engine(after), 1e-4) << "what goes on is the network itself";
  EXPECT_NEAR(tuned.best()->held_out_loss, loss_by_engine(weights::ModelFile::load(tuned.best_model)), 1e-4);
}

TEST_F(FineTuneTest, StartsAtTheLossOfTheModelAndLearns) {
  EXPECT_NEAR(recipe_.training.learning_rate, 0.002, 1e-12) << "a fifth of the model's";
  const TrainResult tuned = run(recipe_, "tuned");
  ASSERT_GE(tuned.curve.size(), 2U);
  EXPECT_EQ(tuned.curve[0].step, 0);

  EXPECT_NEAR(tuned.curve[0].held_out_loss, loss_by_engine(weights::ModelFile::load(model_)), 1e-4);
  EXPECT_LT(tuned.best()->held_out_loss, tuned.curve[0].held_out_loss - 0.3);

  const auto before = weights::ModelFile::load(model_);
  const auto after = weights::ModelFile::load(tuned.last_model);
  EXPECT_EQ(after.network(), before.network());
  EXPECT_EQ(after.metadata("continuo.representation"), before.metadata("continuo.representation"));
  EXPECT_THAT(after.metadata("continuo.training"), HasSubstr("fine_tuned_from"));
  const std::vector<std::string> first = training_datasets(before);
  ASSERT_EQ(first.size(), 1U);
  EXPECT_THAT(first[0], Not(testing::IsEmpty()));
  EXPECT_EQ(training_datasets(after), (std::vector{dataset_->path().stem().string(), first[0]}));
  EXPECT_EQ(read_file(init_in(out("tuned"))), read_file(model_));

  init_.clear();
  run(recipe_, "tuned", Resume::kOverwrite);
  EXPECT_FALSE(fs::exists(init_in(out("tuned")))) << "a run from random weights keeps no model";
}

TEST_F(FineTuneTest, WhatTheModelSaysOfSamplingAndRangesStays) {
  const auto model = weights::ModelFile::load(model_);
  weights::ModelContents contents{.network = model.network(), .metadata = model.all_metadata(), .tensors = {}};
  contents.metadata.erase("continuo.version");
  contents.metadata.erase("continuo.network");
  contents.metadata[weights::kSamplingKey] = R"({"temperature":0.7})";
  contents.metadata[weights::kRangesKey] = "40:50-103";
  for (const auto& [name, tensor] : model.tensors())
    contents.tensors[name].assign(tensor.values.begin(), tensor.values.end());
  weights::save(model_, contents);
  recipe_.training.steps = 3;
  const TrainResult tuned = run(recipe_, "tuned");
  for (const fs::path& path : {tuned.best_model, tuned.last_model}) {
    const auto file = weights::ModelFile::load(path);
    EXPECT_EQ(file.metadata(weights::kSamplingKey), R"({"temperature":0.7})");
    EXPECT_EQ(file.metadata(weights::kRangesKey), "40:50-103");
  }
}

TEST_F(FineTuneTest, FrozenLayersStayAsTheyAre) {
  recipe_.training.freeze = 1;
  const TrainResult tuned = run(recipe_, "tuned");
  const auto before = weights::ModelFile::load(model_);
  const auto after = weights::ModelFile::load(tuned.last_model);
  int frozen = 0;
  for (const auto& [name, tensor] : before.tensors()) {
    const bool same = std::ranges::equal(tensor.values, after.tensor(name).values);
    EXPECT_EQ(same, name.starts_with("embedding.") || name.starts_with("block.0.")) << name;
    frozen += same ? 1 : 0;
  }
  EXPECT_EQ(frozen, 2 + 6);
}

TEST(Layers, AreCountedFromBelow) {
  weights::NetworkSpec both{4, 0, weights::WaveNetLstmSpec{.wavenet = {.stacks = 2, .dilations = {1, 2}}, .layers = 2}};
  EXPECT_EQ(weights::layer_count(both), 6);
  const auto frozen = [&](const std::string& name, int count) {
    const auto tensors = weights::tensor_specs(both);
    const auto found = std::ranges::find(tensors, name, &weights::TensorSpec::name);
    return found != tensors.end() && is_frozen(*found, count);
  };
  EXPECT_TRUE(frozen("lstm.weight_hh_l0", 5));
  EXPECT_FALSE(frozen("lstm.weight_hh_l0", 4));
  EXPECT_TRUE(frozen("block.3.skip.bias", 4));
  EXPECT_FALSE(frozen("block.3.skip.bias", 3));
  EXPECT_FALSE(frozen("head.1.weight", 6));
  EXPECT_TRUE(frozen("embedding.weight", 1));
  EXPECT_FALSE(frozen("embedding.weight", 0));
  for (const std::string& name : weights::network_names()) {
    weights::NetworkSpec spec = weights::default_network(name);
    if (spec.is_counted()) continue;
    spec.vocabulary_size = 10;
    int below = 0;
    int above = 0;
    for (const auto& tensor : weights::tensor_specs(spec)) {
      const bool head = tensor.name.starts_with("head.") || tensor.name.starts_with("hidden.");
      EXPECT_EQ(is_frozen(tensor, weights::layer_count(spec)), !head) << tensor.name;
      below += is_frozen(tensor, 1) ? 1 : 0;
      above += is_frozen(tensor, weights::layer_count(spec) - 1) ? 0 : 1;
    }
    EXPECT_GT(below, 1) << name << ": the embedding and a layer";
    EXPECT_GT(above, 4) << name << ": the head and a layer";
  }
}

TEST_F(FineTuneTest, AnInterruptedRunEndsWhereTheUninterruptedEnds) {
  recipe_.training.freeze = 1;
  const TrainResult whole = run(recipe_, "whole");
  EXPECT_TRUE(run(recipe_, "parts", Resume::kNever, 13).interrupted);
  init_ = init_in(out("parts"));  // the folder holds what is needed to go on
  const TrainResult rest = run(recipe_, "parts", Resume::kMust);
  EXPECT_EQ(rest.steps, 40);
  EXPECT_EQ(read_file(rest.last_model), read_file(whole.last_model));
  EXPECT_EQ(read_file(rest.best_model), read_file(whole.best_model));
  EXPECT_EQ(rest.curve.size(), whole.curve.size());

  init_ = whole.last_model;
  EXPECT_THAT(error_of(recipe_, "parts", Resume::kMust), HasSubstr("another start"));
  init_ = model_;
  recipe_.training.freeze = 0;
  EXPECT_THAT(error_of(recipe_, "parts", Resume::kMust), HasSubstr("another start"));
}

TEST_F(FineTuneTest, RefusesWhatTheModelIsNot) {
  EXPECT_EQ(refusal("[network]\nname = \"wavenet\"\nresidual_channels = 12\n"), "accepted") << "it agrees";
  EXPECT_EQ(refusal("[network]\ndropout = 0.5\n[training]\nbatch = 2\n"), "accepted") << "ways of learning are free";
  EXPECT_THAT(refusal("[network]\nname = \"lstm\"\n"), HasSubstr("network.name = \"wavenet\""));
  EXPECT_THAT(refusal("[network]\ndilations = [1, 4]\n"), HasSubstr("network.dilations = [1,2]"));
  EXPECT_THAT(refusal("[network]\ncondition_on_label = true\n"), HasSubstr("network.condition_on_label"));
  EXPECT_THAT(refusal("[representation]\nname = \"remi\"\n"), HasSubstr("representation.name = \"notes\""));
  EXPECT_THAT(refusal("[representation]\nmin_count = 3\n"), HasSubstr("representation.min_count = \"1\""));
  EXPECT_THAT(refusal("[collection]\nlabel_column = \"style\"\n"), HasSubstr("knows no labels"));
  EXPECT_EQ(refusal("[training]\nfreeze = 2\n"), "accepted");
  EXPECT_THAT(refusal("[training]\nfreeze = 3\n"), HasSubstr("has 2 layers"));

  recipe_.representation.vocabulary.clear();  // fitted to the other music
  const auto other = corpus::scan(folder_ / "other", {.min_seconds = 0, .max_seconds = 1e6});
  dataset_ = std::make_unique<corpus::Dataset>(corpus::open_dataset(
      other, {.train = {0, 1, 2, 3}, .validation = {}, .test = {4, 5}}, recipe_.representation, folder_ / "cache"));
  EXPECT_THAT(error_of(recipe_, "x"), HasSubstr("not encoded as this model"));

  init_.clear();
  recipe_.training.freeze = 1;
  EXPECT_THAT(error_of(recipe_, "x"), HasSubstr("have learned nothing"));
  recipe_.training.freeze = 0;
  recipe_.network.network = weights::MarkovSpec{.order = 2};
  init_ = run(recipe_, "markov").best_model;
  EXPECT_THAT(error_of(recipe_, "x"), HasSubstr("counted"));
}

}  // namespace
}  // namespace continuo::training
