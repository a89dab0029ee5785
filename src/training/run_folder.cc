// Looks at the files of a run.
#include "continuo/training/run_folder.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>
#include <vector>

#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "training/option_values.h"

namespace continuo::training {
namespace {

namespace fs = std::filesystem;

constexpr std::array kTrainingFiles = {kCheckpointFile, kBestFile, kLastFile, kCurveFile};

/// What may differ between two runs that are parts of one.
constexpr std::array kLimits = {"training.minutes",  "training.epochs",  "training.steps",
                                "training.patience", "training.threads", "collection.threads"};

[[noreturn]] void refuse(ErrorCode code, const fs::path& path, const std::string& message, const std::string& hint) {
  throw Error(ErrorInfo{.message = message, .path = path.string(), .hint = hint, .code = code});
}

std::string files_in(const fs::path& folder) {
  std::string list;
  for (const char* name : kTrainingFiles)
    if (fs::exists(folder / name)) list += (list.empty() ? "" : ", ") + std::string(name);
  return list;
}

void check_same(const fs::path& folder, const Recipe& recipe) {
  const fs::path path = folder / kRecipeFile;
  if (!fs::exists(path)) return;
  const auto before = option_values(load_recipe(path, recipe));
  const auto now = option_values(parse_recipe(to_toml(recipe)));  // with every setting of the representation
  const auto value_in = [](const OptionValues& values, const std::string& key) {
    const auto found = values.find(key);
    return found != values.end() ? found->second.dump() : std::string("not set");
  };
  // What decides which other options there are comes first.
  std::vector<std::string> keys = {"network.name", "representation.name"};
  for (const auto& [key, value] : before) keys.push_back(key);
  for (const auto& [key, value] : now) keys.push_back(key);
  for (const std::string& key : keys) {
    if (std::ranges::find(kLimits, key) != kLimits.end()) continue;
    const std::string old_value = value_in(before, key);
    const std::string new_value = value_in(now, key);
    if (old_value != new_value)
      refuse(ErrorCode::kMismatch, folder,
             "this training has " + key + " = " + old_value + ", but the command or its recipe says " + new_value,
             "Leave that out to go on with the training as it is, train into another folder, or overwrite this one.");
  }
}

void check_checkpoint(const fs::path& folder) {
  std::error_code code;
  const fs::path path = folder / kCheckpointFile;
  if (!fs::exists(path, code))
    refuse(ErrorCode::kNotFound, path, "the checkpoint of this training is missing", ways_out(folder));
  if (fs::file_size(path, code) == 0)
    refuse(ErrorCode::kDamaged, path, "the checkpoint of this training is empty", ways_out(folder));
}

}  // namespace

bool holds_training(const fs::path& folder) {
  std::error_code code;
  return std::ranges::any_of(kTrainingFiles, [&](const char* name) { return fs::exists(folder / name, code); });
}

void check_run_folder(const fs::path& folder, Resume resume, const Recipe& recipe) {
  if (resume == Resume::kOverwrite) return;
  const bool there = holds_training(folder);
  if (resume == Resume::kNever && there)
    refuse(ErrorCode::kWouldOverwrite, folder, "this folder holds a training already (" + files_in(folder) + ")",
           "Resume it, train into another folder, or overwrite it.");
  if (resume == Resume::kMust && !there)
    refuse(ErrorCode::kNotFound, folder, "there is no training to resume in this folder",
           "Check its name, or begin one there.");
  if (!there || resume == Resume::kNever) return;
  if (resume == Resume::kIfSame) check_same(folder, recipe);
  if (!recipe.network.is_counted()) return check_checkpoint(folder);
  if (resume == Resume::kMust)
    refuse(ErrorCode::kUnsupported, folder,
           "a " + recipe.network.name() + " model is counted in one reading: there is nothing to resume",
           "Overwrite it: counting takes seconds.");
}

std::vector<fs::path> outputs_in(const fs::path& folder) {
  std::vector<fs::path> paths{folder / kRecipeFile};
  for (const char* name : kTrainingFiles) paths.push_back(folder / name);
  return paths;
}

void remove_training(const fs::path& folder) {
  // Without a checkpoint nothing can be taken for a run that goes on, whenever the process is killed.
  for (const char* name : kTrainingFiles) {
    std::error_code code;
    fs::remove(folder / name, code);
    if (code)
      refuse(error_code_of(code.value()), folder / name, "cannot be removed: " + code.message(),
             "Check the folder's permissions.");
  }
}

std::string ways_out(const fs::path& folder) {
  std::error_code code;
  for (const char* name : {kBestFile, kLastFile}) {
    const fs::path path = folder / name;
    if (!fs::exists(path, code)) continue;
    return path.string() +
           " can still be used: compose with it, or start another training from it in another folder. Overwriting this "
           "training begins anew.";
  }
  return "No weights were saved, so nothing is lost: overwrite it to begin anew.";
}

}  // namespace continuo::training
