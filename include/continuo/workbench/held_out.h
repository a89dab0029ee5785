// The pieces that a model was not trained on, found again from the folder that it was trained on.
#pragma once

#include <filesystem>
#include <stop_token>
#include <vector>

#include "continuo/base/progress.h"
#include "continuo/corpus/dataset.h"
#include "continuo/evaluation/likelihood.h"
#include "continuo/weights/model_file.h"

namespace continuo::workbench {

/// `data` is a dataset file, or a folder that is read, filtered, split and encoded as the model's recipe says (its
/// defaults where the model has none). Throws Error when the model's symbols are not those of the data; Interrupted.
corpus::Dataset data_of(const weights::ModelFile& model, const std::filesystem::path& data,
                        const ProgressSink& progress, std::stop_token stop);

/// The validation part, or the test part where there is none, without frames: altogether at most about `symbols`
/// symbols (0: all), as many from the beginning of each piece. Views of the dataset. Throws Error when there are none.
std::vector<evaluation::LabelledSequence> held_out(const corpus::Dataset& dataset, std::uint64_t symbols);

}  // namespace continuo::workbench
