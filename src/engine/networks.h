// What all networks of the engine have in common, and the functions that make each of them.
#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "continuo/base/error.h"
#include "continuo/engine/engine.h"
#include "engine/arena.h"
#include "engine/embedding.h"

namespace continuo::engine {

std::shared_ptr<const Model> create_wavenet(const weights::ModelFile& file, const Options& options);
std::shared_ptr<const Model> create_lstm(const weights::ModelFile& file, const Options& options);
std::shared_ptr<const Model> create_gru(const weights::ModelFile& file, const Options& options);
std::shared_ptr<const Model> create_wavenet_lstm(const weights::ModelFile& file, const Options& options);
std::shared_ptr<const Model> create_guide_cnn(const weights::ModelFile& file, const Options& options);
std::shared_ptr<const Model> create_markov(const weights::ModelFile& file, const Options& options);

/// A Model from its three parts.
///   Weights(file, arena)        packs the tensors
///   State(weights, arena)       one sequence; step(weights, input, label) and reset(), both noexcept
///   kRecompute                  std::vector<float>(const Weights&, const Inputs&, label)
/// Symbols, frames and labels that reach them are within range.
template <class Weights, class State, auto kRecompute>
class NetworkModel final : public Model {
 public:
  NetworkModel(const weights::ModelFile& file, const Options& options)
      : Model(file.network(), options),
        arena_(measure([&](Arena& arena) { Weights(file, arena); }, form()), form()),
        weights_(file, arena_) {
    state_floats_ = measure([&](Arena& arena) {
      arena.take(frame_values());
      State(weights_, arena);
    });
  }

  std::unique_ptr<Stream> new_stream() const override {
    return std::make_unique<NetworkStream>(std::static_pointer_cast<const NetworkModel>(shared_from_this()));
  }

  std::unique_ptr<Batch> new_batch(int streams) const override {
    if (streams < 1) throw Error("a batch needs at least one stream");
    return std::make_unique<NetworkBatch>(std::static_pointer_cast<const NetworkModel>(shared_from_this()), streams);
  }

  std::size_t weight_bytes() const noexcept override { return arena_.used() * sizeof(float); }
  std::size_t stream_bytes() const noexcept override { return sizeof(NetworkStream) + state_floats_ * sizeof(float); }

  std::vector<float> recompute(std::span<const std::uint16_t> symbols, int label) const override {
    std::vector<std::uint16_t> known(symbols.begin(), symbols.end());
    for (std::uint16_t& symbol : known) symbol = static_cast<std::uint16_t>(known_symbol(symbol));
    std::vector<float> frames;
    if (spec_.reads_frames()) {
      frames.assign(known.size() * width(), 0.0F);
      for (std::size_t t = 0; t < known.size(); ++t) frames[t * width() + known[t]] = 1.0F;
    }
    return kRecompute(weights_, {known.size(), known, frames}, known_label(label));
  }

  std::vector<float> recompute(std::span<const float> frames, int label) const override {
    const std::size_t length = frames.size() / width();
    std::vector<std::uint16_t> symbols(length);
    for (std::size_t t = 0; t < length; ++t) symbols[t] = greatest(frames.subspan(t * width(), width()));
    return kRecompute(weights_, {length, symbols, frames.first(length * width())}, known_label(label));
  }

 private:
  class NetworkStream final : public Stream {
   public:
    explicit NetworkStream(std::shared_ptr<const NetworkModel> model)
        : model_(std::move(model)),
          arena_(model_->state_floats_),
          frame_(arena_.take(model_->frame_values())),
          state_(model_->weights_, arena_) {}
    std::span<const float> step(std::uint16_t symbol) noexcept override {
      const std::size_t known = model_->known_symbol(symbol);
      if (model_->spec_.reads_frames()) {
        std::fill_n(frame_, model_->width(), 0.0F);
        frame_[known] = 1.0F;
      }
      return state_.step(model_->weights_, Input{known, frame_}, label_);
    }
    std::span<const float> step(std::span<const float> frame) noexcept override {
      frame = frame.first(std::min(frame.size(), model_->width()));
      if (!model_->spec_.reads_frames()) return step(greatest(frame));
      std::fill_n(frame_, model_->width(), 0.0F);
      std::copy_n(frame.data(), frame.size(), frame_);
      return state_.step(model_->weights_, Input{0, frame_}, label_);
    }
    void reset() noexcept override { state_.reset(); }
    void set_label(int label) noexcept override { label_ = model_->known_label(label); }

   private:
    std::shared_ptr<const NetworkModel> model_;
    Arena arena_;
    float* frame_;
    State state_;
    std::size_t label_ = 0;
  };

  /// States in lock step where the network has them (State::kLockStep), else one state a stream.
  class NetworkBatch final : public Batch {
   public:
    NetworkBatch(std::shared_ptr<const NetworkModel> model, int streams)
        : model_(std::move(model)),
          inputs_(static_cast<std::size_t>(streams)),
          labels_(inputs_.size()),
          logits_(inputs_.size() * model_->width()) {
      arena_ = Arena(measure([&](Arena& arena) { build(arena); }));
      build(arena_);
    }
    int streams() const noexcept override { return static_cast<int>(inputs_.size()); }
    std::span<const float> step(std::span<const std::uint16_t> symbols) noexcept override {
      for (std::size_t i = 0; i < inputs_.size(); ++i) {
        inputs_[i].symbol = i < symbols.size() ? model_->known_symbol(symbols[i]) : 0;
        if (!model_->spec_.reads_frames()) continue;
        float* const frame = frames_ + i * padded(model_->width());
        std::fill_n(frame, model_->width(), 0.0F);
        frame[inputs_[i].symbol] = 1.0F;
        inputs_[i].frame = frame;
      }
      if constexpr (kLockStep) {
        const float* logits = states_.front().step(model_->weights_, inputs_.data(), labels_.data());
        for (std::size_t i = 0; i < inputs_.size(); ++i, logits += padded(model_->width()))
          std::copy_n(logits, model_->width(), logits_.data() + i * model_->width());
      } else {
        for (std::size_t i = 0; i < inputs_.size(); ++i)
          std::ranges::copy(states_[i].step(model_->weights_, inputs_[i], labels_[i]),
                            logits_.data() + i * model_->width());
      }
      return logits_;
    }
    void reset() noexcept override {
      for (State& state : states_) state.reset();
    }
    void reset(int stream) noexcept override {
      if (stream < 0 || stream >= streams()) return;
      if constexpr (kLockStep)
        states_.front().reset(model_->weights_, static_cast<std::size_t>(stream));
      else
        states_[static_cast<std::size_t>(stream)].reset();
    }
    void set_label(int stream, int label) noexcept override {
      if (stream >= 0 && stream < streams()) labels_[static_cast<std::size_t>(stream)] = model_->known_label(label);
    }

   private:
    static constexpr bool kLockStep = requires { State::kLockStep; };
    void build(Arena& arena) {
      states_.clear();
      if (model_->spec_.reads_frames()) frames_ = arena.take(inputs_.size() * padded(model_->width()));
      if constexpr (kLockStep)
        states_.emplace_back(model_->weights_, arena, inputs_.size());
      else
        for (std::size_t i = 0; i < inputs_.size(); ++i) states_.emplace_back(model_->weights_, arena);
    }

    std::shared_ptr<const NetworkModel> model_;
    Arena arena_;
    std::vector<Input> inputs_;
    std::vector<std::size_t> labels_;
    std::vector<float> logits_;
    float* frames_ = nullptr;
    std::vector<State> states_;
  };

  template <class Build>
  static std::size_t measure(const Build& build, Form form = {}) {
    Arena arena(form);
    build(arena);
    return arena.used();
  }
  Form form() const noexcept { return {precision(), instruction_set()}; }
  std::size_t width() const noexcept { return static_cast<std::size_t>(spec_.vocabulary_size); }
  std::size_t frame_values() const noexcept { return spec_.reads_frames() ? width() : 0; }
  static std::uint16_t greatest(std::span<const float> frame) noexcept {
    return frame.empty() ? std::uint16_t{0}
                         : static_cast<std::uint16_t>(std::max_element(frame.begin(), frame.end()) - frame.begin());
  }
  std::size_t known_symbol(std::uint16_t symbol) const noexcept {
    return symbol < spec_.vocabulary_size ? symbol : std::size_t{0};
  }
  std::size_t known_label(int label) const noexcept {
    return label > 0 && label < spec_.labels ? static_cast<std::size_t>(label) : 0;
  }

  Arena arena_;
  Weights weights_;
  std::size_t state_floats_ = 0;
};

}  // namespace continuo::engine
