// The stacked LSTM and the stacked GRU, which differ in their layers alone.
#include "continuo/nets/lstm.h"

#include "continuo/nets/gru.h"
#include "nets/layers.h"

namespace continuo::nets {
namespace {

using Between = std::function<torch::Tensor(const torch::Tensor&)>;

/// Embedding, layers(x, between), linear head. `symbols` [batch, time] or frames [batch, time, values].
template <class Layers>
torch::Tensor run(const ParameterFinder& find, const torch::Tensor& symbols, const torch::Tensor& labels,
                  double dropout, std::int64_t first, const Layers& layers) {
  const std::int64_t batch = symbols.size(0);
  const Between drop = [&](const torch::Tensor& x) {
    return dropout > 0 ? x * channel_dropout(batch, x.size(2), dropout, x.options()) : x;
  };
  const torch::Tensor given = symbols.transpose(0, 1).contiguous();
  torch::Tensor x = symbols.dim() == 3 ? torch::matmul(given, find("embedding.weight"))
                                       : torch::embedding(find("embedding.weight"), given);
  if (const torch::Tensor condition = find("condition.weight"); condition.defined())
    x = x + torch::embedding(condition, labels);
  x = layers(drop(x), drop);
  const torch::Tensor wanted = drop(x.slice(0, first)).transpose(0, 1).contiguous();
  return linear(wanted, find("head.weight"), find("head.bias"));
}

}  // namespace

LstmImpl::LstmImpl(const weights::NetworkSpec& spec) : NetworkImpl(spec) {}

torch::Tensor LstmImpl::forward(const torch::Tensor& symbols, const torch::Tensor& labels, State* state,
                                std::int64_t first) {
  check_input(symbols, state, first);
  const auto& options = std::get<weights::LstmSpec>(spec().network);
  const auto find = [this](const std::string& name) { return has_parameter(name) ? parameter(name) : torch::Tensor(); };
  return run(find, symbols, labels_or_unknown(labels, symbols), is_training() ? options.dropout : 0.0, first,
             [&](const torch::Tensor& x, const Between& between) {
               return lstm_layers(x, find, options.layers, state, between);
             });
}

GruImpl::GruImpl(const weights::NetworkSpec& spec) : NetworkImpl(spec) {}

torch::Tensor GruImpl::forward(const torch::Tensor& symbols, const torch::Tensor& labels, State* state,
                               std::int64_t first) {
  check_input(symbols, state, first);
  const auto& options = std::get<weights::GruSpec>(spec().network);
  const auto find = [this](const std::string& name) { return has_parameter(name) ? parameter(name) : torch::Tensor(); };
  return run(find, symbols, labels_or_unknown(labels, symbols), is_training() ? options.dropout : 0.0, first,
             [&](const torch::Tensor& x, const Between& between) {
               return gru_layers(x, find, options.layers, state, between);
             });
}

}  // namespace continuo::nets
