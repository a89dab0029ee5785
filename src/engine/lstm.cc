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
    for (const Affine* product : {&added.from_input, &added.from_hidden})
      prepared = std::max(prepared, prepared_size(product->precision, product->columns));
    input = hidden;
  }
}

LstmState::LstmState(const LstmLayers& lstm, Arena& arena, std::size_t streams)
    : streams_(streams),
      values_(arena.take(2 * lstm.layers.size() * streams * padded(lstm.hidden))),
      pre_(arena.take(streams * padded(4 * lstm.hidden))),
      prepared_(arena.take(streams * lstm.prepared)) {}

void LstmState::reset(const LstmLayers& lstm) noexcept {
  std::fill_n(values_, 2 * lstm.layers.size() * streams_ * padded(lstm.hidden), 0.0F);
}

void LstmState::reset(const LstmLayers& lstm, std::size_t stream) noexcept {
  const std::size_t size = padded(lstm.hidden);
  for (std::size_t i = 0; i < 2 * lstm.layers.size(); ++i)
    std::fill_n(values_ + (i * streams_ + stream) * size, size, 0.0F);
}

void LstmState::remove(const LstmLayers& lstm, std::size_t stream) noexcept {
  remove_column(values_, 2 * lstm.layers.size(), streams_, padded(lstm.hidden), stream);
  --streams_;
}

const float* LstmState::step(const LstmLayers& lstm, const float* input, std::size_t stride) noexcept {
  const std::size_t size = padded(lstm.hidden);
  float* output = values_;
  for (const LstmLayers::Layer& layer : lstm.layers) {
    float* const cell = output + streams_ * size;
    assign(layer.from_input, streams_, input, stride, pre_, prepared_);
    add(layer.from_hidden, streams_, output, size, pre_, prepared_);
    for (std::size_t i = 0; i < streams_; ++i)
      layer.from_input.kernels->lstm_cell(lstm.hidden, pre_ + i * padded(4 * lstm.hidden), cell + i * size,
                                          output + i * size);
    input = output;
    stride = size;
    output = cell + streams_ * size;
  }
  return input;
}

namespace {

using LstmWeights = RecurrentWeights<weights::LstmSpec, LstmLayers>;
using LstmStates = RecurrentStates<LstmWeights, LstmState>;

std::vector<float> recompute_lstm_network(const LstmWeights& weights, const Inputs& inputs, std::size_t label) {
  return recompute_recurrent(weights, inputs, label, recompute_lstm);
}

}  // namespace

std::shared_ptr<const Model> create_lstm(const weights::ModelFile& file, const Options& options) {
  return std::make_shared<NetworkModel<LstmWeights, LstmStates, recompute_lstm_network>>(file, options);
}

}  // namespace continuo::engine
