// The collection in which copies are looked for, and how well copies are found in it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "continuo/base/progress.h"
#include "continuo/evaluation/passage_index.h"

namespace continuo::workbench {

struct PassageOptions {
  std::filesystem::path corpus;  ///< folder of MIDI files
  std::filesystem::path cache;   ///< folder for the index; empty: default_cache()
  std::string select_column;     ///< only pieces with 1 in this column of MANIFEST.csv; empty: all
};

/// Every MIDI file of the folder (or those that the column selects), whatever its length. `via`: the pieces also as
/// this representation decodes them; null: only as they are. Throws Error (no piece that can be read); Interrupted.
evaluation::PassageIndex open_index(const PassageOptions& options, const representation::Representation* via,
                                    const ProgressSink& progress = {}, const std::stop_token& stop = {});

/// A passage of a training piece that was hidden in a test piece.
struct PlantedPassage {
  std::size_t hidden = 0;  ///< notes of the passage; 0: none could be hidden
  std::size_t found = 0;   ///< notes of the longest run that was found in the piece
  bool right = false;      ///< that run begins within the passage
};

struct PlantedCheck {
  std::size_t pieces = 0, notes = 0;  ///< of the index
  double opening_seconds = 0;         ///< what opening the index took
  std::vector<PlantedPassage> planted;
  struct Unrelated {
    std::string piece;
    std::size_t longest = 0;  ///< notes of the longest run that it shares with the training part
  };
  std::vector<Unrelated> unrelated;  ///< test pieces as they are
  /// The longest run of which `part` (0 to 1) of the unrelated pieces have no longer one; 0 without pieces.
  std::size_t unrelated_quantile(double part) const;
  /// Of so many notes or more: unrelated pieces with such a run, and planted passages found so.
  std::size_t blamed(std::size_t notes) const;
  std::size_t found(std::size_t notes) const;
};

/// Hides `count` passages of the training part in pieces of the test part, transposed, and looks for them; and finds
/// the longest runs of up to `count` test pieces as they are. Deterministic in the collection and `seed`. Throws Error
/// (a collection too small to be split); Interrupted.
PlantedCheck check_planted(const PassageOptions& options, std::size_t count, std::uint64_t seed,
                           const ProgressSink& progress = {}, const std::stop_token& stop = {});

}  // namespace continuo::workbench
