// Collection: the MIDI files of a folder, or its sound and MIDI files: scanned, filtered, duplicates grouped, split by
// piece.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "continuo/base/progress.h"
#include "continuo/corpus/fingerprint.h"
#include "continuo/music/score.h"

namespace continuo::corpus {

struct ScanOptions {
  double min_seconds = 60;   ///< the paper's 1 minute
  double max_seconds = 300;  ///< the paper's 5 minutes
  std::size_t min_notes = 1;
  std::size_t max_notes = 1'000'000;
  std::vector<int>
      programs;  ///< keep pieces whose every pitched note is played by one of these General MIDI programs; empty: any
  bool drums = true;           ///< false: pieces with percussion are left out
  std::size_t max_pieces = 0;  ///< a seeded random choice of so many from those that pass; 0: all
  std::uint64_t seed = 1;      ///< of that choice
  std::string label_column;  ///< column of the manifest (MANIFEST.csv in the folder) that gives each piece's label, as
                             ///< Manifest::labels() spells it; empty: none
  std::size_t label_min_pieces = 1;  ///< a label that fewer of the pieces have counts as none
  std::string leave_out_label;       ///< pieces with this label are left out, to be held out as a whole; empty: none
  std::string select_column;         ///< keep only files whose manifest row has 1 in this column; empty: all
  bool sound = false;  ///< for a representation that reads sound: sound files too, to which limits of notes and
                       ///< instruments do not apply
  std::filesystem::path soundfont;           ///< that renders MIDI when `sound`; empty: audio::default_soundfont()
  int threads = 0;                           ///< 0: every core
  double similarity = kDuplicateSimilarity;  ///< from which two pieces are the same work; 0: none are
};

struct Piece {
  std::filesystem::path path;  ///< absolute
  std::string name;            ///< relative to the folder
  std::string hash;            ///< content_hash of the file
  double seconds = 0;
  std::size_t notes = 0;
  std::vector<int> programs;  ///< sorted, percussion not among them
  bool drums = false;
  std::string label;         ///< from the manifest; empty: unknown
  int group = 0;             ///< duplicates and near-duplicates share one
  std::size_t warnings = 0;  ///< what the MIDI reader repaired; of sound, samples that were not numbers
  bool sound = false;        ///< a sound file: `seconds` is without silence at its ends
};

struct LeftOut {
  std::string name;    ///< relative to the folder
  std::string reason;  ///< in words, for this file ("lasts 0:41, less than 1:00")
  std::string kind;    ///< short, for counting ("too short")
  double seconds = 0;  ///< 0 where the file was not or could not be read
  std::size_t notes = 0;
};

struct Collection {
  std::filesystem::path folder;
  std::vector<Piece> pieces;                         ///< by name
  std::vector<LeftOut> left_out;                     ///< by name
  std::size_t files = 0;                             ///< found, those of other formats with them
  std::map<std::string, std::size_t> other_formats;  ///< files of music that is not read, by format; all are left out
  /// Of labels that the manifest spells otherwise: by label the pieces with each other spelling.
  std::map<std::string, std::map<std::string, std::size_t>> spellings;
  std::filesystem::path soundfont;  ///< of the options
  std::string manifest_encoding;    ///< that MANIFEST.csv was guessed to have; empty: UTF-8, or not read
  double total_seconds() const;
  std::size_t total_notes() const;
  std::size_t groups() const;  ///< different works
};

/// Larger files are left out unread: the largest score of this kind that anybody plays is a hundredth of it.
inline constexpr std::uint64_t kMaxFileBytes = std::uint64_t{64} << 20;
inline constexpr std::uint64_t kMaxSoundFileBytes = std::uint64_t{16} << 30;  ///< the same for sound files

/// Reads every .mid, .midi, .kar and .rmi below `folder` (with ScanOptions::sound also WAV, FLAC, OGG, MP3, AIFF and
/// whatever else libsndfile reads) in parallel, filters, and groups duplicates: scores by their fingerprints, sound
/// files that hold the same samples. A broken file is
/// left out with its reason. Links to folders are followed, but no folder is read twice, so loops end. Of each score
/// only its Piece and its Fingerprint stay in memory. The result does not depend on the number of threads. Throws
/// Error when the folder is missing or holds no such file, and for what is wrong with its manifest where one is needed;
/// Interrupted.
Collection scan(const std::filesystem::path& folder, const ScanOptions& options = {}, const ProgressSink& progress = {},
                std::stop_token stop = {});

struct SplitOptions {
  double train = 0.8;       ///< the paper's 80 %
  double validation = 0.0;  ///< 0.1 for 80/10/10
  std::uint64_t seed = 1;
};
/// Indices into Collection::pieces, each sorted. Whole groups stay on one side; shares are met as nearly as groups
/// allow, by number of pieces: the test part as near to its share as any choice of groups can be, then the validation
/// part from what is left. Throws Error for shares that are not shares.
struct Split {
  std::vector<std::size_t> train, validation, test;
};
Split split(const Collection& collection, const SplitOptions& options = {});

}  // namespace continuo::corpus
