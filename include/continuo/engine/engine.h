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
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "continuo/weights/model_file.h"
#include "continuo/weights/precision.h"

namespace continuo::engine {

using weights::Precision;

/// What the products and activations are calculated with. Every one gives the same bits.
enum class InstructionSet : int {
  kBest,     ///< the fastest that this machine has
  kScalar,   ///< plain C++: the oracle, on every machine, slow
  kAvx2,     ///< x86-64 with AVX2 and FMA
  kAvxVnni,  ///< the same with AVX-VNNI
  kAvx512,   ///< x86-64 with AVX-512 F, BW, DQ, VL and VNNI
  kNeon,     ///< 64-bit ARM
  kNeonDot,  ///< the same with dot products of bytes (ARMv8.2 and later)
  kAmx,      ///< AVX-512 with tiles of bytes: AMX-INT8, under Linux
};
/// "best", "scalar", "avx2", "avx-vnni", "avx512", "amx", "neon", ...
std::string_view name(InstructionSet set) noexcept;
/// Nothing for other names.
std::optional<InstructionSet> instruction_set_from(std::string_view name) noexcept;
/// Those that this build has and this machine runs, slowest first; kScalar is always among them.
std::vector<InstructionSet> available_instruction_sets();

struct Options {
  std::optional<Precision> precision;  ///< how weights are kept and read; default: as they are in the file
  InstructionSet instruction_set = InstructionSet::kBest;
  /// For one step of a stream or batch: 1, or 2 where the network has work for a second one (WaveNets of standard
  /// blocks) and the process a core for it. Each stream or batch then has a thread of its own that spins while there
  /// are steps, sleeps soon after the last, and is left alone for a while when others keep its core. Results do not
  /// depend on it. Several streams of one model may step on several threads.
  int threads = 1;
  /// Bytes that one stream may take, and that weights and look-up tables may take beyond what the file holds: a small
  /// file can ask for much.
  std::size_t memory = kUsualMemory;
  static constexpr std::size_t kUsualMemory = std::size_t{512} << 20;
};

class Model;

/// The running state of one sequence, its label included, kept aside: saved from a Stream or from one stream of a
/// Batch, and restored into any stream or batch of the same Model. Made by Model::new_snapshot(), of
/// Model::snapshot_bytes() whatever the length of the sequence; saving and restoring allocate nothing. It keeps the
/// model alive.
class Snapshot {
 public:
  std::size_t bytes() const noexcept { return bytes_; }  ///< of memory beside the object itself

 private:
  friend class Model;
  Snapshot(std::shared_ptr<const Model> model, std::size_t bytes)
      : model_(std::move(model)), bytes_(bytes), state_(new std::byte[bytes]()) {}

  std::shared_ptr<const Model> model_;
  std::size_t bytes_;
  std::unique_ptr<std::byte[]> state_;
  std::size_t label_ = 0;
};

/// The running state of one sequence over a shared Model: ring buffers of past activations, recurrent state.
/// Not thread-safe; different streams of one model may run on different threads. Allocates only when it is made.
class Stream {
 public:
  virtual ~Stream() = default;
  /// Consumes `symbol` and gives the logits [vocabulary_size] of the next one, valid until the next call.
  /// A symbol of NetworkSpec::input_size() or above is taken as symbol 0.
  /// Networks over frames (NetworkSpec::reads_frames) take it as the frame of zeros with a one there.
  virtual std::span<const float> step(std::uint16_t symbol) noexcept = 0;
  /// Consumes a frame of NetworkSpec::input_size() values and gives the next frame ("real"), the logits of its values
  /// being 1 ("binary") or those of the next symbol. Values that are missing are zero, those beyond are ignored.
  /// Networks over symbols take it as the symbol of its greatest value.
  virtual std::span<const float> step(std::span<const float> frame) noexcept = 0;
  /// Back to the beginning: state zero, as in training before the first symbol. The label stays.
  virtual void reset() noexcept = 0;
  /// Global conditioning from the next step on; labels beyond the model's are taken as 0 ('unknown').
  virtual void set_label(int label) noexcept = 0;
  /// Keeps the state as it is after the last step. False, and nothing is saved, when `to` is of another model.
  virtual bool save(Snapshot& to) const noexcept = 0;
  /// Steps from here on give, bit for bit, what they would have given where `from` was saved; one that nothing was
  /// saved to is the beginning. False, and nothing changes, when `from` is of another model.
  virtual bool restore(const Snapshot& from) noexcept = 0;
};

/// Several sequences over a shared Model in lock step: the weights are read once a step for all of them. Each gives bit
/// for bit what a Stream of its own would. Not thread-safe. Allocates only when it is made.
class Batch {
 public:
  virtual ~Batch() = default;
  virtual int streams() const noexcept = 0;
  /// Consumes one symbol for each stream and gives the logits [streams, vocabulary_size] of the next ones, valid until
  /// the next call. Symbols of NetworkSpec::input_size() or above and missing ones are taken as symbol 0.
  virtual std::span<const float> step(std::span<const std::uint16_t> symbols) noexcept = 0;
  /// The same for frames [streams, input_size]. Values that are missing are zero; networks over symbols take each
  /// frame as the symbol of its greatest value.
  virtual std::span<const float> step(std::span<const float> frames) noexcept = 0;
  virtual void reset() noexcept = 0;  ///< all of them
  virtual void reset(int stream) noexcept = 0;
  virtual void set_label(int stream, int label) noexcept = 0;
  /// As Stream::save and Stream::restore, of one stream; the others go on undisturbed. False for a stream that is none.
  virtual bool save(int stream, Snapshot& to) const noexcept = 0;
  virtual bool restore(int stream, const Snapshot& from) noexcept = 0;
  /// Stream `to` becomes a copy of stream `from`, label included.
  virtual void fork(int from, int to) noexcept = 0;
  /// The stream leaves, and costs nothing from here on: streams() is one less, those after it have moved up by one.
  virtual void remove(int stream) noexcept = 0;
};

/// Immutable weights, packed for reading in order. Share one among all streams and threads.
class Model : public std::enable_shared_from_this<Model> {
 public:
  /// Throws Error when the file's network is not one that the engine knows, the instruction set not one that this
  /// machine has, or (kUnsupported, before it is allocated) when it asks for more than Options::memory.
  static std::shared_ptr<const Model> create(const weights::ModelFile& file, const Options& options = {});
  virtual ~Model() = default;

  const weights::NetworkSpec& spec() const noexcept { return spec_; }
  int vocabulary_size() const noexcept { return spec_.vocabulary_size; }
  Precision precision() const noexcept { return *options_.precision; }
  InstructionSet instruction_set() const noexcept { return options_.instruction_set; }  ///< what runs, never kBest
  int threads() const noexcept { return options_.threads; }                             ///< that a step runs on
  virtual std::size_t weight_bytes() const noexcept = 0;  ///< what one step reads, look-up tables included

  /// Streams and batches keep the model alive.
  virtual std::unique_ptr<Stream> new_stream() const = 0;
  /// Throws Error for fewer than 1 stream.
  virtual std::unique_ptr<Batch> new_batch(int streams) const = 0;
  /// Empty: the beginning, with label 0.
  std::unique_ptr<Snapshot> new_snapshot() const;
  virtual std::size_t snapshot_bytes() const noexcept = 0;
  virtual std::size_t stream_bytes() const noexcept = 0;  ///< heap bytes of one stream, a batch's at most as many each

  /// The oracle: logits [symbols.size(), vocabulary_size] after each symbol, recomputed from the definition of the
  /// network without any streaming state. For tests; slow.
  virtual std::vector<float> recompute(std::span<const std::uint16_t> symbols, int label = 0) const = 0;
  /// The same for frames [length, input_size].
  virtual std::vector<float> recompute(std::span<const float> frames, int label = 0) const = 0;

 protected:
  /// `options` with every choice made.
  Model(weights::NetworkSpec spec, const Options& options) : spec_(std::move(spec)), options_(options) {}

  // What streams and batches may do with a snapshot.
  static std::byte* state_of(Snapshot& snapshot) noexcept { return snapshot.state_.get(); }
  static const std::byte* state_of(const Snapshot& snapshot) noexcept { return snapshot.state_.get(); }
  static std::size_t& label_of(Snapshot& snapshot) noexcept { return snapshot.label_; }
  static std::size_t label_of(const Snapshot& snapshot) noexcept { return snapshot.label_; }
  bool made(const Snapshot& snapshot) const noexcept { return snapshot.model_.get() == this; }

  weights::NetworkSpec spec_;
  Options options_;
};

}  // namespace continuo::engine
