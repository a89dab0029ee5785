// Originality: what of a piece stands in a collection, note for note.
#pragma once

#include <string>
#include <vector>

#include "continuo/evaluation/passage_index.h"

namespace continuo::evaluation {

/// Notes in a row that stand in the collection too, in any key, as many as go: neither the note before nor the one
/// after could belong to it.
struct Run {
  std::size_t first = 0;  ///< in the piece's note stream
  std::size_t notes = 0;
  Tick begin = 0, end = 0;  ///< of the piece: from the first onset to the next note's (or the last one's end)
  int first_bar = 0, last_bar = 0;
  std::string piece;  ///< where it stands in the collection: one of the places
  int bar = 0;        ///< there, counted from 0
};

/// A bar that has notes, and the run that has most notes of those that touch it with two notes or more; of equals the
/// first.
struct BarOrigin {
  int bar = 0;  ///< counted from 0
  Tick begin = 0, end = 0;
  std::size_t notes = 0;   ///< that begin in it
  std::size_t shared = 0;  ///< of these in the run
  std::size_t run = 0;     ///< index into Originality::runs; npos: none
  static constexpr std::size_t npos = static_cast<std::size_t>(-1);
};

struct Originality {
  std::size_t notes = 0;  ///< in the note stream
  std::vector<Run> runs;  ///< of two notes and more, by their beginning
  std::vector<BarOrigin> bars;
  std::size_t longest = 0;  ///< notes of the longest run; 1 where no two notes stand there, 0 without notes
  /// The longest run, the first of several; null when there is none.
  const Run* longest_run() const noexcept;
  /// Notes that are in some run of at least `notes` notes.
  std::size_t covered(std::size_t notes) const;
};

Originality originality(const Score& score, const PassageIndex& index);

}  // namespace continuo::evaluation
