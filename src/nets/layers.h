// What the networks are made of, as functions of tensors. Sequences are time-major here, [time, batch, channels], so
// that a time shift is a contiguous run of rows.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "continuo/nets/network.h"

#ifndef _OPENMP
#error "at::parallel_for is a loop on one thread where its caller is compiled without OpenMP"
#endif

namespace continuo::nets {

/// Finds a parameter by its contract name; undefined when the network has none of that name.
using ParameterFinder = std::function<torch::Tensor(const std::string&)>;

/// Marks a symbol before the beginning of its sequence; it contributes nothing.
inline constexpr std::int64_t kNoSymbol = -1;

/// The first causal convolution over one-hot symbols as a sum of look-ups. weight [taps, vocabulary, channels], tap 0
/// the oldest. `symbols` int64 [taps - 1 + time, batch] with the past (or kNoSymbol) in front. Gives [time, batch,
/// channels].
torch::Tensor embed(const torch::Tensor& symbols, const torch::Tensor& weight, const torch::Tensor& bias);

/// The same over frames, float [taps - 1 + time, batch, values] with the past (or zeros) in front.
torch::Tensor embed_frames(const torch::Tensor& frames, const torch::Tensor& weight, const torch::Tensor& bias);

/// Parameters of one block, shapes as in weights::tensor_specs(); what the block or the spec does not have is
/// undefined.
struct BlockTensors {
  torch::Tensor dilated_weight, dilated_bias;
  torch::Tensor gate_weight, gate_bias;
  torch::Tensor skip_weight, skip_bias;
  torch::Tensor residual_weight, residual_bias;
  torch::Tensor condition;  ///< [batch, 2 R], added to the gate's pre-activations
};

/// The blocks of a WaveNet over `input` [time, batch, R]: the skip sum [time - first, batch, S].
/// `tails`: for each layer its past inputs [past, batch, R] with past = (kernel - 1) x dilation, or empty when the
/// sequences begin here. `new_tails` (may be null) receives them for what follows, detached.
/// `keep`: for each layer a factor [batch, R] on its input (dropout: whole channels of a sequence), or empty.
torch::Tensor wavenet_stack(const weights::WaveNetSpec& spec, const torch::Tensor& input,
                            const std::vector<BlockTensors>& blocks, std::int64_t first,
                            const std::vector<torch::Tensor>& tails, std::vector<torch::Tensor>* new_tails,
                            const std::vector<torch::Tensor>& keep);

/// Stacked LSTM layers "lstm.*" over `input` [time, batch, inputs]: outputs [time, batch, hidden]. `state` (may be
/// null) holds h and c, each [layers, batch, hidden], or nothing when the sequences begin here; it is replaced,
/// detached. Gate order i, f, g, o as in torch. `between` (may be empty) is applied between layers.
torch::Tensor lstm_layers(torch::Tensor input, const ParameterFinder& find, int layers, State* state,
                          const std::function<torch::Tensor(const torch::Tensor&)>& between);

/// Stacked GRU layers "gru.*", the same way; the state is h alone. Gate order r, z, n and equations as in torch.
torch::Tensor gru_layers(torch::Tensor input, const ParameterFinder& find, int layers, State* state,
                         const std::function<torch::Tensor(const torch::Tensor&)>& between);

/// x [..., inputs] times weight^T plus bias, with its rows split over OpenMP's threads where there are several.
torch::Tensor linear(const torch::Tensor& x, const torch::Tensor& weight, const torch::Tensor& bias);

/// A factor of zeros and 1 / (1 - rate) of that shape, whose `dimension` counts sequences, or so many windows of each.
torch::Tensor dropout_factor(std::vector<std::int64_t> shape, std::int64_t dimension, double rate,
                             const torch::TensorOptions& like);

/// A factor [batch, channels] of zeros and 1 / (1 - rate): dropout of whole channels of a sequence, the same at every
/// position (Gal and Ghahramani 2016 for recurrent networks, Bai et al. 2018 for convolutions). Costs one draw a
/// channel instead of one a value.
torch::Tensor channel_dropout(std::int64_t batch, std::int64_t channels, double rate, const torch::TensorOptions& like);

}  // namespace continuo::nets
