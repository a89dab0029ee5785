// The networks and their recipes.
#include "continuo/workbench/reproduce/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace continuo::workbench::reproduce {
namespace {

/// The paper's filter, split and number of epochs.
training::Recipe common(const Settings& settings) {
  training::Recipe recipe;
  auto& scan = recipe.collection;
  scan.select_column = settings.select_column;
  scan.soundfont = settings.soundfont;
  scan.max_pieces = settings.max_pieces > 0 ? settings.max_pieces : settings.scale == Scale::kQuick ? 60 : kPaperPieces;
  if (settings.any_length) {
    scan.min_seconds = 0;
    scan.max_seconds = 1e9;
  }
  recipe.training.epochs = kEpochs;
  recipe.training.seed = settings.seed;
  recipe.training.threads = settings.threads;
  return recipe;
}

weights::WaveNetSpec paper_wavenet(int channels, int layers) {
  weights::WaveNetSpec net{.residual_channels = channels,
                           .skip_channels = channels,
                           .head_channels = 2 * channels,
                           .input_kernel_size = 1,
                           .stacks = 1,
                           .dilations = {},
                           .block = weights::Block::kPaper};
  for (int i = 0; i < layers; ++i) net.dilations.push_back(1 << i);
  return net;
}

void add_notes(const Settings& settings, std::vector<Arm>& arms) {
  const bool quick = settings.scale == Scale::kQuick;
  const bool full = settings.scale == Scale::kFull;
  training::Recipe base = common(settings);
  // A rare chord cannot be learned: the guide leaves out what occurs less than 50 times.
  training::set_options(base, {{"representation.name", "notes"}, {"representation.min_count", quick ? "10" : "50"}});
  base.training.objective = training::Objective::kManyToOne;
  base.training.chunk = kWindow;
  base.training.batch = quick ? 64 : 128;
  const auto add = [&](const char* id, const char* title, double weight, auto&& change) {
    Arm arm{.id = id, .title = title, .recipe = base, .weight = weight};
    change(arm.recipe);
    arms.push_back(std::move(arm));
  };
  // 5 layers of dilations 1 to 16 see the window of 32 exactly.
  add("notes-wavenet", "WaveNet, the paper's block", 3,
      [&](training::Recipe& recipe) { recipe.network.network = paper_wavenet(full ? 256 : 64, 5); });
  add("notes-guide-cnn", "the guide's convolutions", 4, [](training::Recipe& recipe) {
    training::set_options(recipe, {{"network.name", "guide-cnn"}});
  });
  add("notes-lstm", "LSTM", 6, [&](training::Recipe& recipe) {
    recipe.network.network = weights::LstmSpec{.embedding = 100,
                                               .hidden = quick  ? 64
                                                         : full ? 512
                                                                : 128,
                                               .layers = quick ? 1 : 2};
  });
  add("notes-markov", "Markov chain, counted", 0.1, [](training::Recipe& recipe) {
    training::set_options(recipe, {{"network.name", "markov"}});
  });
}

void add_sound(const Settings& settings, std::vector<Arm>& arms) {
  const bool quick = settings.scale == Scale::kQuick;
  const bool full = settings.scale == Scale::kFull;
  training::Recipe base = common(settings);
  training::set_options(base, {{"representation.name", "mulaw"},
                               {"representation.sample_rate", std::to_string(kSampleRate)},
                               {"representation.classes", std::to_string(kClasses)},
                               {"training.evaluate_symbols", quick  ? "40000"
                                                             : full ? "16000000"
                                                                    : "400000"}});
  base.network.network = paper_wavenet(quick ? 16 : full ? 128 : 32, 10);
  const double samples = epoch_hours(settings) * 3600 * kSampleRate;  // 0: all
  const auto epoch = [&](training::Recipe& recipe, double symbols) {
    if (samples > 0) training::set_options(recipe, {{"training.epoch_symbols", fmt::format("{:.0f}", symbols)}});
  };
  Arm many{.id = "amplitudes-many-to-one", .title = "WaveNet, many to one", .sound = true, .recipe = base, .weight = 3};
  many.recipe.training.objective = training::Objective::kManyToOne;
  many.recipe.training.chunk = kChunk;
  many.recipe.training.batch = quick ? 32 : 128;
  // One prediction a chunk: an epoch has as many as it has chunks.
  epoch(many.recipe, std::max(1.0, samples / kChunk));
  arms.push_back(std::move(many));

  Arm every{.id = "amplitudes-every-position", .title = "WaveNet, every position", .sound = true, .recipe = base};
  every.recipe.training.order =
      training::ReadingOrder::kRandom;  // contiguous reading would see a few pieces of an epoch this short
  every.recipe.training.chunk = quick ? 1024 : 4096;
  every.recipe.training.batch = quick ? 4 : 8;
  every.weight = 12;
  epoch(every.recipe, std::max(1.0, samples));
  arms.push_back(std::move(every));
}

}  // namespace

double epoch_hours(const Settings& settings) {
  if (settings.epoch_hours > 0) return settings.epoch_hours;
  switch (settings.scale) {
    case Scale::kQuick:
      return 0.01;
    case Scale::kDefault:
      return 0.5;
    default:
      return 0;
  }
}

std::vector<Arm> plan(const Settings& settings) {
  std::vector<Arm> arms;
  if (settings.sound) add_sound(settings, arms);
  add_notes(settings, arms);
  return arms;
}

std::vector<Option> options_of(Settings& o) {
  constexpr std::uint64_t kSeedLimit = (std::uint64_t{1} << 63) - 1;  // TOML's greatest, which recipes keep
  return {number_option("epoch-hours",
                        "Hours of sound in an epoch, drawn at random from the training part; 0: half an hour, all with "
                        "--full",
                        o.epoch_hours, 0, 1'000'000),
          flag_option("notes-only", "Leave the amplitudes out: the cited code's notes alone", o.sound, false),
          word_option("select-column", "Only pieces with 1 in this column of MANIFEST.csv", o.select_column),
          whole_option("max-pieces", "A random choice of so many pieces; 0: 500", o.max_pieces, 0, 1'000'000'000),
          path_option("soundfont", "SoundFont that plays the pieces (default: the system's)", o.soundfont),
          flag_option("any-length", "Also pieces shorter than 1 or longer than 5 minutes", o.any_length),
          flag_option("overwrite", "Replace the trainings that the output folder holds", o.overwrite),
          whole_option("seed", "Of everything random", o.seed, 0, kSeedLimit),
          whole_option("threads", "0: every core", o.threads, 0, 1024),
          path_option("cache", "Folder for encoded pieces (default: ~/.cache/continuo)", o.cache, "FOLDER")};
}

}  // namespace continuo::workbench::reproduce
