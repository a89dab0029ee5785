// Stacked LSTM over an embedding of the symbols (Hochreiter and Schmidhuber 1997, with forget gates).
#pragma once

#include "continuo/nets/network.h"

namespace continuo::nets {

/// The spec must hold weights::LstmSpec.
class LstmImpl : public NetworkImpl {
 public:
  explicit LstmImpl(const weights::NetworkSpec& spec);
  torch::Tensor forward(const torch::Tensor& symbols, const torch::Tensor& labels = {}, State* state = nullptr,
                        std::int64_t first = 0) override;
};
TORCH_MODULE(Lstm);

}  // namespace continuo::nets
