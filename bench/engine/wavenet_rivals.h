// The two ways in which one would generate with a WaveNet in libtorch, written as lean as it allows: what the engine is
// measured against. Standard blocks, kernel size 2, no labels.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "continuo/weights/model_file.h"

namespace continuo::bench {

class Rival {
 public:
  virtual ~Rival() = default;
  /// Logits [vocabulary] after one more symbol, valid until the next call.
  virtual std::span<const float> step(std::uint16_t symbol) = 0;
  /// As step() on each, without logits that nobody reads.
  virtual void prime(std::span<const std::uint16_t> symbols) {
    for (const std::uint16_t symbol : symbols) step(symbol);
  }
};

/// How matrices lie in memory: which is faster depends on the BLAS.
enum class Layout { kRows, kColumns };

/// Each layer's past in a ring tensor; products into tensors that were made beforehand, called below the dispatcher;
/// the skips of all layers as one product. No gradient, no allocation.
std::unique_ptr<Rival> cached_taps(const weights::ModelFile& file, Layout layout);

/// The receptive field once more for each symbol, no value of it that the last position does not need.
std::unique_ptr<Rival> recomputing(const weights::ModelFile& file);

/// Of libtorch, for all rivals.
void set_threads(int threads);

}  // namespace continuo::bench
