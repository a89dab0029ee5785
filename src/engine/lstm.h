// Stacked LSTM layers as the engine holds them; `lstm` and `wavenet-lstm` are made of these.
#pragma once

#include "engine/recurrent_layers.h"

namespace continuo::engine {

/// Rows are the input, forget, cell and output gates.
struct LstmLayers : RecurrentLayers {
  LstmLayers(const weights::ModelFile& file, std::size_t input, int width, int count, Arena& arena)
      : RecurrentLayers(file, "lstm", 4, input, width, count, arena) {}
};

/// Each layer keeps its outputs and its cells.
class LstmState : public RecurrentState {
 public:
  LstmState(const LstmLayers& lstm, Arena& arena, std::size_t streams) : RecurrentState(lstm, 2, arena, streams) {}

  /// Outputs [streams, padded(hidden)] of the last layer for one more input [streams, stride] of each, valid until the
  /// next call.
  const float* step(const LstmLayers& lstm, const float* input, std::size_t stride) noexcept;
};

}  // namespace continuo::engine
