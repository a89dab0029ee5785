// wavenet: its options, its tensors and how far it sees.
#include <algorithm>
#include <array>
#include <limits>

#include "continuo/base/error.h"
#include "weights/network_parts.h"

namespace continuo::weights {
namespace {

std::int64_t exact_receptive_field(const WaveNetSpec& spec) {
  std::int64_t sum = 0;
  for (const int dilation : spec.dilations) sum += dilation;
  return 1 + (spec.input_kernel_size - 1) + std::int64_t{spec.kernel_size - 1} * spec.stacks * sum;
}

const WaveNetSpec& wavenet_of(const NetworkSpec& spec) { return std::get<WaveNetSpec>(spec.network); }

}  // namespace

int WaveNetSpec::receptive_field() const noexcept {
  return static_cast<int>(std::min<std::int64_t>(exact_receptive_field(*this), std::numeric_limits<int>::max()));
}

void visit_wavenet(WaveNetSpec& spec, OptionVisitor& v) {
  v.option({"residual_channels", "channels between the blocks", kChannelLimits}, spec.residual_channels);
  v.option(
      {"skip_channels", "channels of the skip sum; equal to residual_channels with block = \"paper\"", kChannelLimits},
      spec.skip_channels);
  v.option({"head_channels", "channels between the two 1x1 convolutions of the head", kChannelLimits},
           spec.head_channels);
  v.option({"kernel_size", "taps of each dilated convolution", kTapLimits}, spec.kernel_size);
  v.option({"input_kernel_size", "taps of the first convolution, over the symbols", kTapLimits},
           spec.input_kernel_size);
  v.option({"stacks", "how often the dilations are repeated", kLayerLimits}, spec.stacks);
  v.option({"dilations", "of one stack, in symbols", {1, kMaxDilation}}, spec.dilations);
  visit_choice(v, {"block", "\"standard\" (van den Oord et al. 2016) or \"paper\" (Ibreighith 2023, figure 8)"},
               spec.block);
  v.option({"dropout", "in training, on the input of each block", kDropoutLimits}, spec.dropout);
  visit_match(spec.match, v);
}

void check_wavenet(const WaveNetSpec& spec) {
  const auto dilations = static_cast<std::int64_t>(spec.dilations.size());
  check_range("dilations (how many)", dilations, 1, kMaxLayers);
  check_range("stacks times dilations", spec.stacks * dilations, 1, kMaxLayers);
  if (spec.block == Block::kPaper && spec.skip_channels != spec.residual_channels)
    throw Error({.message = "network option skip_channels must equal residual_channels with the paper block",
                 .hint = "Set skip_channels to " + std::to_string(spec.residual_channels) + ".",
                 .code = ErrorCode::kInvalidArgument});
  check_match(spec.match);
  const std::int64_t field = exact_receptive_field(spec);
  check_range("dilations (receptive field)", field, 1, kMaxReceptiveField);
  check_range("residual_channels (times receptive field)", field * spec.residual_channels, 1, kMaxStateValues);
}

void add_wavenet(std::vector<TensorSpec>& tensors, const WaveNetSpec& wavenet, const NetworkSpec& spec) {
  const std::int64_t residual = wavenet.residual_channels;
  const std::int64_t skip = wavenet.skip_channels;
  const std::int64_t inputs = spec.input_size();
  add_embedding(tensors, {wavenet.input_kernel_size, inputs, residual}, spec.reads_frames());
  add_vector(tensors, "embedding.bias", residual, 0);
  add_match(tensors, wavenet.match, inputs, residual);
  const bool paper = wavenet.block == Block::kPaper;
  const std::int64_t dilated = paper ? residual : 2 * residual;
  // A gated product has a mean square of about 0.12; with so many of them the sums into the skip and along the residual
  // path stay near 1 at any depth.
  const double sum_gain = 8.0 / std::max(8, wavenet.layers());
  for (int i = 0; i < wavenet.layers(); ++i) {
    const std::string block = "block." + std::to_string(i) + ".";
    add_matrix(tensors, block + "dilated.weight", {dilated, residual, wavenet.kernel_size}, i);
    add_vector(tensors, block + "dilated.bias", dilated, i);
    if (paper) {
      add_matrix(tensors, block + "gate.weight", {2 * residual, residual}, i);
      add_vector(tensors, block + "gate.bias", 2 * residual, i);
    } else {
      add_matrix(tensors, block + "skip.weight", {skip, residual}, i, sum_gain);
      add_vector(tensors, block + "skip.bias", skip, i);
      if (i + 1 < wavenet.layers()) {
        add_matrix(tensors, block + "residual.weight", {residual, residual}, i, sum_gain);
        add_vector(tensors, block + "residual.bias", residual, i);
      }
    }
    if (spec.labels > 0) add_look_up(tensors, block + "condition.weight", {spec.labels, 2 * residual}, i, 0.1);
  }
}

const NetworkInfo WaveNetSpec::kInfo = {
    .name = "wavenet",
    .explanation = "dilated causal convolutions",
    .reads_frames = true,
    .takes_labels = true,
    .is_stepwise = true,
    .visit =
        [](NetworkSpec& spec, OptionVisitor& v) {
          v.section("wavenet");
          visit_wavenet(std::get<WaveNetSpec>(spec.network), v);
        },
    .check = [](const NetworkSpec& spec) { check_wavenet(wavenet_of(spec)); },
    .tensors =
        [](const NetworkSpec& spec) {
          std::vector<TensorSpec> tensors;
          add_wavenet(tensors, wavenet_of(spec), spec);
          add_head(tensors, wavenet_of(spec).skip_channels, wavenet_of(spec).head_channels, spec.vocabulary_size);
          return tensors;
        },
    .receptive_field = [](const NetworkSpec& spec) { return wavenet_of(spec).receptive_field(); },
    .match = [](const NetworkSpec& spec) { return wavenet_of(spec).match; },
};

}  // namespace continuo::weights
