// LSTM layers. On the CPU each layer is one differentiable function with a backward pass of its own: libtorch 1.13 runs
// some twenty small operations a step there, and its products take the slower of the two layouts.
#include <torch/csrc/autograd/custom_function.h>

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

/// What the forward pass leaves for the backward pass. Inside the recurrence the sequences are the last dimension,
/// which makes its products faster and its gates contiguous.
struct Recurrence : torch::CustomClassHolder {
  bool save = false;
  std::int64_t time = 0, batch = 0, inputs = 0, hidden = 0;
  Tensor weight_ih, weight_hh, bias;  ///< [4 H, I], [4 H, H], [4 H], rows of g doubled
  Tensor first_h, first_c;            ///< [batch, H]
  Tensor last_h, last_c;

  struct Group {
    std::int64_t from = 0, to = 0;  ///< sequences
    Tensor input;                   ///< [time, b, I]
    Tensor gates;                   ///< [time, 4, H x b], activated
    Tensor cells;                   ///< [1 + time, H x b], the first from the state
    Tensor tanh_cells;              ///< [time, H x b]
    Tensor output;                  ///< [1 + time, b, H], the first from the state
  };
  std::vector<Group> groups;  ///< one for each thread
};

void forward_group(Recurrence& r, Recurrence::Group& group, const Tensor& input, Tensor& result) {
  const std::int64_t lanes = group.to - group.from;
  const std::int64_t n = r.hidden * lanes;
  group.input = input.narrow(1, group.from, lanes).contiguous();
  const torch::TensorOptions options = input.options();
  // Without a backward pass one step's gates are enough.
  group.gates = torch::empty({r.save ? r.time : 1, 4 * r.hidden, lanes}, options);
  group.cells = torch::empty({1 + (r.save ? r.time : 1), n}, options);
  group.tanh_cells = torch::empty({r.save ? r.time : 1, n}, options);
  group.output = torch::empty({1 + r.time, lanes, r.hidden}, options);
  group.output[0].copy_(r.first_h.narrow(0, group.from, lanes));
  Tensor h = group.output[0].t().clone(at::MemoryFormat::Contiguous);  // [H, b]
  group.cells[0].copy_(r.first_c.narrow(0, group.from, lanes).t().reshape({n}));

  Tensor block;
  const Tensor weight_ih = as_factor(r.weight_ih.t());
  const Tensor weight_hh = as_factor(r.weight_hh);
  const std::int64_t steps = steps_of_a_block(lanes, r.time);
  for (std::int64_t t = 0; t < r.time; ++t) {
    if (t % steps == 0) {
      const Tensor in = group.input.narrow(0, t, std::min(steps, r.time - t)).view({-1, r.inputs});
      block = add_product(r.bias, in, weight_ih);
    }
    const std::int64_t at = r.save ? t : 0;
    Tensor gates = group.gates[at];
    transpose(block.data_ptr<float>() + t % steps * lanes * 4 * r.hidden, gates.data_ptr<float>(), lanes, 4 * r.hidden);
    accumulate_product(gates, weight_hh, h);
    gates.sigmoid_();
    float* const last_c = group.cells.data_ptr<float>() + at * n;
    Tensor tanh_c = group.tanh_cells[at];
    update_cells(gates.data_ptr<float>(), last_c, last_c + n, tanh_c.data_ptr<float>(), n);
    tanh_c.sigmoid_();
    update_outputs(gates.data_ptr<float>() + 3 * n, tanh_c.data_ptr<float>(), h.data_ptr<float>(), n);
    if (!r.save) std::copy_n(last_c + n, n, last_c);
    transpose(h.data_ptr<float>(), group.output.data_ptr<float>() + (t + 1) * n, r.hidden, lanes);
  }
  r.last_h.narrow(0, group.from, lanes).copy_(h.t());
  r.last_c.narrow(0, group.from, lanes).copy_(group.cells[group.cells.size(0) - 1].view({r.hidden, lanes}).t());
  result.narrow(1, group.from, lanes).copy_(group.output.narrow(0, 1, r.time));
  if (!r.save) group = {};
}

struct LstmGradients {
  Tensor weight_ih, weight_hh, bias;
};

LstmGradients backward_group(const Recurrence& r, Recurrence::Group& group, const Tensor& weight_hh_t,
                             const Tensor& d_result, Tensor& d_input) {
  const std::int64_t lanes = group.to - group.from;
  const std::int64_t n = r.hidden * lanes;
  const torch::TensorOptions options = d_result.options();
  LstmGradients sums = {torch::zeros_like(r.weight_ih), torch::zeros_like(r.weight_hh), torch::zeros_like(r.bias)};
  const Tensor d_output = d_result.narrow(1, group.from, lanes).contiguous();
  Tensor d_gates = torch::empty({4 * r.hidden, lanes}, options);
  Tensor dh = torch::empty({r.hidden, lanes}, options);
  Tensor dc = torch::zeros({n}, options);
  const std::int64_t steps = steps_of_a_block(lanes, r.time);
  Tensor block = torch::empty({steps, lanes, 4 * r.hidden}, options);
  const Tensor weight_ih = as_factor(r.weight_ih);
  for (std::int64_t t = r.time; t-- > 0;) {
    transpose(d_output.data_ptr<float>() + t * n, dh.data_ptr<float>(), lanes, r.hidden);
    if (t + 1 < r.time) accumulate_product(dh, weight_hh_t, d_gates);
    backward_cells(group.gates.data_ptr<float>() + t * 4 * n, group.cells.data_ptr<float>() + t * n,
                   group.tanh_cells.data_ptr<float>() + t * n, dh.data_ptr<float>(), dc.data_ptr<float>(),
                   d_gates.data_ptr<float>(), n);
    transpose(d_gates.data_ptr<float>(), block.data_ptr<float>() + t % steps * 4 * n, 4 * r.hidden, lanes);
    if (t % steps == 0) {
      const std::int64_t here = std::min(steps, r.time - t);
      const Tensor d_rows = block.narrow(0, 0, here).view({here * lanes, 4 * r.hidden});
      const Tensor d_factor = as_factor(d_rows);
      accumulate_product(sums.weight_ih, d_factor.t(), group.input.narrow(0, t, here).view({here * lanes, r.inputs}));
      accumulate_product(sums.weight_hh, d_factor.t(), group.output.narrow(0, t, here).view({here * lanes, r.hidden}));
      sums.bias.add_(d_rows.sum(0));
      d_input.narrow(0, t, here)
          .narrow(1, group.from, lanes)
          .copy_(product(d_factor, weight_ih).view({here, lanes, r.inputs}));
    }
  }
  group = {};
  return sums;
}

struct RecurrenceFunction : torch::autograd::Function<RecurrenceFunction> {
  static Tensor forward(torch::autograd::AutogradContext* context, const Tensor& input, const Tensor& /*weight_ih*/,
                        const Tensor& /*weight_hh*/, const Tensor& /*bias*/,
                        const c10::intrusive_ptr<Recurrence>& recurrence) {
    Tensor result = torch::empty({recurrence->time, recurrence->batch, recurrence->hidden}, input.options());
    for_each_group(recurrence->groups,
                   [&](Recurrence::Group& group, std::size_t) { forward_group(*recurrence, group, input, result); });
    if (recurrence->save) context->saved_data["recurrence"] = c10::IValue::make_capsule(recurrence);
    return result;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list d_results) {
    const auto r = c10::static_intrusive_pointer_cast<Recurrence>(context->saved_data["recurrence"].toCapsule());
    Tensor d_input = torch::empty({r->time, r->batch, r->inputs}, d_results[0].options());
    const Tensor weight_hh_t = as_factor(r->weight_hh.t().contiguous());
    std::vector<LstmGradients> sums(r->groups.size());
    for_each_group(r->groups, [&](Recurrence::Group& group, std::size_t index) {
      sums[index] = backward_group(*r, group, weight_hh_t, d_results[0], d_input);
    });
    for (std::size_t group = 1; group < sums.size(); ++group) {
      sums[0].weight_ih.add_(sums[group].weight_ih);
      sums[0].weight_hh.add_(sums[group].weight_hh);
      sums[0].bias.add_(sums[group].bias);
    }
    return {d_input, sums[0].weight_ih, sums[0].weight_hh, sums[0].bias, Tensor()};
  }
};

/// One layer on the CPU. h and c [batch, H] are the state, replaced.
Tensor recurrence(const Tensor& input, const Tensor& weight_ih, const Tensor& weight_hh, const Tensor& bias, Tensor& h,
                  Tensor& c) {
  auto r = c10::make_intrusive<Recurrence>();
  r->time = input.size(0);
  r->batch = input.size(1);
  r->inputs = input.size(2);
  r->hidden = weight_hh.size(1);
  const Tensor scale = torch::ones({4 * r->hidden, 1}, input.options().requires_grad(false));
  scale.narrow(0, 2 * r->hidden, r->hidden).fill_(2.0);
  r->weight_ih = weight_ih * scale;
  r->weight_hh = weight_hh * scale;
  r->bias = bias * scale.squeeze(1);
  r->first_h = h;
  r->first_c = c;
  r->last_h = torch::empty_like(h);
  r->last_c = torch::empty_like(c);
  r->save = torch::GradMode::is_enabled() &&
            (input.requires_grad() || weight_ih.requires_grad() || weight_hh.requires_grad() || bias.requires_grad());
  split_into_groups(r->batch, r->groups);
  const Tensor output = RecurrenceFunction::apply(input, r->weight_ih, r->weight_hh, r->bias, r);
  h = r->last_h;
  c = r->last_c;
  return output;
}

}  // namespace

Tensor lstm_layers(Tensor input, const ParameterFinder& find, int layers, State* state,
                   const std::function<Tensor(const Tensor&)>& between) {
  const std::int64_t hidden = find("lstm.weight_hh_l0").size(1);
  const bool goes_on = state != nullptr && !state->tensors.empty();
  std::vector<Tensor> last_h, last_c;
  for (int n = 0; n < layers; ++n) {
    const std::string layer = "_l" + std::to_string(n);
    const auto start = [&](std::size_t which) {
      return goes_on ? state->tensors.at(which)[n]
                     : torch::zeros({input.size(1), hidden}, input.options().requires_grad(false));
    };
    Tensor h = start(0);
    Tensor c = start(1);
    if (n > 0 && between) input = between(input);
    const Tensor weight_ih = find("lstm.weight_ih" + layer);
    const Tensor weight_hh = find("lstm.weight_hh" + layer);
    const Tensor bias_ih = find("lstm.bias_ih" + layer);
    const Tensor bias_hh = find("lstm.bias_hh" + layer);
    if (input.device().is_cpu()) {
      input = recurrence(input, weight_ih, weight_hh, bias_ih + bias_hh, h, c);
    } else {
      const auto [output, h_n, c_n] =
          torch::lstm(input, {h.unsqueeze(0), c.unsqueeze(0)}, {weight_ih, weight_hh, bias_ih, bias_hh}, true, 1, 0.0,
                      false, false, false);
      input = output;
      h = h_n.detach()[0];
      c = c_n.detach()[0];
    }
    last_h.push_back(h);
    last_c.push_back(c);
  }
  if (state != nullptr) state->tensors = {torch::stack(last_h), torch::stack(last_c)};
  return input;
}

}  // namespace continuo::nets
