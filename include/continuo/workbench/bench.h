// How fast this machine steps a model, beside what its memory and its arithmetic allow.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "continuo/base/progress.h"
#include "continuo/engine/engine.h"
#include "continuo/weights/model_file.h"
#include "continuo/workbench/roofline.h"

namespace continuo::workbench {

/// A model and what its steps are worth in music.
struct RatedModel {
  std::string name;
  weights::ModelFile file;
  double steps_per_second = 0;  ///< of music; 0: unknown
  std::string unit = "symbols";
  std::string rate_origin{};  ///< where that figure comes from
};

/// WaveNets of usual sizes with random weights, over sound and over `remi`.
std::vector<RatedModel> built_in_models();

/// How many steps make a second of music: by definition for sound, from a piece that the model composes for scores.
/// Throws Error.
RatedModel rated_model(std::string name, const std::filesystem::path& path);

/// Every combination is measured. One stream is stepped by all threads; of several, each thread steps its share.
struct BenchOptions {
  std::vector<weights::Precision> precisions;
  std::vector<int> threads, streams;  ///< of several numbers of threads, those above the cores are left out
  engine::InstructionSet instruction_set = engine::InstructionSet::kBest;
  double seconds = 20;  ///< of measuring, in turns; at least three turns
};

struct BenchResult {
  weights::Precision precision = weights::Precision::kFp32;
  engine::InstructionSet instruction_set = engine::InstructionSet::kScalar;  ///< that ran
  int threads = 1, streams = 1;
  double seconds_per_step = 0;  ///< of all streams, sampling included: the median of the turns
  std::size_t turns = 0;
  Roofline roofline;                    ///< the best of all turns
  std::optional<double> best_possible;  ///< steps a second, all streams together; nothing for networks of counts
};

/// Throws Interrupted.
std::vector<BenchResult> bench(const RatedModel& model, const BenchOptions& options, const ProgressSink& progress = {},
                               const std::stop_token& stop = {});

}  // namespace continuo::workbench
