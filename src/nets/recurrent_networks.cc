// The stacked LSTM and the stacked GRU, which differ in their layers alone.
#include "continuo/nets/lstm.h"

#include <algorithm>
#include <span>

#include "continuo/nets/gru.h"
#include "continuo/weights/match_model.h"
#include "nets/layers.h"

namespace continuo::nets {
namespace {

using Between = std::function<torch::Tensor(const torch::Tensor&)>;
using torch::Tensor;

/// What a match model says at each step.
struct Matches {
  Tensor symbols, lengths;  ///< int64 [time, batch]
  Tensor memory;            ///< int32 [1, batch, MatchModel::kMemory], for what follows
};

/// `symbols` [time, batch]; `memory` undefined where the sequences begin here, and of kNoSymbol for those of them that
/// do.
Matches find_matches(const Tensor& symbols, const Tensor& memory, int shortest) {
  const Tensor given = symbols.to(torch::kCPU).contiguous();
  const std::int64_t time = given.size(0), batch = given.size(1);
  const auto size = static_cast<std::int64_t>(weights::MatchModel::kMemory);
  Tensor after = memory.defined()
                     ? memory.to(torch::kCPU, torch::kInt32, /*non_blocking=*/false, /*copy=*/true).contiguous()
                     : torch::zeros({1, batch, size}, torch::kInt32);
  Tensor found = torch::zeros({2, time, batch}, torch::kInt64);
  const auto* from = given.data_ptr<std::int64_t>();
  auto* const to = found.data_ptr<std::int64_t>();
  for (std::int64_t row = 0; row < batch; ++row) {
    const std::span<std::int32_t> own(after.data_ptr<std::int32_t>() + row * size, static_cast<std::size_t>(size));
    if (own.front() == kNoSymbol) std::fill(own.begin(), own.end(), 0);
    weights::MatchModel model(own, shortest);
    for (std::int64_t t = 0; t < time; ++t) {
      const weights::Match match = model.step(static_cast<std::uint16_t>(from[t * batch + row]));
      to[t * batch + row] = match.symbol;
      to[(time + t) * batch + row] = match.length;
    }
  }
  found = found.to(symbols.device());
  return {found[0], found[1], after};
}

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
    const Tensor there = matches.lengths.gt(0).unsqueeze(2);
    x = x + torch::embedding(find("match.length.weight"), matches.lengths) +
        torch::embedding(find("match.embedding.weight"), matches.symbols) * there;
  }
  x = layers(drop(x), drop);
  if (match > 0 && state != nullptr) state->tensors.push_back(matches.memory.to(symbols.device()));
  const Tensor wanted = drop(x.slice(0, first)).transpose(0, 1).contiguous();
  const Tensor logits = linear(wanted, find("head.weight"), find("head.bias"));
  if (match == 0) return logits;
  const Tensor lengths = matches.lengths.slice(0, first).t();
  const Tensor weight = find("match.copy").index_select(0, lengths.reshape({-1})).view_as(lengths) * lengths.gt(0);
  return logits.scatter_add(2, matches.symbols.slice(0, first).t().unsqueeze(2), weight.unsqueeze(2));
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
