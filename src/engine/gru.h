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
  std::size_t prepared = 0;  ///< floats of the longest vector as a product reads it
  std::vector<Layer> layers;
};

/// Of sequences in lock step.
class GruState {
 public:
  GruState(const GruLayers& gru, Arena& arena, std::size_t streams);

  /// Outputs [streams, padded(hidden)] of the last layer for one more input [streams, stride] of each, valid until the
  /// next call.
  const float* step(const GruLayers& gru, const float* input, std::size_t stride) noexcept;
  void reset(const GruLayers& gru) noexcept;
  void reset(const GruLayers& gru, std::size_t stream) noexcept;
  void remove(const GruLayers& gru, std::size_t stream) noexcept;
  template <class F>
  void each_part(const GruLayers& gru, std::size_t a, std::size_t b, const F& f) const noexcept {
    each_column(outputs_, gru.layers.size(), streams_, padded(gru.hidden), a, b, f);
  }

 private:
  std::size_t streams_;
  float* outputs_ = nullptr;      ///< last outputs, [streams, padded(hidden)] each layer
  float* from_input_ = nullptr;   ///< [streams, 3 hidden]
  float* from_hidden_ = nullptr;  ///< [streams, 3 hidden]
  float* prepared_ = nullptr;     ///< vectors as products read them
};

}  // namespace continuo::engine
