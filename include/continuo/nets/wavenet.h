// WaveNet: causal dilated convolutions with gated activations (van den Oord et al. 2016, arXiv 1609.03499, section 2).
#pragma once

#include "continuo/nets/network.h"

namespace continuo::nets {

/// The spec must hold weights::WaveNetSpec.
class WaveNetImpl : public NetworkImpl {
 public:
  explicit WaveNetImpl(const weights::NetworkSpec& spec);
  torch::Tensor forward(const torch::Tensor& symbols, const torch::Tensor& labels = {}, State* state = nullptr,
                        std::int64_t first = 0) override;
};
TORCH_MODULE(WaveNet);

}  // namespace continuo::nets
