// Symbols one by one; frames when they are complete.
#include "generation/network_feed.h"

#include <algorithm>

namespace continuo::generation {

NetworkFeed::NetworkFeed(const LoadedModel& composer, std::size_t checkpoint_bytes)
    : remembered_(static_cast<std::size_t>(composer.model->spec().receptive_field())),
      checkpoints_(*composer.model, checkpoint_bytes) {
  if (composer.frames == nullptr) return;
  adapter_.emplace(*composer.frames, composer.frame_head());
  remembered_ = 0;  // what an adapter gives of the past goes back to the beginning
}

NetworkFeed::NetworkFeed(const NetworkFeed& other)
    : remembered_(other.remembered_), queue_(other.queue_), at_(other.at_), checkpoints_(other.checkpoints_) {
  if (other.adapter_) adapter_.emplace(*other.adapter_);
  answer(other.output_);
}

void NetworkFeed::answer(std::span<const float> output) {
  kept_output_.assign(output.begin(), output.end());
  output_ = kept_output_;
  if (adapter_) adapter_->resume(output_);
  logits_ = adapter_ ? adapter_->logits() : output_;
}

bool NetworkFeed::take(Feed& feed) {
  feed.symbol = queue_[at_++];
  if (at_ == queue_.size()) {
    queue_.clear();
    at_ = 0;
  }
  if (!adapter_) return true;
  if (adapter_->take(feed.symbol)) {
    feed.frame = adapter_->frame();
    return true;
  }
  logits_ = adapter_->logits();
  return false;
}

void NetworkFeed::hear(std::span<const float> output) {
  output_ = output;
  if (adapter_) adapter_->consume_output(output);
  logits_ = adapter_ ? adapter_->logits() : output;
}

void NetworkFeed::keep(std::size_t symbols, const representation::Cursor& cursor, const PieceNetwork& network) {
  if (checkpoints_.has(symbols)) return;
  Checkpoint* const checkpoint = checkpoints_.add(symbols);
  if (checkpoint == nullptr) return;
  if (!network.save(*checkpoint->network)) {
    checkpoints_.drop_latest();
    return;
  }
  checkpoint->output.assign(output_.begin(), output_.end());
  checkpoint->cursor = cursor.clone();
  if (adapter_) checkpoint->adapter = std::make_shared<FrameAdapter>(*adapter_);
}

const Checkpoint* NetworkFeed::restore(std::size_t symbols, const PieceNetwork& network) {
  queue_.clear();
  at_ = 0;
  const Checkpoint* const checkpoint = checkpoints_.back_to(symbols);
  if (checkpoint == nullptr) return nullptr;
  if (remembered_ > 0 && symbols - checkpoint->symbols > remembered_) return nullptr;  // beginning anew is less to hear
  if (!network.restore(*checkpoint->network)) return nullptr;
  if (adapter_) adapter_.emplace(*checkpoint->adapter);
  answer(checkpoint->output);
  return checkpoint;
}

void NetworkFeed::begin_anew(const std::vector<representation::Symbol>& symbols, const PieceNetwork& network) {
  network.restart();
  if (adapter_) adapter_->restart();
  const std::size_t from = remembered_ > 0 && symbols.size() > remembered_ ? symbols.size() - remembered_ : 0;
  queue_.assign(symbols.begin() + static_cast<std::ptrdiff_t>(from), symbols.end());
  at_ = 0;
}

}  // namespace continuo::generation
