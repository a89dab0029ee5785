// WaveNet's body and head as the engine holds them; `wavenet` and `wavenet-lstm` are made of these.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "continuo/weights/model_file.h"
#include "engine/arena.h"
#include "engine/embedding.h"
#include "engine/kernels.h"

namespace continuo::engine {

/// One block. Columns of `dilated` are tap by tap, oldest first, and within a tap channel by channel.
struct WaveNetLayer {
  std::size_t dilation = 1;
  std::size_t ring =
      0;  ///< where a state keeps the layer's past inputs [ring_mask + 1, R]: time t in slot t & ring_mask
  std::size_t ring_mask = 0;
  Affine dilated;                    ///< standard: [2R, taps R]; paper: [R, taps R]
  Affine gate;                       ///< paper: [2R, R]
  Affine skip;                       ///< standard: [S, R]
  Affine residual;                   ///< standard, but for the last layer: [R, R]
  const float* condition = nullptr;  ///< with labels: [labels, 2R]
};

/// From symbols to the sum of the skips.
struct WaveNetBody {
  WaveNetBody(const weights::ModelFile& file, const weights::WaveNetSpec& spec, Arena& arena);

  weights::WaveNetSpec spec;
  bool paper = false;
  std::size_t channels = 0;  ///< residual channels, R
  std::size_t skips = 0;     ///< skip channels, S
  std::size_t labels = 0;
  Embedding embedding;
  std::size_t ring_values = 0;  ///< floats of all rings
  std::vector<WaveNetLayer> layers;
};

/// Two 1x1 convolutions with a ReLU between them.
struct WaveNetHead {
  WaveNetHead(const weights::ModelFile& file, Arena& arena);
  Affine hidden;
  Affine logits;
};

/// The past of one sequence: for each layer the inputs that its oldest tap still needs, and what the first convolution
/// needs.
class WaveNetState {
 public:
  WaveNetState(const WaveNetBody& body, Arena& arena);

  /// relu(sum of skips) [S] after one more step, valid until the next call.
  const float* step(const WaveNetBody& body, const Input& input, std::size_t label) noexcept;
  void reset() noexcept;

 private:
  void gather(const WaveNetBody& body, const WaveNetLayer& layer) noexcept;

  std::uint64_t time_ = 0;
  EmbeddingState embedding_;
  float* rings_ = nullptr;
  std::size_t ring_values_ = 0;
  float* input_ = nullptr;   ///< of the present layer [R]
  float* window_ = nullptr;  ///< its taps [taps, R]
  float* pre_ = nullptr;     ///< before the gate [2R]
  float* gated_ = nullptr;   ///< [R]
  float* skip_ = nullptr;    ///< [S]
};

/// Scratch of the head and the logits.
class WaveNetHeadState {
 public:
  WaveNetHeadState(const WaveNetHead& head, Arena& arena)
      : hidden_(arena.take(head.hidden.rows)), logits_(arena.take(head.logits.rows)) {}
  std::span<const float> step(const WaveNetHead& head, const float* x) noexcept;

 private:
  float* hidden_;
  float* logits_;
};

}  // namespace continuo::engine
