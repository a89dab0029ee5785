// WaveNet: symbols, embedding, stack of blocks, head.
#include "continuo/nets/wavenet.h"

#include "nets/wavenet_parts.h"

namespace continuo::nets {

Skips skip_sum(const weights::WaveNetSpec& spec, const ParameterFinder& find, const torch::Tensor& symbols,
               const torch::Tensor& labels, State* state, std::int64_t first, bool training) {
  const std::int64_t batch = symbols.size(0);
  const auto layers = static_cast<std::size_t>(spec.layers());
  const std::int64_t past = spec.input_kernel_size - 1;
  const bool goes_on = state != nullptr && !state->tensors.empty();

  const bool frames = symbols.dim() == 3;
  torch::Tensor before;
  if (goes_on)
    before = state->tensors.at(0);
  else if (frames)
    before = torch::zeros({past, batch, symbols.size(2)}, symbols.options());
  else
    before = torch::full({past, batch}, kNoSymbol, symbols.options());
  const torch::Tensor with_past = torch::cat({before, symbols.transpose(0, 1)});
  torch::Tensor input = frames ? embed_frames(with_past, find("embedding.weight"), find("embedding.bias"))
                               : embed(with_past, find("embedding.weight"), find("embedding.bias"));
  Matches matches;
  if (spec.match > 0) {
    matches = find_matches(symbols.t(), goes_on ? state->tensors.at(1 + layers) : torch::Tensor(), spec.match);
    input = input + embed_matches(matches, find);
  }

  std::vector<BlockTensors> blocks(layers);
  std::vector<torch::Tensor> keep;
  for (std::size_t i = 0; i < layers; ++i) {
    const std::string name = "block." + std::to_string(i) + ".";
    blocks[i] = {.dilated_weight = find(name + "dilated.weight"),
                 .dilated_bias = find(name + "dilated.bias"),
                 .gate_weight = find(name + "gate.weight"),
                 .gate_bias = find(name + "gate.bias"),
                 .skip_weight = find(name + "skip.weight"),
                 .skip_bias = find(name + "skip.bias"),
                 .residual_weight = find(name + "residual.weight"),
                 .residual_bias = find(name + "residual.bias"),
                 .condition = {}};
    if (const torch::Tensor condition = find(name + "condition.weight"); condition.defined())
      blocks[i].condition = torch::embedding(condition, labels);
    if (training && spec.dropout > 0)
      keep.push_back(channel_dropout(batch, spec.residual_channels, spec.dropout, input.options()));
  }

  std::vector<torch::Tensor> tails;
  if (goes_on)
    tails.assign(state->tensors.begin() + 1, state->tensors.begin() + 1 + static_cast<std::ptrdiff_t>(layers));
  std::vector<torch::Tensor> new_tails;
  const torch::Tensor skip =
      wavenet_stack(spec, input, blocks, first, tails, state != nullptr ? &new_tails : nullptr, keep);
  if (state != nullptr) {
    state->tensors.assign(1, with_past.slice(0, with_past.size(0) - past).clone());
    state->tensors.insert(state->tensors.end(), new_tails.begin(), new_tails.end());
    if (spec.match > 0) state->tensors.push_back(matches.memory.to(symbols.device()));
  }
  return {torch::relu(skip), matches};
}

torch::Tensor wavenet_head(const torch::Tensor& x, const Matches& matches, const ParameterFinder& find,
                           std::int64_t first) {
  const torch::Tensor hidden =
      torch::relu(linear(x.transpose(0, 1).contiguous(), find("head.0.weight"), find("head.0.bias")));
  return add_copy_bias(linear(hidden, find("head.1.weight"), find("head.1.bias")), matches, find, first);
}

WaveNetImpl::WaveNetImpl(const weights::NetworkSpec& spec) : NetworkImpl(spec) {}

torch::Tensor WaveNetImpl::forward(const torch::Tensor& symbols, const torch::Tensor& labels, State* state,
                                   std::int64_t first) {
  check_input(symbols, state, first);
  const auto& options = std::get<weights::WaveNetSpec>(spec().network);
  const auto find = [this](const std::string& name) { return has_parameter(name) ? parameter(name) : torch::Tensor(); };
  const Skips skips = skip_sum(options, find, symbols, labels_or_unknown(labels, symbols), state, first, is_training());
  return wavenet_head(skips.sum, skips.matches, find, first);
}

}  // namespace continuo::nets
