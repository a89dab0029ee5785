// The options of composing, once: name, limits, default, explanation. Command lines, JSON and forms are views of them.
//
//   ComposeOptions how;
//   for (Option& option : options_of(how)) register_on_command_line(option);
//   const std::string text = to_json(options_of(how));
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "continuo/generation/compose.h"
#include "continuo/generation/wishes.h"

namespace continuo::generation {

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

/// Names beginning with "no-" and "go-on" are flags that switch something off which is on by default.
std::vector<Option> options_of(SamplingOptions& sampling);
/// Those of the sampling among them. Prompt, constraints and what is no matter of taste (earliest_end, stream ...) are
/// left to programs.
std::vector<Option> options_of(ComposeOptions& options);
std::vector<Option> options_of(WishWords& wishes);
/// All that decides what is composed but for prompt and constraints: also what is no matter of taste.
std::vector<Option> saved_options_of(ComposeOptions& options);

/// A JSON object of those that are set.
std::string to_json(std::span<const Option> options);
/// Sets the options that the object has. Throws Error (kInvalidArgument; `about`: the option): what is no JSON object,
/// an option that there is not, a value of another kind or outside its limits. Nothing is set then.
void from_json(std::string_view text, std::span<const Option> options);
/// A JSON array for forms: of each option its name, kind, explanation, limits or choices, and its value as it is.
std::string describe_as_json(std::span<const Option> options);

}  // namespace continuo::generation
