// Input features of earlier passages: rows of tables added to the embedding, and a weight on a logit.
#pragma once

#include <algorithm>
#include <array>

#include "continuo/weights/match_model.h"
#include "engine/arena.h"
#include "engine/embedding.h"
#include "engine/kernels.h"

namespace continuo::engine {

struct MatchTables {
  MatchTables(const weights::ModelFile& file, Arena& arena) : shortest(file.network().match()) {
    if (shortest == 0) return;
    embedding = pack_values(arena, file, "match.embedding.weight");
    length = pack_values(arena, file, "match.length.weight");
    copy = pack_values(arena, file, "match.copy");
  }

  /// Adds to the embedding [channels] of a step.
  void add_to(float* input, std::size_t channels, weights::Match match) const noexcept {
    add(channels, length + match.length * channels, input);
    if (match.length > 0) add(channels, embedding + match.symbol * channels, input);
  }

  int shortest;                      ///< 0: none are read
  const float* embedding = nullptr;  ///< [vocabulary, channels]
  const float* length = nullptr;     ///< [kMatchLengths, channels]
  const float* copy = nullptr;       ///< [kMatchLengths], added to the logit of the symbol that would follow
};

/// Of sequences in lock step.
class MatchState {
 public:
  MatchState(const MatchTables& tables, Arena& arena, std::size_t streams) : streams_(streams) {
    if (tables.shortest == 0) return;
    memories_ = arena.take_objects<Memory>(streams);
    found_ = arena.take_objects<weights::Match>(streams);
  }

  /// Takes one more symbol of each and adds to the embeddings [streams, padded(channels)].
  void step(const MatchTables& tables, const Input* inputs, float* x, std::size_t channels) noexcept {
    for (std::size_t i = 0; tables.shortest > 0 && i < streams_; ++i, x += padded(channels)) {
      found_[i] = weights::MatchModel(memories_[i], tables.shortest).step(static_cast<std::uint16_t>(inputs[i].symbol));
      tables.add_to(x, channels, found_[i]);
    }
  }
  /// Adds to the logits [streams, stride] of the symbols that would follow.
  void weigh(const MatchTables& tables, float* logits, std::size_t stride) const noexcept {
    for (std::size_t i = 0; tables.shortest > 0 && i < streams_; ++i, logits += stride)
      if (found_[i].length > 0) logits[found_[i].symbol] += tables.copy[found_[i].length];
  }
  void reset() noexcept {
    for (std::size_t i = 0; i < streams_; ++i) reset(i);
  }
  void reset(std::size_t stream) noexcept {
    if (memories_ != nullptr) memories_[stream].fill(0);
  }
  void remove(std::size_t stream) noexcept {
    if (memories_ != nullptr) std::copy(memories_ + stream + 1, memories_ + streams_, memories_ + stream);
    --streams_;
  }
  template <class F>
  void each_part(const MatchTables& tables, std::size_t a, std::size_t b, const F& f) const noexcept {
    if (tables.shortest > 0) each_column(memories_, 1, streams_, 1, a, b, f);
  }

 private:
  using Memory = std::array<std::int32_t, weights::MatchModel::kMemory>;
  std::size_t streams_;
  Memory* memories_ = nullptr;
  weights::Match* found_ = nullptr;  ///< of the present step
};

}  // namespace continuo::engine
