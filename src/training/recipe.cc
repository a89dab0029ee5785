// Reading recipes: TOML to Recipe with errors that name line and key.
#include "continuo/training/recipe.h"

#include <toml++/toml.h>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <set>

#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/representation/sound.h"
#include "training/recipe_fields.h"
#include "training/toml_text.h"

namespace continuo::training {
namespace {

/// Changes from `a` to `b`: insertions, deletions and replacements of a letter.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

/// "Did you mean X?", or the whole list where nothing is near.
std::string suggestion(std::string_view wrong, const std::vector<std::string>& known) {
  if (known.empty()) return {};
  const auto nearest = std::min_element(known.begin(), known.end(), [&](const auto& a, const auto& b) {
    return edit_distance(wrong, a) < edit_distance(wrong, b);
  });
  if (edit_distance(wrong, *nearest) <= std::max<std::size_t>(2, wrong.size() / 3)) {
    return "Did you mean \"" + *nearest + "\"?";
  }
  std::string list = "Known are:";
  for (std::size_t i = 0; i < known.size(); ++i) list += (i > 0 ? ", " : " ") + known[i];
  return list + ".";
}

/// Collects the names of the fields that it is shown.
struct FieldNames {
  static constexpr bool kReads = false;
  std::set<std::string, std::less<>> seen;
  void section(std::string_view, std::string_view) {}
  template <class T, class Allowed = Limits>
  void field(std::string_view name, const T&, std::string_view, const Allowed& = {}) {
    seen.emplace(name);
  }
};

/// Takes the options that a table holds over into a recipe; those it does not hold stay as they are.
class Reader {
 public:
  static constexpr bool kReads = true;

  Reader(const toml::table& root, std::string path) : root_(root), path_(std::move(path)) {}

  void section(std::string_view name, std::string_view) {
    finish_section();
    section_ = name;
    sections_.emplace_back(name);
    table_ = nullptr;
    if (const toml::node* node = root_.get(name)) {
      table_ = node->as_table();
      if (table_ == nullptr) fail(*node, section_ + " must be a section, [" + section_ + "]");
    }
  }

  template <class T, class Allowed = Limits>
  void field(std::string_view name, T& value, std::string_view, const Allowed& allowed = {}) {
    names_.emplace_back(name);
    const toml::node* node = table_ != nullptr ? table_->get(name) : nullptr;
    if (node != nullptr) read(*node, name, value, allowed);
  }

  void settings(representation::RepresentationSpec& spec) {
    std::string name = spec.name;
    field("name", name, {}, representation::representation_names());
    if (name != spec.name) spec = {name, {}, {}, {}};
    for (const representation::Setting& setting : representation::default_settings(name)) {
      std::string& value = spec.settings.try_emplace(setting.name, setting.value).first->second;
      names_.push_back(setting.name);
      const toml::node* node = table_ != nullptr ? table_->get(setting.name) : nullptr;
      if (node != nullptr) value = plain_text(*node, setting.name);
    }
    const toml::node* at = table_;
    if (at == nullptr || (representation::needs_fitting(name) && !representation::reads_sound(name))) return;
    try {
      if (representation::reads_sound(name))
        representation::make_sound(spec);
      else
        representation::make(spec);
    } catch (const Error& error) {
      fail(*at, "representation: " + error.info().message, error.info().hint);
    }
  }

  /// After the last field: whatever the file holds beyond the fields is refused.
  void finish(const Recipe& recipe) {
    const toml::node* network = root_.get("network");
    finish_section();
    for (const auto& [key, node] : root_) {
      const std::string name(key.str());
      if (std::find(sections_.begin(), sections_.end(), name) == sections_.end()) {
        fail(node, "there is no section \"" + name + "\"", suggestion(name, sections_));
      }
    }
    if (network == nullptr) return;
    weights::NetworkSpec spec = recipe.network;
    spec.vocabulary_size = std::max(spec.vocabulary_size, 2);
    try {
      weights::validate(spec);
    } catch (const Error& error) {
      fail(*network, "network: " + error.info().message, error.info().hint);
    }
  }

 private:
  [[noreturn]] void fail(const toml::node& node, const std::string& message, const std::string& hint = {}) const {
    const auto line = node.source().begin.line;
    std::string text = message;
    if (line > 0 && !path_.empty()) text = "line " + std::to_string(line) + ": " + text;
    throw Error(ErrorInfo{.message = text, .path = path_, .hint = hint, .code = ErrorCode::kInvalidArgument});
  }

  void finish_section() {
    if (table_ != nullptr) {
      for (const auto& [key, node] : *table_) {
        const std::string name(key.str());
        if (std::find(names_.begin(), names_.end(), name) != names_.end()) continue;
        fail(node, "there is no option \"" + section_ + "." + name + "\"" + elsewhere(name), suggestion(name, names_));
      }
    }
    names_.clear();
    table_ = nullptr;
  }

  /// Names the other networks that have such an option.
  std::string elsewhere(const std::string& name) const {
    if (section_ != "network") return {};
    for (const std::string& network : weights::network_names()) {
      FieldNames other;
      Recipe recipe;
      recipe.network = weights::default_network(network);
      visit_network(other, recipe);
      if (other.seen.contains(name)) return " for this network (there is for \"" + network + "\")";
    }
    return {};
  }

  std::string full(std::string_view name) const { return section_ + "." + std::string(name); }

  void check(const toml::node& node, std::string_view name, double value, const Limits& limits) const {
    if (std::isfinite(value) && limits.hold(value)) return;
    std::string allowed = " must be a number";
    if (limits.low > -1e300) allowed += " of at least " + number_text(limits.low);
    if (limits.high < 1e17) {
      const bool both = limits.low > -1e300;
      allowed += both ? " and " : " ";
      allowed += limits.below ? "below " : both ? "at most " : "of at most ";
      allowed += number_text(limits.high);
    }
    fail(node, full(name) + allowed + ", not " + number_text(value));
  }

  template <class T>
  requires std::is_floating_point_v<T>
  void read(const toml::node& node, std::string_view name, T& value, const Limits& limits) {
    const auto number = node.value<double>();
    if (!node.is_number() || !number) fail(node, full(name) + " must be a number");
    check(node, name, *number, limits);
    value = static_cast<T>(*number);
  }

  template <class T>
  requires(std::is_integral_v<T> && !std::is_same_v<T, bool>) void read(const toml::node& node, std::string_view name,
                                                                        T& value, const Limits& limits) {
    const auto number = node.value<std::int64_t>();
    if (!node.is_integer() || !number) fail(node, full(name) + " must be a whole number");
    check(node, name, static_cast<double>(*number), limits);
    if (!std::in_range<T>(*number)) fail(node, full(name) + " is too large");
    value = static_cast<T>(*number);
  }

  void read(const toml::node& node, std::string_view name, bool& value, const Limits&) {
    if (!node.is_boolean()) fail(node, full(name) + " must be true or false");
    value = *node.value<bool>();
  }

  void read(const toml::node& node, std::string_view name, std::string& value, const Limits&) {
    if (!node.is_string()) fail(node, full(name) + " must be a text in quotes");
    value = *node.value<std::string>();
  }

  void read(const toml::node& node, std::string_view name, std::string& value,
            const std::vector<std::string>& choices) {
    read(node, name, value, Limits{});
    if (std::find(choices.begin(), choices.end(), value) != choices.end()) return;
    fail(node, full(name) + " cannot be \"" + value + "\"", suggestion(value, choices));
  }

  void read(const toml::node& node, std::string_view name, std::vector<int>& value, const Limits& limits) {
    const toml::array* array = node.as_array();
    if (array == nullptr) fail(node, full(name) + " must be a list of whole numbers, for example [1, 2, 4]");
    std::vector<int> read_values;
    for (const toml::node& item : *array) read(item, name, read_values.emplace_back(), limits);
    value = std::move(read_values);
  }

  std::string plain_text(const toml::node& node, std::string_view name) const {
    if (node.is_string()) return *node.value<std::string>();
    if (node.is_boolean()) return *node.value<bool>() ? "true" : "false";
    if (node.is_integer()) return std::to_string(*node.value<std::int64_t>());
    if (node.is_floating_point()) return number_text(*node.value<double>());
    fail(node, full(name) + " must be a number, true, false or a text in quotes");
  }

  const toml::table& root_;
  std::string path_, section_;
  const toml::table* table_ = nullptr;
  std::vector<std::string> sections_, names_;
};

void apply(Recipe& recipe, const toml::table& table, const std::string& path) {
  Recipe changed = recipe;
  Reader reader(table, path);
  visit_recipe(reader, changed);
  reader.finish(changed);
  const OptimisationOptions& t = changed.training;
  const auto refuse = [&](const std::string& message, const std::string& hint) {
    throw Error(ErrorInfo{.message = message, .path = path, .hint = hint, .code = ErrorCode::kInvalidArgument});
  };
  if (changed.split.train + changed.split.validation > 1 + 1e-9) {
    refuse("split.train and split.validation make more than the whole", "Together they may be 1 at most.");
  }
  if (t.order == ReadingOrder::kRandom && t.objective == Objective::kEveryPosition &&
      changed.network.receptive_field() == 0) {
    refuse("training.order = \"random\" does not fit a network with recurrent state or a match model",
           "Use training.order = \"contiguous\".");
  }
  recipe = std::move(changed);
}

toml::table parse_table(const std::string& text, const std::string& path) {
  try {
    return toml::parse(text, path);
  } catch (const toml::parse_error& error) {
    const std::string line = std::to_string(error.source().begin.line);
    throw Error(ErrorInfo{.message = "line " + line + ": " + std::string(error.description()),
                          .path = path,
                          .hint = "Recipes are written in TOML (toml.io).",
                          .code = ErrorCode::kDamaged});
  }
}

}  // namespace

Recipe parse_recipe(const std::string& text, const std::string& path, const Recipe& base) {
  Recipe recipe = base;
  apply(recipe, parse_table(text, path), path.empty() ? "recipe" : path);
  return recipe;
}

Recipe load_recipe(const std::filesystem::path& path, const Recipe& base) {
  return parse_recipe(read_text_file(path), path.string(), base);
}

OptionValue option_from(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos)
    throw Error(ErrorInfo{.message = "the option '" + text + "' has no value",
                          .hint = "Write SECTION.NAME=VALUE, as in training.chunk=1024.",
                          .code = ErrorCode::kInvalidArgument});
  return {text.substr(0, equals), text.substr(equals + 1)};
}

void set_options(Recipe& recipe, const std::vector<OptionValue>& options) {
  toml::table all;
  for (const auto& [key, value] : options) {
    const std::size_t dot = key.find('.');
    if (dot == std::string::npos || dot == 0 || dot + 1 == key.size()) {
      throw Error(ErrorInfo{.message = "\"" + key + "\" is not the key of an option",
                            .hint = "Keys have the form SECTION.NAME, for example training.chunk.",
                            .code = ErrorCode::kNotFound});
    }
    const std::string section = key.substr(0, dot);
    const std::string name = key.substr(dot + 1);
    toml::table one;
    try {
      one = toml::parse(toml_string(name) + " = " + value);
    } catch (const toml::parse_error&) {
      one.insert(name, value);  // a word without quotes
    }
    toml::table* table = all.insert(section, toml::table{}).first->second.as_table();
    for (auto& [option, node] : one) table->insert_or_assign(option, node);
  }
  apply(recipe, all, "");
}

}  // namespace continuo::training
