// `lstm`: stacked LSTM over an embedding.
#include "engine/lstm.h"

#include "engine/recurrent_network.h"

namespace continuo::engine {

const float* LstmState::step(const LstmLayers& lstm, const float* input, std::size_t stride) noexcept {
  const std::size_t rows = padded(lstm.rows);
  float* output = kept_;
  for (const LstmLayers::Layer& layer : lstm.layers) {
    float* const cell = after(output);
    assign(layer.from_input, streams_, input, stride, pre_, prepared_);
    add(layer.from_hidden, streams_, output, size_, pre_, prepared_);
    for (std::size_t i = 0; i < streams_; ++i)
      layer.from_input.kernels->lstm_cell(lstm.hidden, pre_ + i * rows, cell + i * size_, output + i * size_);
    input = output;
    stride = size_;
    output = after(cell);
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
