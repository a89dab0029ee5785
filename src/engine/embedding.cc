// Look-ups and products of embedding.h.
#include "engine/embedding.h"

#include <algorithm>

namespace continuo::engine {

Embedding::Embedding(const weights::ModelFile& file, Arena& arena) : frames(file.network().reads_frames()) {
  const weights::Tensor& weight = file.tensor("embedding.weight");
  const bool convolves = weight.shape.size() == 3;
  taps = convolves ? static_cast<std::size_t>(weight.shape[0]) : 1;
  vocabulary = static_cast<std::size_t>(weight.shape[convolves ? 1 : 0]);
  channels = static_cast<std::size_t>(weight.shape.back());
  if (!frames) {
    table = pack_values(arena, file, "embedding.weight");
    if (convolves) bias = pack_values(arena, file, "embedding.bias");
    return;
  }
  const std::span<const float> biases = convolves ? file.tensor("embedding.bias").values : std::span<const float>();
  // Model files keep embeddings in bfloat16 at the least: a row of theirs is a column here.
  const Form form = arena.form;
  if (form.precision == Precision::kInt8) arena.form.precision = Precision::kBf16;
  product = pack_affine(
      arena, channels, taps * vocabulary,
      [&](std::size_t row, std::size_t column) { return weight.values[column * channels + row]; },
      [&](std::size_t row) { return convolves ? biases[row] : 0.0F; });
  arena.form = form;
}

EmbeddingState::EmbeddingState(const Embedding& embedding, Arena& arena)
    : frame_values_(embedding.frames ? embedding.taps * embedding.vocabulary : 0) {
  if (frame_values_ > 0) frames_ = arena.take(frame_values_);
}

void EmbeddingState::reset() noexcept {
  if (frame_values_ > 0) std::fill_n(frames_, frame_values_, 0.0F);
  time_ = 0;
}

void EmbeddingState::step(const Embedding& embedding, const Input& input, float* output) noexcept {
  if (embedding.frames) {
    const std::size_t past = frame_values_ - embedding.vocabulary;
    std::copy_n(frames_ + embedding.vocabulary, past, frames_);
    std::copy_n(input.frame, embedding.vocabulary, frames_ + past);
    assign(embedding.product, frames_, output);
    return;
  }
  symbols_[time_ % symbols_.size()] = static_cast<std::uint16_t>(input.symbol);
  if (embedding.bias != nullptr)
    std::copy_n(embedding.bias, embedding.channels, output);
  else
    std::fill_n(output, embedding.channels, 0.0F);
  for (std::size_t tap = 0; tap < embedding.taps; ++tap) {
    const std::size_t age = embedding.taps - 1 - tap;
    if (age > time_) continue;
    const std::size_t row = tap * embedding.vocabulary + symbols_[(time_ - age) % symbols_.size()];
    add(embedding.channels, embedding.table + row * embedding.channels, output);
  }
  ++time_;
}

}  // namespace continuo::engine
