// What all networks of the engine have in common, and the functions that make each of them.
#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "continuo/engine/engine.h"
#include "engine/arena.h"

namespace continuo::engine {

std::shared_ptr<const Model> create_wavenet(const weights::ModelFile& file);
std::shared_ptr<const Model> create_lstm(const weights::ModelFile& file);
std::shared_ptr<const Model> create_wavenet_lstm(const weights::ModelFile& file);

/// A Model from its three parts.
///   Weights(file, arena)        packs the tensors
///   State(weights, arena)       one sequence; step(weights, symbol, label) and reset(), both noexcept
///   kRecompute                  std::vector<float>(const Weights&, symbols, label)
/// Symbols and labels that reach them are within range.
template <class Weights, class State, auto kRecompute>
class NetworkModel final : public Model {
 public:
  explicit NetworkModel(const weights::ModelFile& file)
      : Model(file.network()), arena_(measure([&](Arena& arena) { Weights(file, arena); })), weights_(file, arena_) {
    state_floats_ = measure([&](Arena& arena) { State(weights_, arena); });
  }

  std::unique_ptr<Stream> new_stream() const override {
    return std::make_unique<NetworkStream>(std::static_pointer_cast<const NetworkModel>(shared_from_this()));
  }

  std::size_t stream_bytes() const noexcept override { return sizeof(NetworkStream) + state_floats_ * sizeof(float); }

  std::vector<float> recompute(std::span<const std::uint16_t> symbols, int label) const override {
    std::vector<std::uint16_t> known(symbols.begin(), symbols.end());
    for (std::uint16_t& symbol : known) symbol = static_cast<std::uint16_t>(known_symbol(symbol));
    return kRecompute(weights_, known, known_label(label));
  }

 private:
  class NetworkStream final : public Stream {
   public:
    explicit NetworkStream(std::shared_ptr<const NetworkModel> model)
        : model_(std::move(model)), arena_(model_->state_floats_), state_(model_->weights_, arena_) {}
    std::span<const float> step(std::uint16_t symbol) noexcept override {
      return state_.step(model_->weights_, model_->known_symbol(symbol), label_);
    }
    void reset() noexcept override { state_.reset(); }
    void set_label(int label) noexcept override { label_ = model_->known_label(label); }

   private:
    std::shared_ptr<const NetworkModel> model_;
    Arena arena_;
    State state_;
    std::size_t label_ = 0;
  };

  template <class Build>
  static std::size_t measure(const Build& build) {
    Arena arena;
    build(arena);
    return arena.used();
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
