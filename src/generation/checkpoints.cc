// The memory of checkpoints is used again.
#include "generation/checkpoints.h"

#include <algorithm>
#include <utility>

namespace continuo::generation {

Checkpoints::Checkpoints(const engine::Model& model, std::size_t bytes)
    : model_(&model),
      limit_(bytes / (model.snapshot_bytes() + static_cast<std::size_t>(model.vocabulary_size()) * sizeof(float))) {}

bool Checkpoints::has(std::size_t symbols) const noexcept {
  return std::any_of(checkpoints_.begin(), checkpoints_.end(),
                     [&](const Checkpoint& one) { return one.symbols == symbols; });
}

Checkpoint* Checkpoints::add(std::size_t symbols) {
  if (limit_ == 0) return nullptr;
  if (checkpoints_.size() == limit_) {
    spare_.push_back(std::move(checkpoints_.front().network));
    checkpoints_.erase(checkpoints_.begin());
  }
  Checkpoint& added = checkpoints_.emplace_back();
  added.symbols = symbols;
  // A copy of the piece may still need what both share.
  while (!spare_.empty() && added.network == nullptr) {
    if (spare_.back().use_count() == 1) added.network = std::move(spare_.back());
    spare_.pop_back();
  }
  if (added.network == nullptr) added.network = model_->new_snapshot();
  return &added;
}

const Checkpoint* Checkpoints::back_to(std::size_t symbols) {
  while (!checkpoints_.empty() && checkpoints_.back().symbols > symbols) {
    spare_.push_back(std::move(checkpoints_.back().network));
    checkpoints_.pop_back();
  }
  return checkpoints_.empty() ? nullptr : &checkpoints_.back();
}

}  // namespace continuo::generation
