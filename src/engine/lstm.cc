// `lstm`: stacked LSTM over an embedding.
#include "engine/lstm.h"

#include <algorithm>
#include <string>

#include "engine/networks.h"
#include "engine/recompute.h"

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

struct LstmWeights {
  LstmWeights(const weights::ModelFile& file, Arena& arena)
      : LstmWeights(file, std::get<weights::LstmSpec>(file.network().network), arena) {}
  LstmWeights(const weights::ModelFile& file, const weights::LstmSpec& spec, Arena& arena)
      : inputs(static_cast<std::size_t>(spec.embedding)),
        embedding(pack_values(arena, file, "embedding.weight")),
        condition(file.network().labels > 0 ? pack_values(arena, file, "condition.weight") : nullptr),
        lstm(file, inputs, spec.hidden, spec.layers, arena),
        head(pack_affine(arena, file, "head")) {}

  std::size_t inputs;
  const float* embedding;  ///< [vocabulary, inputs]
  const float* condition;  ///< [labels, inputs], or none
  LstmLayers lstm;
  Affine head;
};

struct LstmStates {
  LstmStates(const LstmWeights& weights, Arena& arena)
      : lstm(weights.lstm, arena), input(arena.take(weights.inputs)), logits(arena.take(weights.head.rows)) {}

  std::span<const float> step(const LstmWeights& weights, std::size_t symbol, std::size_t label) noexcept {
    std::copy_n(weights.embedding + symbol * weights.inputs, weights.inputs, input);
    if (weights.condition != nullptr) add(weights.inputs, weights.condition + label * weights.inputs, input);
    assign(weights.head, lstm.step(weights.lstm, input), logits);
    return {logits, weights.head.rows};
  }
  void reset() noexcept { lstm.reset(); }

  LstmState lstm;
  float* input;
  float* logits;
};

std::vector<float> recompute(const LstmWeights& weights, std::span<const std::uint16_t> symbols, std::size_t label) {
  Sequence inputs(symbols.size(), weights.inputs);
  for (std::size_t t = 0; t < symbols.size(); ++t)
    for (std::size_t i = 0; i < weights.inputs; ++i)
      inputs(t, i) = static_cast<double>(weights.embedding[symbols[t] * weights.inputs + i]) +
                     (weights.condition != nullptr ? weights.condition[label * weights.inputs + i] : 0.0F);
  return recompute_pointwise(weights.head, recompute_lstm(weights.lstm, inputs)).to_float();
}

}  // namespace

std::shared_ptr<const Model> create_lstm(const weights::ModelFile& file) {
  return std::make_shared<NetworkModel<LstmWeights, LstmStates, recompute>>(file);
}

}  // namespace continuo::engine
