// GRU layers. On the CPU each layer is one differentiable function with a backward pass of its own, laid out as the
// LSTM's (lstm_layers.cc): groups of sequences over the threads, the sequences as the last dimension inside the
// recurrence.
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

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

/// What the forward pass leaves for the backward pass.
struct GruRecurrence : torch::CustomClassHolder {
  bool save = false;
  std::int64_t time = 0, batch = 0, inputs = 0, hidden = 0;
  Tensor weight_ih, weight_hh;  ///< [3 H, I], [3 H, H]
  Tensor bias_ih, bias_hh;      ///< [3 H]
  Tensor first_h, last_h;       ///< [batch, H]

  struct Group {
    std::int64_t from = 0, to = 0;  ///< sequences
    Tensor input;                   ///< [time, b, I]
    Tensor gates;                   ///< [time, 3, H x b], activated
    Tensor hidden_new;              ///< [time, H x b], the hidden state's part of new
    Tensor states;                  ///< [1 + time, H x b], the first from the state
    Tensor output;                  ///< [1 + time, b, H], the same the other way round
  };
  std::vector<Group> groups;
};

void forward_group(GruRecurrence& r, GruRecurrence::Group& group, const Tensor& input, Tensor& result) {
  const std::int64_t lanes = group.to - group.from;
  const std::int64_t n = r.hidden * lanes;
  group.input = input.narrow(1, group.from, lanes).contiguous();
  const torch::TensorOptions options = input.options();
  const std::int64_t kept = r.save ? r.time : 1;  // without a backward pass one step's gates are enough
  group.gates = torch::empty({kept, 3 * r.hidden, lanes}, options);
  group.hidden_new = torch::empty({kept, n}, options);
  group.states = torch::empty({1 + kept, n}, options);
  group.output = torch::empty({1 + r.time, lanes, r.hidden}, options);
  group.output[0].copy_(r.first_h.narrow(0, group.from, lanes));
  group.states[0].copy_(group.output[0].t().reshape({n}));
  const Tensor bias_hh = r.bias_hh.unsqueeze(1);
  Tensor from_hidden = torch::empty({3 * r.hidden, lanes}, options);

  Tensor block;
  const Tensor weight_ih = as_factor(r.weight_ih.t());
  const Tensor weight_hh = as_factor(r.weight_hh);
  const std::int64_t steps = steps_of_a_block(lanes, r.time);
  for (std::int64_t t = 0; t < r.time; ++t) {
    if (t % steps == 0) {
      const Tensor in = group.input.narrow(0, t, std::min(steps, r.time - t)).view({-1, r.inputs});
      block = add_product(r.bias_ih, in, weight_ih);
    }
    const std::int64_t at = r.save ? t : 0;
    Tensor gates = group.gates[at];
    transpose(block.data_ptr<float>() + t % steps * lanes * 3 * r.hidden, gates.data_ptr<float>(), lanes, 3 * r.hidden);
    float* const last_h = group.states.data_ptr<float>() + at * n;
    add_product_out(from_hidden, bias_hh, weight_hh, group.states[at].view({r.hidden, lanes}));
    gates.narrow(0, 0, 2 * r.hidden).add_(from_hidden.narrow(0, 0, 2 * r.hidden)).sigmoid_();
    float* const hidden_new = group.hidden_new.data_ptr<float>() + at * n;
    std::copy_n(from_hidden.data_ptr<float>() + 2 * n, n, hidden_new);
    combine(gates.data_ptr<float>(), hidden_new, n);
    gates.narrow(0, 2 * r.hidden, r.hidden).sigmoid_();
    update_gru_outputs(gates.data_ptr<float>(), last_h, last_h + n, n);
    transpose(last_h + n, group.output.data_ptr<float>() + (t + 1) * n, r.hidden, lanes);
    if (!r.save) std::copy_n(last_h + n, n, last_h);
  }
  r.last_h.narrow(0, group.from, lanes).copy_(group.output[r.time]);
  result.narrow(1, group.from, lanes).copy_(group.output.narrow(0, 1, r.time));
  if (!r.save) group = {};
}

struct GruGradients {
  Tensor weight_ih, weight_hh, bias_ih, bias_hh;
};

GruGradients backward_group(const GruRecurrence& r, GruRecurrence::Group& group, const Tensor& weight_hh_t,
                            const Tensor& d_result, Tensor& d_input) {
  const std::int64_t lanes = group.to - group.from;
  const std::int64_t n = r.hidden * lanes;
  const torch::TensorOptions options = d_result.options();
  GruGradients sums = {torch::zeros_like(r.weight_ih), torch::zeros_like(r.weight_hh), torch::zeros_like(r.bias_ih),
                       torch::zeros_like(r.bias_hh)};
  const Tensor d_output = d_result.narrow(1, group.from, lanes).contiguous();
  Tensor d_from_input = torch::empty({3 * r.hidden, lanes}, options);
  Tensor d_from_hidden = torch::empty({3 * r.hidden, lanes}, options);
  Tensor dh = torch::empty({r.hidden, lanes}, options);
  Tensor carried = torch::zeros({r.hidden, lanes}, options);
  const std::int64_t steps = steps_of_a_block(lanes, r.time);
  Tensor input_block = torch::empty({steps, lanes, 3 * r.hidden}, options);
  Tensor hidden_block = torch::empty({steps, lanes, 3 * r.hidden}, options);
  const Tensor weight_ih = as_factor(r.weight_ih);
  for (std::int64_t t = r.time; t-- > 0;) {
    transpose(d_output.data_ptr<float>() + t * n, dh.data_ptr<float>(), lanes, r.hidden);
    dh.add_(carried);
    backward_gru_cells(group.gates.data_ptr<float>() + t * 3 * n, group.hidden_new.data_ptr<float>() + t * n,
                       group.states.data_ptr<float>() + t * n, dh.data_ptr<float>(), d_from_input.data_ptr<float>(),
                       d_from_hidden.data_ptr<float>(), n);
    if (t > 0) add_product_out(carried, dh, weight_hh_t, d_from_hidden);
    const std::int64_t at = t % steps;
    transpose(d_from_input.data_ptr<float>(), input_block.data_ptr<float>() + at * 3 * n, 3 * r.hidden, lanes);
    transpose(d_from_hidden.data_ptr<float>(), hidden_block.data_ptr<float>() + at * 3 * n, 3 * r.hidden, lanes);
    if (at == 0) {
      const std::int64_t here = std::min(steps, r.time - t);
      const Tensor input_rows = input_block.narrow(0, 0, here).view({here * lanes, 3 * r.hidden});
      const Tensor hidden_rows = hidden_block.narrow(0, 0, here).view({here * lanes, 3 * r.hidden});
      const Tensor input_factor = as_factor(input_rows);
      accumulate_product(sums.weight_ih, input_factor.t(),
                         group.input.narrow(0, t, here).view({here * lanes, r.inputs}));
      accumulate_product(sums.weight_hh, hidden_rows.t(),
                         group.output.narrow(0, t, here).view({here * lanes, r.hidden}));
      sums.bias_ih.add_(input_rows.sum(0));
      sums.bias_hh.add_(hidden_rows.sum(0));
      d_input.narrow(0, t, here)
          .narrow(1, group.from, lanes)
          .copy_(product(input_factor, weight_ih).view({here, lanes, r.inputs}));
    }
  }
  group = {};
  return sums;
}

struct GruFunction : torch::autograd::Function<GruFunction> {
  static Tensor forward(torch::autograd::AutogradContext* context, const Tensor& input, const Tensor& /*weight_ih*/,
                        const Tensor& /*weight_hh*/, const Tensor& /*bias_ih*/, const Tensor& /*bias_hh*/,
                        const c10::intrusive_ptr<GruRecurrence>& r) {
    Tensor result = torch::empty({r->time, r->batch, r->hidden}, input.options());
    for_each_group(r->groups,
                   [&](GruRecurrence::Group& group, std::size_t) { forward_group(*r, group, input, result); });
    if (r->save) context->saved_data["recurrence"] = c10::IValue::make_capsule(r);
    return result;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list d_results) {
    const auto r = c10::static_intrusive_pointer_cast<GruRecurrence>(context->saved_data["recurrence"].toCapsule());
    Tensor d_input = torch::empty({r->time, r->batch, r->inputs}, d_results[0].options());
    const Tensor weight_hh_t = as_factor(r->weight_hh.t().contiguous());
    std::vector<GruGradients> sums(r->groups.size());
    for_each_group(r->groups, [&](GruRecurrence::Group& group, std::size_t index) {
      sums[index] = backward_group(*r, group, weight_hh_t, d_results[0], d_input);
    });
    for (std::size_t group = 1; group < sums.size(); ++group) {
      sums[0].weight_ih.add_(sums[group].weight_ih);
      sums[0].weight_hh.add_(sums[group].weight_hh);
      sums[0].bias_ih.add_(sums[group].bias_ih);
      sums[0].bias_hh.add_(sums[group].bias_hh);
    }
    return {d_input, sums[0].weight_ih, sums[0].weight_hh, sums[0].bias_ih, sums[0].bias_hh, Tensor()};
  }
};

/// One layer on the CPU. h [batch, H] is the state, replaced.
Tensor recurrence(const Tensor& input, const std::vector<Tensor>& weights, Tensor& h) {
  auto r = c10::make_intrusive<GruRecurrence>();
  r->time = input.size(0);
  r->batch = input.size(1);
  r->inputs = input.size(2);
  r->hidden = weights[1].size(1);
  r->weight_ih = weights[0];
  r->weight_hh = weights[1];
  r->bias_ih = weights[2];
  r->bias_hh = weights[3];
  r->first_h = h;
  r->last_h = torch::empty_like(h);
  r->save = torch::GradMode::is_enabled() &&
            (input.requires_grad() || std::ranges::any_of(weights, [](const Tensor& w) { return w.requires_grad(); }));
  split_into_groups(r->batch, r->groups);
  const Tensor output = GruFunction::apply(input, weights[0], weights[1], weights[2], weights[3], r);
  h = r->last_h;
  return output;
}

}  // namespace

Tensor gru_layers(Tensor input, const ParameterFinder& find, int layers, State* state,
                  const std::function<Tensor(const Tensor&)>& between) {
  const std::int64_t hidden = find("gru.weight_hh_l0").size(1);
  const bool goes_on = state != nullptr && !state->tensors.empty();
  std::vector<Tensor> last_h;
  for (int n = 0; n < layers; ++n) {
    const std::string layer = "_l" + std::to_string(n);
    Tensor h =
        goes_on ? state->tensors.at(0)[n] : torch::zeros({input.size(1), hidden}, input.options().requires_grad(false));
    if (n > 0 && between) input = between(input);
    std::vector<Tensor> weights;
    for (const char* kind : {"weight_ih", "weight_hh", "bias_ih", "bias_hh"})
      weights.push_back(find("gru." + std::string(kind) + layer));
    if (input.device().is_cpu()) {
      input = recurrence(input, weights, h);
    } else {
      const auto [output, h_n] =
          torch::gru(input, h.unsqueeze(0), weights, /*has_biases=*/true, 1, 0.0, false, false, false);
      input = output;
      h = h_n.detach()[0];
    }
    last_h.push_back(h);
  }
  if (state != nullptr) state->tensors = {torch::stack(last_h)};
  return input;
}

}  // namespace continuo::nets
