// Written for the eye: each function is its equation.
#include "engine/recompute.h"

#include <algorithm>
#include <cmath>

namespace continuo::engine {
namespace {

double logistic(double x) { return 1.0 / (1.0 + std::exp(-x)); }

void rectify(Sequence& x) {
  for (std::size_t t = 0; t < x.length(); ++t)
    for (std::size_t i = 0; i < x.channels(); ++i) x(t, i) = std::max(x(t, i), 0.0);
}

void accumulate(Sequence& sum, const Sequence& x) {
  for (std::size_t t = 0; t < sum.length(); ++t)
    for (std::size_t i = 0; i < sum.channels(); ++i) sum(t, i) += x(t, i);
}

Sequence gated(const WaveNetLayer& layer, const Sequence& pre, std::size_t label) {
  const std::size_t channels = pre.channels() / 2;
  Sequence z(pre.length(), channels);
  for (std::size_t t = 0; t < pre.length(); ++t)
    for (std::size_t i = 0; i < channels; ++i) {
      double filter = pre(t, i);
      double opening = pre(t, channels + i);
      if (layer.condition != nullptr) {
        filter += layer.condition[label * 2 * channels + i];
        opening += layer.condition[label * 2 * channels + channels + i];
      }
      z(t, i) = std::tanh(filter) * logistic(opening);
    }
  return z;
}

}  // namespace

Sequence recompute_embedding(const Embedding& embedding, const Inputs& inputs) {
  const std::size_t width = embedding.vocabulary;
  if (embedding.frames) {
    Sequence frames(inputs.length, width);
    for (std::size_t t = 0; t < inputs.length; ++t)
      for (std::size_t v = 0; v < width; ++v) frames(t, v) = static_cast<double>(inputs.frames[t * width + v]);
    return recompute_convolution(embedding.product, frames, 1);
  }
  Sequence x(inputs.length, embedding.channels);
  for (std::size_t t = 0; t < inputs.length; ++t)
    for (std::size_t i = 0; i < embedding.channels; ++i) {
      x(t, i) = embedding.bias != nullptr ? static_cast<double>(embedding.bias[i]) : 0.0;
      for (std::size_t j = 0; j < embedding.taps; ++j)
        if (t + j + 1 >= embedding.taps)
          x(t, i) += embedding.table[(j * width + inputs.symbols[t + j + 1 - embedding.taps]) * embedding.channels + i];
    }
  return x;
}

std::vector<weights::Match> recompute_matches(const MatchTables& tables, const Inputs& inputs) {
  std::vector<weights::Match> matches;
  if (tables.shortest == 0) return matches;
  std::vector<std::int32_t> memory(weights::MatchModel::kMemory);
  weights::MatchModel model(memory, tables.shortest);
  for (std::size_t t = 0; t < inputs.length; ++t) matches.push_back(model.step(inputs.symbols[t]));
  return matches;
}

void add_matches(const MatchTables& tables, const std::vector<weights::Match>& matches, Sequence& x) {
  for (std::size_t t = 0; t < matches.size(); ++t)
    for (std::size_t i = 0; i < x.channels(); ++i) {
      x(t, i) += static_cast<double>(tables.length[matches[t].length * x.channels() + i]);
      if (matches[t].length > 0) x(t, i) += static_cast<double>(tables.embedding[matches[t].symbol * x.channels() + i]);
    }
}

void add_copy_bias(const MatchTables& tables, const std::vector<weights::Match>& matches, std::size_t vocabulary,
                   std::vector<float>& logits) {
  for (std::size_t t = 0; t < matches.size(); ++t)
    if (matches[t].length > 0) logits[t * vocabulary + matches[t].symbol] += tables.copy[matches[t].length];
}

Sequence recompute_convolution(const Affine& affine, const Sequence& x, std::size_t dilation) {
  const std::size_t taps = affine.columns / x.channels();
  Sequence y(x.length(), affine.rows);
  for (std::size_t t = 0; t < x.length(); ++t)
    for (std::size_t row = 0; row < affine.rows; ++row) {
      double sum = affine.bias[row];
      for (std::size_t j = 0; j < taps; ++j) {
        const std::size_t delay = (taps - 1 - j) * dilation;
        if (delay > t) continue;
        for (std::size_t i = 0; i < x.channels(); ++i)
          sum += static_cast<double>(affine.weight(row, j * x.channels() + i)) * x(t - delay, i);
      }
      y(t, row) = sum;
    }
  return y;
}

Sequence recompute_pointwise(const Affine& affine, const Sequence& x) { return recompute_convolution(affine, x, 1); }

/// The dilated convolution, its taps being matrices of their own.
Sequence recompute_taps(const WaveNetLayer& layer, const Sequence& x) {
  Sequence y(x.length(), layer.taps.front().rows);
  for (std::size_t j = 0; j < layer.taps.size(); ++j) {
    const Sequence product = recompute_pointwise(layer.taps[j], x);
    const std::size_t delay = (layer.taps.size() - 1 - j) * layer.dilation;
    for (std::size_t t = 0; t < x.length(); ++t)
      for (std::size_t row = 0; row < y.channels(); ++row)
        y(t, row) += t >= delay ? product(t - delay, row) : static_cast<double>(layer.taps[j].bias[row]);
  }
  return y;
}

Sequence recompute_body(const WaveNetBody& body, const Inputs& inputs, std::size_t label) {
  Sequence x = recompute_embedding(body.embedding, inputs);
  add_matches(body.match, recompute_matches(body.match, inputs), x);
  Sequence skips(inputs.length, body.skips);
  for (const WaveNetLayer& layer : body.layers) {
    const Sequence c = recompute_taps(layer, x);
    if (body.paper) {
      const Sequence z = gated(layer, recompute_pointwise(layer.gate, c), label);
      accumulate(skips, z);
      x = c;
      accumulate(x, z);
    } else {
      const Sequence z = gated(layer, c, label);
      accumulate(skips, recompute_pointwise(layer.skip, z));
      if (layer.residual.rows > 0) accumulate(x, recompute_pointwise(layer.residual, z));
    }
  }
  rectify(skips);
  return skips;
}

std::vector<float> recompute_head(const WaveNetHead& head, const Sequence& x, const WaveNetBody& body,
                                  const Inputs& inputs) {
  Sequence h = recompute_pointwise(head.hidden, x);
  rectify(h);
  std::vector<float> logits = recompute_pointwise(head.logits, h).to_float();
  add_copy_bias(body.match, recompute_matches(body.match, inputs), head.logits.rows, logits);
  return logits;
}

Sequence recompute_lstm(const LstmLayers& lstm, const Sequence& x) {
  Sequence below = x;
  for (const LstmLayers::Layer& layer : lstm.layers) {
    Sequence output(x.length(), lstm.hidden);
    const Sequence from_input = recompute_pointwise(layer.from_input, below);
    std::vector<double> cell(lstm.hidden);
    for (std::size_t t = 0; t < x.length(); ++t) {
      const auto pre = [&](std::size_t which, std::size_t unit) {
        const std::size_t row = which * lstm.hidden + unit;
        double sum = from_input(t, row) + layer.from_hidden.bias[row];
        for (std::size_t i = 0; t > 0 && i < lstm.hidden; ++i)
          sum += static_cast<double>(layer.from_hidden.weight(row, i)) * output(t - 1, i);
        return sum;
      };
      for (std::size_t unit = 0; unit < lstm.hidden; ++unit) {
        cell[unit] = logistic(pre(1, unit)) * cell[unit] + logistic(pre(0, unit)) * std::tanh(pre(2, unit));
        output(t, unit) = logistic(pre(3, unit)) * std::tanh(cell[unit]);
      }
    }
    below = output;
  }
  return below;
}

}  // namespace continuo::engine
