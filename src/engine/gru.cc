// `gru`: stacked GRU over an embedding.
#include "engine/gru.h"

#include <cmath>

#include "engine/recurrent_network.h"

namespace continuo::engine {

const float* GruState::step(const GruLayers& gru, const float* input, std::size_t stride) noexcept {
  const std::size_t rows = padded(gru.rows);
  float* output = kept_;
  for (const GruLayers::Layer& layer : gru.layers) {
    assign(layer.from_input, streams_, input, stride, pre_, prepared_);
    assign(layer.from_hidden, streams_, output, size_, from_hidden_, prepared_);
    for (std::size_t i = 0; i < streams_; ++i)
      layer.from_input.kernels->gru_cell(gru.hidden, pre_ + i * rows, from_hidden_ + i * rows, output + i * size_);
    input = output;
    stride = size_;
    output = after(output);
  }
  return input;
}

namespace {

using GruWeights = RecurrentWeights<weights::GruSpec, GruLayers>;
using GruStates = RecurrentStates<GruWeights, GruState>;

double logistic(double x) { return 1.0 / (1.0 + std::exp(-x)); }

Sequence recompute_gru(const GruLayers& gru, const Sequence& x) {
  Sequence below = x;
  for (const GruLayers::Layer& layer : gru.layers) {
    Sequence output(x.length(), gru.hidden);
    const Sequence from_input = recompute_pointwise(layer.from_input, below);
    for (std::size_t t = 0; t < x.length(); ++t) {
      const auto last = [&](std::size_t unit) { return t > 0 ? output(t - 1, unit) : 0.0; };
      const auto from_hidden = [&](std::size_t row) {
        double sum = layer.from_hidden.bias[row];
        for (std::size_t i = 0; i < gru.hidden; ++i)
          sum += static_cast<double>(layer.from_hidden.weight(row, i)) * last(i);
        return sum;
      };
      for (std::size_t unit = 0; unit < gru.hidden; ++unit) {
        const std::size_t update_row = gru.hidden + unit;
        const std::size_t new_row = 2 * gru.hidden + unit;
        const double reset = logistic(from_input(t, unit) + from_hidden(unit));
        const double update = logistic(from_input(t, update_row) + from_hidden(update_row));
        const double candidate = std::tanh(from_input(t, new_row) + reset * from_hidden(new_row));
        output(t, unit) = (1.0 - update) * candidate + update * last(unit);
      }
    }
    below = output;
  }
  return below;
}

std::vector<float> recompute_gru_network(const GruWeights& weights, const Inputs& inputs, std::size_t label) {
  return recompute_recurrent(weights, inputs, label, recompute_gru);
}

}  // namespace

std::shared_ptr<const Model> create_gru(const weights::ModelFile& file, const Options& options) {
  return std::make_shared<NetworkModel<GruWeights, GruStates, recompute_gru_network>>(file, options);
}

}  // namespace continuo::engine
