// The folder of a training: what lies there, and who may write into it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "continuo/training/recipe.h"
#include "continuo/training/trainer.h"

namespace continuo::training {

inline constexpr const char* kCheckpointFile = "last.checkpoint";
inline constexpr const char* kBestFile = "best.safetensors";
inline constexpr const char* kLastFile = "last.safetensors";
inline constexpr const char* kRecipeFile = "recipe.toml";
inline constexpr const char* kCurveFile = "curve.csv";

/// Whether weights, a checkpoint or a curve lie there. A recipe alone is no training.
bool holds_training(const std::filesystem::path& folder);

/// Throws Error, which says what can still be done, when a run of `recipe` may not use the folder as `resume` asks:
/// - kNever: it holds a training.
/// - kMust: it holds none, its checkpoint is missing or empty, or the network is counted, which leaves nothing to
///   resume.
/// - kIfSame: as kMust where it holds a training, and its recipe.toml must be `recipe`, but for limits, patience and
///   threads; the first option that differs is named with both values.
/// Reads no checkpoint. For the beginning of long work; train() checks, too.
void check_run_folder(const std::filesystem::path& folder, Resume resume, const Recipe& recipe);

/// The paths of the files that a training writes there, for check_outputs().
std::vector<std::filesystem::path> outputs_in(const std::filesystem::path& folder);

/// Removes the files of a training, the checkpoint first. Throws Error.
void remove_training(const std::filesystem::path& folder);

/// What can be done with a training that cannot go on: a hint for the user.
std::string ways_out(const std::filesystem::path& folder);

}  // namespace continuo::training
