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

torch::Tensor lstm_layers(torch::Tensor input, const ParameterFinder& find, int layers, State* state,
                          const std::function<torch::Tensor(const torch::Tensor&)>& between) {
  const std::int64_t hidden = find("lstm.weight_hh_l0").size(1);
  const bool goes_on = state != nullptr && !state->tensors.empty();
  std::vector<torch::Tensor> last_h, last_c;
  for (int n = 0; n < layers; ++n) {
    const std::string layer = "_l" + std::to_string(n);
    const auto zeros = [&] { return torch::zeros({1, input.size(1), hidden}, input.options()); };
    const torch::Tensor h = goes_on ? state->tensors.at(0).slice(0, n, n + 1).contiguous() : zeros();
    const torch::Tensor c = goes_on ? state->tensors.at(1).slice(0, n, n + 1).contiguous() : zeros();
    if (n > 0 && between) input = between(input);
    const auto [output, h_n, c_n] = torch::lstm(input, {h, c},
                                                {find("lstm.weight_ih" + layer), find("lstm.weight_hh" + layer),
                                                 find("lstm.bias_ih" + layer), find("lstm.bias_hh" + layer)},
                                                true, 1, 0.0, false, false, false);
    input = output;
    last_h.push_back(h_n.detach());
    last_c.push_back(c_n.detach());
  }
  if (state != nullptr) state->tensors = {torch::cat(last_h), torch::cat(last_c)};
  return input;
}

torch::Tensor channel_dropout(std::int64_t batch, std::int64_t channels, double rate,
                              const torch::TensorOptions& like) {
  return torch::empty({batch, channels}, like).bernoulli_(1.0 - rate).div_(1.0 - rate);
}

}  // namespace continuo::nets
