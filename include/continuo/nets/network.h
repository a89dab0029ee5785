// The networks as libtorch modules: p(next symbol | past) for every position of a sequence at once.
#pragma once

#include <torch/torch.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "continuo/weights/network_spec.h"

namespace continuo::nets {

/// What the past leaves behind for the next chunk of the same sequences. Empty: the sequences begin here.
struct State {
  std::vector<torch::Tensor> tensors;
};

/// Common interface. Parameters carry the names and shapes of weights::tensor_specs() with '.' as torch's separator.
class NetworkImpl : public torch::nn::Module {
 public:
  explicit NetworkImpl(weights::NetworkSpec spec) : spec_(std::move(spec)) {}

  const weights::NetworkSpec& spec() const noexcept { return spec_; }

  /// symbols: int64 [batch, time]; labels: int64 [batch], or undefined for 'unknown' throughout.
  /// Returns logits float32 [batch, time, vocabulary]: position t predicts symbol t+1 from symbols 0..t (and the
  /// state). With `state` the result is that of one long sequence given chunk by chunk: it is read, then replaced
  /// (detached) for the next chunk.
  virtual torch::Tensor forward(const torch::Tensor& symbols, const torch::Tensor& labels = {},
                                State* state = nullptr) = 0;

 private:
  weights::NetworkSpec spec_;
};

/// Builds the network of a validated spec with seeded initial weights (the same seed, the same weights). Throws Error.
std::shared_ptr<NetworkImpl> make_network(const weights::NetworkSpec& spec, std::uint64_t seed = 1);

/// Values of all parameters under their contract names, for weights::save().
std::map<std::string, std::vector<float>> export_tensors(const NetworkImpl& network);
/// The inverse. Throws Error naming a tensor that is missing or of another shape.
void import_tensors(NetworkImpl& network, const std::map<std::string, std::vector<float>>& tensors);

std::int64_t parameter_count(const NetworkImpl& network);

}  // namespace continuo::nets
