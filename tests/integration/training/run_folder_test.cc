// A training that lies in a folder is never lost in silence, and never goes on as another one.
#include "continuo/training/run_folder.h"

#include <algorithm>
#include <stdexcept>

#include "continuo/engine/engine.h"
#include "continuo/evaluation/likelihood.h"
#include "continuo/training/fine_tune.h"
#include "integration/training/fixture.h"

namespace continuo::training {
namespace {

using ::testing::AllOf;

class RunFolderTest : public TrainingTest {
 protected:
  void SetUp() override {
    TrainingTest::SetUp();
    recipe_.training.steps = 4;
  }

  fs::path checkpoint() const { return out("a") / kCheckpointFile; }
  std::vector<std::uint8_t> best() const { return read_file(out("a") / kBestFile); }
};

TEST_F(RunFolderTest, IsNotWrittenIntoByAnotherTraining) {
  run(recipe_, "a");
  const auto before = best();
  recipe_.training.seed = 2;
  EXPECT_THAT(error_of(recipe_, "a"), AllOf(HasSubstr("holds a training already"), HasSubstr("last.checkpoint")));
  EXPECT_EQ(best(), before);
  EXPECT_NE(read_file(run(recipe_, "a", Resume::kOverwrite).best_model), before);
}

TEST_F(RunFolderTest, HoldsNothingToResume) {
  EXPECT_THAT(error_of(recipe_, "typo", Resume::kMust), HasSubstr("no training to resume"));
  EXPECT_FALSE(holds_training(out("typo")));
  EXPECT_EQ(run(recipe_, "new", Resume::kIfSame).steps, 4) << "where there is none, it begins";
}

TEST_F(RunFolderTest, LacksItsCheckpoint) {
  run(recipe_, "a");
  const auto before = best();
  const auto whole = read_file(checkpoint());
  for (const Resume resume : {Resume::kMust, Resume::kIfSame}) {
    fs::remove(checkpoint());
    EXPECT_THAT(error_of(recipe_, "a", resume),
                AllOf(HasSubstr("is missing"), HasSubstr("best.safetensors can still")));
    write_file_atomically(checkpoint(), std::string_view());
    EXPECT_THAT(error_of(recipe_, "a", resume), AllOf(HasSubstr("is empty"), HasSubstr("best.safetensors can still")));
    write_file_atomically(checkpoint(), std::span(whole).first(whole.size() / 2));
    EXPECT_THAT(error_of(recipe_, "a", resume), AllOf(HasSubstr("damaged"), HasSubstr("best.safetensors can still")));
  }
  EXPECT_EQ(best(), before);
}

TEST_F(RunFolderTest, RefusesACheckpointWithOneFlippedBit) {
  run(recipe_, "a");
  const auto whole = read_file(checkpoint());
  recipe_.training.steps = 5;
  for (std::size_t i = 0; i < 24; ++i) {
    const std::size_t at = i < 6 ? 11 * i : i * (whole.size() - 1) / 23;
    auto bytes = whole;
    bytes[at] ^= static_cast<std::uint8_t>(1U << i % 8);
    write_file_atomically(checkpoint(), bytes);
    EXPECT_THAT(error_of(recipe_, "a", Resume::kMust), HasSubstr("cannot be used")) << "byte " << at;
  }
  write_file_atomically(checkpoint(), whole);
  EXPECT_EQ(run(recipe_, "a", Resume::kMust).steps, 5);
}

TEST_F(RunFolderTest, ReadsCheckpointsOfBeforeTheHash) {
  run(recipe_, "a");
  const auto whole = read_file(checkpoint());
  constexpr std::string_view kZip = "PK\x03\x04";
  const auto zip = std::search(whole.begin(), whole.end(), kZip.begin(), kZip.end());
  ASSERT_EQ(zip - whole.begin(), 55);
  write_file_atomically(checkpoint(), std::vector<std::uint8_t>(zip, whole.end()));
  recipe_.training.steps = 6;
  EXPECT_EQ(run(recipe_, "a", Resume::kMust).steps, 6);
}

TEST_F(RunFolderTest, GoesOnByItsOwnRecipeOrNamesWhatDiffers) {
  run(recipe_, "a");
  Recipe other = recipe_;
  other.training.learning_rate = 0.02;
  EXPECT_THAT(error_of(other, "a", Resume::kIfSame),
              HasSubstr("training.learning_rate = 0.01, but the command or its recipe says 0.02"));
  other = recipe_;
  other.network = weights::default_network("lstm");
  EXPECT_THAT(error_of(other, "a", Resume::kIfSame), HasSubstr("network."));
  recipe_.training.steps = 7;
  recipe_.training.patience = 9;
  EXPECT_EQ(run(recipe_, "a", Resume::kIfSame).steps, 7) << "limits may differ";
}

TEST_F(RunFolderTest, ARunOverAFinishedOneIsWhatGoesOn) {
  run(recipe_, "a");
  recipe_.training.learning_rate = 0.003;
  const auto expected = read_file(run(recipe_, "expected").last_model);
  const ProgressSink killed = [](const Progress& report) {
    if (report.task == "Training") throw std::runtime_error("killed");
  };
  EXPECT_THROW(train(*dataset_, recipe_, {.folder = out("a"), .resume = Resume::kOverwrite}, killed),
               std::runtime_error);
  EXPECT_EQ(read_file(run(recipe_, "a", Resume::kMust).last_model), expected) << "killed before its second checkpoint";

  recipe_.training.steps = 8;
  remove_training(out("a"));  // killed a moment earlier
  EXPECT_THAT(error_of(recipe_, "a", Resume::kMust), HasSubstr("no training to resume"));
}

TEST_F(RunFolderTest, AFailureBeforeTheFirstStepLosesNothing) {
  run(recipe_, "a");
  const auto before = best();
  recipe_.training.steps = 0;
  EXPECT_THAT(error_of(recipe_, "a", Resume::kOverwrite), HasSubstr("no end"));
  EXPECT_EQ(best(), before);
  EXPECT_TRUE(fs::exists(checkpoint()));
}

TEST_F(RunFolderTest, CountedNetworksHaveNothingToResume) {
  recipe_.network = weights::default_network("markov");
  const auto counted = read_file(run(recipe_, "a").best_model);
  EXPECT_THAT(error_of(recipe_, "a"), HasSubstr("holds a training already"));
  EXPECT_THAT(error_of(recipe_, "a", Resume::kMust), HasSubstr("counted in one reading"));
  EXPECT_EQ(read_file(run(recipe_, "a", Resume::kIfSame).best_model).size(), counted.size());
}

TEST_F(RunFolderTest, KeepsThePrecisionWithWhichItBegan) {
  recipe_.training.precision = TrainingPrecision::kBf16;
  EXPECT_EQ(run(recipe_, "a").precision, TrainingPrecision::kBf16);
  recipe_.training.steps = 6;
  recipe_.training.precision = TrainingPrecision::kFp32;
  EXPECT_THAT(error_of(recipe_, "a", Resume::kMust), HasSubstr("another precision"));
  recipe_.training.precision = TrainingPrecision::kAuto;
  std::vector<std::string> notes;
  const TrainOptions options{
      .folder = out("a"), .resume = Resume::kMust, .on_note = [&](const std::string& note) { notes.push_back(note); }};
  const TrainResult result = train(*dataset_, recipe_, options);
  EXPECT_EQ(result.precision, TrainingPrecision::kBf16);
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_THAT(notes[0], HasSubstr("bf16"));
  EXPECT_THAT(weights::ModelFile::load(result.last_model).metadata("continuo.training"),
              HasSubstr("\"precision\":\"bf16\""));
}

TEST_F(RunFolderTest, AutomaticPrecisionIsOneOfTheTwo) {
  recipe_.training.precision = TrainingPrecision::kAuto;
  EXPECT_THAT(run(recipe_, "a").precision, ::testing::AnyOf(TrainingPrecision::kFp32, TrainingPrecision::kBf16));
  EXPECT_THAT(read_text_file(out("a") / kRecipeFile), HasSubstr("precision = \"auto\"")) << "for the next machine";
}

TEST_F(RunFolderTest, WeightsThatGiveNoFiniteLossEndTheRun) {
  const auto model = weights::ModelFile::load(run(recipe_, "model").last_model);
  weights::ModelContents contents{.network = model.network(), .metadata = model.all_metadata(), .tensors = {}};
  for (const auto& [name, tensor] : model.tensors()) contents.tensors[name].assign(tensor.values.size(), 3e38F);
  contents.metadata.erase("continuo.version");
  contents.metadata.erase("continuo.network");
  init_ = out("huge.safetensors");
  weights::save(init_, contents);
  recipe_ = fine_tuning_recipe(weights::ModelFile::load(init_), init_);
  recipe_.training.steps = 3;
  EXPECT_THAT(error_of(recipe_, "a"), HasSubstr("not finite"));
  const auto huge = engine::Model::create(weights::ModelFile::load(init_));
  const engine::Model* const models[] = {huge.get()};
  const std::vector<representation::Symbol> symbols = {0, 1, 2, 1};
  const evaluation::LabelledSequence sequence{symbols, 0};
  EXPECT_THROW(evaluation::likelihood(models, {&sequence, 1}, 1), Error);
}

}  // namespace
}  // namespace continuo::training
