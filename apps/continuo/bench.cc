// continuo bench: how fast this machine runs a model, beside what it could do at best.
#include "continuo/workbench/bench.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "bench_training.h"
#include "commands.h"
#include "continuo/base/check_outputs.h"
#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/base/format.h"
#include "continuo/base/parallel.h"
#include "options.h"
#include "terminal.h"

namespace continuo::app {
namespace {

namespace fs = std::filesystem;
using workbench::BenchResult;
using workbench::RatedModel;

struct BenchOptions {
  fs::path model;
  double seconds = 20;
  std::vector<std::string> precisions = {"fp32", "bf16", "int8"};
  std::string instruction_set = "best";
  std::vector<int> threads = {1, 2};
  std::vector<int> streams = {1, 4, 16};
  fs::path csv;
  bool training = false;
};

void print_live(const RatedModel& rated, const std::vector<BenchResult>& results) {
  const BenchResult* best = nullptr;
  for (const BenchResult& one : results)
    if (one.streams == 1 && (best == nullptr || one.seconds_per_step < best->seconds_per_step)) best = &one;
  if (best == nullptr) return;
  if (rated.steps_per_second == 0) {
    fmt::print("What a {} is worth in music is not known, so real time is not either.\n\n", rated.unit);
    return;
  }
  const double factor = 1 / (best->seconds_per_step * rated.steps_per_second);
  fmt::print("This machine plays this model live: {}, {:.{}f} times real time ({}, {} thread{}; {}).\n\n",
             factor >= 1 ? "yes" : "no", factor, factor < 10 ? 2 : 0, weights::name(best->precision), best->threads,
             best->threads == 1 ? "" : "s", rated.rate_origin);
}

/// The table at the terminal; the rows of the CSV are returned.
std::string report(const RatedModel& rated, const std::vector<BenchResult>& results) {
  const std::string rate = rated.unit + "/s";
  fmt::print("\n{}: {}, {} parameters, {}\n", rated.name, rated.file.network().name(),
             format_count(static_cast<std::uint64_t>(rated.file.parameter_count())),
             engine::name(results.front().instruction_set));
  fmt::print("{:<9} {:>7} {:>7} {:>11} {:>12} {:>10} {:>8} {:>9} {:>12} {:>8}\n", "precision", "threads", "streams",
             "us a step", rate, "real time", "GB/s", "GMAC/s", "at best/s", "reached");
  std::string rows;
  for (const BenchResult& one : results) {
    const double per_second = one.streams / one.seconds_per_step;
    const double factor = rated.steps_per_second > 0 ? per_second / rated.steps_per_second : 0;
    const double best = one.best_possible.value_or(0);
    const double bandwidth = one.roofline.bytes_per_second * 1e-9;
    const double peak = one.roofline.multiply_adds_per_second * 1e-9;
    const std::string_view precision = weights::name(one.precision);
    fmt::print("{:<9} {:>7} {:>7} {:>11.2f} {:>12.0f} {:>10} ", precision, one.threads, one.streams,
               one.seconds_per_step * 1e6, per_second, factor > 0 ? fmt::format("{:.2f}", factor) : "-");
    if (one.best_possible)
      fmt::print("{:>8.1f} {:>9.1f} {:>12.0f} {:>6.0f} %\n", bandwidth, peak, best, 100 * per_second / best);
    else
      fmt::print("{:>8} {:>9} {:>12} {:>8}\n", "-", "-", "-", "-");
    rows += fmt::format("\"{}\",{},{},{},{},{},{:.3f},{:.1f},{:.4f},{:.2f},{:.2f},{:.1f}\n", rated.name,
                        rated.file.network().name(), precision, engine::name(one.instruction_set), one.threads,
                        one.streams, one.seconds_per_step * 1e6, per_second, factor, bandwidth, peak, best);
  }
  if (results.front().turns > 1)
    fmt::print("medians of {} turns, sampling included; real time is that of all streams together\n",
               results.front().turns);
  print_live(rated, results);
  return rows;
}

void run_bench(const BenchOptions& options) {
  check_outputs({options.csv}, {options.model});
  workbench::BenchOptions how{.threads = options.threads,
                              .streams = options.streams,
                              .instruction_set = instruction_set_called(options.instruction_set)};
  for (const std::string& name : options.precisions) how.precisions.push_back(weights::precision_from(name).value());
  std::vector<RatedModel> models;
  if (options.model.empty()) {
    models = workbench::built_in_models();
  } else {
    // A name for a column of CSV and a line at the terminal.
    std::string name = options.model.filename().string();
    std::ranges::replace_if(
        name, [](unsigned char c) { return c < ' ' || c == '"' || c == 127; }, '?');
    models.push_back(workbench::rated_model(name, options.model));
  }
  how.seconds = options.seconds / static_cast<double>(models.size());
  std::string csv =
      "model,network,precision,instruction_set,threads,streams,us_per_step,steps_per_second,real_time_factor,"
      "bandwidth_gb_per_second,peak_gmac_per_second,roofline_steps_per_second\n";
  for (const RatedModel& model : models)
    csv += report(model, workbench::bench(model, how, terminal_progress(), interruption()));
  fmt::print(
      "GB/s: this machine reads a working set of the weights' size; GMAC/s: it multiplies and adds on registers;\n"
      "at best/s: what these two allow; reached: how much of it. A quiet machine gives steadier figures.\n");
  if (!options.csv.empty()) {
    write_file_atomically(options.csv, csv);
    fmt::print("{}\n", options.csv.string());
  }
}

}  // namespace

void add_bench(CLI::App& app, const std::function<void(const TrainingBench&)>& training) {
  auto options = std::make_shared<BenchOptions>();
  auto* command = app.add_subcommand("bench", "Measure how fast this machine runs a model, beside what it could do");
  command->footer(
      "Without a model: a WaveNet of 30 layers on sound and one of 4 million weights on remi, with random weights.\n\n"
      "Examples:\n"
      "  continuo bench\n"
      "  continuo bench --model default\n"
#ifdef CONTINUO_WITH_TRAINING
      "  continuo bench --training --precision fp32,bf16\n"
#endif
      "  continuo bench --model M --precision int8 --threads 1 --streams 1,4,16,64 --csv int8.csv\n"
      "  continuo bench --instruction-set scalar --precision fp32 --seconds 5");
  command
      ->add_option("-m,--model", options->model,
                   "Model file (.safetensors); 'default': the one that comes with Continuo")
      ->type_name("FILE");
  command->add_option("--seconds", options->seconds, "Length of the measuring")
      ->check(number(0.01, 86'400))
      ->capture_default_str();
  command->add_option("--precision", options->precisions, "fp32, bf16, int8, or several")
      ->delimiter(',')
      ->transform(one_of({"fp32", "bf16", "int8"}))
      ->capture_default_str();
  command
      ->add_option("--instruction-set", options->instruction_set,
                   "best, scalar, avx2, avx-vnni, avx512, amx, neon or neon-dot")
      ->capture_default_str();
  command
      ->add_option("--threads", options->threads,
                   "Threads, 1 or 2, or both: the second helps with each step of a WaveNet, or takes half of several "
                   "sequences")
      ->delimiter(',')
      ->check(whole(1, 2))
      ->capture_default_str();
  command->add_option("--streams", options->streams, "Sequences that are stepped together, one number or several")
      ->delimiter(',')
      ->check(whole(1, 4096))
      ->capture_default_str();
#ifdef CONTINUO_WITH_TRAINING
  command->add_flag("--training", options->training,
                    "Measure how fast it learns instead, beside the speed of matrix products");
#endif
  command->add_option("--csv", options->csv, "Also write the figures to this file")->type_name("FILE");
  command->callback([options, training] {
    if (!options->model.empty()) options->model = model_or_default(options->model);
    if (options->training) {
      check_outputs({options->csv}, {options->model});
      return training({.model = options->model,
                       .precisions = options->precisions,
                       .threads = options->threads,
                       .seconds = options->seconds,
                       .csv = options->csv});
    }
    run_bench(*options);
  });
}

}  // namespace continuo::app
