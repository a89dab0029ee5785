// `wavenet`: streaming WaveNet, section 2 of arXiv 1609.03499, with the dilated taps in ring buffers.
#include "engine/wavenet.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>
#include <utility>

#include "engine/networks.h"
#include "engine/recompute.h"

namespace continuo::engine {
WaveNetBody::WaveNetBody(const weights::ModelFile& file, const weights::WaveNetSpec& wavenet, Arena& arena)
    : spec(wavenet),
      paper(wavenet.block == weights::Block::kPaper),
      threads(paper ? 1 : arena.packing.threads),
      channels(static_cast<std::size_t>(wavenet.residual_channels)),
      skips(static_cast<std::size_t>(wavenet.skip_channels)),
      labels(static_cast<std::size_t>(file.network().labels)),
      embedding(file, arena),
      match(file, arena) {
  const auto taps = static_cast<std::size_t>(spec.kernel_size);
  for (int i = 0; i < spec.layers(); ++i) {
    const std::string block = "block." + std::to_string(i) + ".";
    WaveNetLayer layer;
    layer.dilation = static_cast<std::size_t>(spec.dilations[static_cast<std::size_t>(i) % spec.dilations.size()]);
    // The present input is read where it is: a ring holds the past only, back to the oldest tap.
    const std::size_t slots = std::bit_ceil(std::max<std::size_t>((taps - 1) * layer.dilation, 1));
    layer.ring_mask = slots - 1;
    layer.block = taps == 2 ? std::min(layer.dilation & (~layer.dilation + 1), std::size_t{1} << (kAheads - 1)) : 1;
    layer.phase = static_cast<std::size_t>(i) % layer.block;
    const weights::Tensor& weight = file.tensor(block + "dilated.weight");  // [rows, R, taps]
    const std::span<const float> bias = file.tensor(block + "dilated.bias").values;
    // All taps of a row are rounded alike, as in the model file.
    const auto scale = [&](std::size_t row) {
      float greatest = 0.0F;
      for (const float value : weight.values.subspan(row * channels * taps, channels * taps))
        greatest = std::max(greatest, std::abs(value));
      return weights::row_scale(greatest);
    };
    for (std::size_t tap = 0; tap < taps; ++tap)
      layer.taps.push_back(pack_affine(
          arena, bias.size(), channels,
          [&](std::size_t row, std::size_t column) { return weight.values[(row * channels + column) * taps + tap]; },
          [&](std::size_t row) { return tap == 0 ? bias[row] : 0.0F; }, scale));
    kernels = layer.taps.front().kernels;
    precision = layer.taps.front().precision;
    slot = prepared_size(precision, channels);
    layer.ring = ring_values;
    ring_values += slots * slot;
    rows = padded(bias.size());
    layer.blocks_before = blocks;
    for (std::size_t most = 0; most < kAheads; ++most) blocks[most] += std::min(layer.block, std::size_t{1} << most);
    if (labels > 0) layer.condition = pack_values(arena, file, block + "condition.weight");
    if (paper) {
      layer.gate = pack_affine(arena, file, block + "gate");
    } else {
      if (i + 1 < spec.layers()) layer.residual = pack_affine(arena, file, block + "residual");
      layer.skip = pack_affine(arena, file, block + "skip");
    }
    layers.push_back(layer);
  }
}

WaveNetHead::WaveNetHead(const weights::ModelFile& file, Arena& arena)
    : hidden(pack_affine(arena, file, "head.0")), logits(pack_affine(arena, file, "head.1")) {}

WaveNetMemory::WaveNetMemory(const WaveNetBody& body, Arena& arena, std::size_t of_streams)
    : streams(of_streams),
      most_ahead(kAheads - std::min<std::size_t>(std::bit_width(of_streams), kAheads)),
      prepared_layers(body.threads > 1 ? body.layers.size() : 1),
      rings(arena.take(streams * body.ring_values)),
      ahead(arena.take(streams * body.rows * body.blocks[most_ahead])),
      prepared(arena.take(prepared_layers * streams * body.slot)),
      skip(arena.take(streams * padded(body.skips))) {}

void WaveNetMemory::look_ahead(const WaveNetBody& body, const WaveNetLayer& layer, std::uint64_t time) const noexcept {
  const std::size_t taps = layer.taps.size();
  const std::size_t step = (time + layer.phase) % block(layer);
  if (taps < 2 || (step != 0 && time != 0)) return;
  const Affine& oldest = layer.taps.front();
  const std::size_t rows = body.rows;
  const float* const ring = rings + streams * layer.ring;
  float* const first_sums = sums(body, layer, time);
  const std::size_t first = (time - (taps - 1) * layer.dilation) & layer.ring_mask;
  const std::size_t count = block(layer) - step;
  const std::size_t straight = std::min(count, layer.ring_mask + 1 - first);  // the rest lies at the ring's beginning
  const auto product = streams > 1 ? body.kernels->product : body.kernels->product_single;
  product(oldest, Start::kBias, straight * streams, ring + first * streams * body.slot, body.slot, first_sums, rows);
  if (straight < count)
    product(oldest, Start::kBias, (count - straight) * streams, ring, body.slot, first_sums + straight * streams * rows,
            rows);
}

void WaveNetMemory::look_ahead(const WaveNetBody& body, const WaveNetLayer& layer, std::uint64_t time,
                               std::size_t stream) const noexcept {
  if (layer.taps.size() < 2) return;
  const std::size_t before = (layer.taps.size() - 1) * layer.dilation;
  const std::size_t count = block(layer) - (time + layer.phase) % block(layer);
  for (std::size_t step = 0; step < count; ++step)
    body.kernels->product(layer.taps.front(), Start::kBias, 1,
                          slot(body, layer, time + step - before) + stream * body.slot, body.slot,
                          sums(body, layer, time + step) + stream * body.rows, body.rows);
}

void WaveNetMemory::clear_skips(const WaveNetBody& body) const noexcept {
  std::fill_n(skip, streams * padded(body.skips), 0.0F);
}

void WaveNetMemory::add_skip(const WaveNetBody& body, std::size_t layer) const noexcept {
  body.kernels->product(body.layers[layer].skip, Start::kAdd, streams, gated_of(body, layer), body.slot, skip,
                        padded(body.skips));
}

const float* WaveNetMemory::relu_of_skips(const WaveNetBody& body) const noexcept {
  relu(streams * padded(body.skips), skip);
  return skip;
}

void WaveNetHelperThread::work(void* self, HelperThread& thread) noexcept {
  auto& own = *static_cast<WaveNetHelperThread*>(self);
  if (own.result != nullptr) expect_writes(own.result, own.memory.streams * own.rest.outputs);
  own.memory.clear_skips(own.body);
  for (std::size_t layer = 0; layer < own.body.layers.size(); ++layer) {
    thread.await_piece();
    expect_reads(own.memory.gated_of(own.body, layer), own.memory.streams * own.body.slot);
    own.memory.add_skip(own.body, layer);
  }
  own.result = own.rest.function(own.rest.network, own.memory.relu_of_skips(own.body));
  own.body.kernels->finish();
  thread.report();
}

WaveNetState::WaveNetState(const WaveNetBody& body, Arena& arena, std::size_t streams, WaveNetTail rest)
    : memory_(body, arena, streams),
      rest_(rest),
      embedding_(body.embedding, arena, streams),
      match_(body.match, arena, streams) {
  input_ = arena.take(streams * padded(body.channels));
  pre_ = arena.take(streams * padded(2 * body.channels));
  gated_ = arena.take(streams * padded(body.channels));
  if (body.threads > 1 && input_ != nullptr) helper_ = std::make_unique<WaveNetHelperThread>(body, memory_, rest);
}

void WaveNetState::reset(const WaveNetBody& body) noexcept {
  ahead_known_ = false;
  std::fill_n(memory_.rings, memory_.streams * body.ring_values, 0.0F);
  embedding_.reset();
  match_.reset();
  time_ = 0;
}

void WaveNetState::reset(const WaveNetBody& body, std::size_t stream) noexcept {
  const std::size_t streams = memory_.streams;
  embedding_.reset(stream);
  match_.reset(stream);
  for (const WaveNetLayer& layer : body.layers) {
    float* const ring = memory_.rings + streams * layer.ring;
    for (std::size_t slot = 0; slot <= layer.ring_mask; ++slot)
      std::fill_n(ring + (slot * streams + stream) * body.slot, body.slot, 0.0F);
    for (std::size_t step = 0; step < memory_.block(layer); ++step)
      std::copy_n(layer.taps.front().bias, body.rows, memory_.sums(body, layer, step) + stream * body.rows);
  }
}

void WaveNetState::remove(const WaveNetBody& body, std::size_t stream) noexcept {
  remove_column(memory_.rings, body.ring_values / body.slot, memory_.streams, body.slot, stream);
  remove_column(memory_.ahead, body.blocks[memory_.most_ahead], memory_.streams, body.rows, stream);
  embedding_.remove(stream);
  match_.remove(stream);
  --memory_.streams;
  if (helper_ != nullptr) helper_->memory = memory_;
}

void WaveNetState::resume(const WaveNetBody& body, std::size_t stream) noexcept {
  for (const WaveNetLayer& layer : body.layers) memory_.look_ahead(body, layer, time_, stream);
}

float* WaveNetState::convolve(const WaveNetBody& body, const WaveNetLayer& layer) noexcept {
  const std::size_t streams = memory_.streams;
  const std::size_t taps = layer.taps.size();
  float* const present = memory_.slot(body, layer, time_);
  for (std::size_t i = 0; i < streams; ++i)
    prepare(*body.kernels, body.precision, body.channels, input_ + i * padded(body.channels), present + i * body.slot);
  float* const sum = memory_.sums(body, layer, time_);
  for (std::size_t tap = taps > 1 ? 1 : 0; tap < taps; ++tap)
    body.kernels->product(layer.taps[tap], tap > 0 ? Start::kContinue : Start::kBias, streams,
                          memory_.slot(body, layer, time_ - (taps - 1 - tap) * layer.dilation), body.slot, sum,
                          body.rows);
  return sum;
}

void WaveNetState::gate(const WaveNetBody& body, const WaveNetLayer& layer, const std::size_t* labels,
                        float* pre) noexcept {
  const std::size_t channels = body.channels;
  for (std::size_t i = 0; i < memory_.streams; ++i, pre += padded(2 * channels)) {
    if (layer.condition != nullptr) add(2 * channels, layer.condition + labels[i] * 2 * channels, pre);
    body.kernels->gate(channels, pre, gated_ + i * padded(channels));
  }
}

void WaveNetState::standard(const WaveNetBody& body, std::size_t index, const std::size_t* labels) noexcept {
  const WaveNetLayer& layer = body.layers[index];
  gate(body, layer, labels, convolve(body, layer));
  float* const prepared = memory_.gated_of(body, index);
  for (std::size_t i = 0; i < memory_.streams; ++i)
    prepare(*body.kernels, body.precision, body.channels, gated_ + i * padded(body.channels), prepared + i * body.slot);
}

void WaveNetState::advance(const WaveNetBody& body, std::size_t index) noexcept {
  const WaveNetLayer& layer = body.layers[index];
  if (layer.residual.rows > 0)
    body.kernels->product(layer.residual, Start::kAdd, memory_.streams, memory_.gated_of(body, index), body.slot,
                          input_, padded(body.channels));
}

void WaveNetState::paper(const WaveNetBody& body, const WaveNetLayer& layer, const std::size_t* labels) noexcept {
  const std::size_t streams = memory_.streams;
  const std::size_t stride = padded(body.channels);
  const float* const convolved = convolve(body, layer);
  for (std::size_t i = 0; i < streams; ++i)
    prepare(*body.kernels, body.precision, body.channels, convolved + i * stride, memory_.prepared + i * body.slot);
  body.kernels->product(layer.gate, Start::kBias, streams, memory_.prepared, body.slot, pre_,
                        padded(2 * body.channels));
  gate(body, layer, labels, pre_);
  add(streams * stride, gated_, memory_.skip);
  std::copy_n(convolved, streams * stride, input_);
  add(streams * stride, gated_, input_);
}

float* WaveNetState::step(const WaveNetBody& body, const Input* inputs, const std::size_t* labels) noexcept {
  const std::size_t layers = body.layers.size();
  const bool together = helper_ != nullptr && helper_->thread.begin();
  if (together) expect_writes(memory_.prepared, layers * memory_.streams * body.slot);
  embedding_.step(body.embedding, inputs, input_);
  match_.step(body.match, inputs, input_, body.channels);
  if (!together) memory_.clear_skips(body);
  for (std::size_t i = 0; i < layers; ++i) {
    if (!ahead_known_) memory_.look_ahead(body, body.layers[i], time_);
    if (body.paper) {
      paper(body, body.layers[i], labels);
      continue;
    }
    standard(body, i, labels);
    if (together) helper_->thread.give();
    advance(body, i);
    if (!together) memory_.add_skip(body, i);
  }
  ++time_;
  ahead_known_ = together;
  float* result = nullptr;
  if (together) {
    for (const WaveNetLayer& layer : body.layers) memory_.look_ahead(body, layer, time_);
    helper_->thread.await_result(++together_);
    result = helper_->result;
  } else {
    result = rest_.function(rest_.network, memory_.relu_of_skips(body));
  }
  if (helper_ != nullptr) helper_->thread.end();
  match_.weigh(body.match, result, rest_.outputs);
  return result;
}

WaveNetHeadState::WaveNetHeadState(const WaveNetHead& head, Arena& arena, std::size_t streams)
    : streams_(streams),
      hidden_(arena.take(streams * padded(head.hidden.rows))),
      logits_(arena.take(streams * padded(head.logits.rows))),
      prepared_(arena.take(streams * std::max(prepared_size(head.hidden.precision, head.hidden.columns),
                                              prepared_size(head.logits.precision, head.logits.columns)))) {}

float* WaveNetHeadState::step(const WaveNetHead& head, const float* x, std::size_t stride) noexcept {
  assign(head.hidden, streams_, x, stride, hidden_, prepared_);
  relu(streams_ * padded(head.hidden.rows), hidden_);
  assign(head.logits, streams_, hidden_, padded(head.hidden.rows), logits_, prepared_);
  return logits_;
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
  WaveNetStates(const WaveNetWeights& its_weights, Arena& arena, std::size_t streams)
      : network(its_weights),
        body(network.body, arena, streams, {run_tail, this, padded(network.head.logits.rows)}),
        head(network.head, arena, streams) {}
  WaveNetStates(const WaveNetStates&) = delete;  // the body knows where it is
  WaveNetStates& operator=(const WaveNetStates&) = delete;
  static float* run_tail(void* self, const float* skip) noexcept {
    auto& own = *static_cast<WaveNetStates*>(self);
    return own.head.step(own.network.head, skip, padded(own.network.body.skips));
  }
  float* step(const WaveNetWeights& weights, const Input* inputs, const std::size_t* labels) noexcept {
    return body.step(weights.body, inputs, labels);
  }
  void reset(const WaveNetWeights& weights) noexcept { body.reset(weights.body); }
  void reset(const WaveNetWeights& weights, std::size_t stream) noexcept { body.reset(weights.body, stream); }
  void remove(const WaveNetWeights& weights, std::size_t stream) noexcept {
    body.remove(weights.body, stream);
    head.remove();
  }
  template <class F>
  void each_part(const WaveNetWeights& weights, std::size_t a, std::size_t b, const F& f) const noexcept {
    body.each_part(weights.body, a, b, f);
  }
  void resume(const WaveNetWeights& weights, std::size_t stream) noexcept { body.resume(weights.body, stream); }
  const WaveNetWeights& network;
  WaveNetState body;
  WaveNetHeadState head;
};

std::vector<float> recompute_wavenet_network(const WaveNetWeights& weights, const Inputs& inputs, std::size_t label) {
  return recompute_head(weights.head, recompute_body(weights.body, inputs, label), weights.body, inputs);
}

}  // namespace

std::shared_ptr<const Model> create_wavenet(const weights::ModelFile& file, const Options& options) {
  return std::make_shared<NetworkModel<WaveNetWeights, WaveNetStates, recompute_wavenet_network>>(file, options);
}

}  // namespace continuo::engine
