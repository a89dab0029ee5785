// `gru`: stacked GRU over an embedding.
#include "engine/gru.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "engine/recurrent_network.h"

namespace continuo::engine {

GruLayers::GruLayers(const weights::ModelFile& file, std::size_t input, int hidden_size, int count, Arena& arena)
    : hidden(static_cast<std::size_t>(hidden_size)) {
  for (int n = 0; n < count; ++n) {
    const std::string layer = "_l" + std::to_string(n);
    const auto packed = [&](const std::string& side, std::size_t columns) {
      const std::span<const float> weight = file.tensor("gru.weight_" + side + layer).values;
      const std::span<const float> bias = file.tensor("gru.bias_" + side + layer).values;
      return pack_affine(
          arena, 3 * hidden, columns,
          [&](std::size_t row, std::size_t column) { return weight[row * columns + column]; },
          [&](std::size_t row) { return bias[row]; });
    };
    Layer& added = layers.emplace_back();
    added.from_input = packed("ih", input);
    added.from_hidden = packed("hh", hidden);
    input = hidden;
  }
}

GruState::GruState(const GruLayers& gru, Arena& arena)
    : outputs_(arena.take(gru.layers.size() * padded(gru.hidden))),
      size_(gru.layers.size() * padded(gru.hidden)),
      from_input_(arena.take(3 * gru.hidden)),
      from_hidden_(arena.take(3 * gru.hidden)) {}

void GruState::reset() noexcept { std::fill_n(outputs_, size_, 0.0F); }

const float* GruState::step(const GruLayers& gru, const float* input) noexcept {
  const std::size_t size = gru.hidden;
  float* output = outputs_;
  for (const GruLayers::Layer& layer : gru.layers) {
    assign(layer.from_input, input, from_input_);
    assign(layer.from_hidden, output, from_hidden_);
    layer.from_input.kernels->gru_cell(size, from_input_, from_hidden_, output);
    input = output;
    output += padded(size);
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

std::vector<float> recompute(const GruWeights& weights, const Inputs& inputs, std::size_t label) {
  return recompute_recurrent(weights, inputs, label, recompute_gru);
}

}  // namespace

std::shared_ptr<const Model> create_gru(const weights::ModelFile& file, const Options& options) {
  return std::make_shared<NetworkModel<GruWeights, GruStates, recompute>>(file, options);
}

}  // namespace continuo::engine
