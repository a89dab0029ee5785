// Sums of logarithms of probabilities over the keys that are not down.
#include "generation/frame_adapter.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace continuo::generation {
namespace {

using representation::FrameHead;
using representation::kStart;
using representation::Symbol;

constexpr float kNever = -1e30F;  // finite: differences stay numbers

/// ln sigmoid(x), exact for large x of either sign.
double log_sigmoid(double x) { return std::min(x, 0.0) - std::log1p(std::exp(-std::abs(x))); }

}  // namespace

FrameAdapter::FrameAdapter(const representation::FrameCode& code, FrameHead head)
    : code_(code), head_(head), inputs_(std::in_place, code, head), chain_(code.vocabulary_size(), kNever) {}

void FrameAdapter::restart() {
  inputs_.emplace(code_, head_);
  so_far_.reset();
  highest_ = -1;
}

bool FrameAdapter::take(Symbol symbol) {
  if (head_ == FrameHead::kChain) {
    frame_ = inputs_->step(symbol);
    return true;
  }
  if (code_.is_key(symbol)) {
    so_far_.set(static_cast<std::size_t>(code_.key_of(symbol)));
    highest_ = std::max(highest_, code_.key_of(symbol));
    write_chain();
    return false;
  }
  if (symbol != kStart && symbol != code_.end_of_frame()) return false;
  frame_ = inputs_->step(so_far_);
  so_far_.reset();
  highest_ = -1;
  return true;
}

void FrameAdapter::consume_output(std::span<const float> output) {
  output_ = output;
  if (head_ == FrameHead::kKeys) write_chain();
}

void FrameAdapter::write_chain() {
  if (output_.empty()) return;  // nothing was predicted yet: keys of a random array come first
  double none = 0;              // ln of the probability that no key from the highest on is down, as far as we are
  for (int key = 0; key < code_.keys(); ++key) {
    float& logit = chain_[code_.symbol_of(key)];
    if (key <= highest_) {
      logit = kNever;
      continue;
    }
    const auto x = static_cast<double>(output_[static_cast<std::size_t>(key)]);
    logit = static_cast<float>(none + log_sigmoid(x));
    none += log_sigmoid(-x);
  }
  chain_[code_.end_of_frame()] = static_cast<float>(none);
}

}  // namespace continuo::generation
