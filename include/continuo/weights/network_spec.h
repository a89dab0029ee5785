// What a network is, without its weights: the options from which training builds it and the engine runs it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "continuo/base/named.h"

namespace continuo::weights {

/// What a block of a WaveNet computes.
enum class Block : std::uint8_t {
  kStandard,  ///< gated = tanh(Wf*x) . sigmoid(Wg*x), 1x1 convolutions to residual and skip (equation 2, figure 4)
  /// Ibreighith 2023, figure 8: c = dilated convolution of x; gated from 1x1 convolutions of c; the gated product is
  /// itself the skip and c + gated is the next layer's input.
  kPaper,
};

/// What goes in and comes out at each step.
enum class Output : std::uint8_t {
  kCategorical,  ///< a symbol in, the logits of the next symbol out
  kReal,         ///< a frame of real numbers in, the next frame itself out (GRUV)
  kBinary,       ///< a frame of zeros and ones in, a logit of each value being 1 out
};
using enum Output;

}  // namespace continuo::weights

namespace continuo {

template <>
inline constexpr auto kNamesOf<weights::Block> = std::to_array<std::string_view>({"standard", "paper"});
template <>
inline constexpr auto kNamesOf<weights::Output> = std::to_array<std::string_view>({"categorical", "real", "binary"});

}  // namespace continuo

namespace continuo::weights {

struct NetworkInfo;  // network_info.h

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
  Block block = Block::kStandard;
  float dropout = 0.0F;  ///< training only, on the input of each block
  /// Above 0: what followed when the latest symbols, so many or more, last stood in the sequence is one more input
  /// (MatchModel). Over symbols only.
  int match = 0;

  int layers() const noexcept { return stacks * static_cast<int>(dilations.size()); }
  /// Symbols (the present one included) on which one prediction depends.
  int receptive_field() const noexcept;
  static const NetworkInfo kInfo;
  friend bool operator==(const WaveNetSpec&, const WaveNetSpec&) = default;
};

/// Stacked LSTM over an embedding (Hochreiter and Schmidhuber 1997, with forget gates).
struct LstmSpec {
  int embedding = 128;
  int hidden = 256;
  int layers = 2;
  float dropout = 0.0F;  ///< training only, on the embedding, between layers and before the head
  int match = 0;         ///< as for WaveNetSpec
  static const NetworkInfo kInfo;
  friend bool operator==(const LstmSpec&, const LstmSpec&) = default;
};

/// Stacked GRU over an embedding (Cho et al. 2014, arXiv 1406.1078; the reset gate after the product, as in torch).
struct GruSpec {
  int embedding = 128;
  int hidden = 256;
  int layers = 2;
  float dropout = 0.0F;  ///< training only, as for LstmSpec
  int match = 0;         ///< as for WaveNetSpec
  static const NetworkInfo kInfo;
  friend bool operator==(const GruSpec&, const GruSpec&) = default;
};

/// The paper's two together: the skip sum of a WaveNet feeds LSTM layers, whose output feeds the head.
struct WaveNetLstmSpec {
  WaveNetSpec wavenet;
  int hidden = 128;
  int layers = 1;
  static const NetworkInfo kInfo;
  friend bool operator==(const WaveNetLstmSpec&, const WaveNetLstmSpec&) = default;
};

/// The convolutional network of Pai's guide to WaveNets for music (2020), whose code the paper used: an embedding,
/// causal convolutions that are each followed by ReLU, dropout and max-pooling by 2, the maximum over what is left of
/// time, a dense layer with ReLU and one to the logits. It sees a window of symbols, from which it predicts the next.
struct GuideCnnSpec {
  int window = 32;  ///< symbols; a multiple of 2 to the power of the number of convolutions
  int embedding = 100;
  std::vector<int> channels = {64, 128, 256};  ///< filters of each convolution
  std::vector<int> dilations = {1, 2, 4};      ///< of each convolution, in steps of its own input
  int kernel_size = 3;
  int hidden = 256;      ///< units of the dense layer
  float dropout = 0.2F;  ///< training only
  static const NetworkInfo kInfo;
  friend bool operator==(const GuideCnnSpec&, const GuideCnnSpec&) = default;
};

/// A Markov chain: the counts of n-grams of up to order + 1 symbols, interpolated from the longest context down to the
/// uniform distribution by Witten and Bell's estimate (1991, method C; Chen and Goodman 1998, section 2.4).
struct MarkovSpec {
  int order = 4;              ///< symbols on which a prediction depends at most
  int max_entries = 1 << 20;  ///< n-grams that are kept of each length: the most frequent
  std::vector<int> entries;   ///< n-grams of length 1 to order + 1 that the model holds; empty: not yet counted
  static const NetworkInfo kInfo;
  friend bool operator==(const MarkovSpec&, const MarkovSpec&) = default;
};

struct NetworkSpec {
  int vocabulary_size = 0;  ///< symbols; of networks whose output is no symbol, values of a frame: outputs()
  int labels = 0;           ///< number of labels for global conditioning (section 2.5), 'unknown' (0) included; 0: none
  /// The registry of networks: each alternative has its row, kInfo.
  std::variant<WaveNetSpec, LstmSpec, GruSpec, WaveNetLstmSpec, GuideCnnSpec, MarkovSpec> network;
  Output output = kCategorical;  ///< kReal and kBinary: for networks that can read frames (NetworkInfo)
  /// Above 0: each step reads a frame of so many values, whatever comes out; for the same networks, not with kReal.
  int inputs = 0;

  std::string name() const;  ///< NetworkInfo::name: "wavenet", "lstm" ...
  bool reads_frames() const noexcept { return output != kCategorical || inputs > 0; }
  /// Values that a step gives: a logit for each symbol, or for each value of a frame, or the values themselves.
  int outputs() const noexcept { return vocabulary_size; }
  /// Symbols of the vocabulary; 0 where frames come out.
  int symbols() const noexcept { return output == kCategorical ? vocabulary_size : 0; }
  /// Values of a frame that comes out; 0 where symbols do.
  int frame_width() const noexcept { return output == kCategorical ? 0 : vocabulary_size; }
  /// Symbols that may come in, or values of a frame that does.
  int input_size() const noexcept { return inputs > 0 ? inputs : vocabulary_size; }
  int match() const noexcept;  ///< of the network's options; 0 for networks without a match model
  /// Whether it is counted, not trained by gradient: then it is no libtorch module.
  bool is_counted() const noexcept;
  /// Steps on which a prediction depends, 0 when it depends on all since the start (networks with recurrent state or a
  /// match model).
  int receptive_field() const noexcept;
  friend bool operator==(const NetworkSpec&, const NetworkSpec&) = default;
};

/// Names that NetworkSpec::name can give.
std::vector<std::string> network_names();
/// The default network of that name. Throws Error for a name that is none.
NetworkSpec default_network(const std::string& name);

/// JSON text as it stands in model files ("continuo.network"). from_json throws Error naming the bad key; every size is
/// checked against sane limits, so that a spec from a stranger cannot ask for absurd memory.
std::string to_json(const NetworkSpec& spec);
NetworkSpec network_spec_from_json(const std::string& text);

/// Throws Error with the option's name when the spec cannot be built (channels below 1, dilation below 1, unknown block
/// ...).
void validate(const NetworkSpec& spec);

/// What the values of a tensor are for.
enum class TensorRole : std::uint8_t {
  kMatrix,     ///< weights that are multiplied and added: matrices and kernels, output rows first
  kEmbedding,  ///< a row for each symbol, which is looked up; where frames are read a matrix like others
  kLookUp,     ///< a row for each label or match, which is looked up
  kVector,     ///< biases and other single values
  kTable,      ///< counts of a Markov chain
};

/// Of a tensor above all layers: the head.
inline constexpr int kNoLayer = -1;

/// A tensor that a network of this spec must have: the contract between training and the engine. See
/// docs/model-file.md.
struct TensorSpec {
  std::string name;
  std::vector<std::int64_t> shape;
  TensorRole role = TensorRole::kMatrix;
  int layer =
      kNoLayer;  ///< from 0, from the symbols upwards; the embedding and what is added to it belong to the first
  /// Training begins with values from a uniform distribution, so wide to either side of 0; its variance is width^2 / 3.
  double initial_width = 0;
  std::int64_t ones_begin = 0, ones_end = 0;  ///< of a vector: these values begin as 1 instead
};
std::vector<TensorSpec> tensor_specs(const NetworkSpec& spec);

}  // namespace continuo::weights
