// What a model makes of music that it has not seen, streamed through the engine as composing does.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <vector>

#include "continuo/base/progress.h"
#include "continuo/engine/engine.h"
#include "continuo/evaluation/onset_grid.h"
#include "continuo/representation/frames.h"
#include "continuo/representation/symbol_view.h"

namespace continuo::evaluation {

struct LabelledSequence {
  representation::SymbolView symbols;
  int label = 0;
  std::size_t context = 0;  ///< symbols at the beginning whose successors are not counted, for excerpts of a piece
};

struct Likelihood {
  double bits = 0;            ///< mean of -log2 p(symbol | all before it), each symbol but the first of each sequence
  std::uint64_t symbols = 0;  ///< that were predicted; with none, bits is 0
};

/// Several models over the same sequences, one result each. Sequences run in parallel on `threads` threads (0: every
/// core); the results do not depend on it. Throws Error for a symbol beyond a model's vocabulary; Interrupted.
std::vector<Likelihood> likelihood(std::span<const engine::Model* const> models,
                                   std::span<const LabelledSequence> sequences, int threads = 0,
                                   const ProgressSink& progress = {}, std::stop_token stop = {});

/// A piece and what predicts it.
struct PieceTask {
  const engine::Model* model = nullptr;  ///< null: `logits` are the prediction of every symbol, as of a baseline
  std::span<const float> logits;
  LabelledSequence sequence;
  const OnsetGrid* grid = nullptr;  ///< null: nothing is said of it
  const representation::FrameCode* frames =
      nullptr;                              ///< of models that frame_head() takes: what is predicted is frames
  std::function<Quarters()> quarters = {};  ///< the piece's tempo, for a grid in_seconds(); called where it is needed
};

struct PieceLikelihood {
  double bits = 0;  ///< sum over the predicted symbols, or frames
  std::uint64_t symbols = 0;
  double grid_bits = 0, idle_bits = 0;  ///< OnsetGridScorer's; over the whole sequence, whatever its `context`
  std::uint64_t grid_notes = 0;
};

/// One result for each task. Longer pieces are taken first, on `threads` threads (0: every core); the results do not
/// depend on them. Throws as likelihood() does.
std::vector<PieceLikelihood> piece_likelihoods(std::span<const PieceTask> tasks, int threads = 0,
                                               const ProgressSink& progress = {}, std::stop_token stop = {});

/// How far the predictions of `other` are from those of `model` over one sequence.
struct Divergence {
  double bits = 0;       ///< mean Kullback-Leibler divergence of other's distributions from model's
  double greatest = 0;   ///< greatest difference of two logits
  double root_mean = 0;  ///< root of the mean squared difference of logits
  std::uint64_t steps = 0;
};
/// Throws Error when the vocabularies differ.
Divergence divergence(const engine::Model& model, const engine::Model& other, const LabelledSequence& sequence);

}  // namespace continuo::evaluation
