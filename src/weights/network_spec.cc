// Network specs: their JSON, their limits, and the tensors that each asks for (the table of docs/model-file.md).
#include "continuo/weights/network_spec.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "continuo/base/error.h"
#include "weights/strict_json.h"

namespace continuo::weights {
namespace {

using nlohmann::json;

// Limits: generous for music, small enough that all sizes computed from a valid spec fit 64 bits with room to spare.
constexpr int kMaxVocabulary = 65536;  // symbols are 16 bits wide
constexpr int kMaxLabels = 65536;
constexpr int kMaxChannels = 8192;
constexpr int kMaxLayers = 256;
constexpr int kMaxDilation = 1 << 20;
constexpr std::int64_t kMaxReceptiveField = std::int64_t{1} << 24;
constexpr std::int64_t kMaxParameters = std::int64_t{1} << 31;
constexpr std::int64_t kMaxStateValues = std::int64_t{1} << 26;  // past activations of one stream
constexpr std::size_t kMaxText = 1 << 16;
constexpr int kMaxDepth = 3;

constexpr const char* kWaveNet = "wavenet";
constexpr const char* kLstm = "lstm";
constexpr const char* kWaveNetLstm = "wavenet-lstm";

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

void check_range(const std::string& option, std::int64_t value, std::int64_t low, std::int64_t high) {
  if (value < low || value > high)
    throw Error("network option " + option + " is " + std::to_string(value) + ", but must lie between " +
                std::to_string(low) + " and " + std::to_string(high));
}

void check_dropout(const std::string& option, float value) {
  if (!(value >= 0.0F && value < 1.0F)) throw Error("network option " + option + " must be at least 0 and below 1");
}

std::int64_t exact_receptive_field(const WaveNetSpec& spec) {
  std::int64_t sum = 0;
  for (const int dilation : spec.dilations) sum += dilation;
  return 1 + (spec.input_kernel_size - 1) + std::int64_t{spec.kernel_size - 1} * spec.stacks * sum;
}

void validate_wavenet(const WaveNetSpec& spec) {
  check_range("residual_channels", spec.residual_channels, 1, kMaxChannels);
  check_range("skip_channels", spec.skip_channels, 1, kMaxChannels);
  check_range("head_channels", spec.head_channels, 1, kMaxChannels);
  check_range("kernel_size", spec.kernel_size, 1, kMaxKernelSize);
  check_range("input_kernel_size", spec.input_kernel_size, 1, kMaxKernelSize);
  check_range("stacks", spec.stacks, 1, kMaxLayers);
  check_range("dilations (how many)", static_cast<std::int64_t>(spec.dilations.size()), 1, kMaxLayers);
  check_range("stacks times dilations", std::int64_t{spec.stacks} * static_cast<std::int64_t>(spec.dilations.size()), 1,
              kMaxLayers);
  for (const int dilation : spec.dilations) check_range("dilations", dilation, 1, kMaxDilation);
  if (spec.block != "standard" && spec.block != "paper")
    throw Error(
        {.message = "network option block is " + in_quotes(spec.block), .hint = "Use \"standard\" or \"paper\"."});
  if (spec.block == "paper" && spec.skip_channels != spec.residual_channels)
    throw Error({.message = "network option skip_channels must equal residual_channels with the paper block",
                 .hint = "Set skip_channels to " + std::to_string(spec.residual_channels) + "."});
  check_dropout("dropout", spec.dropout);
  const std::int64_t field = exact_receptive_field(spec);
  check_range("dilations (receptive field)", field, 1, kMaxReceptiveField);
  check_range("residual_channels (times receptive field)", field * spec.residual_channels, 1, kMaxStateValues);
}

void validate_lstm(int hidden, int layers) {
  check_range("hidden", hidden, 1, kMaxChannels);
  check_range("layers", layers, 1, kMaxLayers);
}

/// Reads one JSON object; remembers what was asked for, so that what was not can be refused.
class Reader {
 public:
  Reader(const json& object, std::string where) : object_(object), where_(std::move(where)) {
    if (!object_.is_object()) throw Error("network spec: " + where_ + " is not an object");
  }

  template <class T>
  void read(const char* key, T& value, bool required = false) {
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

/// The shortest decimal that reads back as the same float, instead of the float's 17 digits.
double tidy(float value) {
  char text[64];
  const auto end = std::to_chars(std::begin(text), std::end(text), value).ptr;
  double result = 0;
  std::from_chars(text, end, result);
  return result;
}

json wavenet_json(const WaveNetSpec& spec) {
  return {{"residual_channels", spec.residual_channels},
          {"skip_channels", spec.skip_channels},
          {"head_channels", spec.head_channels},
          {"kernel_size", spec.kernel_size},
          {"input_kernel_size", spec.input_kernel_size},
          {"stacks", spec.stacks},
          {"dilations", spec.dilations},
          {"block", spec.block},
          {"dropout", tidy(spec.dropout)}};
}

WaveNetSpec wavenet_from(const json& object) {
  WaveNetSpec spec;
  Reader reader(object, kWaveNet);
  reader.read("residual_channels", spec.residual_channels);
  reader.read("skip_channels", spec.skip_channels);
  reader.read("head_channels", spec.head_channels);
  reader.read("kernel_size", spec.kernel_size);
  reader.read("input_kernel_size", spec.input_kernel_size);
  reader.read("stacks", spec.stacks);
  reader.read("dilations", spec.dilations);
  reader.read("block", spec.block);
  reader.read("dropout", spec.dropout);
  reader.finish();
  return spec;
}

void add_wavenet_tensors(const WaveNetSpec& spec, std::int64_t vocabulary, std::int64_t labels,
                         std::vector<TensorSpec>& tensors) {
  const std::int64_t residual = spec.residual_channels;
  const std::int64_t skip = spec.skip_channels;
  const std::int64_t taps = spec.kernel_size;
  tensors.push_back({"embedding.weight", {spec.input_kernel_size, vocabulary, residual}});
  tensors.push_back({"embedding.bias", {residual}});
  const bool paper = spec.block == "paper";
  for (int i = 0; i < spec.layers(); ++i) {
    const std::string block = "block." + std::to_string(i) + ".";
    const std::int64_t dilated = paper ? residual : 2 * residual;
    tensors.push_back({block + "dilated.weight", {dilated, residual, taps}});
    tensors.push_back({block + "dilated.bias", {dilated}});
    if (paper) {
      tensors.push_back({block + "gate.weight", {2 * residual, residual}});
      tensors.push_back({block + "gate.bias", {2 * residual}});
    } else {
      tensors.push_back({block + "skip.weight", {skip, residual}});
      tensors.push_back({block + "skip.bias", {skip}});
      if (i + 1 < spec.layers()) {
        tensors.push_back({block + "residual.weight", {residual, residual}});
        tensors.push_back({block + "residual.bias", {residual}});
      }
    }
    if (labels > 0) tensors.push_back({block + "condition.weight", {labels, 2 * residual}});
  }
}

void add_lstm_tensors(std::int64_t input, std::int64_t hidden, int layers, std::vector<TensorSpec>& tensors) {
  for (int n = 0; n < layers; ++n) {
    const std::string layer = "_l" + std::to_string(n);
    tensors.push_back({"lstm.weight_ih" + layer, {4 * hidden, n == 0 ? input : hidden}});
    tensors.push_back({"lstm.weight_hh" + layer, {4 * hidden, hidden}});
    tensors.push_back({"lstm.bias_ih" + layer, {4 * hidden}});
    tensors.push_back({"lstm.bias_hh" + layer, {4 * hidden}});
  }
}

void add_head_tensors(std::int64_t input, std::int64_t hidden, std::int64_t vocabulary,
                      std::vector<TensorSpec>& tensors) {
  tensors.push_back({"head.0.weight", {hidden, input}});
  tensors.push_back({"head.0.bias", {hidden}});
  tensors.push_back({"head.1.weight", {vocabulary, hidden}});
  tensors.push_back({"head.1.bias", {vocabulary}});
}

}  // namespace

int WaveNetSpec::receptive_field() const noexcept {
  return static_cast<int>(std::min<std::int64_t>(exact_receptive_field(*this), std::numeric_limits<int>::max()));
}

std::string NetworkSpec::name() const {
  return std::visit(Overloaded{[](const WaveNetSpec&) { return kWaveNet; }, [](const LstmSpec&) { return kLstm; },
                               [](const WaveNetLstmSpec&) { return kWaveNetLstm; }},
                    network);
}

int NetworkSpec::receptive_field() const noexcept {
  const auto* const wavenet = std::get_if<WaveNetSpec>(&network);
  return wavenet != nullptr ? wavenet->receptive_field() : 0;
}

std::vector<std::string> network_names() { return {kWaveNet, kLstm, kWaveNetLstm}; }

std::string to_json(const NetworkSpec& spec) {
  json object = {{"name", spec.name()}, {"vocabulary_size", spec.vocabulary_size}, {"labels", spec.labels}};
  std::visit(Overloaded{[&](const WaveNetSpec& wavenet) { object[kWaveNet] = wavenet_json(wavenet); },
                        [&](const LstmSpec& lstm) {
                          object[kLstm] = {{"embedding", lstm.embedding},
                                           {"hidden", lstm.hidden},
                                           {"layers", lstm.layers},
                                           {"dropout", tidy(lstm.dropout)}};
                        },
                        [&](const WaveNetLstmSpec& both) {
                          object[kWaveNet] = wavenet_json(both.wavenet);
                          object[kLstm] = {{"hidden", both.hidden}, {"layers", both.layers}};
                        }},
             spec.network);
  try {
    return object.dump();
  } catch (const json::exception&) {  // only `block` is free text
    throw Error("network option block is not UTF-8");
  }
}

NetworkSpec network_spec_from_json(const std::string& text) {
  if (text.size() > kMaxText) throw Error("network spec: the text is too long");
  json object;
  try {
    object = parse_strict_json(text, kMaxDepth);
  } catch (const Error& error) {
    throw Error("network spec: " + error.info().message);
  }
  NetworkSpec spec;
  std::string name;
  Reader reader(object, "the spec");
  reader.read("name", name, true);
  reader.read("vocabulary_size", spec.vocabulary_size, true);
  reader.read("labels", spec.labels);
  json wavenet = json::object();
  json lstm = json::object();
  if (name == kWaveNet) {
    reader.read(kWaveNet, wavenet);
    spec.network = wavenet_from(wavenet);
  } else if (name == kLstm) {
    LstmSpec own;
    reader.read(kLstm, lstm);
    Reader inner(lstm, kLstm);
    inner.read("embedding", own.embedding);
    inner.read("hidden", own.hidden);
    inner.read("layers", own.layers);
    inner.read("dropout", own.dropout);
    inner.finish();
    spec.network = own;
  } else if (name == kWaveNetLstm) {
    WaveNetLstmSpec own;
    reader.read(kWaveNet, wavenet);
    reader.read(kLstm, lstm);
    own.wavenet = wavenet_from(wavenet);
    Reader inner(lstm, kLstm);
    inner.read("hidden", own.hidden);
    inner.read("layers", own.layers);
    inner.finish();
    spec.network = own;
  } else {
    throw Error({.message = "network spec: the key \"name\" names the unknown network " + in_quotes(name),
                 .hint = "Known are wavenet, lstm and wavenet-lstm."});
  }
  reader.finish();
  validate(spec);
  return spec;
}

void validate(const NetworkSpec& spec) {
  check_range("vocabulary_size", spec.vocabulary_size, 1, kMaxVocabulary);
  check_range("labels", spec.labels, 0, kMaxLabels);
  std::visit(Overloaded{[](const WaveNetSpec& wavenet) { validate_wavenet(wavenet); },
                        [](const LstmSpec& lstm) {
                          check_range("embedding", lstm.embedding, 1, kMaxChannels);
                          validate_lstm(lstm.hidden, lstm.layers);
                          check_dropout("dropout", lstm.dropout);
                        },
                        [](const WaveNetLstmSpec& both) {
                          validate_wavenet(both.wavenet);
                          validate_lstm(both.hidden, both.layers);
                        }},
             spec.network);
  std::int64_t parameters = 0;
  for (const TensorSpec& tensor : tensor_specs(spec)) {
    std::int64_t count = 1;
    for (const std::int64_t size : tensor.shape) count *= size;  // at most three sizes, each below 2^17
    parameters += count;
  }
  if (parameters > kMaxParameters)
    throw Error("the network would have " + std::to_string(parameters) + " parameters, more than the " +
                std::to_string(kMaxParameters) + " that are allowed");
}

std::vector<TensorSpec> tensor_specs(const NetworkSpec& spec) {
  std::vector<TensorSpec> tensors;
  const std::int64_t vocabulary = spec.vocabulary_size;
  std::visit(Overloaded{[&](const WaveNetSpec& wavenet) {
                          add_wavenet_tensors(wavenet, vocabulary, spec.labels, tensors);
                          add_head_tensors(wavenet.skip_channels, wavenet.head_channels, vocabulary, tensors);
                        },
                        [&](const LstmSpec& lstm) {
                          tensors.push_back({"embedding.weight", {vocabulary, lstm.embedding}});
                          if (spec.labels > 0) tensors.push_back({"condition.weight", {spec.labels, lstm.embedding}});
                          add_lstm_tensors(lstm.embedding, lstm.hidden, lstm.layers, tensors);
                          tensors.push_back({"head.weight", {vocabulary, lstm.hidden}});
                          tensors.push_back({"head.bias", {vocabulary}});
                        },
                        [&](const WaveNetLstmSpec& both) {
                          const WaveNetSpec& wavenet = both.wavenet;
                          add_wavenet_tensors(wavenet, vocabulary, spec.labels, tensors);
                          add_lstm_tensors(wavenet.skip_channels, both.hidden, both.layers, tensors);
                          add_head_tensors(wavenet.skip_channels + both.hidden, wavenet.head_channels, vocabulary,
                                           tensors);
                        }},
             spec.network);
  return tensors;
}

}  // namespace continuo::weights
