// The stacked LSTM and the stacked GRU, which differ in their layers alone.
#include "continuo/nets/lstm.h"

#include "continuo/nets/gru.h"
#include "nets/layers.h"
#include "nets/match.h"

namespace continuo::nets {
namespace {

using Between = std::function<torch::Tensor(const torch::Tensor&)>;
using torch::Tensor;

/// Embedding, layers(x, between), linear head. `symbols` [batch, time] or frames [batch, time, values]. The memory of a
/// match model is the last tensor of the state.
template <class Layers>
Tensor run(const ParameterFinder& find, const Tensor& symbols, const Tensor& labels, double dropout, int match,
           State* state, std::int64_t first, const Layers& layers) {
  const std::int64_t batch = symbols.size(0);
  const Between drop = [&](const Tensor& x) {
    return dropout > 0 ? x * channel_dropout(batch, x.size(2), dropout, x.options()) : x;
  };
  const Tensor given = symbols.transpose(0, 1).contiguous();
  Tensor x = symbols.dim() == 3 ? torch::matmul(given, find("embedding.weight"))
                                : torch::embedding(find("embedding.weight"), given);
  if (const Tensor condition = find("condition.weight"); condition.defined())
    x = x + torch::embedding(condition, labels);
  Matches matches;
  if (match > 0) {
    const bool goes_on = state != nullptr && !state->tensors.empty();
    matches = find_matches(given, goes_on ? state->tensors.back() : Tensor(), match);
    if (goes_on) state->tensors.pop_back();
    x = x + embed_matches(matches, find);
  }
  x = layers(drop(x), drop);
  if (match > 0 && state != nullptr) state->tensors.push_back(matches.memory.to(symbols.device()));
  const Tensor wanted = drop(x.slice(0, first)).transpose(0, 1).contiguous();
  return add_copy_bias(linear(wanted, find("head.weight"), find("head.bias")), matches, find, first);
}

}  // namespace

LstmImpl::LstmImpl(const weights::NetworkSpec& spec) : NetworkImpl(spec) {}

torch::Tensor LstmImpl::forward(const torch::Tensor& symbols, const torch::Tensor& labels, State* state,
                                std::int64_t first) {
  check_input(symbols, state, first);
  const auto& options = std::get<weights::LstmSpec>(spec().network);
  const auto find = [this](const std::string& name) { return has_parameter(name) ? parameter(name) : torch::Tensor(); };
  return run(find, symbols, labels_or_unknown(labels, symbols), is_training() ? options.dropout : 0.0, options.match,
             state, first, [&](const torch::Tensor& x, const Between& between) {
               return lstm_layers(x, find, options.layers, state, between);
             });
}

GruImpl::GruImpl(const weights::NetworkSpec& spec) : NetworkImpl(spec) {}

torch::Tensor GruImpl::forward(const torch::Tensor& symbols, const torch::Tensor& labels, State* state,
                               std::int64_t first) {
  check_input(symbols, state, first);
  const auto& options = std::get<weights::GruSpec>(spec().network);
  const auto find = [this](const std::string& name) { return has_parameter(name) ? parameter(name) : torch::Tensor(); };
  return run(find, symbols, labels_or_unknown(labels, symbols), is_training() ? options.dropout : 0.0, options.match,
             state, first, [&](const torch::Tensor& x, const Between& between) {
               return gru_layers(x, find, options.layers, state, between);
             });
}

}  // namespace continuo::nets
