// `lstm`: stacked LSTM over an embedding.
#include "engine/lstm.h"

#include <algorithm>
#include <string>

#include "engine/recurrent_network.h"

namespace continuo::engine {

LstmLayers::LstmLayers(const weights::ModelFile& file, std::size_t input, int hidden_size, int count, Arena& arena)
    : hidden(static_cast<std::size_t>(hidden_size)) {
  for (int n = 0; n < count; ++n) {
    const std::string layer = "_l" + std::to_string(n);
    const auto packed = [&](const std::string& side, std::size_t columns) {
      const std::span<const float> weight = file.tensor("lstm.weight_" + side + layer).values;
      const std::span<const float> bias = file.tensor("lstm.bias_" + side + layer).values;
      return pack_affine(
          arena, 4 * hidden, columns,
          [&](std::size_t row, std::size_t column) { return weight[row * columns + column]; },
          [&](std::size_t row) { return bias[row]; });
    };
    Layer& added = layers.emplace_back();
    added.from_input = packed("ih", input);
    added.from_hidden = packed("hh", hidden);
    added.output = state_values;
    added.cell = added.output + padded(hidden);
    state_values = added.cell + padded(hidden);
    input = hidden;
  }
}

LstmState::LstmState(const LstmLayers& lstm, Arena& arena)
    : values_(arena.take(lstm.state_values)), size_(lstm.state_values), pre_(arena.take(4 * lstm.hidden)) {}

void LstmState::reset() noexcept { std::fill_n(values_, size_, 0.0F); }

const float* LstmState::step(const LstmLayers& lstm, const float* input) noexcept {
  for (const LstmLayers::Layer& layer : lstm.layers) {
    float* const output = values_ + layer.output;
    assign(layer.from_input, input, pre_);
    add(layer.from_hidden, output, pre_);
    layer.from_input.kernels->lstm_cell(lstm.hidden, pre_, values_ + layer.cell, output);
    input = output;
  }
  return input;
}

namespace {

using LstmWeights = RecurrentWeights<weights::LstmSpec, LstmLayers>;
using LstmStates = RecurrentStates<LstmWeights, LstmState>;

std::vector<float> recompute(const LstmWeights& weights, const Inputs& inputs, std::size_t label) {
  return recompute_recurrent(weights, inputs, label, recompute_lstm);
}

}  // namespace

std::shared_ptr<const Model> create_lstm(const weights::ModelFile& file, const Options& options) {
  return std::make_shared<NetworkModel<LstmWeights, LstmStates, recompute>>(file, options);
}

}  // namespace continuo::engine
