// What a model file holds: network, representation, training and recipe.
#include <fmt/core.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "continuo/base/error.h"
#include "continuo/base/format.h"
#include "continuo/base/text.h"
#include "continuo/representation/representation.h"
#include "continuo/representation/sound.h"
#include "continuo/weights/model_file.h"
#include "continuo/weights/network_info.h"
#include "inspect.h"
#include "terminal.h"

namespace continuo::app {
namespace {

using nlohmann::json;

constexpr std::size_t kRecipeLines = 12;

/// The values of a flat JSON object, one line each; nested ones as JSON text.
void print_values(const std::string& text, const std::string& indent) {
  const json object = json::parse(text, nullptr, false);
  if (!object.is_object()) return;
  for (const auto& [key, value] : object.items()) {
    const std::string shown = value.is_string() ? value.get<std::string>() : value.dump(-1, ' ', true);
    fmt::print("{}{:<28} {}\n", indent, printable(key), printable(shown, 200));
  }
}

std::string numbers_in_words(const std::vector<int>& numbers) {
  std::string text;
  for (const int number : numbers) text += (text.empty() ? "" : " ") + std::to_string(number);
  return text;
}

/// A line for each option of the network.
class OptionPrinter final : public weights::OptionVisitor {
 public:
  void section(std::string_view) override {}
  void option(const weights::OptionInfo& info, int& value) override {
    if (!info.omit_zero) print(info, std::to_string(value));  // the match model has a line of its own
  }
  void option(const weights::OptionInfo& info, float& value) override { print(info, fmt::format("{}", value)); }
  void option(const weights::OptionInfo& info, std::vector<int>& value) override {
    print(info, numbers_in_words(value));
  }
  void option(const weights::OptionInfo& info, std::string& value, std::span<const std::string_view>) override {
    print(info, value);
  }

 private:
  static void print(const weights::OptionInfo& info, const std::string& value) {
    fmt::print("  {:<15} {}\n", info.name, value);
  }
};

void print_network(const weights::NetworkSpec& spec) {
  OptionPrinter options;
  weights::NetworkSpec same = spec;
  weights::visit_options(same, options);
  if (spec.inputs > 0)
    fmt::print("  frames          of {} values in, {} values out, {}\n", spec.inputs, spec.frame_width(),
               name_of(spec.output));
  else if (spec.reads_frames())
    fmt::print("  frames          of {} values, {}\n", spec.frame_width(), name_of(spec.output));
  if (spec.match() > 0) fmt::print("  match model     of passages of {} symbols or more\n", spec.match());
  if (spec.receptive_field() > 0) {
    fmt::print("  receptive field {} steps\n", format_count(static_cast<std::uint64_t>(spec.receptive_field())));
  } else {
    fmt::print("  receptive field everything since the beginning\n");
  }
}

void print_representation(const std::string& text) {
  const auto spec = representation::spec_from_json(text);
  representation::RepresentationSpec whole;  // with every setting
  if (representation::reads_sound(spec.name)) {
    const auto made = representation::make_sound(spec);
    whole = made->spec();
    const double rate = made->steps_per_second();  // of frames often no whole number
    const std::string each =
        rate == std::floor(rate) ? format_count(static_cast<std::uint64_t>(rate)) : fmt::format("{:.2f}", rate);
    fmt::print("  representation  {}, {} {} {} a second\n", spec.name,
               format_count(static_cast<std::uint64_t>(made->width())),
               made->steps() == representation::Steps::kSymbols ? "classes," : "values a frame,", each);
  } else {
    const auto made = representation::make(spec);
    whole = made->spec();
    fmt::print("  representation  {}, a vocabulary of {} symbols\n", spec.name,
               format_count(made->vocabulary().size()));
  }
  std::string settings;
  for (const auto& [name, value] : whole.settings) {
    settings += (settings.empty() ? "" : ", ") + name + "=" + printable(value);
  }
  fmt::print("    settings      {}\n", settings);
  if (!spec.labels.empty()) {
    std::string labels;
    for (const std::string& label : spec.labels) labels += (labels.empty() ? "" : ", ") + printable(label);
    fmt::print("    labels        {}\n", printable(labels, 400));
  }
}

void print_recipe(const std::string& recipe, bool whole) {
  fmt::print("  recipe\n");
  std::istringstream stream(recipe);
  std::size_t lines = 0, more = 0;
  for (std::string line; std::getline(stream, line);) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    if (!whole && lines == kRecipeLines) {
      ++more;
      continue;
    }
    ++lines;
    fmt::print("    {}\n", printable(line, 200));
  }
  if (more > 0) fmt::print("    and {} more lines (--recipe prints all)\n", more);
}

}  // namespace

void print_model(const std::filesystem::path& path, bool whole_recipe) {
  const auto file = weights::ModelFile::load(path);
  const weights::NetworkSpec& spec = file.network();
  const auto parameters = static_cast<std::uint64_t>(file.parameter_count());
  fmt::print("{}: a model, network {}\n", path.string(), spec.name());
  fmt::print("  parameters      {} in {} tensors, {} ({:.1f} MB)\n", format_count(parameters), file.tensors().size(),
             weights::name(file.precision()), static_cast<double>(std::filesystem::file_size(path)) * 1e-6);
  print_network(spec);
  if (spec.labels > 0) fmt::print("  conditioned on  {} labels\n", spec.labels);
  const std::string& representation = file.metadata(weights::kRepresentationKey);
  if (representation.empty()) {
    fmt::print("  representation  none: {} symbols without meaning\n", spec.symbols());
  } else {
    print_representation(representation);
  }
  if (const std::string& training = file.metadata(weights::kTrainingKey); !training.empty()) {
    if (json_depth(training) > kMaxJsonDepth)
      throw Error(
          {.message = "what it says of its training nests deeper than " + std::to_string(kMaxJsonDepth) + " levels",
           .path = path.string(),
           .hint = "The file is damaged, or was not made by Continuo.",
           .code = ErrorCode::kDamaged});
    fmt::print("  training\n");
    print_values(training, "    ");
  }
  if (const std::string& recipe = file.metadata(weights::kRecipeKey); !recipe.empty())
    print_recipe(recipe, whole_recipe);
}

}  // namespace continuo::app
