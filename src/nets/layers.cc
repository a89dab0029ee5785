// The layers of layers.h.
#include "nets/layers.h"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "nets/products.h"

namespace continuo::nets {
namespace {

constexpr std::int64_t kRowsWorthAThread = 128;

struct LinearFunction : torch::autograd::Function<LinearFunction> {
  /// Rows of each thread: part p of `parts` takes [first_row(p), first_row(p + 1)).
  static std::int64_t parts(std::int64_t rows) {
    return std::clamp<std::int64_t>(rows / kRowsWorthAThread, 1, at::get_num_threads());
  }

  template <class F>
  static void for_each_part(std::int64_t rows, const F& body) {
    const std::int64_t count = parts(rows);
    at::parallel_for(0, count, 1, [&](std::int64_t from, std::int64_t to) {
      const torch::NoGradGuard no_grad;  // thread-local: the pool's threads have gradients on
      for (std::int64_t part = from; part < to; ++part) {
        const std::int64_t first = part * rows / count;
        body(static_cast<std::size_t>(part), first, (part + 1) * rows / count - first);
      }
    });
  }

  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x,
                               const torch::Tensor& weight, const torch::Tensor& bias) {
    context->save_for_backward({x, weight});
    torch::Tensor result = torch::empty({x.size(0), weight.size(0)}, x.options());
    const torch::Tensor factor = as_factor(weight.t());
    for_each_part(x.size(0), [&](std::size_t, std::int64_t first, std::int64_t count) {
      torch::Tensor rows = result.narrow(0, first, count);
      add_product_out(rows, bias, x.narrow(0, first, count), factor);
    });
    return result;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list d_results) {
    const auto saved = context->get_saved_variables();
    const torch::Tensor& x = saved[0];
    const torch::Tensor& weight = saved[1];
    const torch::Tensor d_result = d_results[0].contiguous();
    torch::Tensor d_x = torch::empty_like(x);
    const torch::Tensor factor = as_factor(weight);
    const auto count = static_cast<std::size_t>(parts(x.size(0)));
    std::vector<torch::Tensor> d_weight(count), d_bias(count);
    for_each_part(x.size(0), [&](std::size_t part, std::int64_t first, std::int64_t n) {
      const torch::Tensor d_rows = d_result.narrow(0, first, n);
      torch::Tensor d_x_rows = d_x.narrow(0, first, n);
      const torch::Tensor d_factor = as_factor(d_rows);
      if (products_are_bfloat())
        d_x_rows.copy_(product(d_factor, factor));
      else
        torch::mm_out(d_x_rows, d_factor, factor);
      d_weight[part] = product(d_factor.t(), x.narrow(0, first, n));
      d_bias[part] = d_rows.sum(0);
    });
    for (std::size_t part = 1; part < count; ++part) {
      d_weight[0].add_(d_weight[part]);
      d_bias[0].add_(d_bias[part]);
    }
    return {d_x, d_weight[0], d_bias[0]};
  }
};

}  // namespace

torch::Tensor embed(const torch::Tensor& symbols, const torch::Tensor& weight, const torch::Tensor& bias) {
  const std::int64_t taps = weight.size(0);
  const std::int64_t vocabulary = weight.size(1);
  const std::int64_t time = symbols.size(0) - (taps - 1);
  // One table of all taps' rows and a row of zeros for what lies before the beginning.
  const torch::Tensor table =
      torch::cat({weight.view({taps * vocabulary, -1}), torch::zeros({1, weight.size(2)}, weight.options())});
  std::vector<torch::Tensor> rows;
  for (std::int64_t tap = 0; tap < taps; ++tap) {
    const torch::Tensor at = symbols.slice(0, tap, tap + time);
    rows.push_back(torch::where(at < 0, torch::full_like(at, taps * vocabulary), at + tap * vocabulary));
  }
  return torch::embedding(table, torch::stack(rows, 2)).sum(2) + bias;
}

torch::Tensor embed_frames(const torch::Tensor& frames, const torch::Tensor& weight, const torch::Tensor& bias) {
  const std::int64_t taps = weight.size(0);
  const std::int64_t time = frames.size(0) - (taps - 1);
  std::vector<torch::Tensor> shifted;
  for (std::int64_t tap = 0; tap < taps; ++tap) shifted.push_back(frames.slice(0, tap, tap + time));
  const torch::Tensor joined = taps == 1 ? shifted[0] : torch::cat(shifted, 2);
  return linear(joined.contiguous(), weight.view({-1, weight.size(2)}).t(), bias);
}

torch::Tensor linear(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias) {
  if (!products_are_bfloat() && (!x.device().is_cpu() || at::get_num_threads() == 1))
    return torch::linear(x, weight, bias);
  std::vector<std::int64_t> shape = x.sizes().vec();
  shape.back() = weight.size(0);
  return LinearFunction::apply(x.reshape({-1, x.size(-1)}), weight, bias).view(shape);
}

}  // namespace continuo::nets
