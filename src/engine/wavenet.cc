// `wavenet`: streaming WaveNet, section 2 of arXiv 1609.03499, with the dilated taps in ring buffers.
#include "engine/wavenet.h"

#include <algorithm>
#include <bit>
#include <string>
#include <utility>

#include "engine/networks.h"
#include "engine/recompute.h"

namespace continuo::engine {

WaveNetBody::WaveNetBody(const weights::ModelFile& file, const weights::WaveNetSpec& wavenet, Arena& arena)
    : spec(wavenet),
      paper(wavenet.block == "paper"),
      channels(static_cast<std::size_t>(wavenet.residual_channels)),
      skips(static_cast<std::size_t>(wavenet.skip_channels)),
      labels(static_cast<std::size_t>(file.network().labels)),
      embedding(file, arena) {
  const auto taps = static_cast<std::size_t>(spec.kernel_size);
  for (int i = 0; i < spec.layers(); ++i) {
    const std::string block = "block." + std::to_string(i) + ".";
    WaveNetLayer layer;
    layer.dilation = static_cast<std::size_t>(spec.dilations[static_cast<std::size_t>(i) % spec.dilations.size()]);
    // The present input is read where it is: a ring holds the past only, back to the oldest tap.
    const std::size_t slots = std::bit_ceil(std::max<std::size_t>((taps - 1) * layer.dilation, 1));
    layer.ring = ring_values;
    layer.ring_mask = slots - 1;
    ring_values += padded(slots * channels);
    const weights::Tensor& weight = file.tensor(block + "dilated.weight");  // [rows, R, taps]
    const weights::Tensor& bias = file.tensor(block + "dilated.bias");
    layer.dilated = pack_affine(
        arena, bias.values.size(), taps * channels,
        [&](std::size_t row, std::size_t column) {
          return weight.values[(row * channels + column % channels) * taps + column / channels];
        },
        [&](std::size_t row) { return bias.values[row]; });
    if (labels > 0) layer.condition = pack_values(arena, file, block + "condition.weight");
    if (paper) {
      layer.gate = pack_affine(arena, file, block + "gate");
    } else {
      layer.skip = pack_affine(arena, file, block + "skip");
      if (i + 1 < spec.layers()) layer.residual = pack_affine(arena, file, block + "residual");
    }
    layers.push_back(layer);
  }
}

WaveNetHead::WaveNetHead(const weights::ModelFile& file, Arena& arena)
    : hidden(pack_affine(arena, file, "head.0")), logits(pack_affine(arena, file, "head.1")) {}

WaveNetState::WaveNetState(const WaveNetBody& body, Arena& arena) : embedding_(body.embedding, arena) {
  const auto taps = static_cast<std::size_t>(body.spec.kernel_size);
  rings_ = arena.take(body.ring_values);
  ring_values_ = body.ring_values;
  input_ = arena.take(body.channels);
  window_ = arena.take(taps * body.channels);
  pre_ = arena.take(2 * body.channels);
  gated_ = arena.take(body.channels);
  skip_ = arena.take(body.skips);
}

void WaveNetState::reset() noexcept {
  std::fill_n(rings_, ring_values_, 0.0F);
  embedding_.reset();
  time_ = 0;
}

/// Lays the taps of a layer side by side, oldest first, and remembers its input. Slots before the start are zero.
void WaveNetState::gather(const WaveNetBody& body, const WaveNetLayer& layer) noexcept {
  float* const ring = rings_ + layer.ring;
  const auto taps = static_cast<std::size_t>(body.spec.kernel_size);
  for (std::size_t tap = 0; tap + 1 < taps; ++tap) {
    const std::uint64_t age = (taps - 1 - tap) * layer.dilation;
    std::copy_n(ring + ((time_ - age) & layer.ring_mask) * body.channels, body.channels, window_ + tap * body.channels);
  }
  std::copy_n(input_, body.channels, window_ + (taps - 1) * body.channels);
  std::copy_n(input_, body.channels, ring + (time_ & layer.ring_mask) * body.channels);
}

const float* WaveNetState::step(const WaveNetBody& body, const Input& input, std::size_t label) noexcept {
  embedding_.step(body.embedding, input, input_);
  std::fill_n(skip_, body.skips, 0.0F);
  for (const WaveNetLayer& layer : body.layers) {
    gather(body, layer);
    if (body.paper) {
      assign(layer.dilated, window_, input_);
      assign(layer.gate, input_, pre_);
    } else {
      assign(layer.dilated, window_, pre_);
    }
    if (layer.condition != nullptr) add(2 * body.channels, layer.condition + label * 2 * body.channels, pre_);
    gate(body.channels, pre_, gated_);
    if (body.paper) {
      add(body.channels, gated_, skip_);
      add(body.channels, gated_, input_);
    } else {
      add(layer.skip, gated_, skip_);
      if (layer.residual.rows > 0) add(layer.residual, gated_, input_);
    }
  }
  relu(body.skips, skip_);
  ++time_;
  return skip_;
}

std::span<const float> WaveNetHeadState::step(const WaveNetHead& head, const float* x) noexcept {
  assign(head.hidden, x, hidden_);
  relu(head.hidden.rows, hidden_);
  assign(head.logits, hidden_, logits_);
  return {logits_, head.logits.rows};
}

namespace {

/// What the arena holds, built twice: to measure and to fill.
struct WaveNetWeights {
  WaveNetWeights(const weights::ModelFile& file, Arena& arena)
      : body(file, std::get<weights::WaveNetSpec>(file.network().network), arena), head(file, arena) {}
  WaveNetBody body;
  WaveNetHead head;
};

struct WaveNetStates {
  WaveNetStates(const WaveNetWeights& weights, Arena& arena) : body(weights.body, arena), head(weights.head, arena) {}
  std::span<const float> step(const WaveNetWeights& weights, const Input& input, std::size_t label) noexcept {
    return head.step(weights.head, body.step(weights.body, input, label));
  }
  void reset() noexcept { body.reset(); }
  WaveNetState body;
  WaveNetHeadState head;
};

std::vector<float> recompute(const WaveNetWeights& weights, const Inputs& inputs, std::size_t label) {
  return recompute_head(weights.head, recompute_body(weights.body, inputs, label));
}

}  // namespace

std::shared_ptr<const Model> create_wavenet(const weights::ModelFile& file, const Options& options) {
  return std::make_shared<NetworkModel<WaveNetWeights, WaveNetStates, recompute>>(file, options);
}

}  // namespace continuo::engine
