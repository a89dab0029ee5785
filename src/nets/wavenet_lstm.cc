// WaveNet and LSTM together.
#include "continuo/nets/wavenet_lstm.h"

#include "nets/wavenet_parts.h"

namespace continuo::nets {

WaveNetLstmImpl::WaveNetLstmImpl(const weights::NetworkSpec& spec) : NetworkImpl(spec) {}

torch::Tensor WaveNetLstmImpl::forward(const torch::Tensor& symbols, const torch::Tensor& labels, State* state,
                                       std::int64_t first) {
  check_input(symbols, state, first);
  const auto& options = std::get<weights::WaveNetLstmSpec>(spec().network);
  const auto find = [this](const std::string& name) { return has_parameter(name) ? parameter(name) : torch::Tensor(); };
  // The state: what the WaveNet's skip_sum keeps, then h and c of the LSTM layers.
  State wavenet_state;
  State lstm_state;
  if (state != nullptr && !state->tensors.empty()) {
    const auto split = state->tensors.end() - 2;
    wavenet_state.tensors.assign(state->tensors.begin(), split);
    lstm_state.tensors.assign(split, state->tensors.end());
  }
  // The LSTM has an unlimited memory: it needs the skip sum of every position.
  const Skips skips = skip_sum(options.wavenet, find, symbols, labels_or_unknown(labels, symbols),
                               state != nullptr ? &wavenet_state : nullptr, 0, is_training());
  const torch::Tensor recurrent =
      lstm_layers(skips.sum, find, options.layers, state != nullptr ? &lstm_state : nullptr, {});
  if (state != nullptr) {
    state->tensors = std::move(wavenet_state.tensors);
    state->tensors.insert(state->tensors.end(), lstm_state.tensors.begin(), lstm_state.tensors.end());
  }
  return wavenet_head(torch::cat({skips.sum.slice(0, first), recurrent.slice(0, first)}, 2), skips.matches, find,
                      first);
}

}  // namespace continuo::nets
