// Writing recipes: every option of a Recipe as TOML with its explanation.
#include <algorithm>
#include <charconv>
#include <cmath>

#include "continuo/training/recipe.h"
#include "training/recipe_fields.h"
#include "training/toml_text.h"

namespace continuo::training {
namespace {

template <class T>
std::string shortest(T value) {
  char buffer[64];
  auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
  if constexpr (std::is_floating_point_v<T>) {  // no exponent where it only puzzles
    if (std::abs(value) >= 1e-5 && std::abs(value) < 1e15) {
      result = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed);
    }
  }
  return {buffer, result.ptr};
}

/// TOML tells floats from integers by their looks.
template <class T>
std::string float_text(T value) {
  std::string text = number_text(value);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

class Writer {
 public:
  static constexpr bool kReads = false;

  void section(std::string_view name, std::string_view comment) {
    if (!text.empty()) text += '\n';
    text += "[" + std::string(name) + "]  # " + std::string(comment) + "\n";
  }

  template <class T, class Allowed = Limits>
  void field(std::string_view name, const T& value, std::string_view comment, const Allowed& = {}) {
    line(name, value_text(value), comment);
  }

  void settings(const representation::RepresentationSpec& spec) {
    std::string names;
    for (const std::string& name : representation::representation_names()) {
      names += (names.empty() ? "\"" : ", \"") + name + "\"";
    }
    line("name", toml_string(spec.name), "one of " + names);
    for (const representation::Setting& setting : representation::default_settings(spec.name)) {
      const auto found = spec.settings.find(setting.name);
      line(setting.name, setting_text(found == spec.settings.end() ? setting.value : found->second),
           setting.explanation);
    }
  }

  std::string text;

 private:
  void line(std::string_view name, const std::string& value, std::string_view comment) {
    std::string out = std::string(name) + " = " + value;
    out.resize(std::max(out.size() + 2, std::size_t{32}), ' ');
    text += out + "# " + std::string(comment) + "\n";
  }

  static std::string value_text(const std::string& value) { return toml_string(value); }
  static std::string value_text(bool value) { return value ? "true" : "false"; }
  static std::string value_text(const std::vector<int>& values) {
    std::string out = "[";
    for (std::size_t i = 0; i < values.size(); ++i) out += (i > 0 ? ", " : "") + std::to_string(values[i]);
    return out + "]";
  }
  template <class T>
  requires std::is_arithmetic_v<T>
  static std::string value_text(T value) {
    if constexpr (std::is_floating_point_v<T>) {
      return float_text(value);
    } else {
      return shortest(value);
    }
  }

  /// Settings are kept as text; whole numbers and truth values look better without quotes, and read back the same.
  static std::string setting_text(const std::string& value) {
    if (value == "true" || value == "false") return value;
    const bool digits = !value.empty() && value.size() < 16 &&
                        std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
    return digits && (value.size() == 1 || value[0] != '0') ? value : toml_string(value);
  }
};

}  // namespace

std::string number_text(double value) { return shortest(value); }
std::string number_text(float value) { return shortest(value); }

std::string toml_string(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      out += "\\u00";
      out += kHex[byte >> 4U];
      out += kHex[byte & 15U];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string to_toml(const Recipe& recipe) {
  Writer writer;
  visit_recipe(writer, recipe);
  return writer.text;
}

}  // namespace continuo::training
