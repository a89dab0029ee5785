// What a model gives to a recipe, and whether a recipe asks for something else.
#include "continuo/training/fine_tune.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "continuo/base/error.h"
#include "training/recipe_fields.h"

namespace continuo::training {
namespace {

using Json = nlohmann::json;

/// Every option of network and representation by its key.
struct Fields {
  static constexpr bool kReads = false;
  std::string prefix;
  std::vector<std::pair<std::string, Json>> values;

  void section(std::string_view name, std::string_view) { prefix = std::string(name) + "."; }
  template <class T, class Allowed = Limits>
  void field(std::string_view name, const T& value, std::string_view, const Allowed& = {}) {
    values.emplace_back(prefix + std::string(name), value);
  }
  void settings(const representation::RepresentationSpec& spec) {
    values.emplace_back("representation.name", spec.name);
    for (const auto& [name, value] : spec.settings) values.emplace_back("representation." + name, value);
  }
};

Fields fields_of(const Recipe& recipe) {
  Fields fields;
  fields.settings(recipe.representation);
  visit_network(fields, recipe);
  return fields;
}

representation::RepresentationSpec representation_of(const weights::ModelFile& model,
                                                     const std::filesystem::path& path) {
  const std::string& text = model.metadata(weights::kRepresentationKey);
  if (text.empty())
    throw Error(ErrorInfo{.message = "this model names no representation, so nothing can be encoded for it",
                          .path = path.string(),
                          .code = ErrorCode::kUnsupported});
  auto spec = representation::spec_from_json(text);
  for (const auto& setting : representation::default_settings(spec.name))
    spec.settings.try_emplace(setting.name, setting.value);
  return spec;
}

}  // namespace

Recipe fine_tuning_recipe(const weights::ModelFile& model, const std::filesystem::path& path) {
  if (model.network().is_counted())
    throw Error(ErrorInfo{.message = "a " + model.network().name() + " model is counted: there is nothing to fine-tune",
                          .path = path.string(),
                          .hint = "Counting takes seconds.",
                          .code = ErrorCode::kUnsupported,
                          .remedy = Remedy::kDoNotStartFrom});
  Recipe recipe;
  if (const std::string& text = model.metadata(weights::kRecipeKey); !text.empty())
    recipe.training = parse_recipe(text, path.string()).training;
  recipe.network = model.network();
  recipe.representation = representation_of(model, path);
  recipe.condition_on_label = model.network().labels > 0;
  OptimisationOptions& t = recipe.training;
  t.learning_rate *= kFineTuningRate;
  t.epochs = t.minutes = 0;
  t.steps = 0;
  t.freeze = 0;
  t.threads = 0;
  t.precision = OptimisationOptions().precision;  // of the machine, not of the model
  return recipe;
}

Recipe recipe_of_run(const std::filesystem::path& init, RunStart start, const std::function<void(Recipe&)>& change) {
  std::optional<weights::ModelFile> model;
  if (!init.empty()) model = weights::ModelFile::load(init);
  start.model = model ? &*model : nullptr;
  start.init = init;
  Recipe recipe = starting_recipe(start);
  change(recipe);
  if (model) check_fits(recipe, *model, init);
  auto& limits = recipe.training;
  if (!std::isfinite(limits.minutes) || !std::isfinite(limits.epochs))
    throw Error(ErrorInfo{.message = "a length of the training is not a finite number",
                          .hint = "Give minutes or epochs above 0.",
                          .code = ErrorCode::kInvalidArgument});
  if (limits.minutes <= 0 && limits.epochs <= 0 && limits.steps <= 0) limits.minutes = kDefaultMinutes;
  return recipe;
}

Recipe starting_recipe(const RunStart& start) {
  Recipe recipe = start.model != nullptr ? fine_tuning_recipe(*start.model, start.init) : Recipe();
  const std::filesystem::path before = start.folder / "recipe.toml";
  if (!start.recipe.empty()) return load_recipe(start.recipe, recipe);
  if (start.goes_on && std::filesystem::exists(before)) return load_recipe(before, recipe);
  return recipe;
}

void check_fits(const Recipe& recipe, const weights::ModelFile& model, const std::filesystem::path& path) {
  const auto refuse = [&](const std::string& message, const std::string& hint, Remedy remedy = Remedy::kNone) {
    throw Error(ErrorInfo{
        .message = message, .path = path.string(), .hint = hint, .code = ErrorCode::kMismatch, .remedy = remedy});
  };
  const Recipe own = fine_tuning_recipe(model, path);
  const Fields ours = fields_of(own);
  const Fields wanted = fields_of(recipe);
  for (const auto& [key, value] : ours.values) {
    if (key == "network.dropout") continue;
    const auto found =
        std::ranges::find_if(wanted.values, [&, &name = key](const auto& field) { return field.first == name; });
    if (found != wanted.values.end() && found->second == value) continue;
    const std::string other = found != wanted.values.end() ? found->second.dump() : "nothing";
    refuse("this model has " + key + " = " + value.dump() + ", but the recipe or the command says " + other,
           "Network and representation come from the model: leave " + key + " out, or train without the model.",
           Remedy::kDoNotStartFrom);
  }
  if (own.representation.labels.empty() && !recipe.collection.label_column.empty())
    refuse("this model knows no labels, so collection.label_column has no use",
           "Leave the labels out, or start from a model that was trained with labels.");
  const int layers = weights::layer_count(model.network());
  if (recipe.training.freeze > layers)
    refuse("training.freeze = " + std::to_string(recipe.training.freeze) + ", but this " + model.network().name() +
               " has " + std::to_string(layers) + " layers below its head",
           "Freeze fewer.");
}

weights::Metadata inherited_metadata(const weights::ModelFile& model) {
  weights::Metadata inherited;
  for (const char* key : {weights::kRangesKey, weights::kSamplingKey})
    if (const std::string& text = model.metadata(key); !text.empty()) inherited[key] = text;
  return inherited;
}

bool is_frozen(const weights::TensorSpec& tensor, int count) {
  return tensor.layer != weights::kNoLayer && tensor.layer < count;
}

}  // namespace continuo::training
