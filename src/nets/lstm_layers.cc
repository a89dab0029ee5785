// LSTM layers. On the CPU a backward pass of its own: libtorch 1.13 runs some twenty small operations a step there, and
// its products take the slower of the two layouts.
#include <algorithm>

#include "nets/layers.h"
#include "nets/products.h"
#include "nets/recurrence.h"

namespace continuo::nets {
namespace {

using torch::Tensor;

/// One step's cells: from the sigmoids of all pre-activations (those of g doubled, for tanh x = 2 sigmoid 2x - 1; the
/// true g is written back) and the last cell state to the new one. `twice` receives 2 c.
void update_cells(float* gates, const float* last_c, float* c, float* twice, std::int64_t n) {
  const float* i = gates;
  const float* f = gates + n;
  float* g = gates + 2 * n;
  for (std::int64_t j = 0; j < n; ++j) {
    g[j] = 2.0F * g[j] - 1.0F;
    c[j] = f[j] * last_c[j] + i[j] * g[j];
    twice[j] = 2.0F * c[j];
  }
}

/// From sigmoid(2 c), replaced by tanh c, to the outputs h.
void update_outputs(const float* o, float* tanh_c, float* h, std::int64_t n) {
  for (std::int64_t j = 0; j < n; ++j) {
    tanh_c[j] = 2.0F * tanh_c[j] - 1.0F;
    h[j] = o[j] * tanh_c[j];
  }
}

/// Backward through one step's cells. `dh` is complete; `dc` comes from the following step and leaves for the one
/// before; `d_gates` are the gradients of the pre-activations, those of g of the doubled ones.
void backward_cells(const float* gates, const float* last_c, const float* tanh_c, const float* dh, float* dc,
                    float* d_gates, std::int64_t n) {
  const float* i = gates;
  const float* f = gates + n;
  const float* g = gates + 2 * n;
  const float* o = gates + 3 * n;
  for (std::int64_t j = 0; j < n; ++j) {
    const float d_cell = dc[j] + dh[j] * o[j] * (1.0F - tanh_c[j] * tanh_c[j]);
    d_gates[j] = d_cell * g[j] * i[j] * (1.0F - i[j]);
    d_gates[n + j] = d_cell * last_c[j] * f[j] * (1.0F - f[j]);
    d_gates[2 * n + j] = d_cell * i[j] * 0.5F * (1.0F - g[j] * g[j]);
    d_gates[3 * n + j] = dh[j] * tanh_c[j] * o[j] * (1.0F - o[j]);
    dc[j] = d_cell * f[j];
  }
}

/// Inside the recurrence the sequences are the last dimension, which makes its products faster and its gates
/// contiguous.
struct LstmGroup {
  std::int64_t from = 0, to = 0;  ///< sequences
  Tensor input;                   ///< [time, b, I]
  Tensor gates;                   ///< [time, 4, H x b], activated
  Tensor cells;                   ///< [1 + time, H x b], the first from the state
  Tensor tanh_cells;              ///< [time, H x b]
  Tensor output;                  ///< [1 + time, b, H], the first from the state
};

/// Three weights: rows of g doubled, one bias. States h and c.
struct LstmLayer : RecurrentLayer<LstmGroup> {
  void forward(Group& group, const Tensor& input, Tensor& result);
  std::vector<Tensor> backward(Group& group, const Tensor& weight_hh_t, const Tensor& d_result, Tensor& d_input) const;
};

void LstmLayer::forward(Group& group, const Tensor& input, Tensor& result) {
  const std::int64_t lanes = group.to - group.from;
  const std::int64_t n = hidden * lanes;
  group.input = input.narrow(1, group.from, lanes).contiguous();
  const torch::TensorOptions options = input.options();
  // Without a backward pass one step's gates are enough.
  group.gates = torch::empty({save ? time : 1, 4 * hidden, lanes}, options);
  group.cells = torch::empty({1 + (save ? time : 1), n}, options);
  group.tanh_cells = torch::empty({save ? time : 1, n}, options);
  group.output = torch::empty({1 + time, lanes, hidden}, options);
  group.output[0].copy_(first[0].narrow(0, group.from, lanes));
  Tensor h = group.output[0].t().clone(at::MemoryFormat::Contiguous);  // [H, b]
  group.cells[0].copy_(first[1].narrow(0, group.from, lanes).t().reshape({n}));

  Tensor block;
  const Tensor factor_ih = as_factor(weight_ih().t());
  const Tensor factor_hh = as_factor(weight_hh());
  const std::int64_t steps = steps_of_a_block(lanes, time);
  for (std::int64_t t = 0; t < time; ++t) {
    if (t % steps == 0) {
      const Tensor in = group.input.narrow(0, t, std::min(steps, time - t)).view({-1, inputs});
      block = add_product(weights[2], in, factor_ih);
    }
    const std::int64_t at = save ? t : 0;
    Tensor gates = group.gates[at];
    transpose(block.data_ptr<float>() + t % steps * lanes * 4 * hidden, gates.data_ptr<float>(), lanes, 4 * hidden);
    accumulate_product(gates, factor_hh, h);
    gates.sigmoid_();
    float* const last_c = group.cells.data_ptr<float>() + at * n;
    Tensor tanh_c = group.tanh_cells[at];
    update_cells(gates.data_ptr<float>(), last_c, last_c + n, tanh_c.data_ptr<float>(), n);
    tanh_c.sigmoid_();
    update_outputs(gates.data_ptr<float>() + 3 * n, tanh_c.data_ptr<float>(), h.data_ptr<float>(), n);
    if (!save) std::copy_n(last_c + n, n, last_c);
    transpose(h.data_ptr<float>(), group.output.data_ptr<float>() + (t + 1) * n, hidden, lanes);
  }
  last[0].narrow(0, group.from, lanes).copy_(h.t());
  last[1].narrow(0, group.from, lanes).copy_(group.cells[group.cells.size(0) - 1].view({hidden, lanes}).t());
  result.narrow(1, group.from, lanes).copy_(group.output.narrow(0, 1, time));
  if (!save) group = {};
}

std::vector<Tensor> LstmLayer::backward(Group& group, const Tensor& weight_hh_t, const Tensor& d_result,
                                        Tensor& d_input) const {
  const std::int64_t lanes = group.to - group.from;
  const std::int64_t n = hidden * lanes;
  const torch::TensorOptions options = d_result.options();
  Tensor sum_ih = torch::zeros_like(weight_ih()), sum_hh = torch::zeros_like(weight_hh());
  Tensor sum_bias = torch::zeros_like(weights[2]);
  const Tensor d_output = d_result.narrow(1, group.from, lanes).contiguous();
  Tensor d_gates = torch::empty({4 * hidden, lanes}, options);
  Tensor dh = torch::empty({hidden, lanes}, options);
  Tensor dc = torch::zeros({n}, options);
  const std::int64_t steps = steps_of_a_block(lanes, time);
  Tensor block = torch::empty({steps, lanes, 4 * hidden}, options);
  const Tensor factor_ih = as_factor(weight_ih());
  for (std::int64_t t = time; t-- > 0;) {
    transpose(d_output.data_ptr<float>() + t * n, dh.data_ptr<float>(), lanes, hidden);
    if (t + 1 < time) accumulate_product(dh, weight_hh_t, d_gates);
    backward_cells(group.gates.data_ptr<float>() + t * 4 * n, group.cells.data_ptr<float>() + t * n,
                   group.tanh_cells.data_ptr<float>() + t * n, dh.data_ptr<float>(), dc.data_ptr<float>(),
                   d_gates.data_ptr<float>(), n);
    transpose(d_gates.data_ptr<float>(), block.data_ptr<float>() + t % steps * 4 * n, 4 * hidden, lanes);
    if (t % steps == 0) {
      const std::int64_t here = std::min(steps, time - t);
      const Tensor d_rows = block.narrow(0, 0, here).view({here * lanes, 4 * hidden});
      const Tensor d_factor = as_factor(d_rows);
      accumulate_product(sum_ih, d_factor.t(), group.input.narrow(0, t, here).view({here * lanes, inputs}));
      accumulate_product(sum_hh, d_factor.t(), group.output.narrow(0, t, here).view({here * lanes, hidden}));
      sum_bias.add_(d_rows.sum(0));
      d_input.narrow(0, t, here)
          .narrow(1, group.from, lanes)
          .copy_(product(d_factor, factor_ih).view({here, lanes, inputs}));
    }
  }
  group = {};
  return {sum_ih, sum_hh, sum_bias};
}

/// `weights` as torch has them, with two biases.
Tensor lstm_layer(const Tensor& input, const std::vector<Tensor>& weights, std::vector<Tensor>& states) {
  if (!input.device().is_cpu()) {
    const auto [output, h, c] = torch::lstm(input, {states[0].unsqueeze(0), states[1].unsqueeze(0)}, weights, true, 1,
                                            0.0, false, false, false);
    states = {h.detach()[0], c.detach()[0]};
    return output;
  }
  const std::int64_t hidden = weights[1].size(1);
  const Tensor scale = torch::ones({4 * hidden, 1}, input.options().requires_grad(false));
  scale.narrow(0, 2 * hidden, hidden).fill_(2.0);
  const Tensor bias = (weights[2] + weights[3]) * scale.squeeze(1);
  return run_layer<LstmLayer>(input, {weights[0] * scale, weights[1] * scale, bias}, states);
}

}  // namespace

Tensor lstm_layers(Tensor input, const ParameterFinder& find, int layers, State* state,
                   const std::function<Tensor(const Tensor&)>& between) {
  return stacked_layers(std::move(input), "lstm", 2, find, layers, state, between, lstm_layer);
}

}  // namespace continuo::nets
