// The networks as libtorch modules: p(next symbol | past) for every position of a sequence at once.
#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "continuo/weights/network_spec.h"

namespace continuo::nets {

/// What the past leaves behind for the next chunk of the same sequences. Empty: the sequences begin here.
/// Every tensor has the batch as its dimension 1.
struct State {
  std::vector<torch::Tensor> tensors;
};

/// Makes the sequences of the batch that are true in `which` (bool [batch]) begin anew: their part of the state becomes
/// that of a sequence without a past. An empty state stays empty.
void begin_again(State& state, const torch::Tensor& which);

/// Common interface. Parameters carry the names and shapes of weights::tensor_specs() with '.' as torch's separator.
class NetworkImpl : public torch::nn::Module {
 public:
  const weights::NetworkSpec& spec() const noexcept { return spec_; }

  /// symbols: int64 [batch, time], or for networks over frames float32 [batch, time, values]; time > first >= 0;
  /// labels: int64 [batch], or undefined for 'unknown' throughout. Returns logits float32 [batch, time - first,
  /// vocabulary], contiguous: row t of it predicts symbol first+t+1 from symbols 0..first+t (and the state). With
  /// output "real" they are the next frame, with "binary" the logits of its values being 1. With `state` the result is
  /// that of one long sequence given chunk by chunk: it is read, then replaced (detached) for the next chunk. Otherwise
  /// the sequences begin with the first symbol. `first`: positions before it are context only. Nothing is computed for
  /// them that no wanted logit depends on: a chunk preceded by context of receptive_field - 1 symbols costs less than
  /// the two together, and first = time - 1 (one prediction for a window) costs a fraction.
  virtual torch::Tensor forward(const torch::Tensor& symbols, const torch::Tensor& labels = {}, State* state = nullptr,
                                std::int64_t first = 0) = 0;

 protected:
  /// Registers the parameters that the spec asks for, uninitialised. Throws Error when the spec is not valid.
  explicit NetworkImpl(weights::NetworkSpec spec);

  /// A parameter by its contract name.
  const torch::Tensor& parameter(const std::string& name) const { return by_name_.at(name); }
  bool has_parameter(const std::string& name) const { return by_name_.contains(name); }
  /// Throws Error when symbols, first and state do not go together.
  void check_input(const torch::Tensor& symbols, const State* state, std::int64_t first) const;
  /// `labels` as indices, or zeros [batch] ('unknown') on the device of `symbols` when they are undefined.
  static torch::Tensor labels_or_unknown(const torch::Tensor& labels, const torch::Tensor& symbols);

 private:
  weights::NetworkSpec spec_;
  std::map<std::string, torch::Tensor> by_name_;
};

/// Builds the network of a validated spec with seeded initial weights (the same seed, the same weights). Throws Error,
/// also for `markov`, which is counted.
std::shared_ptr<NetworkImpl> make_network(const weights::NetworkSpec& spec, std::uint64_t seed = 1);

/// Values of all parameters under their contract names, for weights::save().
std::map<std::string, std::vector<float>> export_tensors(const NetworkImpl& network);
/// The inverse. Throws Error naming a tensor that is missing, alien or of another size; the network is then unchanged.
void import_tensors(NetworkImpl& network, const std::map<std::string, std::vector<float>>& tensors);

std::int64_t parameter_count(const NetworkImpl& network);

}  // namespace continuo::nets
