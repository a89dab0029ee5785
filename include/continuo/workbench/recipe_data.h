// The data of a recipe: a folder of music scanned, split and encoded as the recipe says. Free of libtorch.
#pragma once

#include <filesystem>
#include <stop_token>

#include "continuo/base/progress.h"
#include "continuo/corpus/dataset.h"
#include "continuo/training/recipe.h"

namespace continuo::workbench {

/// The pieces of a folder that the recipe chooses: scores, or sound where its representation reads sound. Throws Error
/// (kEmpty: none passes the filters; no such folder); Interrupted.
corpus::Collection scan_for(const training::Recipe& recipe, const std::filesystem::path& folder,
                            const ProgressSink& progress = {}, const std::stop_token& stop = {});

/// The collection, split and encoded by the recipe, in the folder `cache` (empty: default_cache()), where an earlier
/// call may have left it. Throws Error; Interrupted.
corpus::Dataset encode_for(const training::Recipe& recipe, const corpus::Collection& collection,
                           const std::filesystem::path& cache = {}, const ProgressSink& progress = {},
                           const std::stop_token& stop = {});

/// Both.
corpus::Dataset dataset_of(const training::Recipe& recipe, const std::filesystem::path& folder,
                           const std::filesystem::path& cache = {}, const ProgressSink& progress = {},
                           const std::stop_token& stop = {});

}  // namespace continuo::workbench
