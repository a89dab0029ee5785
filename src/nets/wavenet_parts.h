// What `wavenet` and `wavenet-lstm` share: from symbols to the skip sum.
#pragma once

#include "nets/layers.h"

namespace continuo::nets {

/// relu(skip sum) [time - first, batch, S] of `symbols` [batch, time] or frames. `state` (may be null) holds the past
/// of these and the tails of the layers, 1 + layers tensors from `state->tensors[0]` on; it is replaced.
torch::Tensor skip_sum(const weights::WaveNetSpec& spec, const ParameterFinder& find, const torch::Tensor& symbols,
                       const torch::Tensor& labels, State* state, std::int64_t first, bool training);

}  // namespace continuo::nets
