// RepresentationSpec as JSON: it comes back from model files, so that nothing in it is trusted.
#include <cmath>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>

#include "continuo/base/error.h"
#include "continuo/representation/representation.h"

namespace continuo::representation {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxText = std::size_t{16} << 20;
constexpr std::size_t kMaxNames = 65'536;
constexpr std::size_t kMaxName = 256;
constexpr std::size_t kMaxStatistics = 1 << 17;
constexpr int kMaxDepth = 4;

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorInfo{.message = "the description of a representation is damaged: " + what,
                        .hint = "The model file may be from another version or incomplete.",
                        .code = ErrorCode::kDamaged});
}

std::string text_of(const json& value, const std::string& where) {
  if (!value.is_string()) refuse(where + " is no text");
  const auto& text = value.get_ref<const std::string&>();
  if (text.size() > kMaxName) refuse(where + " is too long");
  return text;
}

std::vector<std::string> names_of(const json& object, const char* key) {
  std::vector<std::string> names;
  const auto found = object.find(key);
  if (found == object.end()) return names;
  if (!found->is_array() || found->size() > kMaxNames) refuse(std::string(key) + " is no list of at most 65,536 names");
  for (const json& name : *found) names.push_back(text_of(name, std::string("a name in ") + key));
  return names;
}

std::vector<float> numbers_of(const json& object, const char* key) {
  std::vector<float> numbers;
  const auto found = object.find(key);
  if (found == object.end()) return numbers;
  if (!found->is_array() || found->size() > kMaxStatistics) refuse(std::string(key) + " is no list of numbers");
  for (const json& number : *found) {
    if (!number.is_number()) refuse("a value in " + std::string(key) + " is not a number");
    numbers.push_back(number.get<float>());
    if (!std::isfinite(numbers.back())) refuse("a number in " + std::string(key) + " is too large");
  }
  return numbers;
}

}  // namespace

std::string to_json(const RepresentationSpec& spec) {
  json object = {{"name", spec.name}, {"settings", spec.settings}, {"labels", spec.labels}};
  if (spec.settings.empty()) object["settings"] = json::object();
  if (spec.labels.empty()) object["labels"] = json::array();
  if (!spec.vocabulary.empty()) object["vocabulary"] = spec.vocabulary;
  if (!spec.statistics.empty()) object["statistics"] = spec.statistics;
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

RepresentationSpec spec_from_json(const std::string& text) {
  if (text.size() > kMaxText) refuse("it is too long");
  json object;
  try {
    object = json::parse(text, [](int depth, json::parse_event_t, json&) {
      if (depth > kMaxDepth) refuse("it is nested too deeply");
      return true;
    });
  } catch (const json::exception&) {
    refuse("it is no JSON text");
  }
  if (!object.is_object()) refuse("it is no JSON object");
  for (const auto& [key, value] : object.items()) {
    if (key != "name" && key != "settings" && key != "labels" && key != "vocabulary" && key != "statistics") {
      refuse("it has an unknown key \"" + key.substr(0, 60) + "\"");
    }
  }
  RepresentationSpec spec;
  if (!object.contains("name")) refuse("it has no name");
  spec.name = text_of(object["name"], "the name");
  if (const auto settings = object.find("settings"); settings != object.end()) {
    if (!settings->is_object() || settings->size() > 100) refuse("settings is no object with at most 100 entries");
    for (const auto& [key, value] : settings->items()) spec.settings[key] = text_of(value, "the setting " + key);
  }
  spec.labels = names_of(object, "labels");
  spec.vocabulary = names_of(object, "vocabulary");
  spec.statistics = numbers_of(object, "statistics");
  return spec;
}

}  // namespace continuo::representation
