// Places that launchers give, what processes tell each other, and steps that they take together.
#include "continuo/training/ranks.h"

#include <gmock/gmock.h>

#include <atomic>
#include <cmath>
#include <map>

#include "continuo/base/error.h"
#include "continuo/base/random.h"
#include "training/learner.h"
#include "unit/training/tensors.h"
#include "unit/training/together.h"

namespace continuo::training {
namespace {

using representation::Symbol;
using ::testing::HasSubstr;
using Variables = std::map<std::string, std::string>;

RankInfo place_of(const Variables& variables) {
  return rank_in([&](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  });
}

std::string refusal_of(const Variables& variables) {
  try {
    place_of(variables);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(RankInfo, IsOneProcessAloneByDefault) {
  EXPECT_EQ(place_of({}).size, 1);
  EXPECT_EQ(place_of({{"WORLD_SIZE", "1"}, {"RANK", "0"}}).size, 1);
  // A batch script of Slurm's, not started by srun.
  EXPECT_EQ(place_of({{"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "8"}, {"SLURM_JOB_ID", "7"}}).size, 1);
}

TEST(RankInfo, IsThatOfTheLauncher) {
  const RankInfo hand = place_of({{"RANK", "3"}, {"WORLD_SIZE", "4"}, {"MASTER_ADDR", "a.b"}, {"MASTER_PORT", "1234"}});
  EXPECT_EQ(hand.rank, 3);
  EXPECT_EQ(hand.size, 4);
  EXPECT_EQ(hand.address, "a.b");
  EXPECT_EQ(hand.port, 1234);
  EXPECT_EQ(hand.local_rank, -1);

  const RankInfo torchrun = place_of({{"RANK", "1"},
                                      {"WORLD_SIZE", "2"},
                                      {"LOCAL_RANK", "1"},
                                      {"MASTER_ADDR", "a"},
                                      {"MASTER_PORT", "1234"},
                                      {"TORCHELASTIC_USE_AGENT_STORE", "True"}});
  EXPECT_EQ(torchrun.local_rank, 1);
  EXPECT_EQ(torchrun.port, 1235) << "torchrun's own store has the other";

  const RankInfo mpi = place_of({{"OMPI_COMM_WORLD_RANK", "1"},
                                 {"OMPI_COMM_WORLD_SIZE", "2"},
                                 {"OMPI_COMM_WORLD_LOCAL_RANK", "1"},
                                 {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"}});
  EXPECT_EQ(mpi.rank, 1);
  EXPECT_EQ(mpi.address, "127.0.0.1");

  Variables slurm = {{"SLURM_PROCID", "5"},
                     {"SLURM_STEP_NUM_TASKS", "8"},
                     {"SLURM_LOCALID", "1"},
                     {"SLURM_STEP_NODELIST", "node[07-09,12],other"},
                     {"SLURM_JOB_ID", "45678"}};
  const RankInfo srun = place_of(slurm);
  EXPECT_EQ(srun.rank, 5);
  EXPECT_EQ(srun.size, 8);
  EXPECT_EQ(srun.local_rank, 1);
  EXPECT_EQ(srun.address, "node07");
  EXPECT_EQ(srun.port, 25678);
  slurm["SLURM_STEP_NODELIST"] = "alpha,beta";
  EXPECT_EQ(place_of(slurm).address, "alpha");
}

TEST(RankInfo, RefusesWhatDoesNotGoTogether) {
  EXPECT_THAT(refusal_of({{"WORLD_SIZE", "2"}}), HasSubstr("RANK is not set"));
  EXPECT_THAT(refusal_of({{"WORLD_SIZE", "2"}, {"RANK", "2"}}), HasSubstr("RANK is 2"));
  EXPECT_THAT(refusal_of({{"WORLD_SIZE", "two"}, {"RANK", "0"}}), HasSubstr("\"two\", not a number"));
  EXPECT_THAT(refusal_of({{"WORLD_SIZE", "2"}, {"RANK", "0"}, {"MASTER_PORT", "70000"}}), HasSubstr("70000"));
  EXPECT_THAT(
      refusal_of({{"OMPI_COMM_WORLD_RANK", "0"}, {"OMPI_COMM_WORLD_SIZE", "4"}, {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"}}),
      HasSubstr("-x MASTER_ADDR"));
}

TEST(Ranks, TellEachOther) {
  together(3, [](Ranks& ranks) {
    double values[] = {1.0 + ranks.rank(), ranks.first() ? 0.1 : 0};
    ranks.sum(values);
    EXPECT_EQ(values[0], 6);
    EXPECT_EQ(values[1], 0.1);
    EXPECT_EQ(ranks.from_first("from " + std::to_string(ranks.rank())), "from 0");
    EXPECT_EQ(ranks.from_first(std::vector<std::uint8_t>(static_cast<std::size_t>(ranks.rank()), 7)).size(), 0U);
    EXPECT_EQ(ranks.local_rank(), ranks.rank());
    EXPECT_GE(ranks.threads(), 1);
  });
}

TEST(Ranks, TheFirstGoesAhead) {
  for (int time = 0; time < 2; ++time) {
    std::atomic<bool> done = false;
    together(2, [&](Ranks& ranks) {
      ranks.first_ahead([&] {
        if (ranks.first()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
        EXPECT_EQ(done, !ranks.first());
        done = true;
      });
    });
  }
}

TEST(Ranks, OneAloneHasNobodyToWaitFor) {
  Ranks alone;
  double value = 3;
  alone.sum(std::span(&value, 1));
  EXPECT_EQ(value, 3);
  EXPECT_EQ(alone.from_first("text"), "text");
  bool called = false;
  alone.first_ahead([&] { called = true; });
  EXPECT_TRUE(called);
  EXPECT_EQ(alone.threads(), 0);
}

TEST(Ranks, AProcessThatIsGoneIsSaid) {
  std::string message;
  together(2, [&](Ranks& ranks) {
    if (!ranks.first()) return;
    try {
      double value = 1;
      for (;;) ranks.sum(std::span(&value, 1));
    } catch (const Error& error) {
      message = error.what();
      EXPECT_EQ(error.info().remedy, Remedy::kResume);
    }
  });
  EXPECT_THAT(message, HasSubstr("process 0 of 2 has lost another one"));
}

TEST(Ranks, OneThatNeverComesIsSaid) {
  try {
    const Ranks ranks({.rank = 1, .size = 2, .port = free_port()}, 1);
    ADD_FAILURE() << "nobody is there";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("process 1 of 2 has not met the others at 127.0.0.1:"));
    EXPECT_THAT(error.what(), HasSubstr("MASTER_PORT"));
  }
}

/// Networks with dropout, with and without state, and with frozen parameters or labels.
std::vector<weights::NetworkSpec> networks() {
  const weights::WaveNetSpec wavenet{.residual_channels = 10,
                                     .skip_channels = 12,
                                     .head_channels = 12,
                                     .stacks = 1,
                                     .dilations = {1, 2, 4},
                                     .dropout = 0.3F};
  return {{9, 3, wavenet},
          {9, 0, weights::LstmSpec{.embedding = 8, .hidden = 16, .layers = 2, .dropout = 0.3F}},
          {9, 0, weights::GruSpec{.embedding = 8, .hidden = 16, .layers = 2, .dropout = 0.3F}},
          {9, 0, weights::WaveNetLstmSpec{.wavenet = wavenet, .hidden = 10, .layers = 1}},
          {9, 0,
           weights::GuideCnnSpec{
               .window = 16, .embedding = 8, .channels = {8, 8}, .dilations = {1, 2}, .hidden = 8, .dropout = 0.3F}}};
}

class TogetherTest : public ::testing::Test {
 protected:
  TogetherTest() {
    Random random(3);
    for (std::size_t n = 0; n < symbols_.size(); ++n) {
      for (std::size_t i = 0; i < 90 + 13 * n; ++i) symbols_[n].push_back(static_cast<Symbol>(1 + random.below(8)));
      pieces_.push_back(
          {.symbols = symbols_[n], .label = static_cast<int>(n % 3), .context = 0, .frames = {}, .width = 0});
    }
  }

  struct Trained {
    std::vector<StepOutcome> steps;
    Tensors tensors;
    double held_out = 0;
  };

  /// `size` processes take 12 steps; the result is the first one's, and all must have it.
  Trained train(const weights::NetworkSpec& spec, OptimisationOptions options, int size, double norm_limit = 1e9) {
    const bool window = std::holds_alternative<weights::GuideCnnSpec>(spec.network);
    options.objective = window ? Objective::kManyToOne : Objective::kEveryPosition;
    options.threads = 1;
    options.batch = 5;
    options.chunk = 16;
    std::vector<Trained> all(static_cast<std::size_t>(size));
    const auto run = [&](Ranks& ranks) {
      Trained& result = all[static_cast<std::size_t>(ranks.rank())];
      Learner learner(spec, options, &ranks);
      ExampleSource source(pieces_,
                           {.order = window ? ExampleOptions::Order::kManyToOne : ExampleOptions::Order::kContiguous,
                            .chunk = options.chunk,
                            .batch = options.batch,
                            .own = ranks.alone() ? Share{} : share_of(options.batch, ranks.rank(), ranks.size())});
      for (std::uint64_t n = 0; n < 12; ++n) {
        std::vector<Batch> batches;
        for (int i = 0; i < options.accumulate; ++i) batches.push_back(source.next());
        result.steps.push_back(learner.step(batches, n, 2e-3, n == 5 ? norm_limit : 1e9));
      }
      result.held_out = learner.evaluate(pieces_).per_step();
      result.tensors = learner.tensors();
    };
    if (size == 1) {
      Ranks alone;
      run(alone);
    } else {
      together(size, run);
    }
    for (const Trained& other : all) {
      EXPECT_EQ(other.tensors, all[0].tensors) << "all processes have the same weights, to the bit";
      EXPECT_EQ(other.held_out, all[0].held_out);
      for (std::size_t n = 0; n < other.steps.size(); ++n) EXPECT_EQ(other.steps[n].loss, all[0].steps[n].loss);
    }
    return all[0];
  }

  std::vector<std::vector<Symbol>> symbols_{7};
  std::vector<ExamplePiece> pieces_;
};

TEST_F(TogetherTest, SeveralProcessesLearnAsOne) {
  for (const auto& spec : networks()) {
    SCOPED_TRACE(spec.name());
    OptimisationOptions options;
    options.ema = 0.9;
    const Trained one = train(spec, options, 1);
    for (const int size : {2, 3}) {  // 5 rows: 2 and 3, or 1, 2 and 2
      const Trained several = train(spec, options, size);
      for (std::size_t n = 0; n < one.steps.size(); ++n) {
        EXPECT_TRUE(several.steps[n].taken());
        EXPECT_NEAR(several.steps[n].loss, one.steps[n].loss, 2e-5);
        EXPECT_NEAR(several.steps[n].norm / one.steps[n].norm, 1, 2e-4);
      }
      EXPECT_NEAR(several.held_out, one.held_out, 2e-5);
      EXPECT_LT(largest_difference(several.tensors, one.tensors), 5e-4);  // a step moves a weight by up to 2e-3
    }
  }
}

TEST_F(TogetherTest, WithGradientsOfSeveralBatches) {
  OptimisationOptions options;
  options.accumulate = 3;
  const auto spec = networks()[1];
  const Trained one = train(spec, options, 1);
  const Trained two = train(spec, options, 2);
  for (std::size_t n = 0; n < one.steps.size(); ++n) {
    EXPECT_NEAR(two.steps[n].loss, one.steps[n].loss, 2e-5);
    EXPECT_NEAR(two.steps[n].norm / one.steps[n].norm, 1, 2e-4);
  }
}

TEST_F(TogetherTest, ASpikeIsSkippedByAll) {
  const auto spec = networks()[0];
  const Trained one = train(spec, {}, 1, 1e-6);
  const Trained two = train(spec, {}, 2, 1e-6);
  EXPECT_EQ(one.steps[5].kind, StepOutcome::Kind::kSpike);
  EXPECT_EQ(two.steps[5].kind, StepOutcome::Kind::kSpike);
  EXPECT_NEAR(two.held_out, one.held_out, 2e-5);
}

TEST_F(TogetherTest, WhatIsNotFiniteInOneIsSkippedByAll) {
  const weights::NetworkSpec spec{3, 0, weights::LstmSpec{.embedding = 8, .hidden = 16, .layers = 1}, weights::kReal};
  std::vector<std::vector<float>> frames(2, std::vector<float>(3 * 40, 0.5F));
  frames[1][3 * 20] = std::numeric_limits<float>::infinity();  // in the second process's row
  std::vector<ExamplePiece> pieces;
  for (const auto& each : frames)
    pieces.push_back({.symbols = {}, .label = 0, .context = 0, .frames = each, .width = 3});
  together(2, [&](Ranks& ranks) {
    OptimisationOptions options;
    options.threads = 1;
    options.batch = 2;
    Learner learner(spec, options, &ranks);
    const Tensors before = learner.tensors();
    Batch batch = chunk_of(std::span(pieces).subspan(static_cast<std::size_t>(ranks.rank()), 1), 0, 39);
    (ranks.first() ? batch.rows_after : batch.rows_before) = 1;
    batch.scored_by_others = batch.scored;
    EXPECT_EQ(learner.step(batch, 1, 1e-3).kind, StepOutcome::Kind::kNotFinite);
    EXPECT_EQ(learner.tensors(), before);
  });
}

}  // namespace
}  // namespace continuo::training
