// What `lstm` and `gru` share: an embedding, a stack of recurrent layers, a linear head.
#pragma once

#include <algorithm>
#include <vector>

#include "engine/embedding.h"
#include "engine/networks.h"
#include "engine/recompute.h"

namespace continuo::engine {

/// `Layers` is made from (file, inputs, hidden, layers, arena).
template <class Spec, class Layers>
struct RecurrentWeights {
  RecurrentWeights(const weights::ModelFile& file, Arena& arena)
      : RecurrentWeights(file, std::get<Spec>(file.network().network), arena) {}
  RecurrentWeights(const weights::ModelFile& file, const Spec& spec, Arena& arena)
      : embedding(file, arena),
        condition(file.network().labels > 0 ? pack_values(arena, file, "condition.weight") : nullptr),
        layers(file, embedding.channels, spec.hidden, spec.layers, arena),
        head(pack_affine(arena, file, "head")) {}

  Embedding embedding;
  const float* condition;  ///< [labels, channels of the embedding], or none
  Layers layers;
  Affine head;
};

/// `LayersState` has step(layers, input, stride), which gives the outputs of the last layer, reset and remove.
template <class Weights, class LayersState>
struct RecurrentStates {
  RecurrentStates(const Weights& weights, Arena& arena, std::size_t count)
      : streams(count),
        embedding(weights.embedding, arena, count),
        layers(weights.layers, arena, count),
        input(arena.take(count * padded(weights.embedding.channels))),
        logits(arena.take(count * padded(weights.head.rows))),
        prepared(arena.take(count * prepared_size(weights.head.precision, weights.head.columns))) {}

  float* step(const Weights& weights, const Input* inputs, const std::size_t* labels) noexcept {
    const std::size_t channels = weights.embedding.channels;
    embedding.step(weights.embedding, inputs, input);
    for (std::size_t i = 0; weights.condition != nullptr && i < streams; ++i)
      add(channels, weights.condition + labels[i] * channels, input + i * padded(channels));
    const float* const outputs = layers.step(weights.layers, input, padded(channels));
    assign(weights.head, streams, outputs, padded(weights.head.columns), logits, prepared);
    return logits;
  }
  void reset(const Weights& weights) noexcept {
    embedding.reset();
    layers.reset(weights.layers);
  }
  void reset(const Weights& weights, std::size_t stream) noexcept {
    embedding.reset(stream);
    layers.reset(weights.layers, stream);
  }
  void remove(const Weights& weights, std::size_t stream) noexcept {
    embedding.remove(stream);
    layers.remove(weights.layers, stream);
    --streams;
  }

  std::size_t streams;
  EmbeddingState embedding;
  LayersState layers;
  float* input;
  float* logits;
  float* prepared;
};

/// `layers`: the whole sequence through the recurrent layers.
template <class Weights, class F>
std::vector<float> recompute_recurrent(const Weights& weights, const Inputs& given, std::size_t label,
                                       const F& layers) {
  Sequence inputs = recompute_embedding(weights.embedding, given);
  if (weights.condition != nullptr)
    for (std::size_t t = 0; t < given.length; ++t)
      for (std::size_t i = 0; i < inputs.channels(); ++i)
        inputs(t, i) += static_cast<double>(weights.condition[label * inputs.channels() + i]);
  return recompute_pointwise(weights.head, layers(weights.layers, inputs)).to_float();
}

}  // namespace continuo::engine
