// Network feed: what one piece's network hears, what it answers, and how it goes back.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "continuo/generation/compose.h"
#include "generation/checkpoints.h"
#include "generation/frame_adapter.h"
#include "generation/lock_step.h"

namespace continuo::generation {

/// A queue of symbols before the network, and its latest output behind it. A copy goes on by itself, with a network of
/// its own in the same state.
class NetworkFeed {
 public:
  NetworkFeed(const LoadedModel& composer, std::size_t checkpoint_bytes);
  NetworkFeed(const NetworkFeed& other);
  NetworkFeed& operator=(const NetworkFeed&) = delete;

  /// The network is to hear it, after all others.
  void push(representation::Symbol symbol) { queue_.push_back(symbol); }
  bool empty() const noexcept { return at_ == queue_.size(); }
  /// Takes the next symbol of the queue. Whether the network has to step for it; otherwise logits() have changed
  /// already.
  bool take(Feed& feed);
  /// What the network answered, valid until its next step.
  void hear(std::span<const float> output);
  std::span<const float> output() const noexcept { return output_; }
  std::span<const float> logits() const noexcept { return logits_; }  ///< of the next symbol

  /// Keeps the network's state after the piece's first `symbols`, where `cursor` stands and the queue is empty.
  void keep(std::size_t symbols, const representation::Cursor& cursor, const PieceNetwork& network);
  /// Back to the latest checkpoint after at most `symbols`; null when there is none, or none that saves a step. The
  /// queue is empty.
  const Checkpoint* restore(std::size_t symbols, const PieceNetwork& network);
  /// The network forgets everything and is to hear `symbols`, or as many of their end as it can remember.
  void begin_anew(const std::vector<representation::Symbol>& symbols, const PieceNetwork& network);

 private:
  /// Goes on from `output`, which it copies.
  void answer(std::span<const float> output);

  std::size_t remembered_;               ///< symbols on which the network's output depends; 0: all
  std::optional<FrameAdapter> adapter_;  ///< of networks over frames of keys
  std::vector<representation::Symbol> queue_;
  std::size_t at_ = 0;  ///< in the queue
  std::span<const float> output_, logits_;
  std::vector<float> kept_output_;
  Checkpoints checkpoints_;
};

}  // namespace continuo::generation
