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
      convolutions.push_back(convolution);
    }
    widest = std::max(widest, padded(embedding.channels));
    hidden = pack_affine(arena, file, "hidden");
    head = pack_affine(arena, file, "head");
  }

  std::size_t window = 0;
  std::size_t widest = 0;         ///< padded channels of the widest activations
  std::size_t widest_window = 0;  ///< columns of the widest convolution
  Embedding embedding;
  const float* condition;  ///< [labels, channels of the embedding], or none
  std::vector<Convolution> convolutions;
  Affine hidden;
  Affine head;
};

class GuideCnnStates {
 public:
  GuideCnnStates(const GuideCnnWeights& weights, Arena& arena)
      : past_(arena.take(weights.window * padded(weights.embedding.channels))),
        past_values_(weights.window * padded(weights.embedding.channels)),
        lookup_(weights.embedding, arena),
        x_(arena.take(weights.window / 2 * weights.widest)),
        next_(arena.take(weights.window / 2 * weights.widest)),
        y_(arena.take(2 * weights.widest)),
        taps_(arena.take(weights.widest_window)),
        hidden_(arena.take(weights.hidden.rows)),
        logits_(arena.take(weights.head.rows)) {}

  std::span<const float> step(const GuideCnnWeights& weights, const Input& input, std::size_t label) noexcept {
    // The embedded window, oldest first; what lies before the start stays zero.
    const std::size_t embedded = padded(weights.embedding.channels);
    std::copy_n(past_ + embedded, past_values_ - embedded, past_);
    float* const newest = past_ + past_values_ - embedded;
    lookup_.step(weights.embedding, input, newest);
    if (weights.condition != nullptr)
      add(weights.embedding.channels, weights.condition + label * weights.embedding.channels, newest);

    std::size_t length = weights.window;
    const float* from = past_;
    std::size_t stride = embedded;
    for (const Convolution& convolution : weights.convolutions) {
      convolve_and_pool(convolution, from, stride, length, weights.widest, next_);
      std::swap(x_, next_);
      from = x_;
      stride = padded(convolution.affine.rows);
      length /= 2;
    }
    const std::size_t channels = weights.convolutions.back().affine.rows;
    for (std::size_t t = 1; t < length; ++t)
      for (std::size_t i = 0; i < channels; ++i) x_[i] = std::max(x_[i], x_[t * stride + i]);
    assign(weights.hidden, x_, hidden_);
    relu(weights.hidden.rows, hidden_);
    assign(weights.head, hidden_, logits_);
    return {logits_, weights.head.rows};
  }

  void reset() noexcept {
    std::fill_n(past_, past_values_, 0.0F);
    lookup_.reset();
  }

 private:
  /// From `from` [length, stride] to `to` [length / 2, padded(rows)].
  void convolve_and_pool(const Convolution& convolution, const float* from, std::size_t stride, std::size_t length,
                         std::size_t widest, float* to) noexcept {
    const std::size_t rows = convolution.affine.rows;
    for (std::size_t pair = 0; pair < length / 2; ++pair) {
      for (std::size_t half = 0; half < 2; ++half) {
        const std::size_t t = 2 * pair + half;
        for (std::size_t tap = 0; tap < convolution.taps(); ++tap) {
          const std::size_t delay = (convolution.taps() - 1 - tap) * convolution.dilation;
          float* const column = taps_ + tap * convolution.inputs;
          if (delay > t)
            std::fill_n(column, convolution.inputs, 0.0F);
          else
            std::copy_n(from + (t - delay) * stride, convolution.inputs, column);
        }
        assign(convolution.affine, taps_, y_ + half * widest);
      }
      float* const out = to + pair * padded(rows);
      for (std::size_t i = 0; i < rows; ++i) out[i] = std::max(std::max(y_[i], y_[widest + i]), 0.0F);
    }
  }

  float* past_;
  std::size_t past_values_;
  EmbeddingState lookup_;
  float* x_;     ///< activations of the latest layer
  float* next_;  ///< and of the one that is being computed
  float* y_;
  float* taps_;
  float* hidden_;
  float* logits_;
};

std::vector<float> recompute(const GuideCnnWeights& weights, const Inputs& inputs, std::size_t label) {
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
  return std::make_shared<NetworkModel<GuideCnnWeights, GuideCnnStates, recompute>>(file, options);
}

}  // namespace continuo::engine
