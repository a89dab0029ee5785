// Checks of what the command line says.
#include "options.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <string_view>
#include <system_error>

#include "continuo/base/error.h"
#include "continuo/weights/default_model.h"

namespace continuo::app {
namespace {

namespace fs = std::filesystem;

/// All of `text`, or nothing.
template <class T>
std::optional<T> parsed(const std::string& text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

CLI::Validator number_that(const std::string& what, bool (*fits)(double, double, double), double least, double most) {
  return {[=](std::string& text) {
            const auto value = parsed<double>(text);
            return value && fits(*value, least, most) ? std::string() : fmt::format("'{}' is not {}", text, what);
          },
          ""};
}

}  // namespace

CLI::Validator whole(std::uint64_t least, std::uint64_t most) {
  return {[=](std::string& text) {
            const auto value = parsed<std::uint64_t>(text);
            return value && *value >= least && *value <= most
                       ? std::string()
                       : fmt::format("'{}' is not a whole number from {} to {}", text, least, most);
          },
          ""};
}

CLI::Validator amount(double most) {
  return number_that(
      fmt::format("a number above 0, {:.10g} at most", most),
      [](double value, double, double limit) { return value > 0 && value <= limit; }, 0, most);
}

CLI::Validator number(double least, double most) {
  return number_that(
      fmt::format("a number from {:.10g} to {:.10g}", least, most),
      [](double value, double low, double high) { return value >= low && value <= high; }, least, most);
}

namespace {

/// Letters and digits in lower case: "Held out" and "held-out" are the same word.
std::string letters_of(std::string_view text) {
  std::string out;
  for (const unsigned char c : text)
    if (std::isalnum(c) != 0) out += static_cast<char>(std::tolower(c));
  return out;
}

}  // namespace

CLI::Validator one_of(std::vector<std::string> words) {
  return {[words = std::move(words)](std::string& text) {
            for (const std::string& word : words) {
              if (letters_of(word) != letters_of(text)) continue;
              text = word;
              return std::string();
            }
            return fmt::format("'{}' must be one of {}", text, CLI::detail::join(words, ", "));
          },
          ""};
}

void add_precision(CLI::App& command, std::optional<weights::Precision>& precision) {
  command
      .add_option_function<std::string>(
          "--precision", [&precision](const std::string& name) { precision = weights::precision_from(name); },
          "How the weights are read: fp32, bf16 or int8 (default: as they are in the file)")
      ->transform(one_of({"fp32", "bf16", "int8"}));
}

CLI::Option* add_model(CLI::App& command, fs::path& model) {
  return command
      .add_option("-m,--model", model, "Model file (.safetensors; default: the one that comes with Continuo)")
      ->type_name("FILE");
}

fs::path model_or_default(const fs::path& model) {
  return model.empty() || model == kDefaultModel ? weights::default_model() : model;
}

engine::InstructionSet instruction_set_called(const std::string& name) {
  if (const auto set = engine::instruction_set_from(name)) return *set;
  std::string known;
  for (const auto available : engine::available_instruction_sets())
    known += (known.empty() ? "" : ", ") + std::string(engine::name(available));
  throw Error({.message = "there is no instruction set '" + name + "'",
               .hint = "This machine has: " + known + ".",
               .code = ErrorCode::kInvalidArgument});
}

void add_instruction_set(CLI::App& command, engine::InstructionSet& set) {
  command
      .add_option_function<std::string>(
          "--instruction-set", [&set](const std::string& name) { set = instruction_set_called(name); },
          "best, scalar, avx2, avx-vnni, avx512, amx, neon or neon-dot; all give the same music")
      ->type_name("NAME");
}

std::string shell_word(const std::string& text) {
  const auto plain = [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view("/._-+:,=@%").find(static_cast<char>(c)) != std::string_view::npos;
  };
  if (!text.empty() && std::ranges::all_of(text, plain)) return text;
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

}  // namespace continuo::app
