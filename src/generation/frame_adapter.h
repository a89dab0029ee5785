// Frame adapter: between a piece that is written symbol by symbol and a network that reads frames of keys.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "continuo/representation/frames.h"

namespace continuo::generation {

/// Independent keys are a chain, too: with p the probability of each key, the next symbol of a frame is key k above the
/// highest so far with the probability p(k) times that none between is down, EndOfFrame with that of no key more. Such
/// a network hears one frame a step, and first of all a silent one, where the symbols have Start.
class FrameAdapter {
 public:
  /// Both are kept. The networks that `head` needs are described by FrameInputs.
  FrameAdapter(const representation::FrameCode& code, representation::FrameHead head);

  void restart();
  /// Takes one symbol more. Whether the network has to read frame() for it; otherwise logits() have changed already.
  bool take(representation::Symbol symbol);
  std::span<const float> frame() const noexcept { return frame_; }
  /// What the network answered, valid until its next step.
  void consume_output(std::span<const float> output);
  /// Goes on from a copy of itself, whose network had answered `output`: as consume_output(), but nothing is written
  /// anew.
  void resume(std::span<const float> output) noexcept { output_ = output; }
  /// Of the next symbol.
  std::span<const float> logits() const noexcept {
    return head_ == representation::FrameHead::kChain ? output_ : chain_;
  }

 private:
  void write_chain();

  const representation::FrameCode& code_;
  representation::FrameHead head_;
  std::optional<representation::FrameInputs> inputs_;
  std::span<const float> frame_, output_;
  representation::KeySet so_far_;  ///< kKeys: the keys of the frame that is not complete
  int highest_ = -1;               ///< of them
  std::vector<float> chain_;
};

}  // namespace continuo::generation
