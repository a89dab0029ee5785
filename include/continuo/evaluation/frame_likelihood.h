// Likelihood of polyphonic music by frames, as it has been published since Boulanger-Lewandowski et al. 2012.
#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "continuo/base/progress.h"
#include "continuo/engine/engine.h"
#include "continuo/loaded/frame_head.h"
#include "continuo/representation/frames.h"
#include "continuo/representation/symbol_view.h"

namespace continuo::evaluation {

/// -ln p of frames 1 to T - 1 of every piece given all frames before, as Bai et al. (2018) count: frame 0 is not
/// scored, and the sum over all frames of all pieces is divided by their number.
struct FrameLikelihood {
  double nats = 0;           ///< sum
  std::uint64_t frames = 0;  ///< that were scored
  std::vector<double> piece_nats;
  std::vector<std::uint64_t> piece_frames;
  double per_frame() const noexcept { return frames > 0 ? nats / static_cast<double>(frames) : 0; }
};

using loaded::frame_head;

/// -ln p of frames 1 to T - 1 of a piece, as frame_likelihood() sums them. Throws Error.
std::vector<double> frame_nats(const engine::Model& model, const representation::FrameCode& code,
                               const representation::SymbolView& piece);

/// Streams every piece (symbols of `code`) through the model. With several models the probability of a frame is the
/// mean of theirs: a mixture. A chain is normalised over what can follow, rising keys and EndOfFrame, so that the
/// probabilities of all 2^keys frames sum up to one; independent keys do by themselves. Pieces run in parallel on
/// `threads` threads (0: every core); the result does not depend on it. Throws Error; Interrupted.
FrameLikelihood frame_likelihood(std::span<const engine::Model* const> models, const representation::FrameCode& code,
                                 std::span<const representation::SymbolView> pieces, int threads = 0,
                                 const ProgressSink& progress = {}, std::stop_token stop = {});

}  // namespace continuo::evaluation
