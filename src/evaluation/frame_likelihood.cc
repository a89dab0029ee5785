// Streams of frames, key by key or symbol by symbol, summed in double precision.
#include "continuo/evaluation/frame_likelihood.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>

#include "continuo/base/error.h"
#include "continuo/base/parallel.h"
#include "continuo/engine/finite.h"

namespace continuo::evaluation {
namespace {

using representation::FrameCode;
using representation::FrameHead;
using representation::FrameInputs;
using representation::KeySet;
using representation::Symbol;
using representation::SymbolView;

/// ln(e^a + e^b).
double log_add(double a, double b) {
  const double greatest = std::max(a, b);
  return greatest + std::log1p(std::exp(std::min(a, b) - greatest));
}

/// -ln sigmoid(x), exact for large x of either sign.
double softplus_of_minus(double x) { return std::max(-x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

double nats_of_keys(std::span<const float> logits, const KeySet& frame) {
  double nats = 0;
  for (std::size_t k = 0; k < logits.size(); ++k)
    nats += softplus_of_minus(frame[k] ? static_cast<double>(logits[k]) : -static_cast<double>(logits[k]));
  return nats;
}

/// -ln p(symbol) among EndOfFrame and the keys above all of `so_far`.
double nats_of_symbol(std::span<const float> logits, const FrameCode& code, const KeySet& so_far, Symbol symbol) {
  int lowest = code.keys();
  while (lowest > 0 && !so_far[static_cast<std::size_t>(lowest - 1)]) --lowest;
  double total = static_cast<double>(logits[code.end_of_frame()]);
  for (int key = lowest; key < code.keys(); ++key)
    total = log_add(total, static_cast<double>(logits[code.symbol_of(key)]));
  return total - static_cast<double>(logits[symbol]);
}

}  // namespace

std::vector<double> frame_nats(const engine::Model& model, const FrameCode& code, const SymbolView& piece) {
  const FrameHead head = frame_head(model.spec(), code);
  std::vector<double> nats;
  const auto stream = model.new_stream();
  const std::vector<Symbol> symbols = piece.to_vector();
  FrameInputs inputs(code, head);
  if (head == FrameHead::kKeys) {
    const auto frames = code.frames(symbols);
    for (std::size_t t = 0; t + 1 < frames.size(); ++t) {
      const std::span<const float> logits = stream->step(inputs.step(frames[t]));
      engine::check_finite(logits);
      nats.push_back(nats_of_keys(logits, frames[t + 1]));
    }
    return nats;
  }
  std::size_t complete = 0;
  double frame = 0;
  std::span<const float> logits;
  for (const Symbol symbol : symbols) {
    const bool in_frame = symbol == code.end_of_frame() || code.is_key(symbol);
    if (in_frame && !logits.empty()) frame += nats_of_symbol(logits, code, inputs.so_far(), symbol);
    const std::span<const float> values = inputs.step(symbol);
    logits = code.context() ? stream->step(values) : stream->step(symbol);
    engine::check_finite(logits);
    if (symbol != code.end_of_frame()) continue;
    if (complete++ > 0) nats.push_back(frame);
    frame = 0;
  }
  return nats;
}

FrameLikelihood frame_likelihood(std::span<const engine::Model* const> models, const FrameCode& code,
                                 std::span<const SymbolView> pieces, int threads, const ProgressSink& progress,
                                 std::stop_token stop) {
  if (models.empty()) throw Error(ErrorCode::kInvalidArgument, "there is no model to ask");
  for (const engine::Model* model : models) frame_head(model->spec(), code);
  FrameLikelihood result;
  result.piece_nats.resize(pieces.size());
  result.piece_frames.resize(pieces.size());
  std::mutex mutex;
  std::uint64_t done = 0;
  parallel_for(
      pieces.size(), threads,
      [&](std::size_t i) {
        std::vector<double> log_sums;  // of the models' probabilities, by frame
        for (const engine::Model* model : models) {
          const auto nats = frame_nats(*model, code, pieces[i]);
          log_sums.resize(nats.size(), -std::numeric_limits<double>::infinity());
          for (std::size_t t = 0; t < nats.size(); ++t) log_sums[t] = log_add(log_sums[t], -nats[t]);
        }
        for (const double sum : log_sums) result.piece_nats[i] += std::log(static_cast<double>(models.size())) - sum;
        result.piece_frames[i] = log_sums.size();
        const std::scoped_lock lock(mutex);
        ++done;
        if (progress) progress({.task = "Evaluating", .done = done, .total = pieces.size(), .unit = "pieces"});
        if (stop.stop_requested()) throw Interrupted("interrupted before the evaluation was finished");
      },
      stop);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    result.nats += result.piece_nats[i];
    result.frames += result.piece_frames[i];
  }
  return result;
}

}  // namespace continuo::evaluation
