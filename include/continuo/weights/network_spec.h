// What a network is, without its weights: the options from which training builds it and the engine runs it.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace continuo::weights {

inline constexpr int kMaxKernelSize = 64;  ///< taps of any convolution

/// WaveNet, van den Oord et al. 2016 (arXiv 1609.03499), section 2.
struct WaveNetSpec {
  int residual_channels = 64;
  int skip_channels = 128;  ///< with the paper block equal to residual_channels
  int head_channels = 128;  ///< between the two 1x1 convolutions of the head (section 2.4)
  int kernel_size = 2;      ///< taps of each dilated convolution
  int input_kernel_size =
      2;           ///< taps of the first causal convolution over one-hot symbols (a sum of embedding look-ups)
  int stacks = 2;  ///< how often the dilations are repeated
  std::vector<int> dilations = {1, 2, 4, 8, 16, 32, 64, 128};  ///< one stack
  /// "standard": gated = tanh(Wf*x) . sigmoid(Wg*x), 1x1 convolutions to residual and skip (equation 2, figure 4).
  /// "paper" (Ibreighith 2023, figure 8): c = dilated convolution of x; gated from 1x1 convolutions of c; the gated
  /// product is itself the skip and c + gated is the next layer's input.
  std::string block = "standard";
  float dropout = 0.0F;  ///< training only, on the input of each block

  int layers() const noexcept { return stacks * static_cast<int>(dilations.size()); }
  /// Symbols (the present one included) on which one prediction depends.
  int receptive_field() const noexcept;
  friend bool operator==(const WaveNetSpec&, const WaveNetSpec&) = default;
};

/// Stacked LSTM over an embedding (Hochreiter and Schmidhuber 1997, with forget gates).
struct LstmSpec {
  int embedding = 128;
  int hidden = 256;
  int layers = 2;
  float dropout = 0.0F;  ///< training only, on the embedding, between layers and before the head
  friend bool operator==(const LstmSpec&, const LstmSpec&) = default;
};

/// The paper's two together: the skip sum of a WaveNet feeds LSTM layers, whose output feeds the head.
struct WaveNetLstmSpec {
  WaveNetSpec wavenet;
  int hidden = 128;
  int layers = 1;
  friend bool operator==(const WaveNetLstmSpec&, const WaveNetLstmSpec&) = default;
};

struct NetworkSpec {
  int vocabulary_size = 0;
  int labels = 0;  ///< number of labels for global conditioning (section 2.5), 'unknown' (0) included; 0: none
  std::variant<WaveNetSpec, LstmSpec, WaveNetLstmSpec> network;

  std::string name() const;  ///< "wavenet", "lstm", "wavenet-lstm"
  /// Symbols on which a prediction depends, 0 when it depends on all since the start (networks with recurrent state).
  int receptive_field() const noexcept;
  friend bool operator==(const NetworkSpec&, const NetworkSpec&) = default;
};

/// Names that NetworkSpec::name can give.
std::vector<std::string> network_names();

/// JSON text as it stands in model files ("continuo.network"). from_json throws Error naming the bad key; every size is
/// checked against sane limits, so that a spec from a stranger cannot ask for absurd memory.
std::string to_json(const NetworkSpec& spec);
NetworkSpec network_spec_from_json(const std::string& text);

/// Throws Error with the option's name when the spec cannot be built (channels below 1, dilation below 1, unknown block
/// ...).
void validate(const NetworkSpec& spec);

/// A tensor that a network of this spec must have: the contract between training and the engine. See
/// docs/model-file.md.
struct TensorSpec {
  std::string name;
  std::vector<std::int64_t> shape;
};
std::vector<TensorSpec> tensor_specs(const NetworkSpec& spec);

}  // namespace continuo::weights
