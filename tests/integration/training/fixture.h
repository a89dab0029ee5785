// Music of a known entropy, a dataset of it, and runs over it that may be interrupted.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/base/random.h"
#include "continuo/training/trainer.h"
#include "continuo/weights/model_file.h"
#include "unit/corpus/fixtures.h"

namespace continuo::training {

namespace fs = std::filesystem;
using corpus::TemporaryFolder;
using ::testing::HasSubstr;

inline constexpr int kPairs = 40;

/// Quarter notes in pairs: a call, C or E by the toss of a coin, and the answer that belongs to it.
inline Score calls_and_answers(std::uint64_t seed) {
  Random random(seed, 3);
  Score score;
  score.tracks.resize(1);
  Tick at = 0;
  const auto add = [&](int pitch) {
    score.tracks[0].notes.push_back({at, 480, static_cast<std::uint8_t>(pitch), 64});
    at += 480;
  };
  for (int i = 0; i < kPairs; ++i) {
    const bool high = random.below(2) == 1;
    add(high ? 64 : 60);
    add(high ? 69 : 65);
  }
  return score;
}

class TrainingTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < kPieces; ++i) {
      midi::write_file(folder_ / ("music/" + std::to_string(100 + i) + ".mid"),
                       calls_and_answers(static_cast<std::uint64_t>(i)));
    }
    collection_ = corpus::scan(folder_ / "music", {.min_seconds = 0, .max_seconds = 1e6});
    ASSERT_EQ(collection_.pieces.size(), static_cast<std::size_t>(kPieces));
    corpus::Split split;
    for (std::size_t i = 0; i < kPieces; ++i) (i < 24 ? split.train : split.test).push_back(i);
    recipe_.representation = {.name = "notes", .settings = {{"min_count", "1"}}};
    recipe_.network.network = weights::WaveNetSpec{.residual_channels = 12,
                                                   .skip_channels = 12,
                                                   .head_channels = 12,
                                                   .stacks = 1,
                                                   .dilations = {1, 2},
                                                   .dropout = 0.1F};
    recipe_.training.chunk = 16;
    recipe_.training.batch = 4;
    recipe_.training.learning_rate = 0.01;
    recipe_.training.threads = 1;
    recipe_.training.precision = TrainingPrecision::kFp32;  // the same on every machine
    dataset_ = std::make_unique<corpus::Dataset>(
        corpus::open_dataset(collection_, split, recipe_.representation, folder_ / "cache"));
  }

  fs::path out(const std::string& name) const { return folder_ / name; }

  /// Trains into a folder; interrupted after `stop_after` steps where that is above 0.
  TrainResult run(const Recipe& recipe, const std::string& name, Resume resume = Resume::kNever, int stop_after = 0) {
    std::stop_source stop;
    int steps = 0;
    const ProgressSink progress = [&](const Progress& report) {
      if (report.task == "Training" && ++steps == stop_after) stop.request_stop();
    };
    return train(*dataset_, recipe, {.folder = out(name), .resume = resume, .init = init_}, progress, stop.get_token());
  }

  std::string error_of(const Recipe& recipe, const std::string& name, Resume resume = Resume::kNever) {
    try {
      run(recipe, name, resume);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }

  static constexpr int kPieces = 32;
  TemporaryFolder folder_{"training"};
  corpus::Collection collection_;
  std::unique_ptr<corpus::Dataset> dataset_;
  Recipe recipe_;
  fs::path init_;  ///< of run(): the model that it starts from
};

}  // namespace continuo::training
