// The paper's two networks together: the skip sum of a WaveNet feeds LSTM layers, and both feed the head, so that local
// patterns and long memory learn together.
#pragma once

#include "continuo/nets/network.h"

namespace continuo::nets {

/// The spec must hold weights::WaveNetLstmSpec.
class WaveNetLstmImpl : public NetworkImpl {
 public:
  explicit WaveNetLstmImpl(const weights::NetworkSpec& spec);
  torch::Tensor forward(const torch::Tensor& symbols, const torch::Tensor& labels = {}, State* state = nullptr,
                        std::int64_t first = 0) override;
};
TORCH_MODULE(WaveNetLstm);

}  // namespace continuo::nets
