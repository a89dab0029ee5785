// Stacked GRU over an embedding of the symbols (Cho et al. 2014, arXiv 1406.1078).
#pragma once

#include "continuo/nets/network.h"

namespace continuo::nets {

/// The spec must hold weights::GruSpec.
class GruImpl : public NetworkImpl {
 public:
  explicit GruImpl(const weights::NetworkSpec& spec);
  torch::Tensor forward(const torch::Tensor& symbols, const torch::Tensor& labels = {}, State* state = nullptr,
                        std::int64_t first = 0) override;
};
TORCH_MODULE(Gru);

}  // namespace continuo::nets
