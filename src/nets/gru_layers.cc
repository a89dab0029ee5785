// GRU layers, laid out as the LSTM's (lstm_layers.cc).
#include <algorithm>

#include "nets/layers.h"
#include "nets/products.h"
#include "nets/recurrence.h"

namespace continuo::nets {
namespace {

using torch::Tensor;

/// From the sigmoids of reset and update (in `gates`, with the input's part of new behind them) and the hidden state's
/// part of new to twice the pre-activation of new, in the place of the input's part.
void combine(float* gates, const float* hidden_new, std::int64_t n) {
  const float* reset = gates;
  float* candidate = gates + 2 * n;
  for (std::int64_t j = 0; j < n; ++j) candidate[j] = 2.0F * (candidate[j] + reset[j] * hidden_new[j]);
}

/// From sigmoid(2 x), replaced by tanh x, and the last state to the new one. `h` may be `last_h`.
void update_gru_outputs(float* gates, const float* last_h, float* h, std::int64_t n) {
  const float* update = gates + n;
  float* candidate = gates + 2 * n;
  for (std::int64_t j = 0; j < n; ++j) {
    candidate[j] = 2.0F * candidate[j] - 1.0F;
    h[j] = candidate[j] + update[j] * (last_h[j] - candidate[j]);
  }
}

/// Backward through one step. `dh` is complete and becomes what reaches the step before directly. `d_input` are the
/// gradients of the input's products, `d_hidden` those of the hidden state's; they differ in the rows of new.
void backward_gru_cells(const float* gates, const float* hidden_new, const float* last_h, float* dh, float* d_input,
                        float* d_hidden, std::int64_t n) {
  const float* reset = gates;
  const float* update = gates + n;
  const float* candidate = gates + 2 * n;
  for (std::int64_t j = 0; j < n; ++j) {
    const float d_candidate = dh[j] * (1.0F - update[j]) * (1.0F - candidate[j] * candidate[j]);
    const float d_reset = d_candidate * hidden_new[j] * reset[j] * (1.0F - reset[j]);
    const float d_update = dh[j] * (last_h[j] - candidate[j]) * update[j] * (1.0F - update[j]);
    d_input[j] = d_hidden[j] = d_reset;
    d_input[n + j] = d_hidden[n + j] = d_update;
    d_input[2 * n + j] = d_candidate;
    d_hidden[2 * n + j] = d_candidate * reset[j];
    dh[j] *= update[j];
  }
}

struct GruGroup {
  std::int64_t from = 0, to = 0;  ///< sequences
  Tensor input;                   ///< [time, b, I]
  Tensor gates;                   ///< [time, 3, H x b], activated
  Tensor hidden_new;              ///< [time, H x b], the hidden state's part of new
  Tensor states;                  ///< [1 + time, H x b], the first from the state
  Tensor output;                  ///< [1 + time, b, H], the same the other way round
};

/// Four weights as torch has them. State h.
struct GruLayer : RecurrentLayer<GruGroup> {
  const Tensor& bias_ih() const { return weights[2]; }
  const Tensor& bias_hh() const { return weights[3]; }
  void forward(Group& group, const Tensor& input, Tensor& result);
  std::vector<Tensor> backward(Group& group, const Tensor& weight_hh_t, const Tensor& d_result, Tensor& d_input) const;
};

void GruLayer::forward(Group& group, const Tensor& input, Tensor& result) {
  const std::int64_t lanes = group.to - group.from;
  const std::int64_t n = hidden * lanes;
  group.input = input.narrow(1, group.from, lanes).contiguous();
  const torch::TensorOptions options = input.options();
  const std::int64_t kept = save ? time : 1;  // without a backward pass one step's gates are enough
  group.gates = torch::empty({kept, 3 * hidden, lanes}, options);
  group.hidden_new = torch::empty({kept, n}, options);
  group.states = torch::empty({1 + kept, n}, options);
  group.output = torch::empty({1 + time, lanes, hidden}, options);
  group.output[0].copy_(first[0].narrow(0, group.from, lanes));
  group.states[0].copy_(group.output[0].t().reshape({n}));
  const Tensor column = bias_hh().unsqueeze(1);
  Tensor from_hidden = torch::empty({3 * hidden, lanes}, options);

  Tensor block;
  const Tensor factor_ih = as_factor(weight_ih().t());
  const Tensor factor_hh = as_factor(weight_hh());
  const std::int64_t steps = steps_of_a_block(lanes, time);
  for (std::int64_t t = 0; t < time; ++t) {
    if (t % steps == 0) {
      const Tensor in = group.input.narrow(0, t, std::min(steps, time - t)).view({-1, inputs});
      block = add_product(bias_ih(), in, factor_ih);
    }
    const std::int64_t at = save ? t : 0;
    Tensor gates = group.gates[at];
    transpose(block.data_ptr<float>() + t % steps * lanes * 3 * hidden, gates.data_ptr<float>(), lanes, 3 * hidden);
    float* const last_h = group.states.data_ptr<float>() + at * n;
    add_product_out(from_hidden, column, factor_hh, group.states[at].view({hidden, lanes}));
    gates.narrow(0, 0, 2 * hidden).add_(from_hidden.narrow(0, 0, 2 * hidden)).sigmoid_();
    float* const hidden_new = group.hidden_new.data_ptr<float>() + at * n;
    std::copy_n(from_hidden.data_ptr<float>() + 2 * n, n, hidden_new);
    combine(gates.data_ptr<float>(), hidden_new, n);
    gates.narrow(0, 2 * hidden, hidden).sigmoid_();
    update_gru_outputs(gates.data_ptr<float>(), last_h, last_h + n, n);
    transpose(last_h + n, group.output.data_ptr<float>() + (t + 1) * n, hidden, lanes);
    if (!save) std::copy_n(last_h + n, n, last_h);
  }
  last[0].narrow(0, group.from, lanes).copy_(group.output[time]);
  result.narrow(1, group.from, lanes).copy_(group.output.narrow(0, 1, time));
  if (!save) group = {};
}

std::vector<Tensor> GruLayer::backward(Group& group, const Tensor& weight_hh_t, const Tensor& d_result,
                                       Tensor& d_input) const {
  const std::int64_t lanes = group.to - group.from;
  const std::int64_t n = hidden * lanes;
  const torch::TensorOptions options = d_result.options();
  std::vector<Tensor> sums;
  for (const Tensor& weight : weights) sums.push_back(torch::zeros_like(weight));
  const Tensor d_output = d_result.narrow(1, group.from, lanes).contiguous();
  Tensor d_from_input = torch::empty({3 * hidden, lanes}, options);
  Tensor d_from_hidden = torch::empty({3 * hidden, lanes}, options);
  Tensor dh = torch::empty({hidden, lanes}, options);
  Tensor carried = torch::zeros({hidden, lanes}, options);
  const std::int64_t steps = steps_of_a_block(lanes, time);
  Tensor input_block = torch::empty({steps, lanes, 3 * hidden}, options);
  Tensor hidden_block = torch::empty({steps, lanes, 3 * hidden}, options);
  const Tensor factor_ih = as_factor(weight_ih());
  for (std::int64_t t = time; t-- > 0;) {
    transpose(d_output.data_ptr<float>() + t * n, dh.data_ptr<float>(), lanes, hidden);
    dh.add_(carried);
    backward_gru_cells(group.gates.data_ptr<float>() + t * 3 * n, group.hidden_new.data_ptr<float>() + t * n,
                       group.states.data_ptr<float>() + t * n, dh.data_ptr<float>(), d_from_input.data_ptr<float>(),
                       d_from_hidden.data_ptr<float>(), n);
    if (t > 0) add_product_out(carried, dh, weight_hh_t, d_from_hidden);
    const std::int64_t at = t % steps;
    transpose(d_from_input.data_ptr<float>(), input_block.data_ptr<float>() + at * 3 * n, 3 * hidden, lanes);
    transpose(d_from_hidden.data_ptr<float>(), hidden_block.data_ptr<float>() + at * 3 * n, 3 * hidden, lanes);
    if (at == 0) {
      const std::int64_t here = std::min(steps, time - t);
      const Tensor input_rows = input_block.narrow(0, 0, here).view({here * lanes, 3 * hidden});
      const Tensor hidden_rows = hidden_block.narrow(0, 0, here).view({here * lanes, 3 * hidden});
      const Tensor input_factor = as_factor(input_rows);
      accumulate_product(sums[0], input_factor.t(), group.input.narrow(0, t, here).view({here * lanes, inputs}));
      accumulate_product(sums[1], hidden_rows.t(), group.output.narrow(0, t, here).view({here * lanes, hidden}));
      sums[2].add_(input_rows.sum(0));
      sums[3].add_(hidden_rows.sum(0));
      d_input.narrow(0, t, here)
          .narrow(1, group.from, lanes)
          .copy_(product(input_factor, factor_ih).view({here, lanes, inputs}));
    }
  }
  group = {};
  return sums;
}

Tensor gru_layer(const Tensor& input, const std::vector<Tensor>& weights, std::vector<Tensor>& states) {
  if (input.device().is_cpu()) return run_layer<GruLayer>(input, weights, states);
  const auto [output, h] =
      torch::gru(input, states[0].unsqueeze(0), weights, /*has_biases=*/true, 1, 0.0, false, false, false);
  states = {h.detach()[0]};
  return output;
}

}  // namespace

Tensor gru_layers(Tensor input, const ParameterFinder& find, int layers, State* state,
                  const std::function<Tensor(const Tensor&)>& between) {
  return stacked_layers(std::move(input), "gru", 1, find, layers, state, between, gru_layer);
}

}  // namespace continuo::nets
