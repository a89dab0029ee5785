// Network specs as JSON ("continuo.network" of a model file).
#include <algorithm>
#include <charconv>
#include <cmath>
#include <deque>
#include <limits>
#include <memory>

#include "continuo/base/error.h"
#include "continuo/weights/network_info.h"
#include "weights/network_parts.h"
#include "weights/strict_json.h"

namespace continuo::weights {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxText = 1 << 16;
constexpr int kMaxSpecDepth = 3;

/// Reads one JSON object; remembers what was asked for, so that what was not can be refused.
class Reader {
 public:
  Reader(const json& object, std::string where) : object_(object), where_(std::move(where)) {
    if (!object_.is_object()) throw Error(ErrorCode::kDamaged, "network spec: " + where_ + " is not an object");
  }

  template <class T>
  void operator()(const char* key, T& value) {
    read(key, value, false);
  }

  template <class T>
  void read(const char* key, T& value, bool required) {
    known_.emplace_back(key);
    const auto found = object_.find(key);
    if (found == object_.end()) {
      if (required) throw Error(ErrorCode::kDamaged, "network spec: " + where_ + " lacks the key \"" + key + "\"");
      return;
    }
    if (!convert(*found, value))
      throw Error(ErrorCode::kDamaged, "network spec: the key \"" + std::string(key) + "\" has a bad value");
  }

  void finish() const {
    for (const auto& [key, unused] : object_.items())
      if (std::ranges::find(known_, key) == known_.end())
        throw Error({.message = "network spec: unknown key " + in_quotes(key),
                     .hint = "The model may come from a newer version of Continuo.",
                     .code = ErrorCode::kUnsupported});
  }

 private:
  static bool convert(const json& from, int& to) {
    if (!from.is_number_integer()) return false;
    if (from.is_number_unsigned() && from.get<std::uint64_t>() > std::numeric_limits<int>::max()) return false;
    const auto value = from.get<std::int64_t>();
    if (value < std::numeric_limits<int>::min()) return false;
    to = static_cast<int>(value);
    return true;
  }
  static bool convert(const json& from, float& to) {
    if (!from.is_number()) return false;
    const auto value = from.get<double>();
    if (!(std::abs(value) <= std::numeric_limits<float>::max())) return false;
    to = static_cast<float>(value);
    return true;
  }
  static bool convert(const json& from, std::string& to) {
    if (!from.is_string()) return false;
    to = from.get<std::string>();
    return true;
  }
  static bool convert(const json& from, std::vector<int>& to) {
    if (!from.is_array() || from.size() > kMaxLayers) return false;
    to.assign(from.size(), 0);
    for (std::size_t i = 0; i < to.size(); ++i)
      if (!convert(from[i], to[i])) return false;
    return true;
  }
  static bool convert(const json& from, json& to) {
    to = from;
    return true;
  }

  const json& object_;
  std::string where_;
  std::vector<std::string> known_;
};

/// Takes a network's options from the sections of its JSON.
class OptionReader final : public OptionVisitor {
 public:
  explicit OptionReader(Reader& spec) : spec_(spec) {}

  void section(std::string_view name) override {
    finish();
    const std::string key(name);
    json& options = sections_.emplace_back(json::object());
    spec_(key.c_str(), options);
    section_ = std::make_unique<Reader>(options, key);
  }
  void option(const OptionInfo& info, int& value) override { take(info, value); }
  void option(const OptionInfo& info, float& value) override { take(info, value); }
  void option(const OptionInfo& info, std::vector<int>& value) override { take(info, value); }
  void option(const OptionInfo& info, std::string& value, std::span<const std::string_view>) override {
    take(info, value);
  }
  void finish() {
    if (section_) section_->finish();
  }

 private:
  template <class T>
  void take(const OptionInfo& info, T& value) {
    (*section_)(std::string(info.name).c_str(), value);
  }

  Reader& spec_;
  std::deque<json> sections_;  ///< to which readers refer
  std::unique_ptr<Reader> section_;
};

class OptionWriter final : public OptionVisitor {
 public:
  explicit OptionWriter(json& spec) : spec_(spec) {}

  void section(std::string_view name) override { section_ = &(spec_[std::string(name)] = json::object()); }
  void option(const OptionInfo& info, int& value) override {
    if (value != 0 || !info.omit_zero) at(info) = value;
  }
  /// The shortest decimal that reads back as the same float, instead of the float's 17 digits.
  void option(const OptionInfo& info, float& value) override {
    char text[64];
    const auto end = std::to_chars(std::begin(text), std::end(text), value).ptr;
    double tidy = 0;
    std::from_chars(text, end, tidy);
    at(info) = tidy;
  }
  void option(const OptionInfo& info, std::vector<int>& value) override { at(info) = value; }
  void option(const OptionInfo& info, std::string& value, std::span<const std::string_view>) override {
    at(info) = value;
  }

 private:
  json& at(const OptionInfo& info) { return (*section_)[std::string(info.name)]; }

  json& spec_;
  json* section_ = nullptr;
};

}  // namespace

std::string to_json(const NetworkSpec& spec) {
  json object = {{"name", spec.name()}, {"vocabulary_size", spec.vocabulary_size}, {"labels", spec.labels}};
  if (spec.output != kCategorical) object["output"] = std::string(name_of(spec.output));
  if (spec.inputs > 0) object["inputs"] = spec.inputs;
  OptionWriter writer(object);
  NetworkSpec same = spec;
  visit_options(same, writer);
  return object.dump();
}

NetworkSpec network_spec_from_json(const std::string& text) {
  if (text.size() > kMaxText) throw Error(ErrorCode::kDamaged, "network spec: the text is too long");
  json object;
  try {
    object = parse_strict_json(text, kMaxSpecDepth);
  } catch (const Error& error) {
    throw Error(ErrorCode::kDamaged, "network spec: " + error.info().message);
  }
  NetworkSpec spec;
  std::string name;
  Reader reader(object, "the spec");
  reader.read("name", name, true);
  reader.read("vocabulary_size", spec.vocabulary_size, true);
  reader("labels", spec.labels);
  std::string output(name_of(spec.output));
  reader("output", output);
  if (const auto known = value_named<Output>(output))
    spec.output = *known;
  else
    refuse_choice("output", output, kNamesOf<Output>);
  reader("inputs", spec.inputs);
  try {
    spec.network = default_network(name).network;
  } catch (const Error& error) {
    throw Error({.message = "network spec: the key \"name\" names an " + error.info().message,
                 .hint = error.info().hint,
                 .code = error.code()});
  }
  OptionReader options(reader);
  visit_options(spec, options);
  options.finish();
  reader.finish();
  validate(spec);
  return spec;
}

}  // namespace continuo::weights
