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
    const std::span<const float> from_input = file.tensor("lstm.weight_ih" + layer).values;
    const std::span<const float> from_hidden = file.tensor("lstm.weight_hh" + layer).values;
    const std::span<const float> bias_input = file.tensor("lstm.bias_ih" + layer).values;
    const std::span<const float> bias_hidden = file.tensor("lstm.bias_hh" + layer).values;
    Layer& added = layers.emplace_back();
    added.joined = state_values;
    added.cell = added.joined + padded(input + hidden);
    state_values = added.cell + padded(hidden);
    added.gates = pack_affine(
        arena, 4 * hidden, input + hidden,
        [&](std::size_t row, std::size_t column) {
          return column < input ? from_input[row * input + column] : from_hidden[row * hidden + column - input];
        },
        [&](std::size_t row) { return bias_input[row] + bias_hidden[row]; });
    input = hidden;
  }
}

LstmState::LstmState(const LstmLayers& lstm, Arena& arena)
    : values_(arena.take(lstm.state_values)), size_(lstm.state_values), pre_(arena.take(4 * lstm.hidden)) {}

void LstmState::reset() noexcept { std::fill_n(values_, size_, 0.0F); }

const float* LstmState::step(const LstmLayers& lstm, const float* input) noexcept {
  for (const LstmLayers::Layer& layer : lstm.layers) {
    const std::size_t inputs = layer.gates.columns - lstm.hidden;
    float* const joined = values_ + layer.joined;
    std::copy_n(input, inputs, joined);
    assign(layer.gates, joined, pre_);
    lstm_cell(lstm.hidden, pre_, values_ + layer.cell, joined + inputs);
    input = joined + inputs;
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
