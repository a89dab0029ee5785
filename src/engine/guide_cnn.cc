// `guide-cnn`: causal convolutions with max-pooling over a window of symbols. Each step computes its window anew:
// pooling begins with the window, so that no step can use another's.
#include <algorithm>
#include <string>

#include "engine/embedding.h"
#include "engine/networks.h"
#include "engine/recompute.h"

namespace continuo::engine {
namespace {

/// Columns are tap by tap, oldest first, and within a tap channel by channel.
struct Convolution {
  Affine affine;
  std::size_t dilation = 1;
  std::size_t inputs = 0;
  std::size_t taps() const noexcept { return affine.columns / inputs; }
};

struct GuideCnnWeights {
  GuideCnnWeights(const weights::ModelFile& file, Arena& arena)
      : embedding(file, arena),
        condition(file.network().labels > 0 ? pack_values(arena, file, "condition.weight") : nullptr) {
    const auto& spec = std::get<weights::GuideCnnSpec>(file.network().network);
    window = static_cast<std::size_t>(spec.window);
    const auto taps = static_cast<std::size_t>(spec.kernel_size);
    std::size_t inputs = embedding.channels;
    for (std::size_t i = 0; i < spec.channels.size(); ++i) {
      const std::string name = "convolution." + std::to_string(i);
      const std::span<const float> weight = file.tensor(name + ".weight").values;  // [channels, inputs, taps]
      const std::span<const float> bias = file.tensor(name + ".bias").values;
      Convolution convolution{.dilation = static_cast<std::size_t>(spec.dilations[i]), .inputs = inputs};
      convolution.affine = pack_affine(
          arena, bias.size(), taps * inputs,
          [&](std::size_t row, std::size_t column) {
            return weight[(row * inputs + column % inputs) * taps + column / inputs];
          },
          [&](std::size_t row) { return bias[row]; });
      inputs = bias.size();
      widest = std::max(widest, padded(inputs));
      widest_window = std::max(widest_window, convolution.affine.columns);
      widest_prepared =
          std::max(widest_prepared, prepared_size(convolution.affine.precision, convolution.affine.columns));
      convolutions.push_back(convolution);
    }
    widest = std::max(widest, padded(embedding.channels));
    hidden = pack_affine(arena, file, "hidden");
    head = pack_affine(arena, file, "head");
  }

  std::size_t window = 0;
  std::size_t widest = 0;         ///< padded channels of the widest activations
  std::size_t widest_window = 0;  ///< columns of the widest convolution
  std::size_t widest_prepared = 0;
  Embedding embedding;
  const float* condition;  ///< [labels, channels of the embedding], or none
  std::vector<Convolution> convolutions;
  Affine hidden;
  Affine head;
};

constexpr std::size_t kAtOnce = 32;  ///< outputs of a convolution from one reading of its weights, an even number

/// Of sequences in lock step.
class GuideCnnStates {
 public:
  GuideCnnStates(const GuideCnnWeights& weights, Arena& arena, std::size_t streams)
      : streams_(streams),
        past_(arena.take(streams * past_size(weights))),
        lookup_(weights.embedding, arena, streams),
        newest_(arena.take(streams * padded(weights.embedding.channels))),
        x_(arena.take(streams * (weights.window / 2) * weights.widest)),
        next_(arena.take(streams * (weights.window / 2) * weights.widest)),
        y_(arena.take(kAtOnce * weights.widest)),
        taps_(arena.take(padded(weights.widest_window))),
        prepared_(arena.take(kAtOnce * weights.widest_prepared)),
        most_(arena.take(streams * weights.widest)),
        hidden_(arena.take(streams * padded(weights.hidden.rows))),
        logits_(arena.take(streams * padded(weights.head.rows))),
        dense_(arena.take(streams * std::max(prepared_size(weights.hidden.precision, weights.hidden.columns),
                                             prepared_size(weights.head.precision, weights.head.columns)))) {}

  float* step(const GuideCnnWeights& weights, const Input* inputs, const std::size_t* labels) noexcept {
    embed(weights, inputs, labels);
    std::size_t length = weights.window;
    const float* from = past_;
    std::size_t stride = padded(weights.embedding.channels);
    for (const Convolution& convolution : weights.convolutions) {
      convolve_and_pool(weights, convolution, from, stride, length);
      std::swap(x_, next_);
      from = x_;
      stride = padded(convolution.affine.rows);
      length /= 2;
    }
    for (std::size_t i = 0; i < streams_; ++i) {
      float* const most = most_ + i * stride;
      std::copy_n(from + i * length * stride, stride, most);
      for (std::size_t t = 1; t < length; ++t)
        for (std::size_t k = 0; k < stride; ++k) most[k] = std::max(most[k], from[(i * length + t) * stride + k]);
    }
    assign(weights.hidden, streams_, most_, stride, hidden_, dense_);
    relu(streams_ * padded(weights.hidden.rows), hidden_);
    assign(weights.head, streams_, hidden_, padded(weights.hidden.rows), logits_, dense_);
    return logits_;
  }

  void reset(const GuideCnnWeights& weights) noexcept {
    std::fill_n(past_, streams_ * past_size(weights), 0.0F);
    lookup_.reset();
  }
  void reset(const GuideCnnWeights& weights, std::size_t stream) noexcept {
    std::fill_n(past_ + stream * past_size(weights), past_size(weights), 0.0F);
    lookup_.reset(stream);
  }
  void remove(const GuideCnnWeights& weights, std::size_t stream) noexcept {
    remove_column(past_, 1, streams_, past_size(weights), stream);
    lookup_.remove(stream);
    --streams_;
  }
  template <class F>
  void each_part(const GuideCnnWeights& weights, std::size_t a, std::size_t b, const F& f) const noexcept {
    each_column(past_, 1, streams_, past_size(weights), a, b, f);
    lookup_.each_part(weights.embedding, a, b, f);
  }
  void resume(const GuideCnnWeights& /*weights*/, std::size_t /*stream*/) noexcept {}

 private:
  static std::size_t past_size(const GuideCnnWeights& weights) noexcept {
    return weights.window * padded(weights.embedding.channels);
  }

  void embed(const GuideCnnWeights& weights, const Input* inputs, const std::size_t* labels) noexcept {
    const std::size_t channels = weights.embedding.channels;
    const std::size_t stride = padded(channels);
    const std::size_t size = past_size(weights);
    lookup_.step(weights.embedding, inputs, newest_);
    for (std::size_t i = 0; i < streams_; ++i) {
      float* const past = past_ + i * size;
      std::copy_n(past + stride, size - stride, past);
      float* const newest = past + size - stride;
      std::copy_n(newest_ + i * stride, channels, newest);
      if (weights.condition != nullptr) add(channels, weights.condition + labels[i] * channels, newest);
    }
  }

  /// From `from` [streams, length, stride] to next_ [streams, length / 2, padded(rows)]. Only the windows that are
  /// computed at once are gathered and prepared.
  void convolve_and_pool(const GuideCnnWeights& weights, const Convolution& convolution, const float* from,
                         std::size_t stride, std::size_t length) noexcept {
    const Affine& affine = convolution.affine;
    const std::size_t size = prepared_size(affine.precision, affine.columns);
    const std::size_t rows = padded(affine.rows);
    std::size_t gathered = 0;
    float* to = next_;
    for (std::size_t n = 0; n < streams_ * length; ++n) {
      const std::size_t t = n % length;
      gather(convolution, from + (n - t) * stride, stride, t);
      prepare(*affine.kernels, affine.precision, affine.columns, taps_, prepared_ + gathered++ * size);
      if (gathered < kAtOnce && n + 1 < streams_ * length) continue;
      affine.kernels->product(affine, Start::kBias, gathered, prepared_, size, y_, weights.widest);
      for (std::size_t pair = 0; pair < gathered / 2; ++pair, to += rows) {
        const float* const first = y_ + 2 * pair * weights.widest;
        const float* const second = first + weights.widest;
        for (std::size_t k = 0; k < rows; ++k) to[k] = std::max(std::max(first[k], second[k]), 0.0F);
      }
      gathered = 0;
    }
  }

  /// What the convolution reads at t of x [length, stride], to taps_.
  void gather(const Convolution& convolution, const float* x, std::size_t stride, std::size_t t) noexcept {
    for (std::size_t tap = 0; tap < convolution.taps(); ++tap) {
      const std::size_t delay = (convolution.taps() - 1 - tap) * convolution.dilation;
      float* const column = taps_ + tap * convolution.inputs;
      if (delay > t)
        std::fill_n(column, convolution.inputs, 0.0F);
      else
        std::copy_n(x + (t - delay) * stride, convolution.inputs, column);
    }
  }

  std::size_t streams_;
  float* past_;  ///< the embedded windows [streams, window, channels], oldest first; what lies before the start is zero
  EmbeddingState lookup_;
  float* newest_;
  float* x_;     ///< activations of the latest layer
  float* next_;  ///< and of the one that is being computed
  float* y_;
  float* taps_;
  float* prepared_;  ///< kAtOnce windows as the product reads them
  float* most_;
  float* hidden_;
  float* logits_;
  float* dense_;  ///< vectors as the last two products read them
};

std::vector<float> recompute_guide_cnn_network(const GuideCnnWeights& weights, const Inputs& inputs,
                                               std::size_t label) {
  Sequence embedded = recompute_embedding(weights.embedding, inputs);
  if (weights.condition != nullptr)
    for (std::size_t t = 0; t < inputs.length; ++t)
      for (std::size_t i = 0; i < embedded.channels(); ++i)
        embedded(t, i) += static_cast<double>(weights.condition[label * embedded.channels() + i]);
  std::vector<float> logits;
  for (std::size_t end = 0; end < inputs.length; ++end) {
    Sequence x(weights.window, embedded.channels());
    for (std::size_t age = 0; age < std::min(end + 1, weights.window); ++age)
      for (std::size_t i = 0; i < x.channels(); ++i) x(weights.window - 1 - age, i) = embedded(end - age, i);
    for (const Convolution& convolution : weights.convolutions) {
      const Sequence y = recompute_convolution(convolution.affine, x, convolution.dilation);
      x = Sequence(y.length() / 2, y.channels());
      for (std::size_t t = 0; t < x.length(); ++t)
        for (std::size_t i = 0; i < x.channels(); ++i) x(t, i) = std::max({y(2 * t, i), y(2 * t + 1, i), 0.0});
    }
    Sequence most(1, x.channels());
    for (std::size_t t = 0; t < x.length(); ++t)
      for (std::size_t i = 0; i < x.channels(); ++i) most(0, i) = std::max(most(0, i), x(t, i));
    Sequence hidden = recompute_pointwise(weights.hidden, most);
    for (std::size_t i = 0; i < hidden.channels(); ++i) hidden(0, i) = std::max(hidden(0, i), 0.0);
    const std::vector<float> one = recompute_pointwise(weights.head, hidden).to_float();
    logits.insert(logits.end(), one.begin(), one.end());
  }
  return logits;
}

}  // namespace

std::shared_ptr<const Model> create_guide_cnn(const weights::ModelFile& file, const Options& options) {
  return std::make_shared<NetworkModel<GuideCnnWeights, GuideCnnStates, recompute_guide_cnn_network>>(file, options);
}

}  // namespace continuo::engine
