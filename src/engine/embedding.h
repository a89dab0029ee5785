// What enters a network: a symbol's row of a table, or a frame's product with it.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "continuo/weights/model_file.h"
#include "engine/arena.h"
#include "engine/kernels.h"

namespace continuo::engine {

/// One step of a sequence. Networks over symbols read `symbol`, those over frames `frame` [vocabulary].
struct Input {
  std::size_t symbol = 0;
  const float* frame = nullptr;
};

/// A whole sequence of either kind.
struct Inputs {
  std::size_t length = 0;
  std::span<const std::uint16_t> symbols;
  std::span<const float> frames;  ///< [length, vocabulary]
};

/// A causal convolution over one-hot symbols, which is a sum of look-ups, or over frames, which is a product.
struct Embedding {
  /// "embedding.weight" [taps, vocabulary, channels] with "embedding.bias", or [vocabulary, channels] without.
  Embedding(const weights::ModelFile& file, Arena& arena);

  bool frames = false;
  std::size_t taps = 1;
  std::size_t vocabulary = 0;
  std::size_t channels = 0;
  const float* table = nullptr;  ///< symbols: [taps, vocabulary, channels], tap 0 the oldest
  const float* bias = nullptr;   ///< symbols: [channels], or none
  Affine product;                ///< frames: columns are tap by tap, oldest first, and within a tap value by value
};

/// The past that the oldest tap still needs.
class EmbeddingState {
 public:
  EmbeddingState(const Embedding& embedding, Arena& arena);

  /// Writes the activations [channels] of one more step; what lies before the start adds nothing.
  void step(const Embedding& embedding, const Input& input, float* output) noexcept;
  void reset() noexcept;

 private:
  std::uint64_t time_ = 0;
  std::array<std::uint16_t, weights::kMaxKernelSize> symbols_{};  ///< symbol of time t at t % size
  float* frames_ = nullptr;                                       ///< the latest [taps, vocabulary], oldest first
  std::size_t frame_values_ = 0;
};

}  // namespace continuo::engine
