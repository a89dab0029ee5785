// Stacked LSTM layers as the engine holds them; `lstm` and `wavenet-lstm` are made of these.
#pragma once

#include <vector>

#include "continuo/weights/model_file.h"
#include "engine/arena.h"
#include "engine/kernels.h"

namespace continuo::engine {

/// Rows are the input, forget, cell and output gates.
struct LstmLayers {
  LstmLayers(const weights::ModelFile& file, std::size_t input, int hidden, int layers, Arena& arena);

  struct Layer {
    Affine from_input;
    Affine from_hidden;
  };
  std::size_t hidden = 0;
  std::size_t prepared = 0;  ///< floats of the longest vector as a product reads it
  std::vector<Layer> layers;
};

/// Of sequences in lock step.
class LstmState {
 public:
  LstmState(const LstmLayers& lstm, Arena& arena, std::size_t streams);

  /// Outputs [streams, padded(hidden)] of the last layer for one more input [streams, stride] of each, valid until the
  /// next call.
  const float* step(const LstmLayers& lstm, const float* input, std::size_t stride) noexcept;
  void reset(const LstmLayers& lstm) noexcept;
  void reset(const LstmLayers& lstm, std::size_t stream) noexcept;
  void remove(const LstmLayers& lstm, std::size_t stream) noexcept;
  template <class F>
  void each_part(const LstmLayers& lstm, std::size_t a, std::size_t b, const F& f) const noexcept {
    each_column(values_, 2 * lstm.layers.size(), streams_, padded(lstm.hidden), a, b, f);
  }

 private:
  std::size_t streams_;
  float* values_ = nullptr;    ///< for each layer the outputs [streams, padded(hidden)], then the cells
  float* pre_ = nullptr;       ///< gates before their activations [streams, 4 hidden]
  float* prepared_ = nullptr;  ///< vectors as products read them
};

}  // namespace continuo::engine
