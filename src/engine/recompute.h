// The networks from their definitions: whole sequences, direct convolutions, double precision, the C library's tanh.
// Shares nothing with streaming but the weights. Slow; what streaming is tested against.
#pragma once

#include <vector>

#include "engine/lstm.h"
#include "engine/match.h"
#include "engine/wavenet.h"

namespace continuo::engine {

/// Activations [time, channels] of a whole sequence.
class Sequence {
 public:
  Sequence(std::size_t length, std::size_t channels)
      : length_(length), channels_(channels), values_(length * channels) {}
  std::size_t length() const noexcept { return length_; }
  std::size_t channels() const noexcept { return channels_; }
  double& operator()(std::size_t t, std::size_t channel) { return values_[t * channels_ + channel]; }
  double operator()(std::size_t t, std::size_t channel) const { return values_[t * channels_ + channel]; }
  std::vector<float> to_float() const { return {values_.begin(), values_.end()}; }

 private:
  std::size_t length_;
  std::size_t channels_;
  std::vector<double> values_;
};

/// What enters the network.
Sequence recompute_embedding(const Embedding& embedding, const Inputs& inputs);
/// What the match model says at each step; nothing where the network has none.
std::vector<weights::Match> recompute_matches(const MatchTables& tables, const Inputs& inputs);
/// Adds the input features of these to the embedding.
void add_matches(const MatchTables& tables, const std::vector<weights::Match>& matches, Sequence& x);
/// Adds to the logits [time, vocabulary] of the symbols that would follow.
void add_copy_bias(const MatchTables& tables, const std::vector<weights::Match>& matches, std::size_t vocabulary,
                   std::vector<float>& logits);
/// y[t] = b + sum over taps j of W[j] x[t - (taps - 1 - j) dilation], x being zero before the start.
Sequence recompute_convolution(const Affine& affine, const Sequence& x, std::size_t dilation);
/// The same affine map at every time.
Sequence recompute_pointwise(const Affine& affine, const Sequence& x);
/// relu(sum of skips).
Sequence recompute_body(const WaveNetBody& body, const Inputs& inputs, std::size_t label);
/// Logits [time, vocabulary], with what the body's matches add to them.
std::vector<float> recompute_head(const WaveNetHead& head, const Sequence& x, const WaveNetBody& body,
                                  const Inputs& inputs);
/// Outputs of the last layer.
Sequence recompute_lstm(const LstmLayers& lstm, const Sequence& x);

}  // namespace continuo::engine
