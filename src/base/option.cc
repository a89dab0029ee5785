// Options: what they allow, and options of the usual kinds.
#include "continuo/base/option.h"

#include <algorithm>
#include <cstdio>

#include "continuo/base/error.h"

namespace continuo {
namespace {

std::string shortest(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.10g", value);
  return text;
}

}  // namespace

std::string Option::json_name() const {
  std::string text = name;
  std::ranges::replace(text, '-', '_');
  return text;
}

std::string Option::allowed_in_words() const {
  switch (kind) {
    case OptionKind::kFlag:
      return "true or false";
    case OptionKind::kWhole:
      return "a whole number from " + shortest(low) + " to " + std::to_string(high);
    case OptionKind::kNumber:
      if (above_low) return "a number above " + shortest(low) + ", " + shortest(static_cast<double>(high)) + " at most";
      return "a number from " + shortest(low) + " to " + shortest(static_cast<double>(high));
    case OptionKind::kWord:
      break;
    case OptionKind::kFile:
      return "the name of a file";
  }
  std::string text;
  for (const std::string& choice : choices) text += (text.empty() ? "one of " : ", ") + choice;
  return text.empty() ? "a text" : text;
}

bool Option::allows(const OptionValue& value) const {
  switch (kind) {
    case OptionKind::kFlag:
      return std::holds_alternative<bool>(value);
    case OptionKind::kWhole: {
      const auto* number = std::get_if<std::uint64_t>(&value);
      return number != nullptr && static_cast<double>(*number) >= low && *number <= high;
    }
    case OptionKind::kNumber: {
      const auto* number = std::get_if<double>(&value);
      return number != nullptr && (above_low ? *number > low : *number >= low) && *number <= static_cast<double>(high);
    }
    case OptionKind::kWord:
    case OptionKind::kFile:
      break;
  }
  const auto* text = std::get_if<std::string>(&value);
  return text != nullptr && (choices.empty() || std::ranges::find(choices, *text) != choices.end());
}

void Option::assign(const OptionValue& value) const {
  if (!allows(value))
    throw Error(
        {.message = name + " must be " + allowed_in_words(), .code = ErrorCode::kInvalidArgument, .about = name});
  set(value);
}

Option flag_option(std::string name, std::string explanation, bool& value, bool given) {
  return {.name = std::move(name),
          .explanation = std::move(explanation),
          .kind = OptionKind::kFlag,
          .get = [&value, given]() -> OptionValue { return value == given; },
          .set = [&value, given](const OptionValue& set) { value = std::get<bool>(set) == given; }};
}

Option word_option(std::string name, std::string explanation, std::function<std::string()> get,
                   std::function<void(const std::string&)> set, std::vector<std::string> choices) {
  return {.name = std::move(name),
          .explanation = std::move(explanation),
          .kind = OptionKind::kWord,
          .choices = std::move(choices),
          .get = [get = std::move(get)]() -> OptionValue {
            std::string text = get();
            return text.empty() ? OptionValue() : OptionValue(std::move(text));
          },
          .set =
              [set = std::move(set)](const OptionValue& given) {
                const auto* text = std::get_if<std::string>(&given);
                set(text != nullptr ? *text : std::string());
              }};
}

Option word_option(std::string name, std::string explanation, std::string& value, std::vector<std::string> choices) {
  return word_option(
      std::move(name), std::move(explanation), [&value] { return value; },
      [&value](const std::string& text) { value = text; }, std::move(choices));
}

Option path_option(std::string name, std::string explanation, std::filesystem::path& value, std::string form) {
  Option option = word_option(
      std::move(name), std::move(explanation), [&value] { return value.string(); },
      [&value](const std::string& text) { value = text; });
  option.kind = OptionKind::kFile;
  option.form = std::move(form);
  return option;
}

}  // namespace continuo
