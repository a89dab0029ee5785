// Windows, convolutions with pooling, dense layers.
#include "continuo/nets/guide_cnn.h"

#include <algorithm>

#include "nets/layers.h"

namespace continuo::nets {
namespace {

/// Windows that are computed at once where no gradient needs them all: bounds the memory of an evaluation.
constexpr std::int64_t kWindowsAtOnce = 1024;

/// max(convolution, 0) of x [time, windows, inputs], causal within the window, then the maximum of each pair of
/// positions. weight [channels, inputs, taps].
torch::Tensor convolve_and_pool(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias,
                                std::int64_t dilation, double dropout) {
  const std::int64_t time = x.size(0);
  const std::int64_t taps = weight.size(2);
  const std::int64_t past = (taps - 1) * dilation;
  const torch::Tensor padded = torch::cat({torch::zeros({past, x.size(1), x.size(2)}, x.options()), x});
  std::vector<torch::Tensor> shifted;
  for (std::int64_t tap = 0; tap < taps; ++tap) shifted.push_back(padded.narrow(0, tap * dilation, time));
  const torch::Tensor columns = torch::cat(shifted, 2);
  const torch::Tensor matrix = weight.permute({0, 2, 1}).reshape({weight.size(0), -1});
  torch::Tensor y = torch::relu(linear(columns, matrix, bias));
  if (dropout > 0) y = y * dropout_factor(y.sizes().vec(), 1, dropout, y.options());
  const torch::Tensor pairs = y.view({time / 2, 2, y.size(1), y.size(2)});
  return torch::maximum(pairs.select(1, 0), pairs.select(1, 1));
}

}  // namespace

GuideCnnImpl::GuideCnnImpl(const weights::NetworkSpec& spec) : NetworkImpl(spec) {}

/// Logits [windows, vocabulary] of int64 [windows, window] with kNoSymbol before the beginning; labels [windows].
torch::Tensor GuideCnnImpl::predict(const torch::Tensor& windows, const torch::Tensor& labels) const {
  const auto& options = std::get<weights::GuideCnnSpec>(spec().network);
  const torch::Tensor symbols = windows.t().contiguous();
  const torch::Tensor known = (symbols >= 0).unsqueeze(2);
  torch::Tensor x = torch::embedding(parameter("embedding.weight"), symbols.clamp_min(0));
  if (has_parameter("condition.weight")) x = x + torch::embedding(parameter("condition.weight"), labels).unsqueeze(0);
  x = x * known;
  for (std::size_t i = 0; i < options.channels.size(); ++i) {
    const std::string name = "convolution." + std::to_string(i);
    x = convolve_and_pool(x, parameter(name + ".weight"), parameter(name + ".bias"), options.dilations[i],
                          is_training() ? options.dropout : 0.0);
  }
  const torch::Tensor hidden = torch::relu(linear(x.amax(0), parameter("hidden.weight"), parameter("hidden.bias")));
  return linear(hidden, parameter("head.weight"), parameter("head.bias"));
}

torch::Tensor GuideCnnImpl::forward(const torch::Tensor& symbols, const torch::Tensor& labels, State* state,
                                    std::int64_t first) {
  check_input(symbols, state, first);
  const std::int64_t window = std::get<weights::GuideCnnSpec>(spec().network).window;
  const std::int64_t batch = symbols.size(0);
  const std::int64_t wanted = symbols.size(1) - first;
  const bool goes_on = state != nullptr && !state->tensors.empty();
  const torch::Tensor before =
      goes_on ? state->tensors.at(0) : torch::full({window - 1, batch}, kNoSymbol, symbols.options());
  const torch::Tensor all = torch::cat({before, symbols.t()});  // [window - 1 + time, batch]
  if (state != nullptr) state->tensors = {all.slice(0, all.size(0) - (window - 1)).clone()};

  const torch::Tensor windows =
      all.t().slice(1, first).unfold(1, window, 1).reshape({batch * wanted, window});  // row by row
  const torch::Tensor each = labels_or_unknown(labels, symbols).repeat_interleave(wanted);
  const std::int64_t at_once = torch::GradMode::is_enabled() ? windows.size(0) : kWindowsAtOnce;
  std::vector<torch::Tensor> parts;
  for (std::int64_t from = 0; from < windows.size(0); from += at_once)
    parts.push_back(predict(windows.slice(0, from, from + at_once), each.slice(0, from, from + at_once)));
  return torch::cat(parts).view({batch, wanted, -1});
}

}  // namespace continuo::nets
