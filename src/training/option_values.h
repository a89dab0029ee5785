// The options of a recipe as JSON values by their keys.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "training/recipe_fields.h"

namespace continuo::training {

using OptionValues = std::map<std::string, nlohmann::json>;

/// Every option by its key, as "training.chunk".
struct OptionValueVisitor {
  static constexpr bool kReads = false;
  std::string prefix;
  OptionValues values;

  void section(std::string_view name, std::string_view) { prefix = std::string(name) + "."; }
  template <class T, class Allowed = Limits>
  void field(std::string_view name, const T& value, std::string_view, const Allowed& = {}) {
    values[prefix + std::string(name)] = value;
  }
  void settings(const representation::RepresentationSpec& spec) {
    values["representation.name"] = spec.name;
    for (const auto& [name, value] : spec.settings) values["representation." + name] = value;
  }
};

inline OptionValues option_values(const Recipe& recipe) {
  OptionValueVisitor visitor;
  visit_recipe(visitor, recipe);
  return visitor.values;
}

}  // namespace continuo::training
