// A set of pieces that a user named: folders and files, to be measured and compared.
#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "continuo/base/progress.h"
#include "continuo/evaluation/survey.h"

namespace continuo::workbench {

struct PieceSetOptions {
  std::string select_column;
  std::size_t max_pieces = 0;  ///< a seeded random choice of so many; 0: all
  std::uint64_t seed = 1;
  int threads = 0;
};

struct PieceSet {
  struct Piece {
    std::filesystem::path path;
    std::string name;  ///< relative to its folder where one folder was named; else as the user would write it
  };
  std::vector<Piece> pieces;  ///< in the order of the names given, within a folder by name; none twice
  std::vector<evaluation::Survey::LeftOut> left_out;
  std::size_t drawn_from = 0;  ///< pieces before `max_pieces` were drawn
};

/// Every MIDI file of the folders, whatever its length, and the files. Throws Error for a name that is neither, and for
/// a folder without MIDI files; Interrupted.
PieceSet open_piece_set(const std::vector<std::filesystem::path>& names, const PieceSetOptions& options,
                        const ProgressSink& progress = {}, const std::stop_token& stop = {});

std::vector<evaluation::SurveySource> sources_of(const PieceSet& set);

}  // namespace continuo::workbench
