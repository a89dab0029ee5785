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
  WaveNetLstmStates(const WaveNetLstmWeights& its_weights, Arena& arena, std::size_t count)
      : network(its_weights),
        streams(count),
        body(network.body, arena, count, {run_tail, this, padded(network.head.logits.rows)}),
        lstm(network.lstm, arena, count),
        head(network.head, arena, count),
        joined(arena.take(count * padded(network.head.hidden.columns))) {}
  WaveNetLstmStates(const WaveNetLstmStates&) = delete;  // the body knows where it is
  WaveNetLstmStates& operator=(const WaveNetLstmStates&) = delete;

  float* step(const WaveNetLstmWeights& weights, const Input* inputs, const std::size_t* labels) noexcept {
    return body.step(weights.body, inputs, labels);
  }
  static float* run_tail(void* self, const float* skip) noexcept {
    auto& own = *static_cast<WaveNetLstmStates*>(self);
    const std::size_t skips = own.network.body.skips;
    const std::size_t hidden = own.network.lstm.hidden;
    const std::size_t stride = padded(own.network.head.hidden.columns);
    const float* const output = own.lstm.step(own.network.lstm, skip, padded(skips));
    for (std::size_t i = 0; i < own.streams; ++i) {
      std::copy_n(skip + i * padded(skips), skips, own.joined + i * stride);
      std::copy_n(output + i * padded(hidden), hidden, own.joined + i * stride + skips);
    }
    return own.head.step(own.network.head, own.joined, stride);
  }
  void reset(const WaveNetLstmWeights& weights) noexcept {
    body.reset(weights.body);
    lstm.reset();
  }
  void reset(const WaveNetLstmWeights& weights, std::size_t stream) noexcept {
    body.reset(weights.body, stream);
    lstm.reset(stream);
  }
  void remove(const WaveNetLstmWeights& weights, std::size_t stream) noexcept {
    body.remove(weights.body, stream);
    lstm.remove(stream);
    head.remove();
    --streams;
  }
  template <class F>
  void each_part(const WaveNetLstmWeights& weights, std::size_t a, std::size_t b, const F& f) const noexcept {
    body.each_part(weights.body, a, b, f);
    lstm.each_part(a, b, f);
  }
  void resume(const WaveNetLstmWeights& weights, std::size_t stream) noexcept { body.resume(weights.body, stream); }

  const WaveNetLstmWeights& network;
  std::size_t streams;
  WaveNetState body;
  LstmState lstm;
  WaveNetHeadState head;
  float* joined;
};

std::vector<float> recompute_wavenet_lstm_network(const WaveNetLstmWeights& weights, const Inputs& inputs,
                                                  std::size_t label) {
  const Sequence skips = recompute_body(weights.body, inputs, label);
  const Sequence outputs = recompute_lstm(weights.lstm, skips);
  Sequence joined(inputs.length, skips.channels() + outputs.channels());
  for (std::size_t t = 0; t < inputs.length; ++t) {
    for (std::size_t i = 0; i < skips.channels(); ++i) joined(t, i) = skips(t, i);
    for (std::size_t i = 0; i < outputs.channels(); ++i) joined(t, skips.channels() + i) = outputs(t, i);
  }
  return recompute_head(weights.head, joined, weights.body, inputs);
}

}  // namespace

std::shared_ptr<const Model> create_wavenet_lstm(const weights::ModelFile& file, const Options& options) {
  return std::make_shared<NetworkModel<WaveNetLstmWeights, WaveNetLstmStates, recompute_wavenet_lstm_network>>(file,
                                                                                                               options);
}

}  // namespace continuo::engine
