// continuo-train: learns from a collection that was encoded elsewhere, on machines that have libtorch and little else.
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "continuo/base/check_outputs.h"
#include "continuo/base/error.h"
#include "continuo/base/format.h"
#include "continuo/base/process.h"
#include "continuo/corpus/dataset.h"
#include "continuo/nets/threads.h"
#include "continuo/training/fine_tune.h"
#include "continuo/training/recipe.h"
#include "continuo/training/run_folder.h"
#include "continuo/training/trainer.h"
#include "remedies.h"
#include "terminal.h"

namespace {

namespace fs = std::filesystem;
namespace training = continuo::training;
using continuo::Error;
using continuo::ErrorCode;
using continuo::ErrorInfo;

constexpr const char* kHelp =
    "Learn from an encoded collection\n"
    "Usage: continuo-train DATASET -o FOLDER [OPTIONS]\n"
    "\n"
    "DATASET is a .dataset file. Where the whole of Continuo is built,\n"
    "  continuo corpus FOLDER --any-length --representation remi --validation 0.1 --cache encoded\n"
    "makes one of a folder of music.\n"
    "\n"
    "  -o FOLDER               for the model, the curve and the checkpoints\n"
    "  --recipe FILE           what to train, and how (TOML); which pieces, and their representation, are the "
    "dataset's\n"
    "  --set KEY=VALUE         an option of the recipe, for example training.steps=20000; repeat for several\n"
    "  --init MODEL            start from this model and fine-tune it\n"
    "  --device NAME           cpu (default), or cuda where libtorch has it\n"
    "  --resume                go on from the folder's last checkpoint, by its recipe\n"
    "  --overwrite             replace the training that the folder holds\n"
    "  --checkpoint-minutes N  between checkpoints (2)\n"
    "  --process-timeout N     of several processes: seconds for which one may keep the others waiting (300)\n"
    "\n"
    "Started by torchrun, mpirun or srun, the processes share the batches.\n"
    "\n"
    "Examples:\n"
    "  continuo-train encoded/HASH.dataset --recipe recipes/remi-lstm.toml --device cuda -o trained\n"
    "  continuo-train encoded/HASH.dataset -o trained --resume\n";

struct Options {
  fs::path dataset, output, recipe, init;
  std::vector<training::OptionValue> changes;
  std::string device = "cpu";
  bool resume = false, overwrite = false;
  double checkpoint_minutes = 2;
  double process_timeout = training::Ranks::kSeconds;
};

[[noreturn]] void refuse(const std::string& message) {
  throw Error(ErrorInfo{.message = message, .hint = "See continuo-train --help.", .code = ErrorCode::kInvalidArgument});
}

double number(const std::string& option, const std::string& text) {
  std::size_t read = 0;
  double value = -1;
  try {
    value = std::stod(text, &read);
  } catch (const std::exception&) {
    read = 0;
  }
  if (read != text.size() || !std::isfinite(value) || value < 0) refuse(option + " " + text + " is no length of time");
  return value;
}

Options read_options(const std::vector<std::string>& words) {
  Options options;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const auto value = [&]() -> const std::string& {
      if (i + 1 == words.size()) refuse(word + " has no value");
      return words[++i];
    };
    if (word == "-o" || word == "--output") {
      options.output = value();
    } else if (word == "--recipe") {
      options.recipe = value();
    } else if (word == "--set") {
      options.changes.push_back(training::option_from(value()));
    } else if (word == "--init") {
      options.init = value();
    } else if (word == "--device") {
      options.device = value();
    } else if (word == "--resume") {
      options.resume = true;
    } else if (word == "--overwrite") {
      options.overwrite = true;
    } else if (word == "--checkpoint-minutes") {
      options.checkpoint_minutes = number(word, value());
    } else if (word == "--process-timeout") {
      options.process_timeout = number(word, value());
    } else if (word.starts_with("-") || !options.dataset.empty()) {
      refuse("'" + word + "' is not understood");
    } else {
      options.dataset = word;
    }
  }
  if (options.dataset.empty()) refuse("no dataset was given");
  if (options.output.empty()) refuse("no folder for the model was given");
  if (options.resume && options.overwrite) refuse("--resume and --overwrite exclude each other");
  return options;
}

training::Recipe make_recipe(const Options& options, const fs::path& init, const continuo::corpus::Dataset& dataset) {
  return training::recipe_of_run(init, {.recipe = options.recipe, .folder = options.output, .goes_on = options.resume},
                                 [&](training::Recipe& recipe) {
                                   training::set_options(recipe, options.changes);
                                   recipe.representation = dataset.spec();
                                 });
}

void run(const Options& options) {
  const training::RankInfo own = training::rank_in_environment();
  const bool first = own.rank == 0;
  const auto stop = continuo::app::interruption();
  const auto progress = first ? continuo::app::terminal_progress() : continuo::ProgressSink{};
  const continuo::corpus::Dataset dataset(options.dataset);
  fs::path init = options.init;
  if (init.empty() && options.resume && fs::exists(training::init_in(options.output)))
    init = training::init_in(options.output);
  const training::Recipe recipe = make_recipe(options, init, dataset);
  if (first) continuo::check_outputs(training::outputs_in(options.output), {options.init, options.dataset});
  training::Ranks ranks(own, options.process_timeout);
  if (ranks.from_first(training::to_toml(recipe)) != training::to_toml(recipe))
    refuse("this process has another recipe than the first one");
  if (first) std::printf("%8s %8s %9s %14s %15s %14s\n", "epoch", "step", "minutes", "train", "held out", "rate");
  const auto result = training::train(dataset, recipe,
                                      {.folder = options.output,
                                       .resume = options.resume      ? training::Resume::kMust
                                                 : options.overwrite ? training::Resume::kOverwrite
                                                                     : training::Resume::kNever,
                                       .checkpoint_minutes = options.checkpoint_minutes,
                                       .init = init,
                                       .on_note = [](const std::string& note) { std::printf("%s\n", note.c_str()); },
                                       .ranks = &ranks,
                                       .device = options.device},
                                      progress, stop, [](const training::CurvePoint& point) {
                                        std::printf("%8.2f %8lld %9.2f %14.4f %15.4f %14.2e\n", point.epoch,
                                                    static_cast<long long>(point.step), point.minutes,
                                                    point.train_eval_loss, point.held_out_loss, point.learning_rate);
                                        std::fflush(stdout);
                                      });
  if (!first) return;
  std::printf("\n%s parameters, %s symbols a second over %s of training (%.2f %% of it reading examples)\n%s\n",
              continuo::format_count(result.parameters).c_str(),
              continuo::format_count(static_cast<std::uint64_t>(result.symbols_per_second)).c_str(),
              continuo::format_duration(result.minutes * 60).c_str(),
              result.minutes > 0 ? 100 * result.reading_minutes / result.minutes : 0.0,
              (result.best() != nullptr ? result.best_model : result.last_model).c_str());
  if (result.interrupted) throw continuo::Interrupted("stopped before the end; go on with --resume");
}

}  // namespace

int main(int argc, char** argv) {
  continuo::prepare_process();
  continuo::nets::start_for_training(argv);
  const std::vector<std::string> words(argv + 1, argv + argc);
  try {
    for (const std::string& word : words) {
      if (word != "-h" && word != "--help") continue;
      std::fputs(kHelp, stdout);
      continuo::finish_output();
      return 0;
    }
    run(read_options(words));
    continuo::finish_output();
  } catch (const continuo::Interrupted& error) {
    std::fprintf(stderr, "\ncontinuo-train: %s\n", continuo::app::explained(error).c_str());
    return 130;
  } catch (const Error& error) {
    std::fprintf(stderr, "continuo-train: %s\n", continuo::app::explained(error).c_str());
    return 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "continuo-train: %s\n", error.what());
    return 1;
  }
  return 0;
}
