// What the engine's LSTM and GRU layers have in common: weights, and what a sequence keeps between its steps.
#pragma once

#include <cstddef>
#include <vector>

#include "continuo/weights/model_file.h"
#include "engine/arena.h"
#include "engine/kernels.h"

namespace continuo::engine {

/// Stacked layers. Each multiplies its input and its own last output with a matrix of [gates hidden, columns].
struct RecurrentLayers {
  /// Of the tensors NAME.weight_ih_l0 and so on; `input`: values that the first layer reads; `width`: outputs
  /// of each of `count` layers.
  RecurrentLayers(const weights::ModelFile& file, const char* name, std::size_t gates, std::size_t input, int width,
                  int count, Arena& arena);

  struct Layer {
    Affine from_input;
    Affine from_hidden;
  };
  std::size_t hidden = 0;
  std::size_t rows = 0;      ///< gates x hidden
  std::size_t prepared = 0;  ///< floats of the longest vector as a product reads it
  std::vector<Layer> layers;
};

/// Of sequences in lock step.
class RecurrentState {
 public:
  void reset() noexcept;
  void reset(std::size_t stream) noexcept;
  void remove(std::size_t stream) noexcept;
  template <class F>
  void each_part(std::size_t a, std::size_t b, const F& f) const noexcept {
    each_column(kept_, vectors_, streams_, size_, a, b, f);
  }

 protected:
  /// `vectors`: that each layer keeps.
  RecurrentState(const RecurrentLayers& layers, std::size_t vectors, Arena& arena, std::size_t streams);

  float* after(float* vector) const noexcept { return vector + streams_ * size_; }  ///< the next of them

  std::size_t streams_;
  std::size_t size_;           ///< padded(hidden)
  std::size_t vectors_;        ///< of all layers
  float* kept_ = nullptr;      ///< [vectors, streams, size], layer after layer, first its outputs
  float* pre_ = nullptr;       ///< the products of the input [streams, padded(rows)]
  float* prepared_ = nullptr;  ///< vectors as products read them
};

}  // namespace continuo::engine
