// The convolutional network of Pai's guide to WaveNets for music (2020): a window of symbols in, the next symbol out.
#pragma once

#include "continuo/nets/network.h"

namespace continuo::nets {

/// The spec must hold weights::GuideCnnSpec. Every position has a window of its own, which shares nothing with the next
/// one's: all positions of a sequence cost as many windows. It is made for many-to-one training.
class GuideCnnImpl : public NetworkImpl {
 public:
  explicit GuideCnnImpl(const weights::NetworkSpec& spec);
  torch::Tensor forward(const torch::Tensor& symbols, const torch::Tensor& labels = {}, State* state = nullptr,
                        std::int64_t first = 0) override;

 private:
  torch::Tensor predict(const torch::Tensor& windows, const torch::Tensor& labels) const;
};
TORCH_MODULE(GuideCnn);

}  // namespace continuo::nets
