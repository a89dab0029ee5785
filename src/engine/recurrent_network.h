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

/// `LayersState` has step(layers, input), which gives the output of the last layer, and reset().
template <class Weights, class LayersState>
struct RecurrentStates {
  RecurrentStates(const Weights& weights, Arena& arena)
      : embedding(weights.embedding, arena),
        layers(weights.layers, arena),
        input(arena.take(weights.embedding.channels)),
        logits(arena.take(weights.head.rows)) {}

  std::span<const float> step(const Weights& weights, const Input& given, std::size_t label) noexcept {
    const std::size_t inputs = weights.embedding.channels;
    embedding.step(weights.embedding, given, input);
    if (weights.condition != nullptr) add(inputs, weights.condition + label * inputs, input);
    assign(weights.head, layers.step(weights.layers, input), logits);
    return {logits, weights.head.rows};
  }
  void reset() noexcept {
    embedding.reset();
    layers.reset();
  }

  EmbeddingState embedding;
  LayersState layers;
  float* input;
  float* logits;
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
