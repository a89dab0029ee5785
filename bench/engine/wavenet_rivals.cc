// WaveNet step by step in libtorch. What both share is only the weights.
#include "wavenet_rivals.h"

#include <ATen/CPUFunctions.h>
#include <torch/torch.h>

#include <algorithm>
#include <string>
#include <vector>

namespace continuo::bench {
namespace {

using torch::Tensor;
using Slice = torch::indexing::Slice;

Tensor load(const weights::ModelFile& file, const std::string& name) {
  const weights::Tensor& tensor = file.tensor(name);
  return torch::from_blob(const_cast<float*>(tensor.values.data()), tensor.shape).clone();
}

Tensor laid(const Tensor& matrix, Layout layout) {
  return layout == Layout::kRows ? matrix.contiguous() : matrix.t().contiguous().t();
}

std::span<const float> values(const Tensor& tensor) {
  return {tensor.data_ptr<float>(), static_cast<std::size_t>(tensor.numel())};
}

class CachedTaps final : public Rival {
 public:
  CachedTaps(const weights::ModelFile& file, Layout layout)
      : spec_(std::get<weights::WaveNetSpec>(file.network().network)),
        channels_(spec_.residual_channels),
        embedding_(load(file, "embedding.weight")),
        embedding_bias_(load(file, "embedding.bias")) {
    const int count = spec_.layers();
    gated_ = torch::zeros({count * channels_});
    std::vector<Tensor> skips;
    skip_bias_ = torch::zeros({spec_.skip_channels});
    for (int i = 0; i < count; ++i) {
      const std::string block = "block." + std::to_string(i) + ".";
      Layer layer;
      const Tensor dilated = load(file, block + "dilated.weight");  // [2R, R, 2]
      layer.dilated =
          laid(torch::cat({dilated.index({Slice(), Slice(), 0}), dilated.index({Slice(), Slice(), 1})}, 1), layout);
      layer.dilated_bias = load(file, block + "dilated.bias");
      layer.pre = torch::zeros({2 * channels_});
      layer.filter = layer.pre.narrow(0, 0, channels_);
      layer.gate = layer.pre.narrow(0, channels_, channels_);
      layer.gated = gated_.narrow(0, i * channels_, channels_);
      layer.window = torch::zeros({2 * channels_});
      layer.input = layer.window.narrow(0, channels_, channels_);
      layer.ring = torch::zeros({spec_.dilations[static_cast<std::size_t>(i) % spec_.dilations.size()], channels_});
      if (i + 1 < count) {
        layer.residual = laid(load(file, block + "residual.weight"), layout);
        layer.residual_bias = load(file, block + "residual.bias");
      }
      skips.push_back(load(file, block + "skip.weight"));
      skip_bias_ += load(file, block + "skip.bias");
      layers_.push_back(layer);
    }
    skip_ = laid(torch::cat(skips, 1), layout);
    head_ = laid(load(file, "head.0.weight"), layout);
    head_bias_ = load(file, "head.0.bias");
    last_ = laid(load(file, "head.1.weight"), layout);
    last_bias_ = load(file, "head.1.bias");
    total_ = torch::zeros({spec_.skip_channels});
    hidden_ = torch::zeros({spec_.head_channels});
    logits_ = torch::zeros({file.network().vocabulary_size});
    past_symbols_.assign(static_cast<std::size_t>(spec_.input_kernel_size), -1);
  }

  std::span<const float> step(std::uint16_t symbol) override {
    const c10::InferenceMode inference;
    embed(symbol);
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      Layer& layer = layers_[i];
      float* const window = layer.window.data_ptr<float>();
      float* const slot = layer.ring.data_ptr<float>() + time_ % layer.ring.size(0) * channels_;
      std::copy_n(slot, channels_, window);
      std::copy_n(window + channels_, channels_, slot);
      at::cpu::addmv_out(layer.pre, layer.dilated_bias, layer.dilated, layer.window);
      at::cpu::tanh_(layer.filter);
      at::cpu::sigmoid_(layer.gate);
      at::cpu::mul_out(layer.gated, layer.filter, layer.gate);
      if (i + 1 == layers_.size()) break;
      Tensor& next = layers_[i + 1].input;
      at::cpu::add_out(next, layer.input, layer.residual_bias);
      at::cpu::addmv_(next, layer.residual, layer.gated);
    }
    at::cpu::addmv_out(total_, skip_bias_, skip_, gated_);
    at::cpu::relu_(total_);
    at::cpu::addmv_out(hidden_, head_bias_, head_, total_);
    at::cpu::relu_(hidden_);
    at::cpu::addmv_out(logits_, last_bias_, last_, hidden_);
    ++time_;
    return values(logits_);
  }

 private:
  struct Layer {
    Tensor dilated, dilated_bias;     ///< [2R, 2R], columns of the older tap first
    Tensor residual, residual_bias;   ///< [R, R]; none in the last layer
    Tensor ring;                      ///< [dilation, R]
    Tensor window, input;             ///< [2R], of which the second half is the layer's input
    Tensor pre, filter, gate, gated;  ///< [2R], its halves, and its place among the gated of all layers
  };

  void embed(std::uint16_t symbol) {
    std::rotate(past_symbols_.begin(), past_symbols_.begin() + 1, past_symbols_.end());
    past_symbols_.back() = symbol;
    float* const x = layers_.front().input.data_ptr<float>();
    std::copy_n(embedding_bias_.data_ptr<float>(), channels_, x);
    for (std::size_t tap = 0; tap < past_symbols_.size(); ++tap) {
      if (past_symbols_[tap] < 0) continue;
      const float* const row = embedding_.data_ptr<float>() +
                               (static_cast<std::int64_t>(tap) * embedding_.size(1) + past_symbols_[tap]) * channels_;
      for (std::int64_t c = 0; c < channels_; ++c) x[c] += row[c];
    }
  }

  weights::WaveNetSpec spec_;
  std::int64_t channels_;
  Tensor embedding_, embedding_bias_, skip_, skip_bias_, head_, head_bias_, last_, last_bias_;
  Tensor gated_, total_, hidden_, logits_;
  std::vector<Layer> layers_;
  std::vector<std::int64_t> past_symbols_;  ///< oldest first, -1 before the start
  std::int64_t time_ = 0;
};

class Recomputing final : public Rival {
 public:
  explicit Recomputing(const weights::ModelFile& file)
      : spec_(std::get<weights::WaveNetSpec>(file.network().network)),
        embedding_(load(file, "embedding.weight")),
        embedding_bias_(load(file, "embedding.bias").unsqueeze(1)) {
    for (int i = 0; i < spec_.layers(); ++i) {
      const std::string block = "block." + std::to_string(i) + ".";
      Layer layer{load(file, block + "dilated.weight"),
                  load(file, block + "dilated.bias"),
                  load(file, block + "skip.weight"),
                  load(file, block + "skip.bias"),
                  {},
                  {}};
      if (i + 1 < spec_.layers()) {
        layer.residual = load(file, block + "residual.weight").unsqueeze(2);
        layer.residual_bias = load(file, block + "residual.bias");
      }
      layers_.push_back(layer);
    }
    head_ = load(file, "head.0.weight");
    head_bias_ = load(file, "head.0.bias");
    last_ = load(file, "head.1.weight");
    last_bias_ = load(file, "head.1.bias");
  }

  std::span<const float> step(std::uint16_t symbol) override {
    const c10::InferenceMode inference;
    symbols_.push_back(symbol);
    const auto length = std::min<std::int64_t>(spec_.receptive_field(), static_cast<std::int64_t>(symbols_.size()));
    const Tensor recent = torch::from_blob(&*(symbols_.end() - length), {length}, torch::kInt64);
    const std::int64_t taps = spec_.input_kernel_size;
    Tensor x = embedding_bias_.expand({-1, length}).clone();
    for (std::int64_t tap = 0; tap < taps; ++tap) {
      const std::int64_t age = taps - 1 - tap;
      if (age >= length) continue;
      x.narrow(1, age, length - age) += torch::embedding(embedding_[tap], recent.narrow(0, 0, length - age)).t();
    }
    x = x.unsqueeze(0);  // [1, R, T]
    // Before the start is silence; within a full window nothing of it is needed, so the convolutions may shrink it.
    const bool whole = length == spec_.receptive_field();
    if (whole && taps > 1) x = x.narrow(2, taps - 1, length - taps + 1);
    Tensor total = torch::zeros({spec_.skip_channels});
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      const Layer& layer = layers_[i];
      const std::int64_t dilation = spec_.dilations[i % spec_.dilations.size()];
      const Tensor in = whole ? x : torch::constant_pad_nd(x, {dilation, 0});
      const std::int64_t stride = 1, padding = 0;
      const Tensor pre = torch::conv1d(in, layer.dilated, layer.dilated_bias, stride, padding, dilation);
      const auto halves = pre.chunk(2, 1);
      const Tensor gated = torch::tanh(halves[0]) * torch::sigmoid(halves[1]);
      total += torch::addmv(layer.skip_bias, layer.skip, gated[0].select(1, gated.size(2) - 1));
      if (i + 1 < layers_.size())
        x = x.narrow(2, x.size(2) - gated.size(2), gated.size(2)) +
            torch::conv1d(gated, layer.residual, layer.residual_bias);
    }
    const Tensor hidden = torch::addmv(head_bias_, head_, total.relu()).relu();
    logits_ = torch::addmv(last_bias_, last_, hidden);
    return values(logits_);
  }

  void prime(std::span<const std::uint16_t> symbols) override {
    symbols_.insert(symbols_.end(), symbols.begin(), symbols.end());
  }

 private:
  struct Layer {
    Tensor dilated, dilated_bias, skip, skip_bias, residual, residual_bias;
  };
  weights::WaveNetSpec spec_;
  Tensor embedding_, embedding_bias_, head_, head_bias_, last_, last_bias_, logits_;
  std::vector<Layer> layers_;
  std::vector<std::int64_t> symbols_;
};

}  // namespace

std::unique_ptr<Rival> cached_taps(const weights::ModelFile& file, Layout layout) {
  return std::make_unique<CachedTaps>(file, layout);
}

std::unique_ptr<Rival> recomputing(const weights::ModelFile& file) { return std::make_unique<Recomputing>(file); }

void set_threads(int threads) { at::set_num_threads(threads); }

}  // namespace continuo::bench
