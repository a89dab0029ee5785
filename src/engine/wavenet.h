// WaveNet's body and head as the engine holds them; `wavenet` and `wavenet-lstm` are made of these.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "continuo/weights/model_file.h"
#include "engine/arena.h"
#include "engine/embedding.h"
#include "engine/helper_thread.h"
#include "engine/kernels.h"
#include "engine/match.h"

namespace continuo::engine {

inline constexpr std::size_t kAheads = 5;  ///< sums are computed at once for 2^0 to 2^(kAheads - 1) steps

/// One block.
struct WaveNetLayer {
  std::size_t dilation = 1;
  /// Where a state keeps the layer's past inputs, prepared: time t in slot t & ring_mask.
  std::size_t ring = 0;
  std::size_t ring_mask = 0;
  /// The product of the oldest tap is known `dilation` steps ahead and computed for up to so many steps at once, all of
  /// them from one reading of its weights: a power of two. Several streams share a reading anyway, see WaveNetMemory.
  std::size_t block = 1;
  std::size_t phase = 0;  ///< blocks begin where (time + phase) % block is 0: not in all layers in the same step
  std::array<std::size_t, kAheads>
      blocks_before{};               ///< steps in the blocks of earlier layers, of at most 2^i steps each
  std::vector<Affine> taps;          ///< oldest first; standard: [2R, R] each; paper: [R, R]; the first has the bias
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
  int threads = 1;           ///< 2: a helper sums the skips and goes on from there
  std::size_t channels = 0;  ///< residual channels, R
  std::size_t skips = 0;     ///< skip channels, S
  std::size_t labels = 0;
  Embedding embedding;
  MatchTables match;
  const Kernels* kernels = nullptr;
  Precision precision{};
  std::size_t slot = 0;                       ///< floats of one prepared vector [R]
  std::size_t ring_values = 0;                ///< floats of all rings
  std::size_t rows = 0;                       ///< of the taps, padded
  std::array<std::size_t, kAheads> blocks{};  ///< steps in the blocks of all layers
  std::vector<WaveNetLayer> layers;
};

/// Two 1x1 convolutions with a ReLU between them.
struct WaveNetHead {
  WaveNetHead(const weights::ModelFile& file, Arena& arena);
  Affine hidden;
  Affine logits;
};

/// Where sequences in lock step have their past: for each layer the inputs that its oldest tap still needs, and what
/// the first convolution needs. All arrays have the streams side by side. What two threads work on is here.
struct WaveNetMemory {
  WaveNetMemory(const WaveNetBody& body, Arena& arena, std::size_t streams);

  /// Steps of which the oldest tap's sums are computed at once: fewer of more streams, or they would crowd the weights
  /// out of the cache.
  std::size_t block(const WaveNetLayer& layer) const noexcept {
    return std::min(layer.block, std::size_t{1} << most_ahead);
  }
  /// Where a layer's sums of step `time` are [streams, rows].
  float* sums(const WaveNetBody& body, const WaveNetLayer& layer, std::uint64_t time) const noexcept {
    return ahead + streams * body.rows * (layer.blocks_before[most_ahead] + (time + layer.phase) % block(layer));
  }
  /// The layer's input of step `time`, prepared.
  float* slot(const WaveNetBody& body, const WaveNetLayer& layer, std::uint64_t time) const noexcept {
    return rings + streams * (layer.ring + (time & layer.ring_mask) * body.slot);
  }
  /// The oldest tap's sums from step `time` on, if a block of them begins there.
  void look_ahead(const WaveNetBody& body, const WaveNetLayer& layer, std::uint64_t time) const noexcept;
  /// The oldest tap's sums of one stream from step `time` to the end of its block.
  void look_ahead(const WaveNetBody& body, const WaveNetLayer& layer, std::uint64_t time,
                  std::size_t stream) const noexcept;
  /// The gated output of a layer as products read it.
  float* gated_of(const WaveNetBody& body, std::size_t layer) const noexcept {
    return prepared + layer % prepared_layers * streams * body.slot;
  }
  void clear_skips(const WaveNetBody& body) const noexcept;
  void add_skip(const WaveNetBody& body, std::size_t layer) const noexcept;
  const float* relu_of_skips(const WaveNetBody& body) const noexcept;

  std::size_t streams = 1;
  std::size_t most_ahead;  ///< the power of two of the longest block
  std::size_t prepared_layers = 1;
  float* rings = nullptr;
  float* ahead = nullptr;
  float* prepared = nullptr;  ///< vectors [R] as products read them: all layers' if a helper follows, else one
  float* skip = nullptr;      ///< [S]
};

/// What a network makes of relu(sum of skips) [streams, padded(S)]: [streams, outputs], always in the same place.
struct WaveNetTail {
  float* (*function)(void* network, const float* skip) noexcept;
  void* network;
  std::size_t outputs;
};

/// Follows the residual path of each step: sums the skips as the gated outputs come, and does the rest.
struct WaveNetHelperThread {
  WaveNetHelperThread(const WaveNetBody& its_body, const WaveNetMemory& its_memory, WaveNetTail its_rest)
      : body(its_body), memory(its_memory), rest(its_rest), thread(work, this) {}
  static void work(void* self, HelperThread& thread) noexcept;

  const WaveNetBody& body;
  WaveNetMemory memory;
  WaveNetTail rest;
  float* result = nullptr;  ///< of the rest
  HelperThread thread;
};

/// One or several sequences over a body, with a helper where the body wants two threads.
class WaveNetState {
 public:
  /// `rest` is called once for each step, on whichever thread.
  WaveNetState(const WaveNetBody& body, Arena& arena, std::size_t streams, WaveNetTail rest);

  /// What the rest makes of one more step of each.
  float* step(const WaveNetBody& body, const Input* inputs, const std::size_t* labels) noexcept;
  void reset(const WaveNetBody& body) noexcept;
  void reset(const WaveNetBody& body, std::size_t stream) noexcept;
  void remove(const WaveNetBody& body, std::size_t stream) noexcept;
  /// Of the rings, the inputs that are still to be read, latest first: where they lie depends on the time.
  template <class F>
  void each_part(const WaveNetBody& body, std::size_t a, std::size_t b, const F& f) const noexcept {
    const std::size_t streams = memory_.streams;
    for (const WaveNetLayer& layer : body.layers)
      for (std::size_t age = 1; age <= (layer.taps.size() - 1) * layer.dilation; ++age) {
        const std::size_t slot = streams * (layer.ring + ((time_ - age) & layer.ring_mask) * body.slot);
        const auto at = [&](std::size_t stream) { return (slot + stream * body.slot) * sizeof(float); };
        f(memory_.rings, at(a), at(b), body.slot * sizeof(float));
      }
    embedding_.each_part(body.embedding, a, b, f);
    match_.each_part(body.match, a, b, f);
  }
  /// Sums ahead are of the past that the stream had before.
  void resume(const WaveNetBody& body, std::size_t stream) noexcept;

 private:
  /// The dilated convolution of input_ [streams, rows of the taps]; remembers the input.
  float* convolve(const WaveNetBody& body, const WaveNetLayer& layer) noexcept;
  /// A standard block up to its gated output.
  void standard(const WaveNetBody& body, std::size_t layer, const std::size_t* labels) noexcept;
  /// From there to the input of the next.
  void advance(const WaveNetBody& body, std::size_t layer) noexcept;
  void paper(const WaveNetBody& body, const WaveNetLayer& layer, const std::size_t* labels) noexcept;
  void gate(const WaveNetBody& body, const WaveNetLayer& layer, const std::size_t* labels, float* pre) noexcept;

  WaveNetMemory memory_;
  WaveNetTail rest_;
  std::uint64_t time_ = 0;
  bool ahead_known_ = false;  ///< the oldest taps of this step were summed when the last one waited for the helper
  EmbeddingState embedding_;
  MatchState match_;
  float* input_ = nullptr;      ///< of the present layer [R]
  float* pre_ = nullptr;        ///< before the gate [2R]
  float* gated_ = nullptr;      ///< [R]
  std::uint64_t together_ = 0;  ///< steps in which the helper took part
  std::unique_ptr<WaveNetHelperThread> helper_;
};

/// Scratch of the head and the logits, of sequences in lock step.
class WaveNetHeadState {
 public:
  WaveNetHeadState(const WaveNetHead& head, Arena& arena, std::size_t streams);
  /// Logits [streams, padded(vocabulary)] from x [streams, stride].
  float* step(const WaveNetHead& head, const float* x, std::size_t stride) noexcept;
  void remove() noexcept { --streams_; }  ///< one stream: nothing here outlasts a step

 private:
  std::size_t streams_;
  float* hidden_;
  float* logits_;
  float* prepared_;
};

}  // namespace continuo::engine
