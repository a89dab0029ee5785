// What `lstm` and `gru` share: an embedding, a stack of recurrent layers, a linear head.
#pragma once

#include <algorithm>
#include <vector>

#include "engine/embedding.h"
#include "engine/match.h"
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
        match(file, arena),
        layers(file, embedding.channels, spec.hidden, spec.layers, arena),
        head(pack_affine(arena, file, "head")) {}

  Embedding embedding;
  const float* condition;  ///< [labels, channels of the embedding], or none
  MatchTables match;
  Layers layers;
  Affine head;
};

/// `LayersState` has step(layers, input, stride), which gives the outputs of the last layer, beside what RecurrentState
/// has.
template <class Weights, class LayersState>
struct RecurrentStates {
  RecurrentStates(const Weights& weights, Arena& arena, std::size_t count)
      : streams(count),
        embedding(weights.embedding, arena, count),
        match(weights.match, arena, count),
        layers(weights.layers, arena, count),
        input(arena.take(count * padded(weights.embedding.channels))),
        logits(arena.take(count * padded(weights.head.rows))),
        prepared(arena.take(count * prepared_size(weights.head.precision, weights.head.columns))) {}

  float* step(const Weights& weights, const Input* inputs, const std::size_t* labels) noexcept {
    const std::size_t channels = weights.embedding.channels;
    embedding.step(weights.embedding, inputs, input);
    for (std::size_t i = 0; weights.condition != nullptr && i < streams; ++i)
      add(channels, weights.condition + labels[i] * channels, input + i * padded(channels));
    match.step(weights.match, inputs, input, channels);
    const float* const outputs = layers.step(weights.layers, input, padded(channels));
    assign(weights.head, streams, outputs, padded(weights.head.columns), logits, prepared);
    match.weigh(weights.match, logits, padded(weights.head.rows));
    return logits;
  }
  void reset(const Weights& /*weights*/) noexcept {
    embedding.reset();
    match.reset();
    layers.reset();
  }
  void reset(const Weights& /*weights*/, std::size_t stream) noexcept {
    embedding.reset(stream);
    match.reset(stream);
    layers.reset(stream);
  }
  void remove(const Weights& /*weights*/, std::size_t stream) noexcept {
    embedding.remove(stream);
    match.remove(stream);
    layers.remove(stream);
    --streams;
  }
  template <class F>
  void each_part(const Weights& weights, std::size_t a, std::size_t b, const F& f) const noexcept {
    embedding.each_part(weights.embedding, a, b, f);
    match.each_part(weights.match, a, b, f);
    layers.each_part(a, b, f);
  }
  void resume(const Weights& /*weights*/, std::size_t /*stream*/) noexcept {}

  std::size_t streams;
  EmbeddingState embedding;
  MatchState match;
  LayersState layers;
  float* input;
  float* logits;
  float* prepared;
};

/// `layers`: the whole sequence through the recurrent layers.
template <class Weights, class F>
std::vector<float> recompute_recurrent(const Weights& own, const Inputs& given, std::size_t label, const F& layers) {
  Sequence inputs = recompute_embedding(own.embedding, given);
  if (own.condition != nullptr)
    for (std::size_t t = 0; t < given.length; ++t)
      for (std::size_t i = 0; i < inputs.channels(); ++i)
        inputs(t, i) += static_cast<double>(own.condition[label * inputs.channels() + i]);
  const std::vector<weights::Match> matches = recompute_matches(own.match, given);
  add_matches(own.match, matches, inputs);
  std::vector<float> logits = recompute_pointwise(own.head, layers(own.layers, inputs)).to_float();
  add_copy_bias(own.match, matches, own.head.rows, logits);
  return logits;
}

}  // namespace continuo::engine
