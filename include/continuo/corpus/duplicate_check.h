// How well duplicates are found: against altered copies planted for the purpose, and against a column of the manifest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "continuo/base/progress.h"
#include "continuo/base/random.h"
#include "continuo/corpus/collection.h"
#include "continuo/music/score.h"

namespace continuo::corpus {

/// What is done to a planted copy.
enum class Alteration : std::uint8_t {
  kTransposed,    ///< by one to six semitones up or down
  kRetimed,       ///< another tempo, another resolution, and notes written half or twice as long
  kTracksMerged,  ///< all pitched notes on one track
  kTracksSplit,   ///< notes dealt at random to four times as many tracks
  kQuantised,     ///< onsets moved to a grid of sixteenths
  kHumanised,     ///< each onset moved by up to a thirty-second of a quarter note either way
  kOrnamented,    ///< a mordent in place of one note in twelve
  kThinned,       ///< one note in twelve left out
  kExcerpt,       ///< the middle third
  kAllAtOnce      ///< transposed, re-timed, split and ornamented
};
inline constexpr std::size_t kAlterations = 10;
const char* alteration_name(Alteration alteration) noexcept;

/// A copy of the score so altered. Percussion is left as it is, except in time.
Score altered(const Score& score, Alteration alteration, Random& random);

/// Counts that make precision and recall.
struct DuplicateFigures {
  std::size_t expected = 0;  ///< pairs that are duplicates
  std::size_t found = 0;     ///< pairs grouped together
  std::size_t right = 0;     ///< both
  double precision() const { return found == 0 ? 1 : static_cast<double>(right) / static_cast<double>(found); }
  double recall() const { return expected == 0 ? 1 : static_cast<double>(right) / static_cast<double>(expected); }
};

struct PlantedOptions {
  std::size_t copies = 500;  ///< pieces copied for each alteration, drawn from the collection; at most all of them
  std::uint64_t seed = 1;
  double similarity = kDuplicateSimilarity;
};
/// For each alteration in the order of the enumeration: copies of pieces of the collection are planted among all its
/// pieces, and everything is grouped. Expected are as many pairs as copies, each with its original; right are those
/// grouped; found are these and each pair of a copy and a piece in its group that is foreign to it: one that the
/// original is not grouped with when no copies are planted. Throws Error; Interrupted.
std::vector<DuplicateFigures> check_planted(const Collection& collection, const PlantedOptions& options = {},
                                            const ProgressSink& progress = {}, std::stop_token stop = {});

/// A pair of pieces that are grouped although the column differs, or the other way round.
struct Disagreement {
  std::size_t first = 0, second = 0;  ///< indices into Collection::pieces
  bool grouped = false;
};
struct ColumnCheck {
  DuplicateFigures figures;  ///< over pairs of pieces
  std::vector<Disagreement> disagreements;
  std::size_t largest_group = 0;
};
/// Compares the groups with a column of the manifest: pieces with the same value, not empty, are expected together.
/// Throws Error when there is no such manifest or column.
ColumnCheck check_column(const Collection& collection, const std::string& column);

}  // namespace continuo::corpus
