// continuo train: learns from a folder of MIDI files and leaves a model, its curve and what the losses are read beside.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numbers>
#include <optional>
#include <set>
#include <utility>

#include "commands.h"
#include "continuo/audio/render.h"
#include "continuo/base/check_outputs.h"
#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/base/format.h"
#include "continuo/base/text.h"
#include "continuo/corpus/dataset.h"
#include "continuo/corpus/manifest.h"
#include "continuo/representation/labels.h"
#include "continuo/representation/sound.h"
#include "continuo/training/fine_tune.h"
#include "continuo/training/recipe.h"
#include "continuo/training/run_folder.h"
#include "continuo/training/trainer.h"
#include "continuo/weights/network_info.h"
#include "continuo/workbench/default_cache.h"
#include "continuo/workbench/training_log.h"
#include "options.h"
#include "terminal.h"
#include "train_report.h"

namespace continuo::app {
namespace {

namespace fs = std::filesystem;

struct TrainOptions {
  fs::path folder;
  fs::path recipe;
  fs::path output = "trained";
  fs::path cache;
  std::string network, representation;
  std::vector<std::string> settings;
  std::optional<double> minutes, epochs;
  std::optional<std::int64_t> steps;
  std::optional<std::uint64_t> seed;
  std::optional<int> threads;
  std::optional<std::size_t> max_pieces;
  std::string select_column, label_column;
  fs::path soundfont;
  fs::path init;
  std::optional<int> freeze;
  double checkpoint_minutes = 2;
  std::string device = "cpu";
  double process_timeout = training::Ranks::kSeconds;
  bool any_length = false;
  bool resume = false, resume_if_same = false, overwrite = false;
  bool print_recipe = false;
};

bool goes_on(const TrainOptions& options) {
  return options.resume || (options.resume_if_same && training::holds_training(options.output));
}

training::Resume resume_of(const TrainOptions& options) {
  return options.resume           ? training::Resume::kMust
         : options.resume_if_same ? training::Resume::kIfSame
         : options.overwrite      ? training::Resume::kOverwrite
                                  : training::Resume::kNever;
}

/// The model from which the run starts; of a run that goes on, the copy in its folder. Empty: none.
fs::path model_to_start_from(const TrainOptions& options) {
  if (!options.init.empty()) return model_or_default(options.init);
  const fs::path kept = training::init_in(options.output);
  return goes_on(options) && fs::exists(kept) ? kept : fs::path{};
}

/// What the command line says.
void change_recipe(const TrainOptions& options, bool from_model, training::Recipe& recipe) {
  std::vector<training::OptionValue> changes;
  if (!options.network.empty()) changes.push_back({"network.name", options.network});
  if (!options.representation.empty()) changes.push_back({"representation.name", options.representation});
  for (const std::string& setting : options.settings) changes.push_back(training::option_from(setting));
  training::set_options(recipe, changes);
  auto& limits = recipe.training;
  if (options.minutes || options.epochs || options.steps) {
    limits.minutes = options.minutes.value_or(0);
    limits.epochs = options.epochs.value_or(0);
    limits.steps = options.steps.value_or(0);
  }
  if (options.seed) limits.seed = *options.seed;
  if (options.threads) limits.threads = *options.threads;
  if (options.max_pieces) recipe.collection.max_pieces = *options.max_pieces;
  if (!options.soundfont.empty()) recipe.collection.soundfont = fs::absolute(options.soundfont);
  if (!options.select_column.empty()) recipe.collection.select_column = options.select_column;
  if (!options.label_column.empty()) {
    recipe.collection.label_column = options.label_column;
    if (!from_model) recipe.condition_on_label = true;
  }
  if (options.freeze) limits.freeze = *options.freeze;
  if (options.any_length) {
    recipe.collection.min_seconds = 0;
    recipe.collection.max_seconds = 1e9;
  }
}

/// The model's or the default one, over it the file's or that of the run that goes on, then what the command line says.
training::Recipe make_recipe(const TrainOptions& options, const fs::path& init) {
  return training::recipe_of_run(init,
                                 {.recipe = options.recipe, .folder = options.output, .goes_on = goes_on(options)},
                                 [&](training::Recipe& recipe) { change_recipe(options, !init.empty(), recipe); });
}

/// What the recipe in the output folder does not know.
std::string command_to_go_on(const TrainOptions& options) {
  std::string command = fmt::format("continuo train {} -o {} --resume", shell_word(options.folder.string()),
                                    shell_word(options.output.string()));
  if (!options.cache.empty()) command += " --cache " + shell_word(options.cache.string());
  return command;
}

/// Below so many pieces a network from scratch is far behind the default model before that learns anything
/// (docs/training.md).
constexpr std::size_t kFewPieces = 1000;

bool better_fine_tuned(const training::Recipe& recipe, std::size_t pieces) {
  return pieces < kFewPieces && !recipe.network.is_counted() && !recipe.network.reads_frames() &&
         recipe.representation.name != "frames" && !representation::reads_sound(recipe.representation.name);
}

/// Music of the folder that was passed over.
void say_other_formats(const corpus::Collection& collection) {
  if (collection.other_formats.empty()) return;
  std::string list;
  for (const auto& [format, count] : collection.other_formats)
    list += fmt::format("{}{} {}", list.empty() ? "" : ", ", format_count(count), format);
  fmt::print("note: not read: {} (convert them to MIDI to learn from them)\n", list);
}

/// Says what is fine-tuned, and which labels of the collection the model does not know.
void introduce(const fs::path& init, const training::Recipe& recipe, const corpus::Collection& collection) {
  const int layers = weights::layer_count(recipe.network);
  fmt::print("fine-tuning {}: {} on {}, {} of {} layers frozen, rate {:.2g} at most\n", init.string(),
             recipe.network.name(), recipe.representation.name, recipe.training.freeze, layers,
             recipe.training.learning_rate);
  const auto& known = recipe.representation.labels;
  std::set<std::string> others;
  for (const auto& piece : collection.pieces)
    if (!piece.label.empty()) others.insert(piece.label);
  std::erase_if(others, [&](const std::string& label) { return representation::match_label(known, label); });
  if (others.empty()) return;
  std::string names;
  for (const std::string& name : others) {
    if (names.size() > 200) {
      names += ", ...";
      break;
    }
    names += (names.empty() ? "" : ", ") + name;
  }
  fmt::print("note: {} labels that the model does not know count as '{}': {}\n", others.size(), shown(known.at(0)),
             shown(names));
}

/// The pieces that the recipe chooses, encoded; also says what they are.
corpus::Dataset read_music(const TrainOptions& options, const training::Recipe& recipe, const fs::path& init, bool says,
                           const ProgressSink& progress, const std::stop_token& stop) {
  corpus::ScanOptions scan = recipe.collection;
  scan.sound = representation::reads_sound(recipe.representation.name);
  const auto collection = corpus::scan(options.folder, scan, progress, stop);
  if (says)
    fmt::print("{}: {} of {} files, {} of music, {} notes\n", options.folder.string(),
               format_count(collection.pieces.size()), format_count(collection.files),
               format_duration(collection.total_seconds()), format_count(collection.total_notes()));
  if (says && !collection.manifest_encoding.empty()) {
    fmt::print("note: {} is not UTF-8: read as {}, which is a guess\n", corpus::kManifestName,
               collection.manifest_encoding);
  }
  if (says) say_other_formats(collection);
  if (collection.pieces.empty()) {
    throw Error(
        {.message = "no piece passes the filters",
         .path = options.folder.string(),
         .hint = "continuo corpus tells why each was left out; --any-length lifts the limits of 1 to 5 minutes.",
         .code = ErrorCode::kEmpty});
  }
  if (says && !init.empty()) introduce(init, recipe, collection);
  if (says && init.empty() && !goes_on(options) && better_fine_tuned(recipe, collection.pieces.size()))
    fmt::print(
        "note: {} pieces are few for a network that begins with random weights; '--init default' starts from the model "
        "that comes with Continuo, and learns these pieces better\n",
        format_count(collection.pieces.size()));
  const auto split = corpus::split(collection, recipe.split);
  auto dataset =
      corpus::open_dataset(collection, split, recipe.representation,
                           options.cache.empty() ? workbench::default_cache() : options.cache, progress, stop);
  const auto missing = corpus::names_without_entry(collection, dataset);
  if (says)
    for (const std::string& loss : dataset.losses())
      fmt::print("note: {} does not keep: {}\n", recipe.representation.name, shown(loss));
  if (says && !missing.empty()) {
    fmt::print("note: {} left out, of which {} keeps nothing: {}\n", counted(missing.size(), "piece"),
               recipe.representation.name, missing.front() + (missing.size() > 1 ? ", ..." : ""));
  }
  return dataset;
}

/// The first process's recipe, of which the text says everything but what a model brings.
training::Recipe recipe_of(const std::string& toml, const fs::path& init) {
  const training::Recipe base =
      init.empty() ? training::Recipe{} : training::fine_tuning_recipe(weights::ModelFile::load(init), init);
  return training::parse_recipe(toml, "the first process's recipe", base);
}

void run_train(const TrainOptions& options) {
  const training::RankInfo own = training::rank_in_environment();
  const bool first = own.rank == 0;
  fs::path init;
  training::Recipe recipe;
  if (first || options.print_recipe) {
    init = model_to_start_from(options);
    recipe = make_recipe(options, init);
  }
  if (options.print_recipe) {
    fmt::print("{}", training::to_toml(recipe));
    return;
  }
  if (options.folder.empty()) {
    throw Error({.message = "no folder of MIDI files was given",
                 .hint = "continuo train FOLDER -o trained",
                 .code = ErrorCode::kInvalidArgument});
  }
  if (!options.soundfont.empty()) audio::check({.soundfont = options.soundfont});
  if (first) {
    training::check_run_folder(options.output, resume_of(options), recipe);
    check_outputs(training::outputs_in(options.output), {options.init, options.soundfont});
  }
  const auto stop = interruption();
  training::Ranks ranks(own, options.process_timeout);
  init = ranks.from_first(init.string());
  const std::string toml = ranks.from_first(training::to_toml(recipe));
  if (!first) recipe = recipe_of(toml, init);
  const auto progress = first ? terminal_progress() : ProgressSink{};
  std::optional<corpus::Dataset> dataset;
  ranks.first_ahead([&] { dataset = read_music(options, recipe, init, first, progress, stop); });
  const bool real = !dataset->pieces().empty() && !dataset->pieces().front().frames.empty() &&
                    recipe.network.output != weights::kBinary;
  bool headed = false;
  const auto print_heading = [&] {
    if (!std::exchange(headed, true))
      fmt::print("{:>8} {:>8} {:>9} {:>14} {:>15} {:>15} {:>14}\n", "epoch", "step", "minutes",
                 real ? "train (MSE)" : "train (nats)", real ? "held out (MSE)" : "held out (nats)",
                 real ? "" : "held out (bits)", "rate");
  };
  workbench::TrainingLog log(options.output, recipe.network.output,
                             [](const std::string& note) { fmt::print("note: {}\n", note); });
  const auto result = training::train(
      *dataset, recipe,
      {.folder = options.output,
       .resume = resume_of(options),
       .checkpoint_minutes = options.checkpoint_minutes,
       .init = init,
       .on_steps = [&](const training::StepReport& report) { log.steps(report); },
       .on_note = [](const std::string& note) { fmt::print("{}\n", note); },
       .ranks = &ranks,
       .device = options.device},
      progress, stop, [&](const training::CurvePoint& point) {
        log.point(point);
        print_heading();
        const std::string bits = real ? "" : fmt::format("{:.4f}", point.held_out_loss / std::numbers::ln2);
        fmt::print("{:8.2f} {:8} {:9.2f} {:14.4f} {:15.4f} {:>15} {:14.2e}\n", point.epoch, point.step, point.minutes,
                   point.train_eval_loss, point.held_out_loss, bits, point.learning_rate);
        std::fflush(stdout);
      });
  if (!first) return;
  if (!result.curve.empty())
    draw_curve(options.output / "curve.png", fmt::format("{} on {}", recipe.network.name(), recipe.representation.name),
               result);
  print_summary(options.output, recipe, result);
  if (result.interrupted) {
    fmt::print("\nInterrupted; everything is kept. Go on with\n  {}\n", command_to_go_on(options));
    throw Interrupted("stopped before the end of training");
  }
  const fs::path model = result.best() != nullptr ? result.best_model : result.last_model;
  fmt::print("\nCompose with\n  continuo compose --model {} -o new\n", shell_word(model.string()));
}

}  // namespace

void add_train(CLI::App& app) {
  auto options = std::make_shared<TrainOptions>();
  auto* command = app.add_subcommand("train", kTrainDescription);
  command->footer(
      "Examples:\n"
      "  continuo train FOLDER -o trained\n"
      "      ten minutes of a WaveNet on remi symbols; trained/best.safetensors is the model\n"
      "  continuo train FOLDER --recipe recipes/remi-lstm.toml --minutes 20 -o lstm\n"
      "  continuo train FOLDER --network wavenet-lstm --representation notes --epochs 3 -o three\n"
      "  continuo train FOLDER --network markov -o chain\n"
      "      counts a Markov chain in seconds: what every network must beat\n"
      "  continuo train FOLDER --recipe recipes/sound-small.toml -o sound\n"
      "      learns raw sound, from audio files or rendered MIDI\n"
      "  continuo train FOLDER --recipe recipes/spectrum-lstm.toml --soundfont my.sf2 -o frames\n"
      "      learns Fourier frames of sound, MIDI files played by your own instruments\n"
      "  continuo train FOLDER -o trained --resume\n"
      "      goes on where Ctrl-C stopped it\n"
      "  continuo train FOLDER --init default -o mine\n"
      "      fine-tunes a model on other music: its network and symbols, a fifth of its learning rate\n"
      "  RANK=0 WORLD_SIZE=2 continuo train FOLDER & RANK=1 WORLD_SIZE=2 continuo train FOLDER\n"
      "      two processes share the batches; so do those that torchrun, mpirun or srun start (docs/training.md)\n"
      "  continuo train FOLDER --set training.chunk=1024 --set network.dilations=[1,2,4,8,16]\n"
      "      any option of the recipe; all of them with --print-recipe");
  command->add_option("folder", options->folder, "Folder of MIDI files (read with everything below it)")
      ->type_name("FOLDER");
  command->add_option("-o,--output", options->output, "Folder for the model, the curve and the checkpoints")
      ->type_name("FOLDER")
      ->capture_default_str();
  command->add_option("-r,--recipe", options->recipe, "What to train, and how (TOML)")->type_name("FILE");
  command->add_option("--network", options->network, "wavenet, lstm, gru, wavenet-lstm, guide-cnn or markov")
      ->type_name("NAME");
  command->add_option("--representation", options->representation, "remi, events, notes, frames, mulaw or spectrum")
      ->type_name("NAME");
  command
      ->add_option("--init", options->init,
                   "Start from this model and fine-tune it; 'default': the one that comes with Continuo")
      ->type_name("MODEL");
  command->add_option("--freeze", options->freeze, "With --init: so many layers from below keep the model's weights")
      ->check(whole(0, 1000));
  command->add_option("--minutes", options->minutes, "Length of the training (default 10, or the recipe's)")
      ->check(amount(1e6));
  command->add_option("--epochs", options->epochs, "Length in readings of the training part")->check(amount(1e6));
  command->add_option("--steps", options->steps, "Length in steps of the optimiser")
      ->check(whole(1, 1'000'000'000'000));
  command->add_option("--seed", options->seed, "Of the first weights and the order of examples")
      ->check(whole(0, kMaxSeed));
  command->add_option("--threads", options->threads, "0: every core")->check(whole(0, kMaxThreads));
  command->add_option("--device", options->device, "Where the network computes: cpu, or cuda where libtorch has it")
      ->capture_default_str();
  auto* resume =
      command->add_flag("--resume", options->resume, "Go on from the output folder's last checkpoint, by its recipe");
  auto* resume_if_same =
      command->add_flag("--resume-if-same", options->resume_if_same,
                        "As --resume where the folder holds a training with these pieces and settings; begin one where "
                        "it holds none");
  command->add_flag("--overwrite", options->overwrite, "Replace the training that the output folder holds")
      ->excludes(resume)
      ->excludes(resume_if_same);
  resume->excludes(resume_if_same);
  command
      ->add_option("--checkpoint-minutes", options->checkpoint_minutes, "Between checkpoints, of which the last stays")
      ->check(number(0, 1e6))
      ->capture_default_str();
  command
      ->add_option("--process-timeout", options->process_timeout,
                   "Of several processes: seconds for which one may keep the others waiting before they give up")
      ->check(number(1, 1e6))
      ->capture_default_str();
  command->add_option("--set", options->settings, "An option of the recipe: SECTION.NAME=VALUE; repeat for several")
      ->type_name("KEY=VALUE");
  command->add_flag("--print-recipe", options->print_recipe,
                    "Print the whole recipe, every option explained, and stop");
  command->add_flag("--any-length", options->any_length, "Also pieces shorter than 1 or longer than 5 minutes");
  command->add_option("--max-pieces", options->max_pieces, "A random choice of so many pieces; 0: all")
      ->check(whole(0, kMaxPieces));
  command->add_option("--select-column", options->select_column, "Only pieces with 1 in this column of MANIFEST.csv")
      ->type_name("NAME");
  command
      ->add_option("--label-column", options->label_column,
                   "Column of MANIFEST.csv with each piece's label; the network is conditioned on it")
      ->type_name("NAME");
  command
      ->add_option("--soundfont", options->soundfont,
                   "SoundFont that plays MIDI files for a representation of sound (default: the system's)")
      ->type_name("FILE");
  command->add_option("--cache", options->cache, "Folder for encoded pieces (default: ~/.cache/continuo)")
      ->type_name("FOLDER");
  command->callback([options] { run_train(*options); });
}

}  // namespace continuo::app
