// The networks once more, written down as their equations read, from torch's own convolutions and LSTM under automatic
// differentiation: what the fast versions are held against.
#pragma once

#include "continuo/nets/network.h"

namespace continuo::nets::testing {

/// Logits [batch, time, vocabulary] of `symbols`, with the parameters of `network`: from the beginning, or after what
/// `state` holds, as a constant. With `dropout` channels are dropped as in training, drawn from torch's generator in
/// the order of the network.
torch::Tensor reference_logits(const NetworkImpl& network, const torch::Tensor& symbols, const torch::Tensor& labels,
                               const State& state = {}, double dropout = 0);

}  // namespace continuo::nets::testing
