// What a model file says of the data that it and the models before it learned from.
#pragma once

#include <string>
#include <vector>

#include "continuo/weights/model_file.h"

namespace continuo::training {

/// Names (the file's without extension) of the datasets whose training parts went into the model: that of its own run,
/// then those of the models from which it was fine-tuned, the nearest first. "": a model that does not say.
std::vector<std::string> training_datasets(const weights::ModelFile& model);

}  // namespace continuo::training
