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
    for (const Affine* product : {&added.from_input, &added.from_hidden})
      prepared = std::max(prepared, prepared_size(product->precision, product->columns));
    input = hidden;
  }
}

GruState::GruState(const GruLayers& gru, Arena& arena, std::size_t streams)
    : streams_(streams),
      outputs_(arena.take(gru.layers.size() * streams * padded(gru.hidden))),
      from_input_(arena.take(streams * padded(3 * gru.hidden))),
      from_hidden_(arena.take(streams * padded(3 * gru.hidden))),
      prepared_(arena.take(streams * gru.prepared)) {}

void GruState::reset(const GruLayers& gru) noexcept {
  std::fill_n(outputs_, gru.layers.size() * streams_ * padded(gru.hidden), 0.0F);
}

void GruState::reset(const GruLayers& gru, std::size_t stream) noexcept {
  const std::size_t size = padded(gru.hidden);
  for (std::size_t i = 0; i < gru.layers.size(); ++i)
    std::fill_n(outputs_ + (i * streams_ + stream) * size, size, 0.0F);
}

void GruState::remove(const GruLayers& gru, std::size_t stream) noexcept {
  remove_column(outputs_, gru.layers.size(), streams_, padded(gru.hidden), stream);
  --streams_;
}

const float* GruState::step(const GruLayers& gru, const float* input, std::size_t stride) noexcept {
  const std::size_t size = padded(gru.hidden);
  const std::size_t rows = padded(3 * gru.hidden);
  float* output = outputs_;
  for (const GruLayers::Layer& layer : gru.layers) {
    assign(layer.from_input, streams_, input, stride, from_input_, prepared_);
    assign(layer.from_hidden, streams_, output, size, from_hidden_, prepared_);
    for (std::size_t i = 0; i < streams_; ++i)
      layer.from_input.kernels->gru_cell(gru.hidden, from_input_ + i * rows, from_hidden_ + i * rows,
                                         output + i * size);
    input = output;
    stride = size;
    output += streams_ * size;
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
