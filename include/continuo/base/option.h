// An option of a use case, once: name, limits, default, explanation. Command lines, JSON and forms are views of a list
// of them, as options_of(ComposeOptions&) gives it.
//
//   ComposeOptions how;
//   for (Option& option : options_of(how)) register_on_command_line(option);
//   const std::string text = options_to_json(options_of(how));
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "continuo/base/named.h"

namespace continuo {

/// Nothing: an optional value that is not set.
using OptionValue = std::variant<std::monostate, bool, std::uint64_t, double, std::string>;

enum class OptionKind : std::uint8_t {
  kFlag,    ///< bool
  kWhole,   ///< std::uint64_t from `low` to `high`
  kNumber,  ///< double from `low` to `high`; where `above_low`, not `low` itself
  kWord,    ///< std::string: one of `choices`, or any where there are none
  kFile,    ///< std::string: a path
};

/// One option, bound to the object whose value it reads and writes; the object must outlive it.
struct Option {
  std::string name;         ///< words with dashes: "top-p", --top-p on a command line, "top_p" in JSON
  char letter = 0;          ///< of a command line; 0: none
  std::string explanation;  ///< a line without a full stop
  OptionKind kind = OptionKind::kFlag;
  double low = 0;
  std::uint64_t high = 0;  ///< of kWhole and kNumber
  bool above_low = false;
  std::vector<std::string> choices;
  std::string form;   ///< what a value looks like, for help: "FOLDER"; empty: as its kind says
  bool list = false;  ///< of kWord: several, separated by commas
  std::function<OptionValue()> get;
  /// Expects a value of its kind within its limits; nothing only where get() may give that.
  std::function<void(const OptionValue&)> set;

  /// "top_p"
  std::string json_name() const;
  /// "a whole number from 1 to 100", "a number above 0, 10 at most", "one of beginning, random"
  std::string allowed_in_words() const;
  /// Whether a value has its kind and lies within its limits.
  bool allows(const OptionValue& value) const;
  /// set(), after a check. Throws Error (kInvalidArgument, about: the name).
  void assign(const OptionValue& value) const;
};

/// `given`: what the value is where the option is true.
Option flag_option(std::string name, std::string explanation, bool& value, bool given = true);
/// T: an integer, or an optional one.
template <class T>
Option whole_option(std::string name, std::string explanation, T& value, std::uint64_t low, std::uint64_t high);
/// T: double or an optional one. A value above 0 up to `high`.
template <class T>
Option number_option(std::string name, std::string explanation, T& value, std::uint64_t high);
/// A value from `low` to `high`, both allowed.
template <class T>
Option number_option(std::string name, std::string explanation, T& value, double low, std::uint64_t high);
/// Nothing where the text is empty.
Option word_option(std::string name, std::string explanation, std::string& value,
                   std::vector<std::string> choices = {});
/// A text that `get` writes and `set` reads; empty: nothing. `set` may throw Error (kInvalidArgument).
Option word_option(std::string name, std::string explanation, std::function<std::string()> get,
                   std::function<void(const std::string&)> set, std::vector<std::string> choices = {});
/// One of the names of an enumeration (kNamesOf).
template <class E>
Option choice_option(std::string name, std::string explanation, E& value);
/// Nothing where the path is empty. `form`: "FILE", "FOLDER".
Option path_option(std::string name, std::string explanation, std::filesystem::path& value, std::string form = "FILE");

/// A JSON object of those that are set.
std::string options_to_json(std::span<const Option> options);
/// Sets the options that the object has. Throws Error (kInvalidArgument; `about`: the option): what is no JSON object,
/// an option that there is not, a value of another kind or outside its limits. Nothing is set then.
void options_from_json(std::string_view text, std::span<const Option> options);
/// A JSON array for forms: of each option its name, kind, explanation, limits or choices, and its value as it is.
std::string describe_options_as_json(std::span<const Option> options);

namespace detail {

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

/// Reads and writes a number or an optional number as `As`.
template <class As, class T>
void bind(Option& option, T& value) {
  if constexpr (IsOptional<T>::value) {
    using Inner = typename T::value_type;
    option.get = [&value]() -> OptionValue { return value ? OptionValue(static_cast<As>(*value)) : OptionValue(); };
    option.set = [&value](const OptionValue& given) {
      if (const auto* number = std::get_if<As>(&given))
        value = static_cast<Inner>(*number);
      else
        value.reset();
    };
  } else {
    option.get = [&value]() -> OptionValue { return static_cast<As>(value); };
    option.set = [&value](const OptionValue& given) { value = static_cast<T>(std::get<As>(given)); };
  }
}

}  // namespace detail

template <class T>
Option whole_option(std::string name, std::string explanation, T& value, std::uint64_t low, std::uint64_t high) {
  Option option{.name = std::move(name),
                .explanation = std::move(explanation),
                .kind = OptionKind::kWhole,
                .low = static_cast<double>(low),
                .high = high};
  detail::bind<std::uint64_t>(option, value);
  return option;
}

template <class T>
Option number_option(std::string name, std::string explanation, T& value, double low, std::uint64_t high) {
  Option option{.name = std::move(name),
                .explanation = std::move(explanation),
                .kind = OptionKind::kNumber,
                .low = low,
                .high = high};
  detail::bind<double>(option, value);
  return option;
}

template <class T>
Option number_option(std::string name, std::string explanation, T& value, std::uint64_t high) {
  Option option = number_option(std::move(name), std::move(explanation), value, 0.0, high);
  option.above_low = true;
  return option;
}

template <class E>
Option choice_option(std::string name, std::string explanation, E& value) {
  return word_option(
      std::move(name), std::move(explanation), [&value] { return std::string(name_of(value)); },
      [&value](const std::string& text) { value = value_named<E>(text).value_or(value); },
      {kNamesOf<E>.begin(), kNamesOf<E>.end()});
}

}  // namespace continuo
