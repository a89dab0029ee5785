// continuo benchmark: trains by a committed recipe and prints the result beside what has been published.
#include <fmt/format.h>

#include <array>
#include <cctype>
#include <filesystem>
#include <optional>

#include "commands.h"
#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/base/format.h"
#include "continuo/corpus/frame_file.h"
#include "continuo/evaluation/frame_likelihood.h"
#include "continuo/evaluation/statistics.h"
#include "continuo/training/trainer.h"
#include "continuo/weights/model_file.h"
#include "continuo/workbench/default_cache.h"
#include "continuo/workbench/recipe_data.h"
#include "poly_music_recipes.h"
#include "terminal.h"

namespace continuo::app {
namespace {

namespace fs = std::filesystem;
using corpus::Part;
using evaluation::FrameLikelihood;

struct BenchmarkOptions {
  fs::path data;
  fs::path output = "poly-music";
  fs::path recipe, cache;
  std::string head = "chain";
  std::vector<std::string> settings;
  std::optional<double> minutes;
  std::optional<std::int64_t> steps;
  std::optional<int> threads;
  std::uint64_t seed = 1;
  int runs = 3;
  bool overwrite = false;
};

/// Test nats per frame that others have reported; 0 where they have none.
struct Published {
  const char* model;
  const char* source;
  const char* head;
  double jsb, nottingham;
};
constexpr std::array kPublished = {
    Published{"RNN", "Bai et al. 2018, table 1", "keys", 8.91, 4.05},
    Published{"LSTM", "Bai et al. 2018, table 1", "keys", 8.45, 3.29},
    Published{"GRU", "Bai et al. 2018, table 1", "keys", 8.43, 3.46},
    Published{"TCN", "Bai et al. 2018, table 1", "keys", 8.10, 3.07},
    Published{"RNN-RBM", "Boulanger-Lewandowski et al. 2012, estimated", "joint", 6.27, 2.39},
    Published{"RNN-NADE", "Boulanger-Lewandowski et al. 2012, exact", "joint", 5.19, 2.31},
    Published{"DBN-LSTM", "Vohra et al. 2015, quoted by Bai et al., estimated", "joint", 3.47, 1.32},
};

enum class Known { kNone, kJsb, kNottingham };

Known known_data(const fs::path& path) {
  std::string name = path.filename().string();
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (name.find("jsb") != std::string::npos) return Known::kJsb;
  return name.find("nottingham") != std::string::npos ? Known::kNottingham : Known::kNone;
}

training::Recipe make_recipe(const BenchmarkOptions& options) {
  const bool keys = options.head == "keys";
  training::Recipe recipe = !options.recipe.empty() ? training::load_recipe(options.recipe)
                            : keys ? training::parse_recipe(kPolyMusicKeysRecipe, "recipes/poly-music-keys.toml")
                                   : training::parse_recipe(kPolyMusicRecipe, "recipes/poly-music.toml");
  std::vector<training::OptionValue> changes;
  for (const std::string& setting : options.settings) changes.push_back(training::option_from(setting));
  if (options.minutes) {
    changes.push_back({"training.minutes", fmt::format("{}", *options.minutes)});
    if (!options.steps) changes.push_back({"training.steps", "0"});
  }
  if (options.steps) {
    changes.push_back({"training.steps", std::to_string(*options.steps)});
    if (!options.minutes) changes.push_back({"training.minutes", "0"});
  }
  if (options.threads) changes.push_back({"training.threads", std::to_string(*options.threads)});
  training::set_options(recipe, changes);
  recipe.network.output = keys ? weights::kBinary : weights::kCategorical;
  if (representation::time_base(recipe.representation.name) != representation::TimeBase::kFrames)
    throw Error({.message = "the recipe's representation is " + recipe.representation.name + ", not frames",
                 .path = options.recipe.string(),
                 .code = ErrorCode::kMismatch});
  return recipe;
}

corpus::Dataset open_data(const BenchmarkOptions& options, const training::Recipe& recipe, const ProgressSink& progress,
                          const std::stop_token& stop) {
  const fs::path cache = options.cache.empty() ? workbench::default_cache() : options.cache;
  if (!fs::is_directory(options.data)) return corpus::open_frame_file(options.data, recipe.representation, cache);
  return workbench::dataset_of(recipe, options.data, cache, progress, stop);
}

std::vector<representation::SymbolView> pieces_of(const corpus::Dataset& dataset, Part part) {
  std::vector<representation::SymbolView> pieces;
  for (const std::size_t i : dataset.indices(part)) pieces.push_back(dataset.pieces()[i].symbols);
  return pieces;
}

struct Run {
  std::uint64_t seed = 0;
  training::TrainResult result;
  std::shared_ptr<const engine::Model> model;
  FrameLikelihood valid, test;
};

std::string mean_and_spread(const std::vector<double>& values) {
  const auto summary = evaluation::summarise(values);
  return values.size() > 1 ? fmt::format("{:.3f} +- {:.3f}", summary.mean, summary.deviation)
                           : fmt::format("{:.3f}", summary.mean);
}

void print_row(const std::string& model, const std::string& head, const std::string& test, const std::string& source) {
  fmt::print("  {:<34} {:<6} {:>16}  {}\n", model, head, test, source);
}

void print_table(const BenchmarkOptions& options, const training::Recipe& recipe, const std::vector<Run>& runs,
                 const FrameLikelihood* mixture) {
  fmt::print("\n  {:<34} {:<6} {:>16}\n", "model", "head", "test nats/frame");
  const Known data = known_data(options.data);
  for (const Published& row : kPublished) {
    if (data == Known::kNone) break;
    print_row(row.model, row.head, fmt::format("{:.2f}", data == Known::kJsb ? row.jsb : row.nottingham), row.source);
  }
  std::vector<double> tests, valids;
  for (const Run& run : runs) {
    tests.push_back(run.test.per_frame());
    valids.push_back(run.valid.per_frame());
  }
  const std::string name = recipe.network.name();
  print_row(name, options.head, mean_and_spread(tests),
            fmt::format("this run{}, valid {}", runs.size() > 1 ? fmt::format("s: {}", runs.size()) : "",
                        mean_and_spread(valids)));
  if (mixture != nullptr)
    print_row(fmt::format("mixture of these {} {}", runs.size(), name), options.head,
              fmt::format("{:.3f}", mixture->per_frame()), "the mean of their probabilities");
}

std::string csv_of(const std::vector<Run>& runs) {
  std::string text = "seed,valid_nats_per_frame,test_nats_per_frame,test_frames,parameters,steps,epochs,minutes\n";
  for (const Run& run : runs) {
    const auto& last = run.result.curve.back();
    text +=
        fmt::format("{},{:.6f},{:.6f},{},{},{},{:.3f},{:.3f}\n", run.seed, run.valid.per_frame(), run.test.per_frame(),
                    run.test.frames, run.result.parameters, run.result.steps, last.epoch, run.result.minutes);
  }
  return text;
}

void run_benchmark(const BenchmarkOptions& options) {
  const training::Recipe recipe = make_recipe(options);
  const auto stop = interruption();
  const auto progress = terminal_progress();
  const corpus::Dataset dataset = open_data(options, recipe, progress, stop);
  const representation::FrameCode code(dataset.spec());
  const auto valid = pieces_of(dataset, Part::kValidation);
  const auto test = pieces_of(dataset, Part::kTest);
  if (valid.empty() || test.empty())
    throw Error({.message = valid.empty() ? "no piece is there for validation" : "no piece is there for the test",
                 .path = options.data.string(),
                 .hint = "Give more pieces, or another split (--set split.validation=0.15).",
                 .code = ErrorCode::kEmpty});
  fmt::print("{}: {} pieces to train, {} to validate, {} to test\n", options.data.string(),
             dataset.indices(Part::kTrain).size(), valid.size(), test.size());
  std::vector<Run> runs;
  for (int i = 0; i < options.runs; ++i) {
    Run& run = runs.emplace_back(Run{.seed = options.seed + static_cast<std::uint64_t>(i)});
    training::Recipe own = recipe;
    own.training.seed = run.seed;
    const fs::path folder = options.output / ("seed-" + std::to_string(run.seed));
    const auto resume = options.overwrite ? training::Resume::kOverwrite : training::Resume::kIfSame;
    run.result = training::train(dataset, own, {.folder = folder, .resume = resume}, progress, stop);
    if (run.result.interrupted)
      throw Interrupted({.message = "stopped in the run of seed " + std::to_string(run.seed),
                         .hint = "Everything is kept. The same command goes on from there.",
                         .code = ErrorCode::kInterrupted});
    run.model = engine::Model::create(weights::ModelFile::load(run.result.best_model));
    const engine::Model* const model = run.model.get();
    run.valid = evaluation::frame_likelihood({&model, 1}, code, valid, 0, progress, stop);
    run.test = evaluation::frame_likelihood({&model, 1}, code, test, 0, progress, stop);
    fmt::print(
        "seed {}: {} parameters, {} epochs in {} of training; valid {:.4f}, test {:.4f} nats per frame ({} frames)\n",
        run.seed, format_count(run.result.parameters), fmt::format("{:.1f}", run.result.curve.back().epoch),
        format_duration(run.result.minutes * 60), run.valid.per_frame(), run.test.per_frame(),
        format_count(run.test.frames));
    std::fflush(stdout);
    write_file_atomically(options.output / "benchmark.csv", csv_of(runs));
  }
  std::optional<FrameLikelihood> mixture;
  if (runs.size() > 1) {
    std::vector<const engine::Model*> models;
    for (const Run& run : runs) models.push_back(run.model.get());
    mixture = evaluation::frame_likelihood(models, code, test, 0, progress, stop);
  }
  print_table(options, recipe, runs, mixture ? &*mixture : nullptr);
}

}  // namespace

void add_benchmark(CLI::App& app) {
  auto options = std::make_shared<BenchmarkOptions>();
  auto* command = app.add_subcommand("benchmark", kBenchmarkDescription);
  command->require_subcommand(1);
  command->footer(
      "Examples:\n"
      "  continuo benchmark poly-music JSB_Chorales.json -o jsb\n"
      "Each benchmark has its own --help.");
  auto* poly = command->add_subcommand(
      "poly-music",
      "Polyphonic music by frames (Boulanger-Lewandowski et al. 2012; Bai et al. 2018): nats per frame of the test "
      "part, frame 0 of each piece unscored; models are chosen by the validation part");
  poly->footer(
      "Examples:\n"
      "  continuo benchmark poly-music JSB_Chorales.json -o jsb\n"
      "      three runs of the exact chain rule within a frame, to compare with RNN-NADE\n"
      "  continuo benchmark poly-music Nottingham.json --head keys -o nottingham-keys\n"
      "      88 independent keys, to compare with TCN\n"
      "  continuo benchmark poly-music FOLDER --runs 1 --minutes 5 -o mine\n"
      "      a folder of MIDI, sixteenth by sixteenth\n"
      "The file is {\"train\": [...], \"valid\": [...], \"test\": [...]} of pieces of frames of MIDI pitches.\n"
      "Stopped by Ctrl-C, the same command goes on where it was.");
  poly->add_option("data", options->data, "JSON file of frames, or a folder of MIDI files")
      ->required()
      ->check(CLI::ExistingPath)
      ->type_name("FILE|FOLDER");
  poly->add_option("-o,--output", options->output, "Folder for the models, their curves and benchmark.csv")
      ->type_name("FOLDER")
      ->capture_default_str();
  poly->add_option("--head", options->head,
                   "chain: key after key in rising order, exact; keys: each key for itself, as RNN, LSTM and TCN")
      ->check(CLI::IsMember({"chain", "keys"}))
      ->capture_default_str();
  poly->add_option(
          "-r,--recipe", options->recipe,
          "What to train, and how (default: recipes/poly-music.toml, or poly-music-keys.toml with --head keys)")
      ->type_name("FILE");
  poly->add_option("--runs", options->runs, "Runs, with seeds that follow each other")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  poly->add_option("--seed", options->seed, "Of the first run")->check(CLI::NonNegativeNumber)->capture_default_str();
  poly->add_option("--minutes", options->minutes, "Length of each training (default: the recipe's)")
      ->check(CLI::PositiveNumber);
  poly->add_option("--steps", options->steps, "Length in steps of the optimiser: repeats to the bit")
      ->check(CLI::PositiveNumber);
  poly->add_option("--threads", options->threads, "Of training; 0: every core")->check(CLI::NonNegativeNumber);
  poly->add_option("--set", options->settings, "An option of the recipe: SECTION.NAME=VALUE; repeat for several")
      ->type_name("KEY=VALUE");
  poly->add_flag("--overwrite", options->overwrite, "Replace the trainings that the output folder holds");
  poly->add_option("--cache", options->cache, "Folder for encoded pieces (default: ~/.cache/continuo)")
      ->type_name("FOLDER");
  poly->callback([options] { run_benchmark(*options); });
}

}  // namespace continuo::app
