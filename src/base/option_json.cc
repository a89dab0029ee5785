// Options as JSON.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "continuo/base/error.h"
#include "continuo/base/option.h"

namespace continuo {
namespace {

using nlohmann::ordered_json;

ordered_json as_json(const OptionValue& value) {
  return std::visit(
      [](const auto& held) -> ordered_json {
        if constexpr (std::is_same_v<std::remove_cvref_t<decltype(held)>, std::monostate>)
          return nullptr;
        else
          return held;
      },
      value);
}

/// The value as the option's kind has it; nothing of another type. A whole number does for any number.
OptionValue from(const ordered_json& value, OptionKind kind) {
  switch (kind) {
    case OptionKind::kFlag:
      return value.is_boolean() ? OptionValue(value.get<bool>()) : OptionValue();
    case OptionKind::kWhole:
      return value.is_number_unsigned() ? OptionValue(value.get<std::uint64_t>()) : OptionValue();
    case OptionKind::kNumber:
      return value.is_number() ? OptionValue(value.get<double>()) : OptionValue();
    case OptionKind::kWord:
    case OptionKind::kFile:
      return value.is_string() ? OptionValue(value.get<std::string>()) : OptionValue();
  }
  return {};
}

constexpr const char* kKinds[] = {"flag", "whole", "number", "word", "file"};

}  // namespace

std::string options_to_json(std::span<const Option> options) {
  ordered_json object = ordered_json::object();
  for (const Option& option : options)
    if (const OptionValue value = option.get(); !std::holds_alternative<std::monostate>(value))
      object[option.json_name()] = as_json(value);
  return object.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

void options_from_json(std::string_view text, std::span<const Option> options) {
  const ordered_json object = ordered_json::parse(text, nullptr, false);
  if (!object.is_object())
    throw Error({.message = "options must be a JSON object", .code = ErrorCode::kInvalidArgument});
  std::vector<std::pair<const Option*, OptionValue>> values;
  for (const auto& [key, value] : object.items()) {
    const std::string& name = key;
    const auto found = std::ranges::find_if(options, [&](const Option& option) { return option.json_name() == name; });
    if (found == options.end()) {
      std::string known;
      for (const Option& option : options) known += (known.empty() ? "" : ", ") + option.json_name();
      throw Error({.message = "there is no option '" + name + "'",
                   .hint = "The options are: " + known + ".",
                   .code = ErrorCode::kInvalidArgument,
                   .about = name});
    }
    OptionValue given = from(value, found->kind);
    if (!found->allows(given))
      throw Error({.message = name + " must be " + found->allowed_in_words(),
                   .code = ErrorCode::kInvalidArgument,
                   .about = name});
    values.emplace_back(&*found, std::move(given));
  }
  for (const auto& [option, value] : values) option->set(value);
}

std::string describe_options_as_json(std::span<const Option> options) {
  ordered_json list = ordered_json::array();
  for (const Option& option : options) {
    ordered_json one = {{"name", option.json_name()},
                        {"kind", kKinds[static_cast<std::size_t>(option.kind)]},
                        {"explanation", option.explanation}};
    if (option.kind == OptionKind::kWhole || option.kind == OptionKind::kNumber) {
      one[option.above_low ? "above" : "from"] = option.low;
      one["to"] = option.high;
    }
    if (!option.choices.empty()) one["choices"] = option.choices;
    one["value"] = as_json(option.get());
    list.push_back(std::move(one));
  }
  return list.dump();
}

}  // namespace continuo
