// Symbols a second, and the share of this machine's matrix products that training reaches.
#include "bench_training.h"
#include "continuo/base/format.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>

#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/training/fine_tune.h"
#include "continuo/training/speed.h"
#include "terminal.h"

namespace continuo::app {
namespace {

struct TrainingSubject {
  std::string name;
  weights::NetworkSpec network;
  training::OptimisationOptions training;
};

std::vector<TrainingSubject> built_in_recipes() {
  const weights::WaveNetSpec sound{.residual_channels = 64,
                                   .skip_channels = 256,
                                   .head_channels = 256,
                                   .stacks = 3,
                                   .dilations = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512}};
  const weights::WaveNetSpec scores{.residual_channels = 128,
                                    .skip_channels = 256,
                                    .head_channels = 256,
                                    .stacks = 4,
                                    .dilations = {1, 2, 4, 8, 16, 32, 64, 128}};
  const weights::LstmSpec lstm{.embedding = 128, .hidden = 256, .layers = 2};
  training::OptimisationOptions long_chunks;
  long_chunks.chunk = 4096;
  long_chunks.batch = 4;
  training::OptimisationOptions short_chunks;
  short_chunks.chunk = 128;
  short_chunks.batch = 32;
  return {{"WaveNet of 30 layers on sound", {256, 0, sound}, long_chunks},
          {"WaveNet of 32 layers on remi", {588, 0, scores}, {}},
          {"LSTM of 2 layers on remi", {588, 0, lstm}, short_chunks}};
}

}  // namespace

void bench_training(const TrainingBench& bench) {
  std::vector<TrainingSubject> subjects;
  if (bench.model.empty()) {
    subjects = built_in_recipes();
  } else {
    const auto file = weights::ModelFile::load(bench.model);
    subjects.push_back({"this model", file.network(), training::fine_tuning_recipe(file, bench.model).training});
  }
  std::vector<std::string> precisions;
  std::ranges::copy_if(bench.precisions, std::back_inserter(precisions),
                       [](const std::string& name) { return name != "int8"; });
  if (precisions.empty())
    throw Error({.message = "training has no int8",
                 .hint = "Measure it in --precision fp32, bf16 or fp32,bf16.",
                 .code = ErrorCode::kUnsupported});
  std::string rows =
      "network,precision,threads,parameters,batch,chunk,ms_per_step,symbols_per_second,gflops_per_second,"
      "peak_gflops_per_second\n";
  fmt::print("{:<30} {:>9} {:>7} {:>10} {:>9} {:>9} {:>10} {:>9} {:>9} {:>8}\n", "training", "precision", "threads",
             "weights", "batch", "ms/step", "symbols/s", "GFLOP/s", "at best", "reached");
  const double turns = static_cast<double>(subjects.size() * precisions.size() * bench.threads.size());
  for (const TrainingSubject& subject : subjects) {
    for (const int threads : bench.threads) {
      for (const std::string& precision : precisions) {
        training::OptimisationOptions t = subject.training;
        t.threads = threads;
        t.precision = value_named<training::TrainingPrecision>(precision).value();
        const auto speed =
            training::measure_speed({.network = subject.network, .training = t, .seconds = bench.seconds / turns},
                                    terminal_progress(), interruption());
        fmt::print("{:<30} {:>9} {:>7} {:>10} {:>9} {:>9.1f} {:>10} {:>9.1f} {:>9.1f} {:>6.0f} %\n", subject.name,
                   precision, threads, format_count(speed.parameters), fmt::format("{} x {}", t.batch, t.chunk),
                   speed.seconds_per_step * 1e3, format_count(static_cast<std::uint64_t>(speed.symbols_per_second)),
                   speed.flops_per_second * 1e-9, speed.peak_flops_per_second * 1e-9,
                   100 * speed.flops_per_second / speed.peak_flops_per_second);
        rows +=
            fmt::format("{},{},{},{},{},{},{:.3f},{:.1f},{:.2f},{:.2f}\n", subject.network.name(), precision, threads,
                        speed.parameters, t.batch, t.chunk, speed.seconds_per_step * 1e3, speed.symbols_per_second,
                        speed.flops_per_second * 1e-9, speed.peak_flops_per_second * 1e-9);
      }
    }
  }
  fmt::print(
      "medians of turns; GFLOP/s: what the network's matrices need, forwards and backwards; at best: products of two\n"
      "matrices of 1024 x 1024, measured in turns with the training. A quiet machine gives steadier figures.\n");
  if (bench.csv.empty()) return;
  write_file_atomically(bench.csv, rows);
  fmt::print("{}\n", bench.csv.string());
}

}  // namespace continuo::app
