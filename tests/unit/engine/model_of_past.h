// A model whose logits are a function of all symbols so far, as a test writes it down.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "continuo/engine/engine.h"

namespace continuo::engine {

class ModelOfPast : public Model {
 public:
  /// Fills the logits, which hold those of the step before, for what comes after `past`.
  using Logits = std::function<void(std::span<const std::uint16_t> past, std::span<float> logits)>;

  ModelOfPast(std::size_t vocabulary, Logits logits)
      : Model({.vocabulary_size = static_cast<int>(vocabulary), .network = weights::LstmSpec{}}, {}),
        logits_(std::move(logits)) {}

  std::unique_ptr<Stream> new_stream() const override { return std::make_unique<Past>(*this); }
  std::unique_ptr<Batch> new_batch(int) const override { return nullptr; }
  std::size_t stream_bytes() const noexcept override { return 0; }
  std::size_t snapshot_bytes() const noexcept override { return 0; }
  std::size_t weight_bytes() const noexcept override { return 0; }
  std::vector<float> recompute(std::span<const std::uint16_t>, int) const override { return {}; }
  std::vector<float> recompute(std::span<const float>, int) const override { return {}; }

 private:
  class Past : public Stream {
   public:
    explicit Past(const ModelOfPast& model)
        : model_(model), logits_(static_cast<std::size_t>(model.vocabulary_size())) {}
    std::span<const float> step(std::uint16_t symbol) noexcept override {
      past_.push_back(symbol);
      model_.logits_(past_, logits_);
      return logits_;
    }
    std::span<const float> step(std::span<const float>) noexcept override { return logits_; }
    void reset() noexcept override { past_.clear(); }
    void set_label(int) noexcept override {}
    bool save(Snapshot&) const noexcept override { return false; }  // pieces are heard again
    bool restore(const Snapshot&) noexcept override { return false; }

   private:
    const ModelOfPast& model_;
    std::vector<std::uint16_t> past_;
    std::vector<float> logits_;
  };

  Logits logits_;
};

}  // namespace continuo::engine
