// The list of options, and JSON of any such list.
#include "continuo/generation/options.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "continuo/base/error.h"
#include "continuo/generation/sampling_settings.h"

namespace continuo::generation {
namespace {

using nlohmann::ordered_json;

constexpr std::uint64_t kSecondLimit = 1'000'000;
constexpr std::uint64_t kBarLimit = 1'000'000;
constexpr std::uint64_t kSymbolLimit = 1'000'000'000;
constexpr std::uint64_t kSeedLimit = (std::uint64_t{1} << 63) - 1;  // TOML's greatest, which recipes keep

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

template <class T>
Option number(std::string name, std::string explanation, T& value, std::uint64_t high, double low = 0,
              bool above_low = true) {
  Option option{.name = std::move(name),
                .explanation = std::move(explanation),
                .kind = OptionKind::kNumber,
                .low = low,
                .high = high,
                .above_low = above_low};
  bind<double>(option, value);
  return option;
}

template <class T>
Option whole(std::string name, std::string explanation, T& value, std::uint64_t low, std::uint64_t high) {
  Option option{.name = std::move(name),
                .explanation = std::move(explanation),
                .kind = OptionKind::kWhole,
                .low = static_cast<double>(low),
                .high = high};
  bind<std::uint64_t>(option, value);
  return option;
}

/// `given`: what the value is when the option is there.
Option flag(std::string name, std::string explanation, bool& value, bool given = true) {
  return {.name = std::move(name),
          .explanation = std::move(explanation),
          .kind = OptionKind::kFlag,
          .get = [&value, given]() -> OptionValue { return value == given; },
          .set = [&value, given](const OptionValue& set) { value = std::get<bool>(set) == given; }};
}

Option start(StartKind& value) {
  return {
      .name = "start",
      .explanation = "What the music begins from: the beginning of a piece, or a random array of symbols (the paper's)",
      .kind = OptionKind::kWord,
      .choices = {"beginning", "random"},
      .get = [&value]() -> OptionValue {
        if (value == StartKind::kPrompt) return {};
        return std::string(value == StartKind::kRandom ? "random" : "beginning");
      },
      .set =
          [&value](const OptionValue& given) {
            if (const auto* word = std::get_if<std::string>(&given))
              value = *word == "random" ? StartKind::kRandom : StartKind::kBeginning;
          }};
}

Option word(std::string name, std::string explanation, std::string& value) {
  return {.name = std::move(name),
          .explanation = std::move(explanation),
          .kind = OptionKind::kWord,
          .get = [&value]() -> OptionValue { return value.empty() ? OptionValue() : OptionValue(value); },
          .set =
              [&value](const OptionValue& given) {
                const auto* text = std::get_if<std::string>(&given);
                value = text != nullptr ? *text : std::string();
              }};
}

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

std::string shortest(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.10g", value);
  return text;
}

constexpr const char* kKinds[] = {"flag", "whole", "number", "word", "file"};

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

std::vector<Option> options_of(SamplingOptions& sampling) {
  std::vector<Option> options;
  options.push_back(
      flag("argmax", "Always the most probable symbol (the paper's choice; falls into loops)", sampling.argmax));
  options.push_back(number("temperature", "Below 1: safer, above 1: wilder", sampling.temperature, 1'000'000));
  options.back().letter = 't';
  options.back().set = [&sampling](const OptionValue& given) {
    sampling.temperature = std::get<double>(given);
    sampling.kinds.clear();
  };
  options.push_back(
      {.name = "kind-temperatures",
       .explanation = "Temperatures of kinds of symbols in place of that of all, as in pitch=0.8,velocity=1.15",
       .kind = OptionKind::kWord,
       .get = [&sampling]() -> OptionValue {
         return sampling.kinds.empty() ? OptionValue() : OptionValue(kind_temperatures_text(sampling));
       },
       .set =
           [&sampling](const OptionValue& given) {
             if (const auto* text = std::get_if<std::string>(&given))
               set_temperatures(sampling, *text);
             else
               sampling.kinds.clear();
           }});
  options.push_back(
      whole("top-k", "Choose among the k most probable symbols; 0: all", sampling.top_k, 0, kSymbolLimit));
  options.push_back(
      number("top-p", "Choose among the most probable symbols that together have this probability", sampling.top_p, 1));
  return options;
}

std::vector<Option> options_of(ComposeOptions& o) {
  std::vector<Option> options;
  const auto add = [&](Option option) { options.push_back(std::move(option)); };
  add(start(o.start));
  add(whole("random-length", "Symbols of the random array; 0: the receptive field", o.random_length, 0, kSymbolLimit));
  add(flag("keep-random", "Keep the random array in the result", o.keep_random));
  add(number("seconds", "Length of the new music in seconds (default 120; of sound 10)", o.seconds, kSecondLimit));
  add(whole("bars", "Length of the new music in bars", o.bars, 1, kBarLimit));
  add(whole("symbols", "Length in symbols", o.symbols, 1, kSymbolLimit));
  add(flag("go-on", "Do not let the model end the piece before the length is reached", o.stop_at_end, false));
  for (Option& option : options_of(o.sampling)) add(std::move(option));
  add(flag("no-mask", "Allow symbols that the grammar forbids; decoding repairs them and says how many", o.mask_grammar,
           false));
  add(word("style", "Composer or style, where the model has such labels", o.label));
  add(number("style-strength",
             "How much the style changes: 1 as the model says, 2 twice as much, for twice the work of the network",
             o.style_strength, 100, 0, false));
  add(whole("seed", "The same seed, model and settings give the same piece", o.seed, 0, kSeedLimit));
  options.back().letter = 's';
  add(flag("allow-copies",
           "Also passages that the filter beside the model forbids: with the default model, those of 13 notes that "
           "stand in the music from which it learned",
           o.allow_copies));
  add(flag("any-ending", "Also endings that do not close on the tonic of the home key", o.any_ending));
  add(flag("any-range", "Also notes that an instrument does not have", o.any_range));
  add(flag("allow-loops",
           "Also the same block of notes again and again; otherwise twice in a row, of a short bar three times",
           o.allow_loops));
  return options;
}

std::vector<Option> saved_options_of(ComposeOptions& o) {
  constexpr std::uint64_t kTries = 1'000'000;
  std::vector<Option> options = options_of(o);
  options.push_back(
      number("earliest-end", "Share of the length before which End is not chosen", o.earliest_end, 1, 0, false));
  options.push_back(whole("ending-tries", "Times that an ending is sought", o.ending_tries, 0, kTries));
  options.push_back(whole("stream", "Number of the piece among several of one seed", o.stream, 0, kSeedLimit));
  return options;
}

std::vector<Option> options_of(WishWords& wishes) {
  std::vector<Option> options;
  options.push_back(word("key", "Only notes of this key, such as \"D minor\"", wishes.key));
  options.push_back(word("instruments",
                         "Only these, by their General MIDI names or programs from 0, and \"drums\": violin,cello",
                         wishes.instruments));
  options.back().list = true;
  options.push_back(word("tempo", "Quarters a minute, about 90 or within 80-100", wishes.tempo));
  options.push_back(word("metre", "Only bars of this kind, such as 3/4", wishes.metre));
  return options;
}

std::string to_json(std::span<const Option> options) {
  ordered_json object = ordered_json::object();
  for (const Option& option : options)
    if (const OptionValue value = option.get(); !std::holds_alternative<std::monostate>(value))
      object[option.json_name()] = as_json(value);
  return object.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

void from_json(std::string_view text, std::span<const Option> options) {
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

std::string describe_as_json(std::span<const Option> options) {
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

}  // namespace continuo::generation
