// What a match model (weights/match_model.h) says of whole sequences, and how a network hears of it.
#pragma once

#include "nets/layers.h"

namespace continuo::nets {

/// What a match model says at each step; all undefined where the network has none.
struct Matches {
  torch::Tensor symbols, lengths;  ///< int64 [time, batch]
  torch::Tensor memory;            ///< int32 [1, batch, MatchModel::kMemory], for what follows
};

/// `symbols` [time, batch]; `memory` undefined where the sequences begin here, and of kNoSymbol for those of them that
/// do.
Matches find_matches(const torch::Tensor& symbols, const torch::Tensor& memory, int shortest);

/// What is added to the embedding [time, batch, channels]: rows of "match.length.weight" and "match.embedding.weight".
torch::Tensor embed_matches(const Matches& matches, const ParameterFinder& find);

/// Logits [batch, time - first, V] with values of "match.copy" added to those of the symbols that would follow; as they
/// are without matches.
torch::Tensor add_copy_bias(const torch::Tensor& logits, const Matches& matches, const ParameterFinder& find,
                            std::int64_t first);

}  // namespace continuo::nets
