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
  const PackingFormat packing = arena.packing;
  if (packing.precision == Precision::kInt8) arena.packing.precision = Precision::kBf16;
  product = pack_affine(
      arena, channels, taps * vocabulary,
      [&](std::size_t row, std::size_t column) { return weight.values[column * channels + row]; },
      [&](std::size_t row) { return convolves ? biases[row] : 0.0F; });
  arena.packing = packing;
}

EmbeddingState::EmbeddingState(const Embedding& embedding, Arena& arena, std::size_t streams) : streams_(streams) {
  if (!embedding.frames) {
    past_ = arena.take_objects<Past>(streams);
    return;
  }
  frame_size_ = padded(embedding.taps * embedding.vocabulary);
  frames_ = arena.take(streams * frame_size_);
  prepared_ = arena.take(streams * prepared_size(embedding.product.precision, embedding.product.columns));
}

void EmbeddingState::reset() noexcept {
  for (std::size_t i = 0; i < streams_; ++i) reset(i);
}

void EmbeddingState::reset(std::size_t stream) noexcept {
  if (past_ != nullptr)
    past_[stream] = {};
  else
    std::fill_n(frames_ + stream * frame_size_, frame_size_, 0.0F);
}

void EmbeddingState::remove(std::size_t stream) noexcept {
  if (past_ != nullptr)
    std::copy(past_ + stream + 1, past_ + streams_, past_ + stream);
  else
    remove_column(frames_, 1, streams_, frame_size_, stream);
  --streams_;
}

void EmbeddingState::look_up(const Embedding& embedding, Past& past, std::size_t symbol, float* output) noexcept {
  past.symbols[past.time % past.symbols.size()] = static_cast<std::uint16_t>(symbol);
  if (embedding.bias != nullptr)
    std::copy_n(embedding.bias, embedding.channels, output);
  else
    std::fill_n(output, embedding.channels, 0.0F);
  for (std::size_t tap = 0; tap < embedding.taps; ++tap) {
    const std::size_t age = embedding.taps - 1 - tap;
    if (age > past.time) continue;
    const std::size_t row = tap * embedding.vocabulary + past.symbols[(past.time - age) % past.symbols.size()];
    add(embedding.channels, embedding.table + row * embedding.channels, output);
  }
  ++past.time;
}

void EmbeddingState::step(const Embedding& embedding, const Input* inputs, float* output) noexcept {
  if (!embedding.frames) {
    for (std::size_t i = 0; i < streams_; ++i)
      look_up(embedding, past_[i], inputs[i].symbol, output + i * padded(embedding.channels));
    return;
  }
  const std::size_t past = (embedding.taps - 1) * embedding.vocabulary;
  for (std::size_t i = 0; i < streams_; ++i) {
    float* const frames = frames_ + i * frame_size_;
    std::copy_n(frames + embedding.vocabulary, past, frames);
    std::copy_n(inputs[i].frame, embedding.vocabulary, frames + past);
  }
  assign(embedding.product, streams_, frames_, frame_size_, output, prepared_);
}

}  // namespace continuo::engine
