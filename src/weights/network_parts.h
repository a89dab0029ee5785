// What several networks have: options and tensors. Each network's row is in a file of its own.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "continuo/weights/network_info.h"
#include "weights/network_limits.h"

namespace continuo::weights {

inline constexpr Limits kChannelLimits{1, kMaxChannels};
inline constexpr Limits kLayerLimits{1, kMaxLayers};
inline constexpr Limits kTapLimits{1, kMaxKernelSize};
inline constexpr Limits kDropoutLimits{0, 1, true};

/// Throws Error naming the option, its value and the choices that there are.
[[noreturn]] void refuse_choice(std::string_view option, const std::string& value,
                                std::span<const std::string_view> choices);

/// Throws Error naming the option.
void check_range(const std::string& option, std::int64_t value, std::int64_t low, std::int64_t high);

/// Shows the visitor an enumeration by its names. Throws Error for a name that it gives back and that is none.
template <Named E>
void visit_choice(OptionVisitor& visitor, const OptionInfo& info, E& value) {
  std::string text(name_of(value));
  visitor.option(info, text, kNamesOf<E>);
  const auto chosen = value_named<E>(text);
  if (!chosen) refuse_choice(info.name, text, kNamesOf<E>);
  value = *chosen;
}

void visit_match(int& match, OptionVisitor& visitor);
void check_match(int match);

void visit_wavenet(WaveNetSpec& spec, OptionVisitor& visitor);
void check_wavenet(const WaveNetSpec& spec);

// Scales of first values are chosen so that every pre-activation starts near unit variance.

/// Half the width of the uniform distribution of this variance.
double uniform_width(double variance);

/// Values of a row, or of all taps of a kernel's output.
double fan_in(const std::vector<std::int64_t>& shape);

/// `gain`: variance of a product with values of variance 1.
void add_matrix(std::vector<TensorSpec>& tensors, std::string name, std::vector<std::int64_t> shape, int layer,
                double gain = 1.0);
void add_vector(std::vector<TensorSpec>& tensors, std::string name, std::int64_t size, int layer);
void add_look_up(std::vector<TensorSpec>& tensors, std::string name, std::vector<std::int64_t> shape, int layer,
                 double width);

/// "embedding.weight" [inputs, channels] or [taps, inputs, channels].
void add_embedding(std::vector<TensorSpec>& tensors, std::vector<std::int64_t> shape, bool frames);
/// Nothing where `match` is 0.
void add_match(std::vector<TensorSpec>& tensors, int match, std::int64_t vocabulary, std::int64_t channels);
/// Embedding, match model and blocks of a WaveNet.
void add_wavenet(std::vector<TensorSpec>& tensors, const WaveNetSpec& wavenet, const NetworkSpec& spec);
/// "NAME.weight_ih_l0" ...: `lstm` layers have 4 gates, `gru` layers 3. `first`: number of the lowest.
struct RecurrentShape {
  std::string name;
  std::int64_t gates = 4, input = 1, hidden = 1;
  int layers = 1, first = 0;
};
void add_recurrent(std::vector<TensorSpec>& tensors, const RecurrentShape& shape);
/// "head.weight" and "head.bias": the only layer above.
void add_head(std::vector<TensorSpec>& tensors, std::int64_t input, std::int64_t outputs);
/// A hidden layer with ReLU, "head.0", and the outputs, "head.1".
void add_head(std::vector<TensorSpec>& tensors, std::int64_t input, std::int64_t hidden, std::int64_t outputs);

}  // namespace continuo::weights
