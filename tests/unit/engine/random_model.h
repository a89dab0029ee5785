// Models of random weights and specs, for the tests of the engine.
#pragma once

#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "continuo/base/random.h"
#include "continuo/engine/engine.h"
#include "unit/weights/shrunk_network.h"

namespace continuo::engine {

inline std::size_t value_count(const weights::TensorSpec& spec) {
  std::size_t count = 1;
  for (const auto size : spec.shape) count *= static_cast<std::size_t>(size);
  return count;
}

/// A random table of n-grams: every symbol at the top, a few followers below each node.
inline weights::ModelFile random_markov_file(weights::NetworkSpec spec, Random& random) {
  auto& markov = std::get<weights::MarkovSpec>(spec.network);
  weights::ModelContents contents{.network = {}, .metadata = {}, .tensors = {}};
  std::size_t parents = 1;
  for (int depth = 1; depth <= markov.order + 1; ++depth) {
    const std::string level = "level." + std::to_string(depth) + ".";
    auto& symbols = contents.tensors[level + "symbol"];
    auto& counts = contents.tensors[level + "count"];
    std::vector<float> first;
    for (std::size_t parent = 0; parent < parents; ++parent) {
      first.push_back(static_cast<float>(symbols.size()));
      for (int symbol = 0; symbol < spec.vocabulary_size; ++symbol) {
        if (depth > 1 && random.below(static_cast<std::uint64_t>(spec.vocabulary_size)) > 2) continue;
        if (depth > 2 && symbols.size() > 3000) continue;
        symbols.push_back(static_cast<float>(symbol));
        counts.push_back(static_cast<float>(1 + random.below(20)));
      }
    }
    if (symbols.empty()) {  // no level may be empty
      symbols.push_back(0);
      counts.push_back(1);
    }
    if (depth > 1) contents.tensors["level." + std::to_string(depth - 1) + ".first"] = first;
    markov.entries.push_back(static_cast<int>(symbols.size()));
    parents = symbols.size();
  }
  contents.network = spec;
  return weights::ModelFile::parse(weights::serialise(contents));
}

/// Weights large enough that gates leave their linear range, small enough that deep networks stay finite.
inline weights::ModelFile random_file(const weights::NetworkSpec& spec, Random& random) {
  if (spec.is_counted()) return random_markov_file(spec, random);
  weights::ModelContents contents{.network = spec, .metadata = {}, .tensors = {}};
  for (const weights::TensorSpec& tensor : weights::tensor_specs(spec)) {
    const auto fan_in = static_cast<double>(
        tensor.shape.size() > 1 ? value_count(tensor) / static_cast<std::size_t>(tensor.shape[0]) : 4);
    const double scale = tensor.role == weights::TensorRole::kEmbedding ? 0.7 : 0.9 / std::sqrt(fan_in);
    auto& values = contents.tensors[tensor.name];
    for (std::size_t i = value_count(tensor); i > 0; --i) values.push_back(static_cast<float>(scale * random.normal()));
  }
  return weights::ModelFile::parse(weights::serialise(contents));
}

inline std::shared_ptr<const Model> random_model(const weights::NetworkSpec& spec, Random& random) {
  return Model::create(random_file(spec, random));
}

inline int pick(Random& random, int low, int high) { return static_cast<int>(random.between(low, high)); }

inline weights::WaveNetSpec random_wavenet(Random& random, weights::Block block, int narrowest = 1) {
  weights::WaveNetSpec spec{.residual_channels = pick(random, narrowest, 40),
                            .skip_channels = pick(random, narrowest, 40),
                            .head_channels = pick(random, narrowest, 40),
                            .kernel_size = pick(random, 1, 4),
                            .input_kernel_size = pick(random, 1, 4),
                            .stacks = pick(random, 1, 2),
                            .dilations = {},
                            .block = block};
  for (int i = pick(random, 1, 4); i > 0; --i) spec.dilations.push_back(pick(random, 1, 9));
  if (block == weights::Block::kPaper) spec.skip_channels = spec.residual_channels;
  return spec;
}

/// Channels are `narrowest` to 40: ReLUs can silence a network of one channel altogether, but hardly one of twelve.
/// `kind` counts through the networks, blocks and outputs of the engine, 0 to kKinds - 1: those with a case below, then
/// the others of the registry, small, with their defaults.
inline constexpr int kOwnCases = 16;
inline constexpr int kMarkovKind = 7;
inline const std::vector<weights::NetworkSpec>& networks_without_case() {
  static const std::vector<weights::NetworkSpec> kOthers =
      weights::other_networks({"wavenet", "lstm", "gru", "wavenet-lstm", "guide-cnn"}, 23);
  return kOthers;
}
inline const int kKinds = kOwnCases + static_cast<int>(networks_without_case().size());
inline weights::NetworkSpec random_spec(Random& random, int kind, int narrowest = 1) {
  if (kind >= kOwnCases) return networks_without_case().at(static_cast<std::size_t>(kind - kOwnCases));
  weights::NetworkSpec spec{pick(random, 1, 70), random.below(2) == 0 ? 0 : pick(random, 1, 4), {}};
  const weights::Block block = kind % 2 == 0 ? weights::Block::kStandard : weights::Block::kPaper;
  const auto channels = [&] { return pick(random, narrowest, 40); };
  if (kind >= 8) spec.output = kind % 2 == 0 ? weights::kReal : weights::kBinary;
  if (kind >= 13) {  // other frames go in than come out
    if (kind % 2 == 0) spec.output = weights::kCategorical;
    spec.inputs = pick(random, 1, 90);
  }
  switch (kind) {
    case 0:
    case 1:
    case 8:
    case 9:
    case 13:
      spec.network = random_wavenet(random, block, narrowest);
      if (kind < 2) std::get<weights::WaveNetSpec>(spec.network).match = pick(random, 2, 4) * pick(random, 0, 1);
      break;
    case 2:
    case 3:
    case 10:
    case 14:
      spec.network = weights::WaveNetLstmSpec{random_wavenet(random, block, narrowest), channels(), pick(random, 1, 3)};
      if (kind < 4)
        std::get<weights::WaveNetLstmSpec>(spec.network).wavenet.match = pick(random, 2, 4) * pick(random, 0, 1);
      break;
    case 4:
    case 11:
    case 15:
      spec.network = weights::LstmSpec{.embedding = channels(), .hidden = channels(), .layers = pick(random, 1, 3)};
      if (kind == 4) std::get<weights::LstmSpec>(spec.network).match = pick(random, 2, 4) * pick(random, 0, 1);
      break;
    case 5:
    case 12:
      spec.network = weights::GruSpec{.embedding = channels(), .hidden = channels(), .layers = pick(random, 1, 3)};
      if (kind == 5) std::get<weights::GruSpec>(spec.network).match = pick(random, 2, 4);
      break;
    case 6:
      spec.network = weights::GuideCnnSpec{.window = 4 * pick(random, 1, 4),
                                           .embedding = channels(),
                                           .channels = {channels(), channels()},
                                           .dilations = {pick(random, 1, 3), pick(random, 1, 3)},
                                           .kernel_size = pick(random, 2, 3),
                                           .hidden = channels()};
      break;
    default:
      spec.network = weights::MarkovSpec{.order = pick(random, 1, 4)};
      spec.labels = 0;
  }
  return spec;
}

inline std::vector<std::uint16_t> random_symbols(Random& random, std::size_t length, int vocabulary) {
  std::vector<std::uint16_t> symbols(length);
  for (auto& symbol : symbols)
    symbol = static_cast<std::uint16_t>(random.below(static_cast<std::uint64_t>(vocabulary)));
  return symbols;
}

/// Logits [symbols.size(), vocabulary] of a stream, one step after the other.
inline std::vector<float> run(Stream& stream, const std::vector<std::uint16_t>& symbols) {
  std::vector<float> logits;
  for (const std::uint16_t symbol : symbols) {
    const auto step = stream.step(symbol);
    logits.insert(logits.end(), step.begin(), step.end());
  }
  return logits;
}

/// Frames [length, input_size] of the kind that the spec's output asks for.
inline std::vector<float> random_frames(Random& random, std::size_t length, const weights::NetworkSpec& spec) {
  std::vector<float> frames(length * static_cast<std::size_t>(spec.input_size()));
  for (float& value : frames)
    value =
        static_cast<float>(spec.output == weights::kBinary ? static_cast<double>(random.below(2)) : random.normal());
  return frames;
}

inline float greatest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  if (a.size() != b.size()) return INFINITY;
  float greatest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const float difference = std::abs(a[i] - b[i]);
    if (!(difference <= greatest)) greatest = difference;  // a NaN counts
  }
  return greatest;
}

}  // namespace continuo::engine
