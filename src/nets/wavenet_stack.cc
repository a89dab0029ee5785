// The blocks of a WaveNet as one differentiable function with a backward pass of its own. Against single operations
// under libtorch's automatic differentiation it saves the copies for padding and for shifted slices, makes one product
// of all skip connections, and runs groups of sequences on their own threads from the first block to the last.
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <memory>

#include "nets/layers.h"
#include "nets/products.h"

namespace continuo::nets {
namespace {

using torch::Tensor;

/// Rows (positions x sequences) that go through the stack together: few enough that what one layer writes and the next
/// reads stays in the cache, many enough for efficient products.
constexpr std::int64_t kGroupRows = 1024;

/// Weights as the products below want them.
struct Layer {
  Tensor taps;         ///< [kernel, R, G], G = 2 R or, in the paper block, R
  Tensor bias;         ///< [G]
  Tensor gate_weight;  ///< [2 R, R], paper block
  Tensor gate_bias;    ///< [2 R], paper block
  Tensor out_weight;   ///< [R, R] to the residual path, or undefined
  Tensor out_bias;     ///< [R]
  Tensor condition;    ///< [batch, 2 R] or undefined
  Tensor skip_bias;    ///< [S], standard block: a part of the sum that Plan holds
};

/// Calls f with each tensor of a layer that is there.
template <class AnyLayer, class F>
void for_each_tensor(AnyLayer& layer, const F& f) {
  for (auto member : {&Layer::taps, &Layer::bias, &Layer::gate_weight, &Layer::gate_bias, &Layer::out_weight,
                      &Layer::out_bias, &Layer::condition, &Layer::skip_bias})
    if ((layer.*member).defined()) f(layer.*member);
}

/// A copy in which the first half of all gates' pre-activations comes out doubled.
Layer double_filter(const Layer& layer) {
  Layer result = layer;
  const bool paper = layer.gate_weight.defined();
  const Tensor& bias = paper ? layer.gate_bias : layer.bias;
  Tensor scale = torch::ones_like(bias);
  scale.narrow(0, 0, scale.size(0) / 2).fill_(2.0);
  (paper ? result.gate_bias : result.bias) = bias * scale;
  if (paper)
    result.gate_weight = layer.gate_weight * scale.unsqueeze(1);
  else
    result.taps = layer.taps * scale;
  if (layer.condition.defined()) result.condition = layer.condition * scale;
  return result;
}

/// All that the forward pass leaves for the backward pass, and the sizes that both use.
struct Plan : torch::CustomClassHolder {
  bool paper = false;
  bool save = false;  ///< a backward pass will follow
  std::int64_t time = 0, batch = 0, first = 0, kernel = 0, residual = 0, skip = 0;
  std::vector<std::int64_t> dilations;  ///< of each layer
  std::vector<std::int64_t> begin;      ///< layer i computes positions begin[i]..time-1
  std::vector<Layer> layers;
  std::vector<Layer> doubled;  ///< the same, what leads to the tanh doubled: tanh x = 2 sigmoid 2x - 1, which is faster
  Tensor skip_weight;          ///< [S, L x R]; undefined in the paper block
  Tensor skip_bias;            ///< [S], of all layers together
  std::vector<Tensor> tails, keep;
  std::vector<Tensor>* new_tails = nullptr;

  struct Group {
    std::int64_t from = 0, to = 0;  ///< sequences
    std::vector<Tensor> inputs;     ///< of each convolution, after dropout [(time - start) x b, R]
    std::vector<Tensor> convolved;  ///< paper block: [rows, R]
    std::vector<Tensor> activated;  ///< [rows, 2 R]: tanh and sigmoid
    Tensor gated;                   ///< [rows of layer 0, L x R]: their products, all layers side by side
  };
  std::vector<Group> groups;
  std::int64_t parts = 1;  ///< threads: part p takes groups p x groups / parts and so on

  /// The first position of a layer's input that is there.
  std::int64_t start(std::size_t layer) const { return layer == 0 ? 0 : begin[layer - 1]; }
  /// How many positions back tap `tap` of a layer reaches.
  std::int64_t shift(std::size_t layer, std::int64_t tap) const { return (kernel - 1 - tap) * dilations[layer]; }

  template <class F>
  void for_each_part(const F& body) const {
    at::parallel_for(0, parts, 1, [&](std::int64_t from, std::int64_t to) {
      const torch::NoGradGuard no_grad;  // thread-local: the pool's threads have gradients on
      for (std::int64_t part = from; part < to; ++part) body(part);
    });
  }
  std::size_t first_group(std::int64_t part) const {
    return static_cast<std::size_t>(part) * groups.size() / static_cast<std::size_t>(parts);
  }
};

Tensor half(const Tensor& gates, std::int64_t which) {
  const std::int64_t width = gates.size(1) / 2;
  return gates.narrow(1, which * width, width);
}

void forward_group(Plan& plan, Plan::Group& group, const Tensor& input, Tensor& result) {
  const std::int64_t lanes = group.to - group.from;
  const std::size_t count = plan.layers.size();
  const auto rows = [&](std::int64_t positions) { return positions * lanes; };
  Tensor x = input.narrow(1, group.from, lanes).contiguous().view({rows(plan.time), plan.residual});
  Tensor gated_all =
      torch::empty({rows(plan.time - plan.begin[0]), static_cast<std::int64_t>(count) * plan.residual}, x.options());
  for (std::size_t i = 0; i < count; ++i) {
    const Layer& layer = plan.doubled[i];
    const std::int64_t start = plan.start(i);
    const std::int64_t begin = plan.begin[i];
    const std::int64_t past = plan.shift(i, 0);
    Tensor tail;  // [past x lanes, R], or undefined when there is no past
    if (!plan.tails.empty() && past > 0)
      tail = plan.tails[i].narrow(1, group.from, lanes).contiguous().view({rows(past), plan.residual});
    if (plan.new_tails != nullptr && past > 0) {
      Tensor next = (*plan.new_tails)[i].narrow(1, group.from, lanes);
      const std::int64_t here = std::min(past, plan.time);
      if (here < past && tail.defined())
        next.narrow(0, 0, past - here)
            .copy_(tail.narrow(0, rows(here), rows(past - here)).view({past - here, lanes, -1}));
      next.narrow(0, past - here, here)
          .copy_(x.narrow(0, rows(plan.time - here - start), rows(here)).view({here, lanes, -1}));
    }
    Tensor in = x;
    if (!plan.keep.empty()) {
      const Tensor keep = plan.keep[i].narrow(0, group.from, lanes);
      in = (x.view({-1, lanes, plan.residual}) * keep).view({-1, plan.residual});
      if (tail.defined()) tail = (tail.view({-1, lanes, plan.residual}) * keep).view({-1, plan.residual});
    }

    // The newest tap covers every position; older taps those whose input lies in this chunk or in the tail.
    const Tensor factor = as_factor(in);
    Tensor gates = add_product(layer.bias, factor.narrow(0, rows(begin - start), rows(plan.time - begin)),
                               layer.taps[plan.kernel - 1]);
    for (std::int64_t tap = 0; tap + 1 < plan.kernel; ++tap) {
      const std::int64_t shift = plan.shift(i, tap);
      const std::int64_t from = std::max(begin, shift);
      if (from < plan.time)
        accumulate_product(gates.narrow(0, rows(from - begin), rows(plan.time - from)),
                           factor.narrow(0, rows(from - shift - start), rows(plan.time - from)), layer.taps[tap]);
      const std::int64_t to = std::min(shift, plan.time);
      if (tail.defined() && begin < to)
        accumulate_product(gates.narrow(0, 0, rows(to - begin)),
                           tail.narrow(0, rows(past + begin - shift), rows(to - begin)), layer.taps[tap]);
    }
    const Tensor convolved = gates;
    if (plan.paper) gates = add_product(layer.gate_bias, convolved, layer.gate_weight.t());
    if (layer.condition.defined())
      gates.view({-1, lanes, 2 * plan.residual}).add_(layer.condition.narrow(0, group.from, lanes));
    Tensor filter = half(gates, 0);
    Tensor gate = half(gates, 1);
    gates.sigmoid_();
    filter.mul_(2.0).sub_(1.0);
    Tensor gated = gated_all.narrow(0, rows(begin - plan.begin[0]), rows(plan.time - begin))
                       .narrow(1, static_cast<std::int64_t>(i) * plan.residual, plan.residual);
    torch::mul_out(gated, filter, gate);

    if (plan.save) {
      group.inputs.push_back(in);
      group.activated.push_back(gates);
      if (plan.paper) group.convolved.push_back(convolved);
    }
    if (plan.paper) {
      if (i + 1 < count) x = convolved + gated;
    } else if (layer.out_weight.defined()) {
      x = add_product(x.narrow(0, rows(begin - start), rows(plan.time - begin)), gated, layer.out_weight.t())
              .add_(layer.out_bias);
    }
  }
  const Tensor wanted = gated_all.narrow(0, rows(plan.first - plan.begin[0]), rows(plan.time - plan.first));
  Tensor out = plan.paper ? wanted.view({-1, static_cast<std::int64_t>(count), plan.residual}).sum(1)
                          : add_product(plan.skip_bias, wanted, plan.skip_weight.t());
  result.narrow(1, group.from, lanes).copy_(out.view({plan.time - plan.first, lanes, plan.skip}));
  if (plan.save) group.gated = gated_all;
}

/// Sums of a part's gradients, shaped like the weights.
struct StackGradients {
  std::vector<Layer> layers;
  Tensor skip_weight;

  explicit StackGradients(const Plan& plan) : layers(plan.layers), skip_weight(plan.skip_weight) {
    for_each([](Tensor& tensor) { tensor = torch::zeros_like(tensor, at::MemoryFormat::Contiguous); });
  }
  template <class F>
  void for_each(const F& f) {
    if (skip_weight.defined()) f(skip_weight);
    for (Layer& layer : layers) for_each_tensor(layer, f);
  }
};

void backward_group(const Plan& plan, Plan::Group& group, const Tensor& d_result, Tensor& d_input,
                    StackGradients& sums) {
  const std::int64_t lanes = group.to - group.from;
  const std::size_t count = plan.layers.size();
  const auto rows = [&](std::int64_t positions) { return positions * lanes; };
  const Tensor d_skip =
      d_result.narrow(1, group.from, lanes).contiguous().view({rows(plan.time - plan.first), plan.skip});
  Tensor d_gated_all;
  if (!plan.paper) {
    const Tensor wanted = group.gated.narrow(0, rows(plan.first - plan.begin[0]), rows(plan.time - plan.first));
    const Tensor d_factor = as_factor(d_skip);
    accumulate_product(sums.skip_weight, d_factor.t(), wanted);
    const Tensor d_bias = d_skip.sum(0);
    for (Layer& sum : sums.layers) sum.skip_bias.add_(d_bias);
    d_gated_all = product(d_factor, plan.skip_weight);
  }

  Tensor dx;  // gradient of the layer's output, rows from begin[i]; undefined where the output is not used
  for (std::size_t i = count; i-- > 0;) {
    const Layer& layer = plan.layers[i];
    Layer& sum = sums.layers[i];
    const std::int64_t start = plan.start(i);
    const std::int64_t begin = plan.begin[i];
    const std::int64_t n = rows(plan.time - begin);
    const Tensor gated = group.gated.narrow(0, rows(begin - plan.begin[0]), n)
                             .narrow(1, static_cast<std::int64_t>(i) * plan.residual, plan.residual);
    // Skip connections lead from the positions that are wanted only, the residual path from all.
    Tensor d_gated;
    const std::int64_t skipped = rows(plan.first - begin);
    if (plan.paper) {
      d_gated = dx.defined() ? dx.clone() : torch::zeros({n, plan.residual}, d_skip.options());
      d_gated.narrow(0, skipped, n - skipped).add_(d_skip);
    } else {
      const Tensor from_skip = d_gated_all.narrow(1, static_cast<std::int64_t>(i) * plan.residual, plan.residual);
      if (skipped == 0) {
        d_gated = from_skip;
        if (dx.defined()) accumulate_product(d_gated, dx, layer.out_weight);
      } else {
        d_gated = product(dx, layer.out_weight);
        d_gated.narrow(0, skipped, n - skipped).add_(from_skip);
      }
      if (dx.defined()) {
        accumulate_product(sum.out_weight, dx.t(), gated);
        sum.out_bias.add_(dx.sum(0));
      }
    }

    const Tensor filter = half(group.activated[i], 0);
    const Tensor gate = half(group.activated[i], 1);
    Tensor d_gates = torch::empty({n, 2 * plan.residual}, d_skip.options());
    Tensor d_filter = half(d_gates, 0);
    Tensor d_gate = half(d_gates, 1);
    torch::tanh_backward_out(d_filter, d_gated * gate, filter);
    torch::sigmoid_backward_out(d_gate, d_gated * filter, gate);
    if (layer.condition.defined())
      sum.condition.narrow(0, group.from, lanes).add_(d_gates.view({-1, lanes, 2 * plan.residual}).sum(0));

    Tensor d_convolved = d_gates;
    if (plan.paper) {
      accumulate_product(sum.gate_weight, d_gates.t(), group.convolved[i]);
      sum.gate_bias.add_(d_gates.sum(0));
      d_convolved = dx.defined() ? add_product(dx, d_gates, layer.gate_weight) : product(d_gates, layer.gate_weight);
    }
    sum.bias.add_(d_convolved.sum(0));

    // Into the layer's input: through the taps, and in the standard block past the convolution.
    const Tensor factor = as_factor(group.inputs[i]);
    const Tensor newest = factor.narrow(0, rows(begin - start), n);
    const Tensor d_factor = as_factor(d_convolved);
    accumulate_product(sum.taps[plan.kernel - 1], newest.t(), d_factor);
    Tensor d_in;
    const bool around = !plan.paper && dx.defined();
    const bool dropped = !plan.keep.empty();
    if (begin == start) {
      if (around && !dropped) {
        accumulate_product(dx, d_factor, layer.taps[plan.kernel - 1].t());
        d_in = dx;
      } else {
        d_in = product(d_factor, layer.taps[plan.kernel - 1].t());
      }
    } else {
      d_in = torch::zeros({rows(plan.time - start), plan.residual}, d_skip.options());
      if (around && !dropped) d_in.narrow(0, rows(begin - start), n).copy_(dx);
      accumulate_product(d_in.narrow(0, rows(begin - start), n), d_factor, layer.taps[plan.kernel - 1].t());
    }
    for (std::int64_t tap = 0; tap + 1 < plan.kernel; ++tap) {
      const std::int64_t shift = plan.shift(i, tap);
      const std::int64_t from = std::max(begin, shift);
      if (from < plan.time) {
        const Tensor d_rows = d_factor.narrow(0, rows(from - begin), rows(plan.time - from));
        const std::int64_t at = rows(from - shift - start);
        accumulate_product(sum.taps[tap], factor.narrow(0, at, d_rows.size(0)).t(), d_rows);
        accumulate_product(d_in.narrow(0, at, d_rows.size(0)), d_rows, layer.taps[tap].t());
      }
      // Rows of the tail are the past's: constants here.
      const std::int64_t to = std::min(shift, plan.time);
      if (!plan.tails.empty() && begin < to) {
        const std::int64_t past = plan.shift(i, 0);
        Tensor tail = plan.tails[i].narrow(0, past + begin - shift, to - begin).narrow(1, group.from, lanes);
        if (dropped) tail = tail * plan.keep[i].narrow(0, group.from, lanes);
        accumulate_product(sum.taps[tap], tail.reshape({rows(to - begin), plan.residual}).t(),
                           d_factor.narrow(0, 0, rows(to - begin)));
      }
    }
    if (dropped) {
      d_in.view({-1, lanes, plan.residual}).mul_(plan.keep[i].narrow(0, group.from, lanes));
      if (around) d_in.narrow(0, rows(begin - start), n).add_(dx);
    }
    dx = d_in;
    if (plan.paper) group.convolved[i].reset();
    group.inputs[i].reset();
    group.activated[i].reset();
  }
  d_input.narrow(1, group.from, lanes).copy_(dx.view({plan.time, lanes, plan.residual}));
}

struct StackFunction : torch::autograd::Function<StackFunction> {
  /// `weights`: those that the plan holds, in the order of StackGradients::for_each, for the graph.
  static Tensor forward(torch::autograd::AutogradContext* context, const Tensor& input, at::TensorList /*weights*/,
                        const c10::intrusive_ptr<Plan>& plan) {
    Tensor result = torch::empty({plan->time - plan->first, plan->batch, plan->skip}, input.options());
    for (const Layer& layer : plan->layers) plan->doubled.push_back(double_filter(layer));
    plan->for_each_part([&](std::int64_t part) {
      for (std::size_t g = plan->first_group(part); g < plan->first_group(part + 1); ++g)
        forward_group(*plan, plan->groups[g], input, result);
    });
    plan->doubled.clear();
    if (plan->save) context->saved_data["plan"] = c10::IValue::make_capsule(plan);
    return result;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list d_results) {
    const auto plan = c10::static_intrusive_pointer_cast<Plan>(context->saved_data["plan"].toCapsule());
    Tensor d_input = torch::empty({plan->time, plan->batch, plan->residual}, d_results[0].options());
    std::vector<StackGradients> sums;
    for (std::int64_t part = 0; part < plan->parts; ++part) sums.emplace_back(*plan);
    plan->for_each_part([&](std::int64_t part) {
      for (std::size_t g = plan->first_group(part); g < plan->first_group(part + 1); ++g)
        backward_group(*plan, plan->groups[g], d_results[0], d_input, sums[static_cast<std::size_t>(part)]);
    });
    torch::autograd::variable_list gradients = {d_input};
    sums[0].for_each([&](Tensor& gradient) { gradients.push_back(gradient); });
    for (std::size_t part = 1; part < sums.size(); ++part) {
      std::size_t next = 1;
      sums[part].for_each([&](Tensor& gradient) { gradients[next++].add_(gradient); });
    }
    gradients.emplace_back();  // the plan
    return gradients;
  }
};

}  // namespace

Tensor wavenet_stack(const weights::WaveNetSpec& spec, const Tensor& input, const std::vector<BlockTensors>& blocks,
                     std::int64_t first, const std::vector<Tensor>& tails, std::vector<Tensor>* new_tails,
                     const std::vector<Tensor>& keep) {
  auto plan = c10::make_intrusive<Plan>();
  plan->paper = spec.block == weights::Block::kPaper;
  plan->time = input.size(0);
  plan->batch = input.size(1);
  plan->first = first;
  plan->kernel = spec.kernel_size;
  plan->residual = spec.residual_channels;
  plan->skip = spec.skip_channels;
  plan->tails = tails;
  plan->keep = keep;

  std::vector<Tensor> skip_weights, skip_biases;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const BlockTensors& block = blocks[i];
    plan->dilations.push_back(spec.dilations[i % spec.dilations.size()]);
    plan->layers.push_back({block.dilated_weight.permute({2, 1, 0}).contiguous(), block.dilated_bias, block.gate_weight,
                            block.gate_bias, block.residual_weight, block.residual_bias, block.condition,
                            block.skip_bias});
    skip_weights.push_back(block.skip_weight);
    skip_biases.push_back(block.skip_bias);
  }
  if (!plan->paper) {
    plan->skip_weight = torch::cat(skip_weights, 1);
    // Each bias is an input of its own: the gradient of a sum would be one tensor shared by all.
    plan->skip_bias = torch::stack(skip_biases).detach().sum(0);
  }

  // The positions that a layer must compute: those that the layers above it reach back to from `first` on.
  plan->begin.assign(blocks.size(), first);
  for (std::size_t i = blocks.size(); i-- > 1;) {
    const std::int64_t past = plan->shift(i, 0);
    plan->begin[i - 1] = std::max<std::int64_t>(0, plan->begin[i] - past);
    if (new_tails != nullptr)
      plan->begin[i - 1] = std::min(plan->begin[i - 1], std::max<std::int64_t>(0, plan->time - past));
  }
  plan->new_tails = new_tails;
  const torch::TensorOptions constant = input.options().requires_grad(false);
  for (std::size_t i = 0; new_tails != nullptr && i < blocks.size(); ++i)
    new_tails->push_back(torch::zeros({plan->shift(i, 0), plan->batch, plan->residual}, constant));

  std::vector<Tensor> weights;
  if (!plan->paper) weights = {plan->skip_weight};
  for (const Layer& layer : plan->layers)
    for_each_tensor(layer, [&](const Tensor& tensor) { weights.push_back(tensor); });
  plan->save =
      torch::GradMode::is_enabled() &&
      (input.requires_grad() || std::ranges::any_of(weights, [](const Tensor& t) { return t.requires_grad(); }));

  const std::int64_t lanes =
      input.device().is_cpu() ? std::clamp<std::int64_t>(kGroupRows / plan->time, 1, plan->batch) : plan->batch;
  for (std::int64_t from = 0; from < plan->batch; from += lanes)
    plan->groups.push_back({from, std::min(plan->batch, from + lanes), {}, {}, {}, {}});
  plan->parts = std::clamp<std::int64_t>(static_cast<std::int64_t>(plan->groups.size()), 1, at::get_num_threads());
  return StackFunction::apply(input, at::TensorList(weights), plan);
}

}  // namespace continuo::nets
