// Stacked GRU layers as the engine holds them.
#pragma once

#include <vector>

#include "continuo/weights/model_file.h"
#include "engine/arena.h"
#include "engine/kernels.h"

namespace continuo::engine {

/// The two products of a layer stay apart, because the reset gate acts between them. Rows: reset, update, new.
struct GruLayers {
  GruLayers(const weights::ModelFile& file, std::size_t input, int hidden, int layers, Arena& arena);

  struct Layer {
    Affine from_input;
    Affine from_hidden;
  };
  std::size_t hidden = 0;
  std::vector<Layer> layers;
};

class GruState {
 public:
  GruState(const GruLayers& gru, Arena& arena);

  /// Output [hidden] of the last layer for one more input, valid until the next call.
  const float* step(const GruLayers& gru, const float* input) noexcept;
  void reset() noexcept;

 private:
  float* outputs_ = nullptr;  ///< last outputs, padded(hidden) each layer
  std::size_t size_ = 0;
  float* from_input_ = nullptr;   ///< [3 hidden]
  float* from_hidden_ = nullptr;  ///< [3 hidden]
};

}  // namespace continuo::engine
