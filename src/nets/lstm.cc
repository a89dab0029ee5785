// The stacked LSTM.
#include "continuo/nets/lstm.h"

#include "nets/layers.h"

namespace continuo::nets {

LstmImpl::LstmImpl(const weights::NetworkSpec& spec) : NetworkImpl(spec) {}

torch::Tensor LstmImpl::forward(const torch::Tensor& symbols, const torch::Tensor& labels, State* state,
                                std::int64_t first) {
  check_input(symbols, state, first);
  const auto& options = std::get<weights::LstmSpec>(spec().network);
  const std::int64_t batch = symbols.size(0);
  const double dropout = is_training() ? options.dropout : 0.0;
  const auto drop = [&](const torch::Tensor& x) {
    return dropout > 0 ? x * channel_dropout(batch, x.size(2), dropout, x.options()) : x;
  };

  torch::Tensor x = torch::embedding(parameter("embedding.weight"), symbols.transpose(0, 1).contiguous());
  if (has_parameter("condition.weight"))
    x = x + torch::embedding(parameter("condition.weight"), labels_or_unknown(labels, symbols));
  x = lstm_layers(
      drop(x), [this](const std::string& name) { return parameter(name); }, options.layers, state, drop);
  const torch::Tensor wanted = drop(x.slice(0, first)).transpose(0, 1).contiguous();
  return linear(wanted, parameter("head.weight"), parameter("head.bias"));
}

}  // namespace continuo::nets
