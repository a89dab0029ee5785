// Models of random weights and specs, for the tests of the engine.
#pragma once

#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "continuo/base/random.h"
#include "continuo/engine/engine.h"

namespace continuo::engine {

inline std::size_t value_count(const weights::TensorSpec& spec) {
  std::size_t count = 1;
  for (const auto size : spec.shape) count *= static_cast<std::size_t>(size);
  return count;
}

/// Weights large enough that gates leave their linear range, small enough that deep networks stay finite.
inline weights::ModelFile random_file(const weights::NetworkSpec& spec, Random& random) {
  weights::ModelContents contents{.network = spec, .metadata = {}, .tensors = {}};
  for (const weights::TensorSpec& tensor : weights::tensor_specs(spec)) {
    const auto fan_in = static_cast<double>(
        tensor.shape.size() > 1 ? value_count(tensor) / static_cast<std::size_t>(tensor.shape[0]) : 4);
    const double scale = tensor.name == "embedding.weight" ? 0.7 : 0.9 / std::sqrt(fan_in);
    auto& values = contents.tensors[tensor.name];
    for (std::size_t i = value_count(tensor); i > 0; --i) values.push_back(static_cast<float>(scale * random.normal()));
  }
  return weights::ModelFile::parse(weights::serialise(contents));
}

inline std::shared_ptr<const Model> random_model(const weights::NetworkSpec& spec, Random& random) {
  return Model::create(random_file(spec, random));
}

inline int pick(Random& random, int low, int high) { return static_cast<int>(random.between(low, high)); }

inline weights::WaveNetSpec random_wavenet(Random& random, const std::string& block, int narrowest = 1) {
  weights::WaveNetSpec spec{.residual_channels = pick(random, narrowest, 40),
                            .skip_channels = pick(random, narrowest, 40),
                            .head_channels = pick(random, narrowest, 40),
                            .kernel_size = pick(random, 1, 4),
                            .input_kernel_size = pick(random, 1, 4),
                            .stacks = pick(random, 1, 2),
                            .dilations = {},
                            .block = block};
  for (int i = pick(random, 1, 4); i > 0; --i) spec.dilations.push_back(pick(random, 1, 9));
  if (block == "paper") spec.skip_channels = spec.residual_channels;
  return spec;
}

/// Channels are `narrowest` to 40: ReLUs can silence a network of one channel altogether, but hardly one of twelve.
/// `kind` counts through the networks and blocks of the engine, 0 to kKinds - 1.
inline constexpr int kKinds = 5;
inline weights::NetworkSpec random_spec(Random& random, int kind, int narrowest = 1) {
  weights::NetworkSpec spec{pick(random, 1, 70), random.below(2) == 0 ? 0 : pick(random, 1, 4), {}};
  const std::string block = kind % 2 == 0 ? "standard" : "paper";
  if (kind < 2)
    spec.network = random_wavenet(random, block, narrowest);
  else if (kind < 4)
    spec.network = weights::WaveNetLstmSpec{random_wavenet(random, block, narrowest), pick(random, narrowest, 40),
                                            pick(random, 1, 3)};
  else
    spec.network = weights::LstmSpec{pick(random, narrowest, 40), pick(random, narrowest, 40), pick(random, 1, 3)};
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
