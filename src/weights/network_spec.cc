// Network specs: their JSON, their limits, and the tensors that each asks for (the table of docs/model-file.md).
#include "continuo/weights/network_spec.h"

#include <algorithm>
#include <limits>

#include "continuo/base/error.h"
#include "continuo/weights/match_model.h"
#include "weights/network_limits.h"
#include "weights/strict_json.h"

namespace continuo::weights {
namespace {

constexpr const char* kWaveNet = "wavenet";
constexpr const char* kLstm = "lstm";
constexpr const char* kGru = "gru";
constexpr const char* kWaveNetLstm = "wavenet-lstm";
constexpr const char* kGuideCnn = "guide-cnn";
constexpr const char* kMarkov = "markov";

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

void validate_match(int match) {
  check_range("match", match, 0, kLongestMatch);
  if (match == 1) throw Error("network option match is 1, but must be 0 or at least 2");
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
  validate_match(spec.match);
  const std::int64_t field = exact_receptive_field(spec);
  check_range("dilations (receptive field)", field, 1, kMaxReceptiveField);
  check_range("residual_channels (times receptive field)", field * spec.residual_channels, 1, kMaxStateValues);
}

void validate_recurrent(int hidden, int layers) {
  check_range("hidden", hidden, 1, kMaxChannels);
  check_range("layers", layers, 1, kMaxLayers);
}

/// `lstm` and `gru`.
template <class Spec>
void validate_recurrent(const Spec& spec) {
  check_range("embedding", spec.embedding, 1, kMaxChannels);
  validate_recurrent(spec.hidden, spec.layers);
  check_dropout("dropout", spec.dropout);
  validate_match(spec.match);
}

void validate_guide_cnn(const GuideCnnSpec& spec) {
  check_range("embedding", spec.embedding, 1, kMaxChannels);
  check_range("hidden", spec.hidden, 1, kMaxChannels);
  check_range("kernel_size", spec.kernel_size, 1, kMaxKernelSize);
  check_range("window", spec.window, 1, kMaxWindow);
  check_range("channels (how many)", static_cast<std::int64_t>(spec.channels.size()), 1, kMaxConvolutions);
  for (const int channels : spec.channels) check_range("channels", channels, 1, kMaxChannels);
  if (spec.dilations.size() != spec.channels.size())
    throw Error({.message = "network option dilations has " + std::to_string(spec.dilations.size()) +
                            " values, but there are " + std::to_string(spec.channels.size()) + " convolutions",
                 .hint = "Give one dilation for each of channels."});
  for (const int dilation : spec.dilations) check_range("dilations", dilation, 1, kMaxWindow);
  const int halved = 1 << spec.channels.size();
  if (spec.window % halved != 0)
    throw Error({.message = "network option window is " + std::to_string(spec.window) + ", but is halved " +
                            std::to_string(spec.channels.size()) + " times",
                 .hint = "Give a multiple of " + std::to_string(halved) + "."});
  check_dropout("dropout", spec.dropout);
}

void validate_markov(const MarkovSpec& spec, int labels) {
  check_range("order", spec.order, 1, kMaxOrder);
  check_range("max_entries", spec.max_entries, 1, kMaxEntries);
  if (labels > 0)
    throw Error({.message = "network option labels must be 0 for markov",
                 .hint = "A Markov chain cannot be conditioned: set network.condition_on_label to false."});
  if (spec.entries.empty()) return;
  check_range("entries (how many)", static_cast<std::int64_t>(spec.entries.size()), spec.order + 1, spec.order + 1);
  for (const int entries : spec.entries) check_range("entries", entries, 1, kMaxEntries);
}

void add_match_tensors(int match, std::int64_t vocabulary, std::int64_t channels, std::vector<TensorSpec>& tensors) {
  if (match == 0) return;
  tensors.push_back({"match.embedding.weight", {vocabulary, channels}});
  tensors.push_back({"match.length.weight", {kMatchLengths, channels}});
  tensors.push_back({"match.copy", {kMatchLengths}});
}

void add_wavenet_tensors(const WaveNetSpec& spec, std::int64_t inputs, std::int64_t labels,
                         std::vector<TensorSpec>& tensors) {
  const std::int64_t residual = spec.residual_channels;
  const std::int64_t skip = spec.skip_channels;
  const std::int64_t taps = spec.kernel_size;
  tensors.push_back({"embedding.weight", {spec.input_kernel_size, inputs, residual}});
  tensors.push_back({"embedding.bias", {residual}});
  add_match_tensors(spec.match, inputs, residual, tensors);
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

/// `lstm` layers have 4 gates, `gru` layers 3.
void add_recurrent_tensors(const std::string& name, std::int64_t gates, std::int64_t input, std::int64_t hidden,
                           int layers, std::vector<TensorSpec>& tensors) {
  for (int n = 0; n < layers; ++n) {
    const std::string layer = "_l" + std::to_string(n);
    tensors.push_back({name + ".weight_ih" + layer, {gates * hidden, n == 0 ? input : hidden}});
    tensors.push_back({name + ".weight_hh" + layer, {gates * hidden, hidden}});
    tensors.push_back({name + ".bias_ih" + layer, {gates * hidden}});
    tensors.push_back({name + ".bias_hh" + layer, {gates * hidden}});
  }
}

template <class Spec>
void add_recurrent_network(const std::string& name, std::int64_t gates, const Spec& spec, std::int64_t inputs,
                           std::int64_t vocabulary, std::int64_t labels, std::vector<TensorSpec>& tensors) {
  tensors.push_back({"embedding.weight", {inputs, spec.embedding}});
  if (labels > 0) tensors.push_back({"condition.weight", {labels, spec.embedding}});
  add_match_tensors(spec.match, vocabulary, spec.embedding, tensors);
  add_recurrent_tensors(name, gates, spec.embedding, spec.hidden, spec.layers, tensors);
  tensors.push_back({"head.weight", {vocabulary, spec.hidden}});
  tensors.push_back({"head.bias", {vocabulary}});
}

void add_guide_cnn_tensors(const GuideCnnSpec& spec, std::int64_t vocabulary, std::int64_t labels,
                           std::vector<TensorSpec>& tensors) {
  tensors.push_back({"embedding.weight", {vocabulary, spec.embedding}});
  if (labels > 0) tensors.push_back({"condition.weight", {labels, spec.embedding}});
  std::int64_t input = spec.embedding;
  for (std::size_t i = 0; i < spec.channels.size(); ++i) {
    const std::string convolution = "convolution." + std::to_string(i) + ".";
    tensors.push_back({convolution + "weight", {spec.channels[i], input, spec.kernel_size}});
    tensors.push_back({convolution + "bias", {spec.channels[i]}});
    input = spec.channels[i];
  }
  tensors.push_back({"hidden.weight", {spec.hidden, input}});
  tensors.push_back({"hidden.bias", {spec.hidden}});
  tensors.push_back({"head.weight", {vocabulary, spec.hidden}});
  tensors.push_back({"head.bias", {vocabulary}});
}

void add_markov_tensors(const MarkovSpec& spec, std::vector<TensorSpec>& tensors) {
  for (std::size_t i = 0; i < spec.entries.size(); ++i) {
    const std::string level = "level." + std::to_string(i + 1) + ".";
    tensors.push_back({level + "symbol", {spec.entries[i]}});
    tensors.push_back({level + "count", {spec.entries[i]}});
    if (i + 1 < spec.entries.size()) tensors.push_back({level + "first", {spec.entries[i]}});
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
  return std::visit(
      Overloaded{[](const WaveNetSpec&) { return kWaveNet; }, [](const LstmSpec&) { return kLstm; },
                 [](const GruSpec&) { return kGru; }, [](const WaveNetLstmSpec&) { return kWaveNetLstm; },
                 [](const GuideCnnSpec&) { return kGuideCnn; }, [](const MarkovSpec&) { return kMarkov; }},
      network);
}

int NetworkSpec::receptive_field() const noexcept {
  if (match() > 0) return 0;
  if (const auto* const wavenet = std::get_if<WaveNetSpec>(&network)) return wavenet->receptive_field();
  if (const auto* const guide = std::get_if<GuideCnnSpec>(&network)) return guide->window;
  if (const auto* const markov = std::get_if<MarkovSpec>(&network)) return markov->order;
  return 0;
}

int NetworkSpec::match() const noexcept {
  if (const auto* const wavenet = std::get_if<WaveNetSpec>(&network)) return wavenet->match;
  if (const auto* const both = std::get_if<WaveNetLstmSpec>(&network)) return both->wavenet.match;
  if (const auto* const lstm = std::get_if<LstmSpec>(&network)) return lstm->match;
  if (const auto* const gru = std::get_if<GruSpec>(&network)) return gru->match;
  return 0;
}

std::vector<std::string> network_names() { return {kWaveNet, kLstm, kGru, kWaveNetLstm, kGuideCnn, kMarkov}; }

NetworkSpec default_network(const std::string& name) {
  NetworkSpec spec;
  if (name == kWaveNet) {
    spec.network = WaveNetSpec{};
  } else if (name == kLstm) {
    spec.network = LstmSpec{};
  } else if (name == kGru) {
    spec.network = GruSpec{};
  } else if (name == kWaveNetLstm) {
    spec.network = WaveNetLstmSpec{};
  } else if (name == kGuideCnn) {
    spec.network = GuideCnnSpec{};
  } else if (name == kMarkov) {
    spec.network = MarkovSpec{};
  } else {
    std::string known;
    for (const std::string& each : network_names()) known += (known.empty() ? "" : ", ") + each;
    throw Error({.message = "unknown network " + in_quotes(name), .hint = "Known are " + known + "."});
  }
  return spec;
}

void validate(const NetworkSpec& spec) {
  check_range("vocabulary_size", spec.vocabulary_size, 1, kMaxVocabulary);
  check_range("labels", spec.labels, 0, kMaxLabels);
  if (spec.output != kCategorical && spec.output != kReal && spec.output != kBinary)
    throw Error({.message = "network option output is " + in_quotes(spec.output),
                 .hint = "Use \"categorical\", \"real\" or \"binary\"."});
  const bool symbols_only =
      std::holds_alternative<GuideCnnSpec>(spec.network) || std::holds_alternative<MarkovSpec>(spec.network);
  check_range("inputs", spec.inputs, 0, kMaxVocabulary);
  if (spec.inputs > 0 && spec.output == kReal)
    throw Error("network option inputs must be 0 with output \"real\": what comes out is what is read next");
  if (spec.reads_frames() && spec.match() > 0)
    throw Error({.message = "network option match must be 0 where frames are read",
                 .hint = "What followed before is found among symbols."});
  if (spec.reads_frames() && symbols_only)
    throw Error({.message = "network option " +
                            std::string(spec.inputs > 0 ? "inputs must be 0" : "output must be \"categorical\"") +
                            " for " + spec.name(),
                 .hint = "Frames are for wavenet, lstm, gru and wavenet-lstm."});
  std::visit(Overloaded{[](const WaveNetSpec& wavenet) { validate_wavenet(wavenet); },
                        [](const LstmSpec& lstm) { validate_recurrent(lstm); },
                        [](const GruSpec& gru) { validate_recurrent(gru); },
                        [](const WaveNetLstmSpec& both) {
                          validate_wavenet(both.wavenet);
                          validate_recurrent(both.hidden, both.layers);
                        },
                        [](const GuideCnnSpec& guide) { validate_guide_cnn(guide); },
                        [&](const MarkovSpec& markov) { validate_markov(markov, spec.labels); }},
             spec.network);
  std::int64_t parameters = 0;
  for (const TensorSpec& tensor : tensor_specs(spec)) {
    std::int64_t count = 1;
    for (const std::int64_t size : tensor.shape) count *= size;  // at most three sizes, their product below 2^63
    parameters += count;
  }
  if (parameters > kMaxParameters)
    throw Error("the network would have " + std::to_string(parameters) + " parameters, more than the " +
                std::to_string(kMaxParameters) + " that are allowed");
}

std::vector<TensorSpec> tensor_specs(const NetworkSpec& spec) {
  std::vector<TensorSpec> tensors;
  const std::int64_t vocabulary = spec.vocabulary_size;
  const std::int64_t inputs = spec.input_size();
  std::visit(
      Overloaded{
          [&](const WaveNetSpec& wavenet) {
            add_wavenet_tensors(wavenet, inputs, spec.labels, tensors);
            add_head_tensors(wavenet.skip_channels, wavenet.head_channels, vocabulary, tensors);
          },
          [&](const LstmSpec& lstm) {
            add_recurrent_network(kLstm, 4, lstm, inputs, vocabulary, spec.labels, tensors);
          },
          [&](const GruSpec& gru) { add_recurrent_network(kGru, 3, gru, inputs, vocabulary, spec.labels, tensors); },
          [&](const WaveNetLstmSpec& both) {
            const WaveNetSpec& wavenet = both.wavenet;
            add_wavenet_tensors(wavenet, inputs, spec.labels, tensors);
            add_recurrent_tensors(kLstm, 4, wavenet.skip_channels, both.hidden, both.layers, tensors);
            add_head_tensors(wavenet.skip_channels + both.hidden, wavenet.head_channels, vocabulary, tensors);
          },
          [&](const GuideCnnSpec& guide) { add_guide_cnn_tensors(guide, vocabulary, spec.labels, tensors); },
          [&](const MarkovSpec& markov) { add_markov_tensors(markov, tensors); }},
      spec.network);
  return tensors;
}

}  // namespace continuo::weights
