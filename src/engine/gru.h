// Stacked GRU layers as the engine holds them.
#pragma once

#include "engine/recurrent_layers.h"

namespace continuo::engine {

/// The two products of a layer stay apart, because the reset gate acts between them. Rows: reset, update, new.
struct GruLayers : RecurrentLayers {
  GruLayers(const weights::ModelFile& file, std::size_t input, int width, int count, Arena& arena)
      : RecurrentLayers(file, "gru", 3, input, width, count, arena) {}
};

/// Each layer keeps its outputs.
class GruState : public RecurrentState {
 public:
  GruState(const GruLayers& gru, Arena& arena, std::size_t streams)
      : RecurrentState(gru, 1, arena, streams), from_hidden_(arena.take(streams * padded(gru.rows))) {}

  /// Outputs [streams, padded(hidden)] of the last layer for one more input [streams, stride] of each, valid until the
  /// next call.
  const float* step(const GruLayers& gru, const float* input, std::size_t stride) noexcept;

 private:
  float* from_hidden_;  ///< the products of the last outputs [streams, padded(rows)]
};

}  // namespace continuo::engine
