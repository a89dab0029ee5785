// wavenet-lstm: a WaveNet with LSTM layers above its skip sum.
#include "weights/network_parts.h"

namespace continuo::weights {
namespace {

const WaveNetLstmSpec& both_of(const NetworkSpec& spec) { return std::get<WaveNetLstmSpec>(spec.network); }

void visit_both(NetworkSpec& spec, OptionVisitor& v) {
  auto& both = std::get<WaveNetLstmSpec>(spec.network);
  v.section("wavenet");
  visit_wavenet(both.wavenet, v);
  v.section("lstm");
  v.option({"hidden", "units of each LSTM layer above the skip sum", kChannelLimits}, both.hidden);
  v.option({"layers", "LSTM layers", kLayerLimits}, both.layers);
}

std::vector<TensorSpec> tensors_of_both(const NetworkSpec& spec) {
  const WaveNetLstmSpec& both = both_of(spec);
  const WaveNetSpec& wavenet = both.wavenet;
  std::vector<TensorSpec> list;
  add_wavenet(list, wavenet, spec);
  add_recurrent(list, {.name = "lstm",
                       .gates = 4,
                       .input = wavenet.skip_channels,
                       .hidden = both.hidden,
                       .layers = both.layers,
                       .first = wavenet.layers()});
  add_head(list, wavenet.skip_channels + both.hidden, wavenet.head_channels, spec.vocabulary_size);
  return list;
}

}  // namespace

const NetworkInfo WaveNetLstmSpec::kInfo = {
    .name = "wavenet-lstm",
    .explanation = "a WaveNet with LSTM layers above it",
    .reads_frames = true,
    .takes_labels = true,
    .is_stepwise = true,
    .visit = visit_both,
    .check = [](const NetworkSpec& spec) { check_wavenet(both_of(spec).wavenet); },
    .tensors = tensors_of_both,
    .match = [](const NetworkSpec& spec) { return both_of(spec).wavenet.match; },
};

}  // namespace continuo::weights
