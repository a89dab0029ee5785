// guide-cnn: its options and its tensors.
#include "continuo/base/error.h"
#include "weights/network_parts.h"

namespace continuo::weights {
namespace {

const GuideCnnSpec& guide_of(const NetworkSpec& spec) { return std::get<GuideCnnSpec>(spec.network); }

void visit_guide(NetworkSpec& spec, OptionVisitor& v) {
  auto& guide = std::get<GuideCnnSpec>(spec.network);
  v.section("guide-cnn");
  v.option({"window", "symbols from which the next is predicted", {1, kMaxWindow}}, guide.window);
  v.option({"embedding", "size of a symbol's vector", kChannelLimits}, guide.embedding);
  v.option({"channels", "filters of each convolution; each halves time by max-pooling", kChannelLimits},
           guide.channels);
  v.option({"dilations", "of each convolution, in steps of its own input", {1, kMaxWindow}}, guide.dilations);
  v.option({"kernel_size", "taps of each convolution", kTapLimits}, guide.kernel_size);
  v.option({"hidden", "units of the dense layer", kChannelLimits}, guide.hidden);
  v.option({"dropout", "in training, after each convolution", kDropoutLimits}, guide.dropout);
}

void check_guide(const NetworkSpec& given) {
  const GuideCnnSpec& spec = guide_of(given);
  check_range("channels (how many)", static_cast<std::int64_t>(spec.channels.size()), 1, kMaxConvolutions);
  if (spec.dilations.size() != spec.channels.size())
    throw Error({.message = "network option dilations has " + std::to_string(spec.dilations.size()) +
                            " values, but there are " + std::to_string(spec.channels.size()) + " convolutions",
                 .hint = "Give one dilation for each of channels.",
                 .code = ErrorCode::kInvalidArgument});
  const int halved = 1 << spec.channels.size();
  if (spec.window % halved != 0)
    throw Error({.message = "network option window is " + std::to_string(spec.window) + ", but is halved " +
                            std::to_string(spec.channels.size()) + " times",
                 .hint = "Give a multiple of " + std::to_string(halved) + ".",
                 .code = ErrorCode::kInvalidArgument});
}

std::vector<TensorSpec> guide_tensors(const NetworkSpec& spec) {
  constexpr double kBeforeRelu = 2.0;  // He et al. 2015
  const GuideCnnSpec& guide = guide_of(spec);
  std::vector<TensorSpec> list;
  add_embedding(list, {spec.vocabulary_size, guide.embedding}, false);
  if (spec.labels > 0) add_look_up(list, "condition.weight", {spec.labels, guide.embedding}, 0, 0.1);
  std::int64_t input = guide.embedding;
  for (std::size_t i = 0; i < guide.channels.size(); ++i) {
    const std::string convolution = "convolution." + std::to_string(i) + ".";
    const int layer = static_cast<int>(i);
    add_matrix(list, convolution + "weight", {guide.channels[i], input, guide.kernel_size}, layer, kBeforeRelu);
    add_vector(list, convolution + "bias", guide.channels[i], layer);
    input = guide.channels[i];
  }
  add_matrix(list, "hidden.weight", {guide.hidden, input}, kNoLayer, kBeforeRelu);
  add_vector(list, "hidden.bias", guide.hidden, kNoLayer);
  add_head(list, guide.hidden, spec.vocabulary_size);
  return list;
}

}  // namespace

const NetworkInfo GuideCnnSpec::kInfo = {
    .name = "guide-cnn",
    .explanation = "convolutions and max-pooling over a window",
    .takes_labels = true,
    .visit = visit_guide,
    .check = check_guide,
    .tensors = guide_tensors,
    .receptive_field = [](const NetworkSpec& spec) { return guide_of(spec).window; },
};

}  // namespace continuo::weights
