// Reads the data of a model and of those before it from "continuo.training".
#include "continuo/training/lineage.h"

#include <nlohmann/json.hpp>

#include "continuo/base/text.h"

namespace continuo::training {

std::vector<std::string> training_datasets(const weights::ModelFile& model) {
  const std::string text = model.metadata(weights::kTrainingKey);
  if (json_depth(text) > kMaxJsonDepth) return {""};
  const auto json = nlohmann::json::parse(text, nullptr, false);
  const auto name = [](const nlohmann::json& value) { return value.is_string() ? value.get<std::string>() : ""; };
  if (!json.is_object()) return {""};
  std::vector<std::string> names = {json.contains("dataset") ? name(json["dataset"]) : ""};
  if (json.contains("fine_tuned_from_datasets") && json["fine_tuned_from_datasets"].is_array()) {
    for (const auto& value : json["fine_tuned_from_datasets"]) names.push_back(name(value));
  } else if (json.contains("fine_tuned_from")) {
    names.emplace_back();  // by a version that did not write them
  }
  return names;
}

}  // namespace continuo::training
