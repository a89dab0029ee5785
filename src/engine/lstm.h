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
    std::size_t output = 0;  ///< where a state keeps the layer's last output
    std::size_t cell = 0;
  };
  std::size_t hidden = 0;
  std::size_t state_values = 0;  ///< floats of all layers
  std::vector<Layer> layers;
};

class LstmState {
 public:
  LstmState(const LstmLayers& lstm, Arena& arena);

  /// Output [hidden] of the last layer for one more input, valid until the next call.
  const float* step(const LstmLayers& lstm, const float* input) noexcept;
  void reset() noexcept;

 private:
  float* values_ = nullptr;
  std::size_t size_ = 0;
  float* pre_ = nullptr;  ///< gates before their activations [4 hidden]
};

}  // namespace continuo::engine
