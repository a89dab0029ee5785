// What LSTM and GRU layers share: how layers are stacked, and on the CPU one differentiable function for each layer
// with a backward pass of its own, whose groups of sequences are shared out over the threads.
#pragma once

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "nets/layers.h"
#include "nets/products.h"

namespace continuo::nets {

/// Steps whose products do not depend on the recurrence and are made at once: rows (steps x sequences) enough to be
/// efficient, and few enough that the result is still in the cache when it is used.
inline std::int64_t steps_of_a_block(std::int64_t sequences, std::int64_t time) {
  constexpr std::int64_t kBlockRows = 256;
  return std::clamp<std::int64_t>(kBlockRows / sequences, 1, time);
}

/// to[columns, rows] = the transpose of from[rows, columns].
inline void transpose(const float* from, float* to, std::int64_t rows, std::int64_t columns) {
  for (std::int64_t c = 0; c < columns; ++c)
    for (std::int64_t r = 0; r < rows; ++r) to[c * rows + r] = from[r * columns + c];
}

/// Groups of sequences, [from, to) each: one for each thread.
template <class Group>
void split_into_groups(std::int64_t batch, std::vector<Group>& groups) {
  const std::int64_t count = std::clamp<std::int64_t>(at::get_num_threads(), 1, batch);
  for (std::int64_t g = 0; g < count; ++g) {
    groups.emplace_back();
    groups.back().from = g * batch / count;
    groups.back().to = (g + 1) * batch / count;
  }
}

/// body(group, its number), on a thread each.
template <class Group, class F>
void for_each_group(std::vector<Group>& groups, const F& body) {
  at::parallel_for(0, static_cast<std::int64_t>(groups.size()), 1, [&](std::int64_t from, std::int64_t to) {
    const torch::NoGradGuard no_grad;  // thread-local: the pool's threads have gradients on
    for (std::int64_t group = from; group < to; ++group)
      body(groups[static_cast<std::size_t>(group)], static_cast<std::size_t>(group));
  });
}

/// What the forward pass of a layer leaves for its backward pass. A Layer derives from this and has
///   void forward(Group&, const Tensor& input [time, batch, I], Tensor& result [time, batch, H]), which fills `last`;
///   std::vector<Tensor> backward(Group&, const Tensor& weight_hh_t, const Tensor& d_result, Tensor& d_input), which
///   gives the gradients of `weights`.
/// A Group has the sequences from `from` to `to`.
template <class G>
struct RecurrentLayer : torch::CustomClassHolder {
  using Group = G;
  bool save = false;  ///< whether there will be a backward pass
  std::int64_t time = 0, batch = 0, inputs = 0, hidden = 0;
  std::vector<torch::Tensor> weights;  ///< input's [gates H, I], state's [gates H, H], biases [gates H]
  std::vector<torch::Tensor> first;    ///< states [batch, H]
  std::vector<torch::Tensor> last;
  std::vector<Group> groups;  ///< one for each thread

  const torch::Tensor& weight_ih() const { return weights[0]; }
  const torch::Tensor& weight_hh() const { return weights[1]; }
};

template <class Layer>
struct RecurrentFunction : torch::autograd::Function<RecurrentFunction<Layer>> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& input,
                               const at::TensorList& /*weights*/, const c10::intrusive_ptr<Layer>& layer) {
    torch::Tensor result = torch::empty({layer->time, layer->batch, layer->hidden}, input.options());
    for_each_group(layer->groups,
                   [&](typename Layer::Group& group, std::size_t) { layer->forward(group, input, result); });
    if (layer->save) context->saved_data["layer"] = c10::IValue::make_capsule(layer);
    return result;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list d_results) {
    const auto layer = c10::static_intrusive_pointer_cast<Layer>(context->saved_data["layer"].toCapsule());
    torch::Tensor d_input = torch::empty({layer->time, layer->batch, layer->inputs}, d_results[0].options());
    const torch::Tensor weight_hh_t = as_factor(layer->weight_hh().t().contiguous());
    std::vector<std::vector<torch::Tensor>> sums(layer->groups.size());
    for_each_group(layer->groups, [&](typename Layer::Group& group, std::size_t index) {
      sums[index] = layer->backward(group, weight_hh_t, d_results[0], d_input);
    });
    for (std::size_t group = 1; group < sums.size(); ++group)
      for (std::size_t i = 0; i < sums[0].size(); ++i) sums[0][i].add_(sums[group][i]);
    torch::autograd::variable_list gradients = {d_input};
    gradients.insert(gradients.end(), sums[0].begin(), sums[0].end());
    gradients.emplace_back();  // of the layer
    return gradients;
  }
};

/// One layer on the CPU. `states` [batch, H] each, replaced.
template <class Layer>
torch::Tensor run_layer(const torch::Tensor& input, std::vector<torch::Tensor> weights,
                        std::vector<torch::Tensor>& states) {
  auto layer = c10::make_intrusive<Layer>();
  layer->time = input.size(0);
  layer->batch = input.size(1);
  layer->inputs = input.size(2);
  layer->hidden = weights[1].size(1);
  layer->weights = std::move(weights);
  layer->first = states;
  for (const torch::Tensor& state : states) layer->last.push_back(torch::empty_like(state));
  const auto learns = [](const torch::Tensor& tensor) { return tensor.requires_grad(); };
  layer->save = torch::GradMode::is_enabled() && (learns(input) || std::ranges::any_of(layer->weights, learns));
  split_into_groups(layer->batch, layer->groups);
  const torch::Tensor output = RecurrentFunction<Layer>::apply(input, at::TensorList(layer->weights), layer);
  states = layer->last;
  return output;
}

/// Stacked layers "PREFIX.weight_ih_l0" ..., as lstm_layers() and gru_layers() say. `states`: how many tensors the
/// state of a layer has. layer(input, {weight_ih, weight_hh, bias_ih, bias_hh}, states) gives a layer's output and
/// replaces its states.
template <class OneLayer>
torch::Tensor stacked_layers(torch::Tensor input, const std::string& prefix, std::size_t states,
                             const ParameterFinder& find, int layers, State* state,
                             const std::function<torch::Tensor(const torch::Tensor&)>& between, const OneLayer& layer) {
  const std::int64_t hidden = find(prefix + ".weight_hh_l0").size(1);
  const bool goes_on = state != nullptr && !state->tensors.empty();
  std::vector<std::vector<torch::Tensor>> last(states);  // [which][layer]
  for (int n = 0; n < layers; ++n) {
    std::vector<torch::Tensor> own, weights;
    for (std::size_t which = 0; which < states; ++which)
      own.push_back(goes_on ? state->tensors.at(which)[n]
                            : torch::zeros({input.size(1), hidden}, input.options().requires_grad(false)));
    if (n > 0 && between) input = between(input);
    for (const char* kind : {"weight_ih", "weight_hh", "bias_ih", "bias_hh"})
      weights.push_back(find(prefix + "." + kind + "_l" + std::to_string(n)));
    input = layer(input, weights, own);
    for (std::size_t which = 0; which < states; ++which) last[which].push_back(own[which]);
  }
  if (state != nullptr) {
    state->tensors.clear();
    for (const auto& of_layers : last) state->tensors.push_back(torch::stack(of_layers));
  }
  return input;
}

}  // namespace continuo::nets
