// Recipe: what to train and how, as a TOML file in which every default can be seen.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "continuo/base/named.h"
#include "continuo/corpus/collection.h"
#include "continuo/representation/representation.h"
#include "continuo/weights/network_spec.h"

namespace continuo::training {

enum class Objective : std::uint8_t {
  kEveryPosition,
  kManyToOne,  ///< the paper's: only the last position of a window is scored; windows are random
};

enum class ReadingOrder : std::uint8_t {
  /// Each row of a batch reads piece after piece in shuffled order, chunk by chunk, and carries the network's state
  /// across (truncated back-propagation).
  kContiguous,
  /// Chunks from random places, each with the receptive field before it recomputed; networks with recurrent state
  /// cannot be trained so.
  kRandom,
};

enum class TrainingPrecision : std::uint8_t {
  kAuto,  ///< the faster of the two on the machine where the run begins; it then keeps to it
  kFp32,
  /// Factors of matrix products are rounded to bfloat16 (nets::BfloatProducts), while weights and held-out losses stay
  /// in float32.
  kBf16,
};

}  // namespace continuo::training

namespace continuo {

template <>
inline constexpr auto kNamesOf<training::Objective> = std::to_array<std::string_view>({"every-position",
                                                                                       "many-to-one"});
template <>
inline constexpr auto kNamesOf<training::ReadingOrder> = std::to_array<std::string_view>({"contiguous", "random"});
template <>
inline constexpr auto kNamesOf<training::TrainingPrecision> = std::to_array<std::string_view>({"auto", "fp32", "bf16"});

}  // namespace continuo

namespace continuo::training {

struct OptimisationOptions {
  Objective objective = Objective::kEveryPosition;
  ReadingOrder order = ReadingOrder::kContiguous;
  int chunk = 512;              ///< scored symbols per example (many-to-one: the window's length)
  int batch = 16;               ///< examples per step
  double learning_rate = 2e-3;  ///< peak, AdamW
  double weight_decay = 0.01;
  double beta1 = 0.9, beta2 = 0.98;
  double warmup = 0.03;  ///< share of the run in which the rate climbs linearly; it then falls along a cosine to
                         ///< `final_rate` x peak
  double final_rate = 0.05;
  double clip_norm = 1.0;  ///< gradient clipping; 0: none
  TrainingPrecision precision = TrainingPrecision::kAuto;
  int accumulate = 1;  ///< batches whose gradients make a step: as much as a batch so many times as large learns, in
                       ///< the memory of one
  double ema = 0;     ///< above 0: what is evaluated and exported is the exponential moving average of the weights with
                      ///< this decay a step (Polyak and Juditsky 1992; the decay rises to it as (1 + n) / (10 + n))
  double spike = 20;  ///< steps whose gradient's norm is above so many times its running mean are skipped; 0: none
  int patience =
      0;  ///< above 0: the run ends when so many evaluations have not lowered the held-out loss by a ten-thousandth
  double epochs = 0;  ///< the run ends at the first of these limits that is above 0; one epoch sees as many symbols as
                      ///< the training part holds
  double minutes = 0;
  std::int64_t steps = 0;
  std::int64_t epoch_symbols = 0;     ///< above 0: an epoch is so many steps from random places, not a whole reading of
                                      ///< the training part: for collections of sound
  std::int64_t evaluate_symbols = 0;  ///< above 0: held-out losses over a fixed choice of excerpts with so many steps
                                      ///< in all, each with the steps before it that its predictions depend on
  double evaluate_every = 1.0;  ///< epochs between held-out losses (and after epochs 1, 2 and 3 in any case); runs
                                ///< limited by minutes or steps also evaluate at every tenth. Between whole epochs only
                                ///< while evaluation takes little of the time
  int transpose = 0;            ///< augmentation: up to so many semitones either way
  double tempo = 0.0;           ///< augmentation: tempo factor in [1 / (1 + tempo), 1 + tempo]
  double label_dropout = 0.1;   ///< with condition_on_label: share of examples given the label 'unknown' instead
  int freeze = 0;               ///< fine-tuning: so many layers from below keep the model's weights (see is_frozen)
  std::uint64_t seed = 1;
  int threads = 0;  ///< of libtorch; 0: every core
  friend bool operator==(const OptimisationOptions&, const OptimisationOptions&) = default;
};

struct Recipe {
  corpus::ScanOptions collection;
  corpus::SplitOptions split;
  representation::RepresentationSpec representation;
  weights::NetworkSpec network;  ///< vocabulary_size and labels are filled in from the collection
  OptimisationOptions training;
  bool condition_on_label = false;  ///< global conditioning on the pieces' labels
};

/// `base` with what the text says. Every setting of the representation is filled in. Throws Error naming the file, the
/// line and the key that is unknown or has a wrong type or value.
Recipe load_recipe(const std::filesystem::path& path, const Recipe& base = {});
Recipe parse_recipe(const std::string& toml, const std::string& path = "", const Recipe& base = {});

/// The whole recipe as TOML, every option written out with a comment; parse_recipe(to_toml(r)) is r (with every setting
/// of the representation filled in).
std::string to_toml(const Recipe& recipe);

/// An option by its key ("training.chunk", "network.dilations") with a value in TOML's notation; text may go without
/// quotes.
struct OptionValue {
  std::string key, value;
};

/// "KEY=VALUE", as on a command line. Throws Error where there is no "=".
OptionValue option_from(const std::string& text);

/// Changes options, all together; of two with one key the later counts. Another network.name or representation.name
/// brings that one's default options. Throws Error.
void set_options(Recipe& recipe, const std::vector<OptionValue>& options);

}  // namespace continuo::training
