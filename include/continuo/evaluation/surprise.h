// Surprise: what a model makes of each note of a piece, and what it would have written there instead.
#pragma once

#include <cstddef>
#include <stop_token>
#include <vector>

#include "continuo/base/progress.h"
#include "continuo/engine/engine.h"
#include "continuo/music/score.h"
#include "continuo/representation/representation.h"

namespace continuo::evaluation {

/// A symbol that the grammar allows, and the model's probability for it among all symbols.
struct Alternative {
  representation::Symbol symbol = 0;
  double probability = 0;
};

/// The bits of a note, -log2 p summed over the symbols that it is made of. Its own: the symbol with which it begins,
/// its velocity, length and end, and a program or velocity written before it. Its share: of the symbols that place what
/// begins together (bars, time signatures, positions, tempos, time shifts) an equal part for each note that begins
/// there, or, where none begins, that ends there. A symbol that stands for a chord is shared by its notes.
struct NoteSurprise {
  representation::Preview::Begin note;  ///< in the ticks of Surprise::ppq
  double own = 0, share = 0;
  double beginning = 0;               ///< of `own`: the symbol with which it begins
  std::vector<Alternative> instead;   ///< for that symbol, the most probable first
  representation::Symbol symbol = 0;  ///< that symbol
  double bits() const noexcept { return own + share; }
};

struct Surprise {
  int ppq = 1;
  std::vector<NoteSurprise> notes;  ///< in the order of the symbols
  double bits = 0;                  ///< of all symbols but the first
  double rest = 0;                  ///< of them in no note: End, labels, what places nothing
  std::size_t symbols = 0;          ///< predicted
  /// For each note of each track of the score: index into `notes`, npos for one that the representation does not keep.
  std::vector<std::vector<std::size_t>> of_score;
  static constexpr std::size_t npos = static_cast<std::size_t>(-1);
};

struct SurpriseOptions {
  int label = 0;                 ///< style, 0: unknown
  std::size_t alternatives = 5;  ///< for each note
};

/// Reads `score` through `representation` and lets the model predict each symbol from those before it. `bits` is what
/// likelihood() says of the sequence, times its symbols; the bits of all notes and `rest` sum up to it. Throws Error
/// for a representation that keeps no time (`notes`), for a model whose symbols are others, and for a score without a
/// note that is kept; Interrupted.
Surprise surprise(const engine::Model& model, const representation::Representation& representation, const Score& score,
                  const SurpriseOptions& options = {}, const ProgressSink& progress = {}, std::stop_token stop = {});

}  // namespace continuo::evaluation
