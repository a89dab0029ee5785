// Temperatures to and from text.
#include "continuo/generation/sampling_settings.h"

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "continuo/base/error.h"

namespace continuo::generation {
namespace {

using nlohmann::json;
using representation::SymbolKind;

std::optional<double> temperature_from(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(value > 0) || !std::isfinite(value))
    return std::nullopt;
  return value;
}

std::string kinds_in_words() {
  std::string text;
  for (const SymbolKind kind : representation::symbol_kinds())
    if (kind != SymbolKind::kNone && kind != SymbolKind::kStart && kind != SymbolKind::kLabel)
      text += (text.empty() ? "" : ", ") + std::string(representation::name(kind));
  return text;
}

SymbolKind kind_called(const std::string& name) {
  const auto kind = representation::find_symbol_kind(name);
  if (!kind || *kind == SymbolKind::kNone)
    throw Error({.message = "there is no kind of symbol '" + name + "'",
                 .hint = "The kinds are " + kinds_in_words() + ".",
                 .code = ErrorCode::kInvalidArgument});
  return *kind;
}

std::string number(double value) {
  char text[32];
  const auto [end, error] = std::to_chars(text, text + sizeof text, value);
  return {text, end};
}

}  // namespace

SamplingOptions sampling_of(const weights::Metadata& metadata) {
  const auto found = metadata.find(weights::kSamplingKey);
  return found == metadata.end() || found->second.empty() ? SamplingOptions{} : sampling_from_json(found->second);
}

SamplingOptions sampling_from_json(const std::string& text) {
  SamplingOptions options;
  const json root = json::parse(text, nullptr, false);
  const auto positive = [](const json& value) {
    if (!value.is_number() || !(value.get<double>() > 0))
      throw Error(ErrorCode::kDamaged, "the sampling settings of the model have a value that is not a number above 0");
    return value.get<double>();
  };
  if (!root.is_object()) throw Error(ErrorCode::kDamaged, "the sampling settings of the model are not a JSON object");
  for (const auto& [key, value] : root.items()) {  // keys that this version does not know are passed over
    if (key == "temperature") options.temperature = positive(value);
    if (key == "top_p") options.top_p = positive(value);
    if (key == "kinds" && value.is_object())
      for (const auto& [kind, temperature] : value.items())
        if (const auto known = representation::find_symbol_kind(kind)) options.kinds[*known] = positive(temperature);
  }
  if (options.top_p > 1) throw Error(ErrorCode::kDamaged, "the sampling settings of the model have a top-p above 1");
  return options;
}

std::string to_json(const SamplingOptions& options) {
  json root = {{"temperature", options.temperature}, {"top_p", options.top_p}};
  for (const auto& [kind, temperature] : options.kinds)
    root["kinds"][std::string(representation::name(kind))] = temperature;
  return root.dump();
}

void set_temperatures(SamplingOptions& options, std::string_view text) {
  const std::string_view whole = text;
  bool more = true;
  for (bool first = true; more; first = false) {
    const std::size_t comma = text.find(',');
    more = comma != std::string_view::npos;
    const std::string_view item = text.substr(0, comma);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    const std::size_t equals = item.find('=');
    const auto value = temperature_from(equals == std::string_view::npos ? item : item.substr(equals + 1));
    if (!value || (equals == std::string_view::npos && !first))
      throw Error(
          {.message = "'" + std::string(whole) + "' is no temperature",
           .hint = "Give a number above 0, or kinds of symbols with theirs, as in 0.9,velocity=1. The kinds are " +
                   kinds_in_words() + ".",
           .code = ErrorCode::kInvalidArgument});
    if (equals == std::string_view::npos) {
      options.temperature = *value;
      options.kinds.clear();
    } else {
      options.kinds[kind_called(std::string(item.substr(0, equals)))] = *value;
    }
  }
}

std::string temperatures_text(const SamplingOptions& options) {
  const std::string kinds = kind_temperatures_text(options);
  return number(options.temperature) + (kinds.empty() ? "" : "," + kinds);
}

std::string kind_temperatures_text(const SamplingOptions& options) {
  std::string text;
  for (const auto& [kind, temperature] : options.kinds)
    text += (text.empty() ? "" : ",") + std::string(representation::name(kind)) + "=" + number(temperature);
  return text;
}

SamplingOptions with_defaults(const SamplingOptions& options, const SamplingOptions& model, const Asked& asked) {
  SamplingOptions result = options;
  if (!asked.top_p) result.top_p = model.top_p;
  if (asked.temperature) return result;
  result.temperature = model.temperature;
  for (const auto& [kind, temperature] : model.kinds)  // where the user named a kind, that stays
    if (options.kinds.find(kind) == options.kinds.end()) result.kinds[kind] = temperature;
  return result;
}

}  // namespace continuo::generation
