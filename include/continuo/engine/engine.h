// The engine: streaming inference, one symbol (or frame) in, the logits of the next (or the frame itself) out. It knows
// no music and no libtorch.
//
//   find_package(continuo REQUIRED)
//   target_link_libraries(mine PRIVATE continuo::engine)
//
//   const auto model = engine::Model::create(weights::ModelFile::load("model.safetensors"));
//   const auto stream = model->new_stream();
//   for (const std::uint16_t symbol : prompt) logits = stream->step(symbol);
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "continuo/weights/model_file.h"

namespace continuo::engine {

/// The running state of one sequence over a shared Model: ring buffers of past activations, recurrent state.
/// Not thread-safe; different streams of one model may run on different threads. Allocates only when it is made.
class Stream {
 public:
  virtual ~Stream() = default;
  /// Consumes `symbol` and gives the logits [vocabulary_size] of the next one, valid until the next call.
  /// A symbol beyond the vocabulary is taken as symbol 0.
  /// Networks over frames (NetworkSpec::output) take it as the frame of zeros with a one there.
  virtual std::span<const float> step(std::uint16_t symbol) noexcept = 0;
  /// Consumes a frame of vocabulary_size values and gives the next frame ("real") or the logits of its values being 1
  /// ("binary"). Values that are missing are zero, those beyond are ignored. Networks over symbols take it as the
  /// symbol of its greatest value.
  virtual std::span<const float> step(std::span<const float> frame) noexcept = 0;
  /// Back to the beginning: state zero, as in training before the first symbol. The label stays.
  virtual void reset() noexcept = 0;
  /// Global conditioning from the next step on; labels beyond the model's are taken as 0 ('unknown').
  virtual void set_label(int label) noexcept = 0;
};

/// Immutable weights, packed for reading in order. Share one among all streams and threads.
class Model : public std::enable_shared_from_this<Model> {
 public:
  /// Throws Error when the file's network is not one that the engine knows.
  static std::shared_ptr<const Model> create(const weights::ModelFile& file);
  virtual ~Model() = default;

  const weights::NetworkSpec& spec() const noexcept { return spec_; }
  int vocabulary_size() const noexcept { return spec_.vocabulary_size; }
  /// The stream keeps the model alive.
  virtual std::unique_ptr<Stream> new_stream() const = 0;
  virtual std::size_t stream_bytes() const noexcept = 0;  ///< heap bytes of one stream

  /// The oracle: logits [symbols.size(), vocabulary_size] after each symbol, recomputed from the definition of the
  /// network without any streaming state. For tests; slow.
  virtual std::vector<float> recompute(std::span<const std::uint16_t> symbols, int label = 0) const = 0;
  /// The same for frames [length, vocabulary_size].
  virtual std::vector<float> recompute(std::span<const float> frames, int label = 0) const = 0;

 protected:
  explicit Model(weights::NetworkSpec spec) : spec_(std::move(spec)) {}

  weights::NetworkSpec spec_;
};

}  // namespace continuo::engine
