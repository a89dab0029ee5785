// What all networks of the engine have in common, and the functions that make each of them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "continuo/base/error.h"
#include "continuo/engine/engine.h"
#include "engine/arena.h"
#include "engine/embedding.h"
#include "engine/kernels.h"

namespace continuo::engine {

std::shared_ptr<const Model> create_wavenet(const weights::ModelFile& file, const Options& options);
std::shared_ptr<const Model> create_lstm(const weights::ModelFile& file, const Options& options);
std::shared_ptr<const Model> create_gru(const weights::ModelFile& file, const Options& options);
std::shared_ptr<const Model> create_wavenet_lstm(const weights::ModelFile& file, const Options& options);
std::shared_ptr<const Model> create_guide_cnn(const weights::ModelFile& file, const Options& options);
std::shared_ptr<const Model> create_markov(const weights::ModelFile& file, const Options& options);

/// A Model from its three parts.
///   Weights(file, arena)        packs the tensors
///   State(weights, arena, n)    n sequences in lock step; all noexcept: step(weights, inputs, labels), which gives the
///                               logits [n, padded(vocabulary)] to overwrite, reset(weights), reset(weights, stream)
///                               and remove(weights, stream), after which those beyond it have moved up;
///                               each_part(weights, a, b, f), which calls f(base, at_a, at_b, bytes) for everything of
///                               streams a and b that outlasts a step, the same parts in the same order at any time,
///                               also when the arena only measures; and resume(weights, stream), after all parts of
///                               a stream were overwritten by those of another time
///   kRecompute                  std::vector<float>(const Weights&, const Inputs&, label)
/// Symbols, frames and labels that reach them are within range.
template <class Weights, class State, auto kRecompute>
class NetworkModel final : public Model {
 public:
  NetworkModel(const weights::ModelFile& file, const Options& options)
      : Model(file.network(), options),
        arena_(checked_weights(measure([&](Arena& arena) { Weights(file, arena); }, packing()), file), packing()),
        weights_(file, arena_) {
    state_floats_ = measure([&](Arena& arena) {
      arena.take(frame_values());
      const State state(weights_, arena, 1);
      state.each_part(weights_, 0, 0,
                      [&](void*, std::size_t, std::size_t, std::size_t bytes) { snapshot_bytes_ += bytes; });
    });
    check_memory("a stream", state_floats_, 0);
  }

  std::unique_ptr<Stream> new_stream() const override {
    return std::make_unique<NetworkStream>(std::static_pointer_cast<const NetworkModel>(shared_from_this()));
  }

  std::unique_ptr<Batch> new_batch(int streams) const override {
    if (streams < 1) throw Error(ErrorCode::kInvalidArgument, "a batch needs at least one stream");
    return std::make_unique<NetworkBatch>(std::static_pointer_cast<const NetworkModel>(shared_from_this()),
                                          static_cast<std::size_t>(streams));
  }

  std::size_t weight_bytes() const noexcept override { return arena_.used() * sizeof(float); }
  std::size_t snapshot_bytes() const noexcept override { return snapshot_bytes_; }
  std::size_t stream_bytes() const noexcept override { return sizeof(NetworkStream) + state_floats_ * sizeof(float); }

  std::vector<float> recompute(std::span<const std::uint16_t> symbols, int label) const override {
    std::vector<std::uint16_t> known(symbols.begin(), symbols.end());
    for (std::uint16_t& symbol : known) symbol = static_cast<std::uint16_t>(known_symbol(symbol));
    std::vector<float> frames;
    if (spec_.reads_frames()) {
      frames.assign(known.size() * input_width(), 0.0F);
      for (std::size_t t = 0; t < known.size(); ++t) frames[t * input_width() + known[t]] = 1.0F;
    }
    return kRecompute(weights_, {known.size(), known, frames}, known_label(label));
  }

  std::vector<float> recompute(std::span<const float> frames, int label) const override {
    const std::size_t length = frames.size() / input_width();
    std::vector<std::uint16_t> symbols(length);
    for (std::size_t t = 0; t < length; ++t) symbols[t] = greatest(frames.subspan(t * input_width(), input_width()));
    return kRecompute(weights_, {length, symbols, frames.first(length * input_width())}, known_label(label));
  }

 private:
  class NetworkStream final : public Stream {
   public:
    explicit NetworkStream(std::shared_ptr<const NetworkModel> model)
        : model_(std::move(model)),
          arena_(model_->state_floats_),
          frame_(arena_.take(model_->frame_values())),
          state_(model_->weights_, arena_, 1) {}
    std::span<const float> step(std::uint16_t symbol) noexcept override {
      const std::size_t known = model_->known_symbol(symbol);
      if (model_->spec_.reads_frames()) {
        std::fill_n(frame_, model_->input_width(), 0.0F);
        frame_[known] = 1.0F;
      }
      return step(Input{known, frame_});
    }
    std::span<const float> step(std::span<const float> frame) noexcept override {
      frame = frame.first(std::min(frame.size(), model_->input_width()));
      if (!model_->spec_.reads_frames()) return step(greatest(frame));
      std::fill_n(frame_, model_->input_width(), 0.0F);
      std::copy_n(frame.data(), frame.size(), frame_);
      return step(Input{0, frame_});
    }
    void reset() noexcept override { state_.reset(model_->weights_); }
    void set_label(int label) noexcept override { label_ = model_->known_label(label); }
    bool save(Snapshot& to) const noexcept override { return model_->save(state_, 0, label_, to); }
    bool restore(const Snapshot& from) noexcept override { return model_->restore(state_, 0, label_, from); }

   private:
    std::span<const float> step(const Input& input) noexcept {
      const float* const output = state_.step(model_->weights_, &input, &label_);
      model_->kernels_.finish();
      return {output, model_->width()};
    }

    std::shared_ptr<const NetworkModel> model_;
    Arena arena_;
    float* frame_;
    State state_;
    std::size_t label_ = 0;
  };

  class NetworkBatch final : public Batch {
   public:
    NetworkBatch(std::shared_ptr<const NetworkModel> model, std::size_t streams)
        : model_(std::move(model)),
          arena_(measure([&](Arena& arena) {
            take_own(arena, streams);
            State(model_->weights_, arena, streams);
          })),
          streams_(take_own(arena_, streams)),
          state_(model_->weights_, arena_, streams) {}

    int streams() const noexcept override { return static_cast<int>(streams_); }
    std::span<const float> step(std::span<const std::uint16_t> symbols) noexcept override {
      for (std::size_t i = 0; i < streams_; ++i) {
        inputs_[i].symbol = i < symbols.size() ? model_->known_symbol(symbols[i]) : 0;
        if (!model_->spec_.reads_frames()) continue;
        std::fill_n(frame(i), model_->input_width(), 0.0F);
        frame(i)[inputs_[i].symbol] = 1.0F;
      }
      return step();
    }
    std::span<const float> step(std::span<const float> frames) noexcept override {
      const std::size_t width = model_->input_width();
      for (std::size_t i = 0; i < streams_; ++i) {
        const auto own = frames.subspan(std::min(i * width, frames.size()));
        const auto given = own.first(std::min(own.size(), width));
        if (model_->spec_.reads_frames()) {
          std::fill_n(frame(i), width, 0.0F);
          std::copy_n(given.data(), given.size(), frame(i));
        } else {
          inputs_[i].symbol = greatest(given);
        }
      }
      return step();
    }
    void reset() noexcept override { state_.reset(model_->weights_); }
    void reset(int stream) noexcept override {
      if (has(stream)) state_.reset(model_->weights_, static_cast<std::size_t>(stream));
    }
    void set_label(int stream, int label) noexcept override {
      if (has(stream)) labels_[stream] = model_->known_label(label);
    }
    bool save(int stream, Snapshot& to) const noexcept override {
      return has(stream) && model_->save(state_, static_cast<std::size_t>(stream), labels_[stream], to);
    }
    bool restore(int stream, const Snapshot& from) noexcept override {
      return has(stream) && model_->restore(state_, static_cast<std::size_t>(stream), labels_[stream], from);
    }
    void fork(int from, int to) noexcept override {
      if (!has(from) || !has(to) || from == to) return;
      state_.each_part(model_->weights_, static_cast<std::size_t>(from), static_cast<std::size_t>(to),
                       [](void* base, std::size_t at_from, std::size_t at_to, std::size_t bytes) {
                         auto* const state = static_cast<std::byte*>(base);
                         std::memcpy(state + at_to, state + at_from, bytes);
                       });
      state_.resume(model_->weights_, static_cast<std::size_t>(to));
      model_->kernels_.finish();
      labels_[to] = labels_[from];
    }
    void remove(int stream) noexcept override {
      if (!has(stream)) return;
      state_.remove(model_->weights_, static_cast<std::size_t>(stream));
      std::copy(labels_ + stream + 1, labels_ + streams_, labels_ + stream);
      --streams_;
    }

   private:
    std::size_t take_own(Arena& arena, std::size_t streams) {
      inputs_ = arena.take_objects<Input>(streams);
      labels_ = arena.take_objects<std::size_t>(streams);
      if (model_->spec_.reads_frames()) frames_ = arena.take(streams * padded(model_->input_width()));
      return streams;
    }
    bool has(int stream) const noexcept { return stream >= 0 && stream < streams(); }
    float* frame(std::size_t i) noexcept { return frames_ + i * padded(model_->input_width()); }
    std::span<const float> step() noexcept {
      const std::size_t width = model_->width();
      for (std::size_t i = 0; frames_ != nullptr && i < streams_; ++i) inputs_[i].frame = frame(i);
      if (streams_ == 0) return {};
      float* const logits = state_.step(model_->weights_, inputs_, labels_);
      model_->kernels_.finish();
      for (std::size_t i = 1; width != padded(width) && i < streams_; ++i)
        std::copy(logits + i * padded(width), logits + i * padded(width) + width, logits + i * width);
      return {logits, streams_ * width};
    }

    std::shared_ptr<const NetworkModel> model_;
    Arena arena_;
    Input* inputs_ = nullptr;
    std::size_t* labels_ = nullptr;
    float* frames_ = nullptr;
    std::size_t streams_;
    State state_;
  };

  bool save(const State& state, std::size_t stream, std::size_t label, Snapshot& to) const noexcept {
    if (!made(to)) return false;
    label_of(to) = label;
    std::byte* kept = state_of(to);
    state.each_part(weights_, stream, stream, [&](const void* base, std::size_t at, std::size_t, std::size_t bytes) {
      std::memcpy(kept, static_cast<const std::byte*>(base) + at, bytes);
      kept += bytes;
    });
    return true;
  }
  bool restore(State& state, std::size_t stream, std::size_t& label, const Snapshot& from) const noexcept {
    if (!made(from)) return false;
    label = label_of(from);
    const std::byte* kept = state_of(from);
    state.each_part(weights_, stream, stream, [&](void* base, std::size_t at, std::size_t, std::size_t bytes) {
      std::memcpy(static_cast<std::byte*>(base) + at, kept, bytes);
      kept += bytes;
    });
    state.resume(weights_, stream);
    kernels_.finish();
    return true;
  }

  template <class Build>
  static std::size_t measure(const Build& build, PackingFormat packing = {}) {
    Arena arena(packing);
    build(arena);
    return arena.used();
  }
  /// Of `floats` values beside `known`, which are as many as the file has.
  void check_memory(const char* what, std::size_t floats, std::size_t known) const {
    if (floats <= options_.memory / sizeof(float) + known) return;
    const auto megabytes = [](std::size_t bytes) { return std::to_string(bytes >> 20U) + " MB"; };
    throw Error({.message = "the model asks for " + megabytes(floats * sizeof(float)) + " for " + what + "; " +
                            megabytes(options_.memory) + " are allowed",
                 .hint = "A model from somebody else may be made to use up the machine.",
                 .code = ErrorCode::kUnsupported,
                 .remedy = Remedy::kAllowMemory});
  }
  std::size_t checked_weights(std::size_t floats, const weights::ModelFile& file) const {
    check_memory("its weights", floats, kCopies * static_cast<std::size_t>(file.parameter_count()));
    return floats;
  }
  PackingFormat packing() const noexcept { return {precision(), instruction_set(), threads()}; }
  std::size_t width() const noexcept { return static_cast<std::size_t>(spec_.vocabulary_size); }
  std::size_t input_width() const noexcept { return static_cast<std::size_t>(spec_.input_size()); }
  std::size_t frame_values() const noexcept { return spec_.reads_frames() ? input_width() : 0; }
  static std::uint16_t greatest(std::span<const float> frame) noexcept {
    return frame.empty() ? std::uint16_t{0}
                         : static_cast<std::uint16_t>(std::max_element(frame.begin(), frame.end()) - frame.begin());
  }
  std::size_t known_symbol(std::uint16_t symbol) const noexcept {
    return symbol < spec_.input_size() ? symbol : std::size_t{0};
  }
  std::size_t known_label(int label) const noexcept {
    return label > 0 && label < spec_.labels ? static_cast<std::size_t>(label) : 0;
  }

  static constexpr std::size_t kCopies = 4;  ///< of a weight, with padding

  const Kernels& kernels_ = kernels_of(instruction_set());
  Arena arena_;
  Weights weights_;
  std::size_t state_floats_ = 0;
  std::size_t snapshot_bytes_ = 0;
};

}  // namespace continuo::engine
