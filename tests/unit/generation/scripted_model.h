// A network whose logits a test writes down.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "continuo/engine/engine.h"

namespace continuo::generation {

/// Logits that do not depend on the past; remembers what it was fed.
class ScriptedModel : public engine::Model {
 public:
  explicit ScriptedModel(std::vector<float> logits, int receptive_kernel = 2)
      : Model({.vocabulary_size = static_cast<int>(logits.size()),
               .network =
                   weights::WaveNetSpec{.input_kernel_size = receptive_kernel, .stacks = 1, .dilations = {1, 2, 4}}},
              {}),
        logits_(std::move(logits)) {}

  std::unique_ptr<engine::Stream> new_stream() const override { return std::make_unique<ScriptedStream>(*this); }
  std::unique_ptr<engine::Batch> new_batch(int) const override { return nullptr; }
  std::size_t stream_bytes() const noexcept override { return 0; }
  std::size_t snapshot_bytes() const noexcept override { return 0; }
  std::size_t weight_bytes() const noexcept override { return 0; }
  std::vector<float> recompute(std::span<const std::uint16_t>, int) const override { return {}; }
  std::vector<float> recompute(std::span<const float>, int) const override { return {}; }

  mutable std::vector<std::uint16_t> fed;
  mutable int label = -1;

 private:
  class ScriptedStream : public engine::Stream {
   public:
    explicit ScriptedStream(const ScriptedModel& model) : model_(model) { model_.fed.clear(); }
    std::span<const float> step(std::uint16_t symbol) noexcept override {
      model_.fed.push_back(symbol);
      return model_.logits_;
    }
    std::span<const float> step(std::span<const float> frame) noexcept override {
      return step(static_cast<std::uint16_t>(std::max_element(frame.begin(), frame.end()) - frame.begin()));
    }
    void reset() noexcept override {}
    void set_label(int label) noexcept override { model_.label = label; }
    bool save(engine::Snapshot&) const noexcept override { return false; }  // pieces are heard again
    bool restore(const engine::Snapshot&) noexcept override { return false; }

   private:
    const ScriptedModel& model_;
  };

  std::vector<float> logits_;
};

}  // namespace continuo::generation
