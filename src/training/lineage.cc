// Reads the data of a model and of those before it from "continuo.training".
#include "continuo/training/lineage.h"

#include <nlohmann/json.hpp>

#include "continuo/base/text.h"

namespace continuo::training {

namespace {

/// No object where the file does not say.
nlohmann::json training_of(const weights::ModelFile& model) {
  const std::string text = model.metadata(weights::kTrainingKey);
  return json_depth(text) > kMaxJsonDepth ? nlohmann::json() : nlohmann::json::parse(text, nullptr, false);
}

}  // namespace

std::vector<std::string> training_datasets(const weights::ModelFile& model) {
  const auto json = training_of(model);
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

std::optional<TrainedAmount> trained_amount(const weights::ModelFile& model) {
  const auto json = training_of(model);
  const auto number = [&](const char* key) -> std::uint64_t {
    return json.is_object() && json.contains(key) && json[key].is_number_unsigned() ? json[key].get<std::uint64_t>()
                                                                                    : 0;
  };
  const TrainedAmount amount{.pieces = number("train_pieces"), .symbols = number("train_symbols")};
  return amount.pieces > 0 && amount.symbols > 0 ? std::optional(amount) : std::nullopt;
}

}  // namespace continuo::training
