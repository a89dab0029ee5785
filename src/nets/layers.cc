// The layers of layers.h.
#include "nets/layers.h"

namespace continuo::nets {

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

torch::Tensor channel_dropout(std::int64_t batch, std::int64_t channels, double rate,
                              const torch::TensorOptions& like) {
  return torch::empty({batch, channels}, like).bernoulli_(1.0 - rate).div_(1.0 - rate);
}

}  // namespace continuo::nets
