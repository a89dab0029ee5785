// What `wavenet` and `wavenet-lstm` share: from symbols to the skip sum, and from there to the logits.
#pragma once

#include "nets/layers.h"
#include "nets/match.h"

namespace continuo::nets {

struct Skips {
  torch::Tensor sum;  ///< relu(skip sum) [time - first, batch, S]
  Matches matches;    ///< of all positions, where the network reads any
};

/// Of `symbols` [batch, time] or frames. `state` (may be null) holds the past of these, the tails of the layers and the
/// memory of a match model: 1 + layers tensors, one more with that; it is replaced.
Skips skip_sum(const weights::WaveNetSpec& spec, const ParameterFinder& find, const torch::Tensor& symbols,
               const torch::Tensor& labels, State* state, std::int64_t first, bool training);

/// Logits [batch, time - first, V] from `x` [time - first, batch, inputs of the head].
torch::Tensor wavenet_head(const torch::Tensor& x, const Matches& matches, const ParameterFinder& find,
                           std::int64_t first);

}  // namespace continuo::nets
