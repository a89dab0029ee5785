// Stacked LSTM layers as the engine holds them; `lstm` and `wavenet-lstm` are made of these.
#pragma once

#include <vector>

#include "continuo/weights/model_file.h"
#include "engine/arena.h"
#include "engine/kernels.h"

namespace continuo::engine {

/// Both products of each layer as one: columns are the layer's input, then its own last output; rows the input,
/// forget, cell and output gates. The two biases are added up.
struct LstmLayers {
  LstmLayers(const weights::ModelFile& file, std::size_t input, int hidden, int layers, Arena& arena);

  std::size_t hidden = 0;
  std::vector<Affine> layers;
};

class LstmState {
 public:
  LstmState(const LstmLayers& lstm, Arena& arena);

  /// Output [hidden] of the last layer for one more input, valid until the next call.
  const float* step(const LstmLayers& lstm, const float* input) noexcept;
  void reset() noexcept;

 private:
  struct Layer {
    float* joined = nullptr;  ///< the input, then the last output
    float* cell = nullptr;
  };
  std::vector<Layer> layers_;
  std::size_t values_ = 0;
  float* pre_ = nullptr;  ///< gates before their activations [4 hidden]
};

}  // namespace continuo::engine
