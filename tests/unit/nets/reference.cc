// See reference.h. Slow and plain on purpose; channels first, as torch's convolutions want them.
#include "reference.h"

#include "continuo/weights/match_model.h"

namespace continuo::nets::testing {
namespace {

using torch::Tensor;

struct Reference {
  torch::OrderedDict<std::string, Tensor> parameters;
  Tensor labels;
  std::vector<Tensor> state;  ///< empty: the sequences begin here
  double dropout;

  const Tensor& get(const std::string& name) const { return parameters[name]; }

  /// x [batch, channels, time] without some channels of each sequence, the others scaled up.
  Tensor drop(const Tensor& x) const {
    if (dropout == 0) return x;
    return x * torch::empty({x.size(0), x.size(1), 1}).bernoulli_(1 - dropout) / (1 - dropout);
  }

  /// A causal convolution of x [batch, channels, time], preceded by zeros or by the tail that state[which] holds.
  Tensor causal(const Tensor& x, const Tensor& weight, const Tensor& bias, std::int64_t dilation,
                std::size_t which) const {
    const std::int64_t past = (weight.size(2) - 1) * dilation;
    const Tensor tail = state.empty() ? torch::zeros({x.size(0), x.size(1), past}) : state.at(which).permute({1, 2, 0});
    return torch::conv1d(drop(torch::cat({tail, x}, 2)), weight, bias, torch::IntArrayRef{1}, torch::IntArrayRef{0},
                         torch::IntArrayRef{dilation});
  }
  Tensor pointwise(const Tensor& x, const std::string& name) const {
    return torch::conv1d(x, get(name + ".weight").unsqueeze(2), get(name + ".bias"));
  }

  /// One-hot vectors [batch, time, vocabulary] of symbols; of one before the beginning (-1), zeros. Frames as they are.
  static Tensor frames_of(const Tensor& symbols, std::int64_t vocabulary) {
    if (symbols.dim() == 3) return symbols;
    return torch::one_hot(symbols + 1, vocabulary + 1).slice(2, 1).to(torch::kFloat32);
  }

  /// One-hot vectors of what a match model says of sequences that begin here: of the symbol that would follow, zeros
  /// where there is none [batch, time, vocabulary], and of the length's class [batch, time, kMatchLengths].
  static std::pair<Tensor, Tensor> matches_of(const Tensor& symbols, int shortest, std::int64_t vocabulary) {
    Tensor symbol = torch::zeros({symbols.size(0), symbols.size(1), vocabulary});
    Tensor length = torch::zeros({symbols.size(0), symbols.size(1), weights::kMatchLengths});
    for (std::int64_t i = 0; i < symbols.size(0); ++i) {
      std::vector<std::int32_t> memory(weights::MatchModel::kMemory);
      weights::MatchModel model(memory, shortest);
      for (std::int64_t t = 0; t < symbols.size(1); ++t) {
        const weights::Match match = model.step(static_cast<std::uint16_t>(symbols[i][t].item<std::int64_t>()));
        if (match.length > 0) symbol[i][t][match.symbol] = 1.0F;
        length[i][t][match.length] = 1.0F;
      }
    }
    return {symbol, length};
  }
  /// x [batch, channels, time] with the input features of earlier passages.
  Tensor told(const Tensor& x, const Tensor& symbols, const weights::NetworkSpec& spec) const {
    if (spec.match() == 0) return x;
    const auto [symbol, length] = matches_of(symbols, spec.match(), spec.vocabulary_size);
    return x +
           (torch::matmul(symbol, get("match.embedding.weight")) + torch::matmul(length, get("match.length.weight")))
               .transpose(1, 2);
  }
  /// Logits [batch, vocabulary, time] with the weight of the symbol that would follow.
  Tensor weighed(const Tensor& logits, const Tensor& symbols, const weights::NetworkSpec& spec) const {
    if (spec.match() == 0) return logits;
    const auto [symbol, length] = matches_of(symbols, spec.match(), spec.vocabulary_size);
    return logits + (symbol * torch::matmul(length, get("match.copy")).unsqueeze(2)).transpose(1, 2);
  }

  /// Skip sum after its ReLU [batch, S, time].
  Tensor wavenet(const weights::WaveNetSpec& spec, const Tensor& symbols, const weights::NetworkSpec& network) const {
    const Tensor all = state.empty() ? symbols : torch::cat({state.at(0).transpose(0, 1), symbols}, 1);
    const Tensor one_hot = frames_of(all, network.input_size()).transpose(1, 2);
    const Tensor& embedding = get("embedding.weight");
    const std::int64_t missing = state.empty() ? embedding.size(0) - 1 : 0;
    Tensor x = torch::conv1d(torch::constant_pad_nd(one_hot, {missing, 0}), embedding.permute({2, 1, 0}),
                             get("embedding.bias"));
    x = told(x, symbols, network);
    Tensor sum;
    for (int i = 0; i < spec.layers(); ++i) {
      const std::string block = "block." + std::to_string(i);
      const int dilation = spec.dilations[static_cast<std::size_t>(i) % spec.dilations.size()];
      const Tensor convolved = causal(x, get(block + ".dilated.weight"), get(block + ".dilated.bias"), dilation,
                                      1 + static_cast<std::size_t>(i));
      Tensor gates = spec.block == weights::Block::kPaper ? pointwise(convolved, block + ".gate") : convolved;
      if (parameters.contains(block + ".condition.weight"))
        gates = gates + get(block + ".condition.weight").index_select(0, labels).unsqueeze(2);
      const std::int64_t channels = spec.residual_channels;
      const Tensor gated =
          torch::tanh(gates.narrow(1, 0, channels)) * torch::sigmoid(gates.narrow(1, channels, channels));
      const Tensor skip = spec.block == weights::Block::kPaper ? gated : pointwise(gated, block + ".skip");
      sum = sum.defined() ? sum + skip : skip;
      if (spec.block == weights::Block::kPaper)
        x = convolved + gated;
      else if (i + 1 < spec.layers())
        x = x + pointwise(gated, block + ".residual");
    }
    return torch::relu(sum);
  }

  /// x [batch, inputs, time] through `layers` LSTM layers.
  Tensor lstm(Tensor x, int layers, std::int64_t hidden, bool drop_between) const {
    for (int n = 0; n < layers; ++n) {
      std::vector<Tensor> weights;
      for (const char* kind : {"weight_ih", "weight_hh", "bias_ih", "bias_hh"})
        weights.push_back(get("lstm." + std::string(kind) + "_l" + std::to_string(n)));
      const auto start = [&](std::size_t from_end) {
        return state.empty() ? torch::zeros({1, x.size(0), hidden})
                             : state.at(state.size() - from_end).slice(0, n, n + 1).contiguous();
      };
      if (n > 0 && drop_between) x = drop(x);
      x = std::get<0>(torch::lstm(x.transpose(1, 2), {start(2), start(1)}, weights, true, 1, 0.0, false, false,
                                  /*batch_first=*/true))
              .transpose(1, 2);
    }
    return x;
  }

  /// The same of GRU layers, whose state is h alone.
  Tensor gru(Tensor x, int layers, std::int64_t hidden) const {
    for (int n = 0; n < layers; ++n) {
      std::vector<Tensor> weights;
      for (const char* kind : {"weight_ih", "weight_hh", "bias_ih", "bias_hh"})
        weights.push_back(get("gru." + std::string(kind) + "_l" + std::to_string(n)));
      const Tensor start =
          state.empty() ? torch::zeros({1, x.size(0), hidden}) : state.at(0).slice(0, n, n + 1).contiguous();
      if (n > 0) x = drop(x);
      x = std::get<0>(torch::gru(x.transpose(1, 2), start, weights, true, 1, 0.0, false, false, /*batch_first=*/true))
              .transpose(1, 2);
    }
    return x;
  }

  /// Embedding of `lstm` and `gru` [batch, E, time].
  Tensor embedded(const Tensor& symbols, const weights::NetworkSpec& spec) const {
    Tensor x = torch::matmul(frames_of(symbols, spec.input_size()), get("embedding.weight")).transpose(1, 2);
    if (spec.labels > 0) x = x + get("condition.weight").index_select(0, labels).unsqueeze(2);
    return told(x, symbols, spec);
  }

  /// Logits [batch, vocabulary, time], window by window.
  Tensor guide_cnn(const weights::GuideCnnSpec& options, const weights::NetworkSpec& spec,
                   const Tensor& symbols) const {
    const Tensor all = state.empty() ? torch::constant_pad_nd(symbols, {options.window - 1, 0}, -1)
                                     : torch::cat({state.at(0).t(), symbols}, 1);
    std::vector<Tensor> logits;
    for (std::int64_t t = 0; t < symbols.size(1); ++t) {
      const Tensor window = all.narrow(1, t, options.window);
      Tensor x = embedded(window, spec) * (window >= 0).unsqueeze(1);
      for (std::size_t i = 0; i < options.channels.size(); ++i) {
        const std::string name = "convolution." + std::to_string(i);
        const std::int64_t past = (options.kernel_size - 1) * options.dilations[i];
        x = torch::conv1d(torch::constant_pad_nd(x, {past, 0}), get(name + ".weight"), get(name + ".bias"),
                          torch::IntArrayRef{1}, torch::IntArrayRef{0}, torch::IntArrayRef{options.dilations[i]});
        x = torch::max_pool1d(torch::relu(x), 2);
      }
      const Tensor most = std::get<0>(x.max(2, /*keepdim=*/true));
      logits.push_back(pointwise(torch::relu(pointwise(most, "hidden")), "head"));
    }
    return torch::cat(logits, 2);
  }

  Tensor head(const Tensor& x) const { return pointwise(torch::relu(pointwise(x, "head.0")), "head.1"); }
};

}  // namespace

Tensor reference_logits(const NetworkImpl& network, const Tensor& symbols, const Tensor& labels, const State& state,
                        double dropout) {
  const Reference r{network.named_parameters(), labels, state.tensors, dropout};
  const weights::NetworkSpec& spec = network.spec();
  Tensor logits;
  if (const auto* wavenet = std::get_if<weights::WaveNetSpec>(&spec.network)) {
    logits = r.head(r.wavenet(*wavenet, symbols, spec));
  } else if (const auto* lstm = std::get_if<weights::LstmSpec>(&spec.network)) {
    const Tensor x = r.embedded(symbols, spec);
    logits = r.pointwise(r.drop(r.lstm(r.drop(x), lstm->layers, lstm->hidden, true)), "head");
  } else if (const auto* gru = std::get_if<weights::GruSpec>(&spec.network)) {
    logits = r.pointwise(r.drop(r.gru(r.drop(r.embedded(symbols, spec)), gru->layers, gru->hidden)), "head");
  } else if (const auto* guide = std::get_if<weights::GuideCnnSpec>(&spec.network)) {
    logits = r.guide_cnn(*guide, spec, symbols);
  } else {
    const auto& both = std::get<weights::WaveNetLstmSpec>(spec.network);
    const Tensor sum = r.wavenet(both.wavenet, symbols, spec);
    logits = r.head(torch::cat({sum, r.lstm(sum, both.layers, both.hidden, false)}, 1));
  }
  return r.weighed(logits, symbols, spec).transpose(1, 2);
}

}  // namespace continuo::nets::testing
