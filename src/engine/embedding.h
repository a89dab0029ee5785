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

/// The past of sequences in lock step that the oldest tap still needs.
class EmbeddingState {
 public:
  EmbeddingState(const Embedding& embedding, Arena& arena, std::size_t streams);

  /// Writes the activations [streams, padded(channels)] of one more step of each; what lies before the start adds
  /// nothing.
  void step(const Embedding& embedding, const Input* inputs, float* output) noexcept;
  void reset() noexcept;
  void reset(std::size_t stream) noexcept;
  void remove(std::size_t stream) noexcept;
  template <class F>
  void each_part(const Embedding& embedding, std::size_t a, std::size_t b, const F& f) const noexcept {
    if (embedding.frames)
      each_column(frames_, 1, streams_, frame_size_, a, b, f);
    else
      each_column(past_, 1, streams_, 1, a, b, f);
  }

 private:
  struct Past {
    std::uint64_t time = 0;
    std::array<std::uint16_t, weights::kMaxKernelSize> symbols{};  ///< symbol of time t at t % size
  };
  void look_up(const Embedding& embedding, Past& past, std::size_t symbol, float* output) noexcept;

  std::size_t streams_;
  Past* past_ = nullptr;        ///< symbols: [streams]
  std::size_t frame_size_ = 0;  ///< floats of a stream's frames
  float* frames_ = nullptr;     ///< frames: [streams], the latest [taps, vocabulary] of each, oldest first
  float* prepared_ = nullptr;
};

}  // namespace continuo::engine
