// What a model file says of the data that it and the models before it learned from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "continuo/weights/model_file.h"

namespace continuo::training {

/// Names (the file's without extension) of the datasets whose training parts went into the model: that of its own run,
/// then those of the models from which it was fine-tuned, the nearest first. "": a model that does not say.
std::vector<std::string> training_datasets(const weights::ModelFile& model);

/// How much the model's own run learned from.
struct TrainedAmount {
  std::size_t pieces = 0;
  std::uint64_t symbols = 0;  ///< that were predicted: all of a piece but its first
};
/// Nothing for a model that does not say.
std::optional<TrainedAmount> trained_amount(const weights::ModelFile& model);

}  // namespace continuo::training
