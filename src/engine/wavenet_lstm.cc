// `wavenet-lstm`: the skip sum of a WaveNet feeds LSTM layers; the head sees both, so that local patterns reach it
// directly.
#include <algorithm>

#include "engine/lstm.h"
#include "engine/networks.h"
#include "engine/recompute.h"
#include "engine/wavenet.h"

namespace continuo::engine {
namespace {

struct WaveNetLstmWeights {
  WaveNetLstmWeights(const weights::ModelFile& file, Arena& arena)
      : WaveNetLstmWeights(file, std::get<weights::WaveNetLstmSpec>(file.network().network), arena) {}
  WaveNetLstmWeights(const weights::ModelFile& file, const weights::WaveNetLstmSpec& spec, Arena& arena)
      : body(file, spec.wavenet, arena), lstm(file, body.skips, spec.hidden, spec.layers, arena), head(file, arena) {}

  WaveNetBody body;
  LstmLayers lstm;
  WaveNetHead head;  ///< over [skip sum; LSTM output]
};

struct WaveNetLstmStates {
  WaveNetLstmStates(const WaveNetLstmWeights& weights, Arena& arena)
      : body(weights.body, arena),
        lstm(weights.lstm, arena),
        head(weights.head, arena),
        joined(arena.take(weights.head.hidden.columns)) {}

  std::span<const float> step(const WaveNetLstmWeights& weights, const Input& input, std::size_t label) noexcept {
    const float* const skip = body.step(weights.body, &input, &label);
    std::copy_n(skip, weights.body.skips, joined);
    std::copy_n(lstm.step(weights.lstm, skip), weights.lstm.hidden, joined + weights.body.skips);
    return {head.step(weights.head, joined, 0), weights.head.logits.rows};
  }
  void reset() noexcept {
    body.reset();
    lstm.reset();
  }

  WaveNetState body;
  LstmState lstm;
  WaveNetHeadState head;
  float* joined;
};

std::vector<float> recompute(const WaveNetLstmWeights& weights, const Inputs& inputs, std::size_t label) {
  const Sequence skips = recompute_body(weights.body, inputs, label);
  const Sequence outputs = recompute_lstm(weights.lstm, skips);
  Sequence joined(inputs.length, skips.channels() + outputs.channels());
  for (std::size_t t = 0; t < inputs.length; ++t) {
    for (std::size_t i = 0; i < skips.channels(); ++i) joined(t, i) = skips(t, i);
    for (std::size_t i = 0; i < outputs.channels(); ++i) joined(t, skips.channels() + i) = outputs(t, i);
  }
  return recompute_head(weights.head, joined);
}

}  // namespace

std::shared_ptr<const Model> create_wavenet_lstm(const weights::ModelFile& file, const Options& options) {
  return std::make_shared<NetworkModel<WaveNetLstmWeights, WaveNetLstmStates, recompute>>(file, options);
}

}  // namespace continuo::engine
