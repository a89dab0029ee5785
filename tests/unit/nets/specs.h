// Small networks of every kind for the tests, and what the tests do to all of them.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "continuo/nets/network.h"
#include "unit/weights/shrunk_network.h"

namespace continuo::nets::testing {

inline weights::WaveNetSpec small_wavenet(weights::Block block, int kernel = 2, int input_kernel = 2,
                                          std::vector<int> dilations = {1, 2, 4}, int stacks = 2) {
  weights::WaveNetSpec spec;
  spec.residual_channels = 6;
  spec.skip_channels = block == weights::Block::kPaper ? 6 : 10;
  spec.head_channels = 9;
  spec.kernel_size = kernel;
  spec.input_kernel_size = input_kernel;
  spec.stacks = stacks;
  spec.dilations = std::move(dilations);
  spec.block = block;
  return spec;
}

inline weights::NetworkSpec with(decltype(weights::NetworkSpec::network) network, int vocabulary = 13, int labels = 0) {
  weights::NetworkSpec spec;
  spec.vocabulary_size = vocabulary;
  spec.labels = labels;
  spec.network = std::move(network);
  return spec;
}

inline weights::NetworkSpec of_frames(weights::NetworkSpec spec, weights::Output output) {
  spec.output = output;
  return spec;
}

inline weights::NetworkSpec reading(int inputs, weights::NetworkSpec spec) {
  spec.inputs = inputs;
  return spec;
}

/// Every network of the registry that is trained by gradient, both blocks, with and without labels, over symbols and
/// frames, odd kernels and dilations among them. Networks without a case here are taken small, with their defaults.
inline std::vector<weights::NetworkSpec> all_specs(int vocabulary = 13) {
  const weights::LstmSpec lstm{.embedding = 5, .hidden = 7, .layers = 2};
  const weights::GruSpec gru{.embedding = 6, .hidden = 5, .layers = 2};
  const weights::GuideCnnSpec guide{
      .window = 8, .embedding = 5, .channels = {6, 7}, .dilations = {1, 2}, .hidden = 9, .dropout = 0};
  std::vector<weights::NetworkSpec> specs;
  for (const int labels : {0, 3}) {
    for (const weights::Block block : {weights::Block::kStandard, weights::Block::kPaper}) {
      specs.push_back(with(small_wavenet(block), vocabulary, labels));
      specs.push_back(with(small_wavenet(block, 3, 1, {1, 3}), vocabulary, labels));
      specs.push_back(with(small_wavenet(block, 1, 3, {2}, 3), vocabulary, labels));
      specs.push_back(
          with(weights::WaveNetLstmSpec{.wavenet = small_wavenet(block, 2, 3, {5, 1}), .hidden = 8, .layers = 2},
               vocabulary, labels));
    }
    specs.push_back(with(lstm, vocabulary, labels));
    specs.push_back(with(gru, vocabulary, labels));
    specs.push_back(with(guide, vocabulary, labels));
  }
  const weights::WaveNetLstmSpec both{
      .wavenet = small_wavenet(weights::Block::kPaper, 2, 3, {5, 1}), .hidden = 8, .layers = 2};
  specs.push_back(of_frames(with(small_wavenet(weights::Block::kStandard, 2, 3), vocabulary, 3), weights::kReal));
  specs.push_back(of_frames(with(both, vocabulary), weights::kBinary));
  specs.push_back(of_frames(with(lstm, vocabulary, 3), weights::kReal));
  specs.push_back(of_frames(with(gru, vocabulary), weights::kBinary));
  specs.push_back(reading(17, with(small_wavenet(weights::Block::kStandard), vocabulary, 3)));
  specs.push_back(reading(5, of_frames(with(both, vocabulary), weights::kBinary)));
  specs.push_back(reading(17, with(lstm, vocabulary)));
  std::vector<std::string> known;
  for (const auto& spec : specs) known.push_back(spec.name());
  for (auto& spec : weights::other_networks(known, vocabulary)) specs.push_back(std::move(spec));
  return specs;
}

inline std::string describe(const weights::NetworkSpec& spec) { return weights::to_json(spec); }

/// Initial weights, with biases and conditions moved away from zero so that no mistake hides behind one.
inline std::shared_ptr<NetworkImpl> perturbed(const weights::NetworkSpec& spec, std::uint64_t seed = 1) {
  auto network = make_network(spec, seed);
  const torch::NoGradGuard no_grad;
  torch::manual_seed(static_cast<std::int64_t>(seed));
  for (auto& parameter : network->parameters()) {
    const double fan_in = parameter.dim() < 2 ? 1.0 : static_cast<double>(parameter.numel() / parameter.size(0));
    parameter.add_(torch::randn_like(parameter), 0.4 / std::sqrt(fan_in));
  }
  return network;
}

inline torch::Tensor random_symbols(std::int64_t batch, std::int64_t time, std::int64_t vocabulary,
                                    std::int64_t seed = 5) {
  torch::manual_seed(seed);
  return torch::randint(vocabulary, {batch, time}, torch::kInt64);
}

/// What the spec's networks read: symbols, or frames of its kind.
inline torch::Tensor random_input(std::int64_t batch, std::int64_t time, const weights::NetworkSpec& spec,
                                  std::int64_t seed = 5) {
  if (!spec.reads_frames()) return random_symbols(batch, time, spec.vocabulary_size, seed);
  torch::manual_seed(seed);
  const torch::Tensor frames = torch::randn({batch, time, spec.input_size()});
  return spec.output == weights::kBinary ? (frames > 0.7).to(torch::kFloat32) : frames;
}

inline double largest_difference(const torch::Tensor& a, const torch::Tensor& b) {
  EXPECT_EQ(a.sizes(), b.sizes());
  return (a - b).abs().max().item<double>();
}

}  // namespace continuo::nets::testing
