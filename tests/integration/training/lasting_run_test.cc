// Runs with everything that a checkpoint must carry, runs that end early, and runs that go wrong.
#include "integration/training/fixture.h"

namespace continuo::training {
namespace {

TEST_F(TrainingTest, AnInterruptedRunWithAnAverageAndSeveralBatchesAStepEndsTheSame) {
  recipe_.training.ema = 0.98;
  recipe_.training.accumulate = 3;
  recipe_.training.spike = 1.5;  // some steps are skipped
  recipe_.training.steps = 90;
  const TrainResult whole = run(recipe_, "whole");
  EXPECT_GT(whole.spikes, 0);
  EXPECT_LT(whole.spikes, 30);
  EXPECT_TRUE(run(recipe_, "parts", Resume::kNever, 55).interrupted);
  EXPECT_TRUE(run(recipe_, "parts", Resume::kMust, 21).interrupted);
  const TrainResult rest = run(recipe_, "parts", Resume::kMust);
  EXPECT_EQ(read_file(rest.last_model), read_file(whole.last_model));
  EXPECT_EQ(read_file(rest.best_model), read_file(whole.best_model));
  EXPECT_EQ(rest.spikes, whole.spikes);
  EXPECT_EQ(rest.symbols_seen, whole.symbols_seen);
  recipe_.training.accumulate = 2;
  EXPECT_THAT(error_of(recipe_, "parts", Resume::kMust), HasSubstr("another choice of examples"));
}

TEST_F(TrainingTest, APlateauEndsTheRun) {
  recipe_.training.learning_rate = 1e-8;  // nothing is learned
  recipe_.training.epochs = 30;
  recipe_.training.patience = 3;
  const TrainResult result = run(recipe_, "a");
  EXPECT_TRUE(result.plateau);
  EXPECT_FALSE(result.interrupted);
  EXPECT_EQ(result.curve.size(), 4U);
  EXPECT_TRUE(fs::exists(result.last_model));
  EXPECT_EQ(run(recipe_, "a", Resume::kMust).steps, result.steps) << "what is done stays done";
  recipe_.training.patience = 5;
  EXPECT_EQ(run(recipe_, "a", Resume::kMust).curve.size(), 6U) << "more patience goes on";
}

TEST_F(TrainingTest, NothingButSpikesEndsWithAdvice) {
  recipe_.training.spike = 0.001;
  recipe_.training.steps = 400;
  EXPECT_THAT(error_of(recipe_, "a"), ::testing::AllOf(HasSubstr("spiked, for 25 steps"), HasSubstr("learning_rate")));
}

TEST_F(TrainingTest, ReportsStretchesOfSteps) {
  recipe_.training.steps = 35;
  std::vector<StepReport> reports;
  train(*dataset_, recipe_,
        {.folder = out("a"), .on_steps = [&](const StepReport& report) { reports.push_back(report); }});
  ASSERT_EQ(reports.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(reports[i].step, static_cast<std::int64_t>(10 * (i + 1)));
    EXPECT_EQ(reports[i].steps, 10);
    EXPECT_GT(reports[i].loss, 0.3);
    EXPECT_LT(reports[i].loss, 2.5);
    EXPECT_GT(reports[i].gradient_norm, 0);
    EXPECT_GT(reports[i].symbols_per_second, 0);
    EXPECT_EQ(reports[i].skipped, 0);
  }
}

}  // namespace
}  // namespace continuo::training
