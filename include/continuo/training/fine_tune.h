// Fine-tuning: training that starts from a model's weights. Network, representation, vocabulary and labels are the
// model's; pieces and the way of learning are the recipe's.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "continuo/training/recipe.h"
#include "continuo/weights/model_file.h"

namespace continuo::training {

/// Of the rate at which a model was trained, where nothing else is said: what it knows is to be kept.
inline constexpr double kFineTuningRate = 0.2;

/// The recipe with which fine-tuning of `model` begins, to be laid below a file's (parse_recipe) or an option's
/// (set_options): network and representation of the model; training as in its own recipe, with kFineTuningRate of the
/// learning rate and no end set; collection, split and what belongs to a machine (threads, precision) have their
/// defaults. `path` is for messages. Throws Error: a
/// model that is counted (`markov`) or says nothing of its representation.
Recipe fine_tuning_recipe(const weights::ModelFile& model, const std::filesystem::path& path);

/// The recipe with which a run begins, before its options: that of a file or, where none is named and the run goes on,
/// the one in its folder; laid over fine_tuning_recipe() of the model where there is one, else over the defaults.
struct RunStart {
  const weights::ModelFile* model = nullptr;
  std::filesystem::path init;    ///< where the model lies
  std::filesystem::path recipe;  ///< empty: none is named
  std::filesystem::path folder;  ///< of the run
  bool goes_on = false;
};
Recipe starting_recipe(const RunStart& start);

inline constexpr double kDefaultMinutes = 10;  ///< of a run that nothing else ends
/// The whole recipe of a run: starting_recipe() from the model at `init` (empty: from none), then what `change` makes
/// of it. Throws Error for a length that is not finite, and as check_fits() does.
Recipe recipe_of_run(const std::filesystem::path& init, RunStart start, const std::function<void(Recipe&)>& change);

/// Throws Error naming the first option of `recipe` that is not the model's, with both values: options of the network
/// (dropout may differ) and of the representation, labels where the model has none, and more frozen layers than there
/// are.
void check_fits(const Recipe& recipe, const weights::ModelFile& model, const std::filesystem::path& path);

/// What a model that begins as `model` keeps of its metadata: the ranges of its instruments and how it is sampled.
weights::Metadata inherited_metadata(const weights::ModelFile& model);

/// Whether training.freeze = `count` keeps this tensor as it is. Layers are counted from the symbols upwards
/// (weights::layer_count): the blocks of a WaveNet and the recurrent layers above them, or the convolutions of
/// guide-cnn. The embedding goes with the first; the head is never kept.
bool is_frozen(const weights::TensorSpec& tensor, int count);

}  // namespace continuo::training
