// What the reproduction of the paper ("Music Generation", A. Ibreighith 2023) trains, by how much time there is.
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "continuo/base/option.h"
#include "continuo/training/recipe.h"

namespace continuo::workbench::reproduce {

/// The paper's losses after its three epochs, in nats (table and figure 10).
inline constexpr std::array<double, 3> kPaperLosses = {5.1239, 4.6501, 4.5855};
inline constexpr std::size_t kPaperPieces = 500;
inline constexpr int kSampleRate = 16'000;
inline constexpr int kClasses = 256;
inline constexpr int kChunk = 1024;  ///< samples
inline constexpr int kWindow = 32;   ///< symbols, in the guide's code
inline constexpr int kEpochs = 3;

enum class Scale {
  kQuick,    ///< minutes: to see that everything works
  kDefault,  ///< within an hour on two cores
  kFull,     ///< every hour of sound and full-size networks: for a GPU
};

struct Settings {
  bool overwrite = false;  ///< replace the trainings that the output folder holds
  std::filesystem::path folder, output, cache;
  std::filesystem::path soundfont;  ///< empty: audio::default_soundfont()
  std::string select_column;
  std::size_t max_pieces = 0;  ///< 0: the scale's
  bool any_length = false;
  Scale scale = Scale::kDefault;
  double epoch_hours = 0;  ///< of sound in an epoch; 0: the scale's
  bool sound = true;       ///< the amplitudes as well as the guide's notes
  std::uint64_t seed = 1;
  int threads = 0;
};

/// Its options but for the folders and the scale.
std::vector<Option> options_of(Settings& settings);

/// One network on one representation.
struct Arm {
  std::string id;     ///< of its folder
  std::string title;  ///< "WaveNet, the paper's block"
  bool sound = false;
  training::Recipe recipe;
  double weight = 1;  ///< of its training in the time of the whole, roughly
};

/// Hours of sound in an epoch; 0: all.
double epoch_hours(const Settings& settings);

/// In the order in which they are trained. All have the same collection and split.
std::vector<Arm> plan(const Settings& settings);

}  // namespace continuo::workbench::reproduce
