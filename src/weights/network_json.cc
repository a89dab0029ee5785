// Network specs as JSON ("continuo.network" of a model file).
#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "continuo/base/error.h"
#include "continuo/weights/network_spec.h"
#include "weights/network_limits.h"
#include "weights/strict_json.h"

namespace continuo::weights {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxText = 1 << 16;
constexpr int kMaxSpecDepth = 3;

// The options of each network, once: reading and writing both walk these. `Spec` is const for writing.

template <class Visitor, class Spec>
void visit_wavenet(Visitor& v, Spec& spec) {
  v("residual_channels", spec.residual_channels);
  v("skip_channels", spec.skip_channels);
  v("head_channels", spec.head_channels);
  v("kernel_size", spec.kernel_size);
  v("input_kernel_size", spec.input_kernel_size);
  v("stacks", spec.stacks);
  v("dilations", spec.dilations);
  v("block", spec.block);
  v("dropout", spec.dropout);
  v.unless_zero("match", spec.match);
}

/// Of `lstm` and `gru`.
template <class Visitor, class Spec>
void visit_recurrent(Visitor& v, Spec& spec) {
  v("embedding", spec.embedding);
  v("hidden", spec.hidden);
  v("layers", spec.layers);
  v("dropout", spec.dropout);
  v.unless_zero("match", spec.match);
}

template <class Visitor, class Spec>
void visit_guide_cnn(Visitor& v, Spec& spec) {
  v("window", spec.window);
  v("embedding", spec.embedding);
  v("channels", spec.channels);
  v("dilations", spec.dilations);
  v("kernel_size", spec.kernel_size);
  v("hidden", spec.hidden);
  v("dropout", spec.dropout);
}

template <class Visitor, class Spec>
void visit_markov(Visitor& v, Spec& spec) {
  v("order", spec.order);
  v("max_entries", spec.max_entries);
  v("entries", spec.entries);
}

/// Calls section(name, body) for each JSON object that the network's options lie in; body(visitor) visits them.
template <class Section, class Network>
void visit_sections(Network& network, const Section& section) {
  using Spec = std::remove_cvref_t<Network>;
  if constexpr (std::is_same_v<Spec, WaveNetSpec>) {
    section("wavenet", [&](auto& v) { visit_wavenet(v, network); });
  } else if constexpr (std::is_same_v<Spec, LstmSpec>) {
    section("lstm", [&](auto& v) { visit_recurrent(v, network); });
  } else if constexpr (std::is_same_v<Spec, GruSpec>) {
    section("gru", [&](auto& v) { visit_recurrent(v, network); });
  } else if constexpr (std::is_same_v<Spec, GuideCnnSpec>) {
    section("guide-cnn", [&](auto& v) { visit_guide_cnn(v, network); });
  } else if constexpr (std::is_same_v<Spec, MarkovSpec>) {
    section("markov", [&](auto& v) { visit_markov(v, network); });
  } else {
    section("wavenet", [&](auto& v) { visit_wavenet(v, network.wavenet); });
    section("lstm", [&](auto& v) {
      v("hidden", network.hidden);
      v("layers", network.layers);
    });
  }
}

/// Reads one JSON object; remembers what was asked for, so that what was not can be refused.
class Reader {
 public:
  Reader(const json& object, std::string where) : object_(object), where_(std::move(where)) {
    if (!object_.is_object()) throw Error("network spec: " + where_ + " is not an object");
  }

  template <class T>
  void operator()(const char* key, T& value) {
    read(key, value, false);
  }

  void unless_zero(const char* key, int& value) { read(key, value, false); }

  template <class T>
  void read(const char* key, T& value, bool required) {
    known_.emplace_back(key);
    const auto found = object_.find(key);
    if (found == object_.end()) {
      if (required) throw Error("network spec: " + where_ + " lacks the key \"" + key + "\"");
      return;
    }
    if (!convert(*found, value)) throw Error("network spec: the key \"" + std::string(key) + "\" has a bad value");
  }

  void finish() const {
    for (const auto& [key, unused] : object_.items())
      if (std::ranges::find(known_, key) == known_.end())
        throw Error({.message = "network spec: unknown key " + in_quotes(key),
                     .hint = "The model may come from a newer version of Continuo."});
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

struct Writer {
  json& object;
  template <class T>
  void operator()(const char* key, const T& value) {
    object[key] = value;
  }
  void unless_zero(const char* key, int value) {
    if (value != 0) object[key] = value;
  }
  /// The shortest decimal that reads back as the same float, instead of the float's 17 digits.
  void operator()(const char* key, float value) {
    char text[64];
    const auto end = std::to_chars(std::begin(text), std::end(text), value).ptr;
    double tidy = 0;
    std::from_chars(text, end, tidy);
    object[key] = tidy;
  }
};

}  // namespace

std::string to_json(const NetworkSpec& spec) {
  json object = {{"name", spec.name()}, {"vocabulary_size", spec.vocabulary_size}, {"labels", spec.labels}};
  if (spec.output != kCategorical) object["output"] = spec.output;
  if (spec.inputs > 0) object["inputs"] = spec.inputs;
  std::visit(
      [&](const auto& network) {
        visit_sections(network, [&](const char* name, const auto& body) {
          json section = json::object();
          Writer writer{section};
          body(writer);
          object[name] = std::move(section);
        });
      },
      spec.network);
  try {
    return object.dump();
  } catch (const json::exception&) {  // only these two are free text
    throw Error("network option block or output is not UTF-8");
  }
}

NetworkSpec network_spec_from_json(const std::string& text) {
  if (text.size() > kMaxText) throw Error("network spec: the text is too long");
  json object;
  try {
    object = parse_strict_json(text, kMaxSpecDepth);
  } catch (const Error& error) {
    throw Error("network spec: " + error.info().message);
  }
  NetworkSpec spec;
  std::string name;
  Reader reader(object, "the spec");
  reader.read("name", name, true);
  reader.read("vocabulary_size", spec.vocabulary_size, true);
  reader("labels", spec.labels);
  reader("output", spec.output);
  reader("inputs", spec.inputs);
  try {
    spec.network = default_network(name).network;
  } catch (const Error& error) {
    throw Error(
        {.message = "network spec: the key \"name\" names an " + error.info().message, .hint = error.info().hint});
  }
  std::visit(
      [&](auto& network) {
        visit_sections(network, [&](const char* section, const auto& body) {
          json options = json::object();
          reader(section, options);
          Reader inner(options, section);
          body(inner);
          inner.finish();
        });
      },
      spec.network);
  reader.finish();
  validate(spec);
  return spec;
}

}  // namespace continuo::weights
