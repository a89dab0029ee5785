// Options of a list: text to values, checks, defaults and explanations for the help.
#include "option_list.h"

#include <fmt/format.h>

#include <charconv>
#include <memory>
#include <optional>
#include <string>
#include <system_error>

#include "options.h"

namespace continuo::app {
namespace {

template <class T>
std::optional<T> all_of(const std::string& text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Nothing for text that is no value of the kind.
OptionValue value_of(const std::string& text, OptionKind kind) {
  if (kind == OptionKind::kWhole) {
    const auto whole = all_of<std::uint64_t>(text);
    return whole ? OptionValue(*whole) : OptionValue();
  }
  if (kind == OptionKind::kNumber) {
    const auto number = all_of<double>(text);
    return number ? OptionValue(*number) : OptionValue();
  }
  return text;
}

std::string text_of(const OptionValue& value) {
  if (const auto* whole = std::get_if<std::uint64_t>(&value)) return std::to_string(*whole);
  if (const auto* number = std::get_if<double>(&value)) return fmt::format("{:g}", *number);
  if (const auto* word = std::get_if<std::string>(&value)) return *word;
  return "";
}

std::string type_of(const Option& option) {
  if (!option.form.empty()) return option.form;
  switch (option.kind) {
    case OptionKind::kWhole:
      return "UINT";
    case OptionKind::kNumber:
      return "FLOAT";
    case OptionKind::kFile:
      return "FILE";
    case OptionKind::kFlag:
    case OptionKind::kWord:
      break;
  }
  return option.choices.empty() ? "NAME" : "TEXT";
}

void add(CLI::App& command, const std::shared_ptr<const Option>& option) {
  const std::string names =
      (option->letter != 0 ? std::string("-") + option->letter + "," : std::string()) + "--" + option->name;
  if (option->kind == OptionKind::kFlag) {
    command.add_flag_callback(
        names, [option] { option->set(true); }, option->explanation);
    return;
  }
  const CLI::Validator check(
      [option](std::string& text) {
        return option->allows(value_of(text, option->kind))
                   ? std::string()
                   : fmt::format("'{}' is not {}", text, option->allowed_in_words());
      },
      "");
  auto* added = command
                    .add_option_function<std::string>(
                        names, [option](const std::string& text) { option->assign(value_of(text, option->kind)); },
                        option->explanation)
                    ->check(check)
                    ->type_name(type_of(*option))
                    ->default_str(text_of(option->get()));
  if (!option->choices.empty()) added->transform(one_of(option->choices));
  if (option->list) added->join(',');
}

}  // namespace

void add_options(CLI::App& command, const std::vector<Option>& options) {
  for (const Option& option : options) add(command, std::make_shared<const Option>(option));
}

}  // namespace continuo::app
