// How far generated music is from real music: two collections, their measures, distances and pieces to hear.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "continuo/base/progress.h"
#include "continuo/evaluation/controls.h"
#include "continuo/evaluation/distributions.h"
#include "continuo/evaluation/survey.h"
#include "continuo/page/page.h"
#include "continuo/workbench/piece_set.h"

namespace continuo::workbench {

struct CompareOptions {
  std::filesystem::path real;       ///< folder or file
  std::filesystem::path generated;  ///< likewise; empty: `model` composes them
  std::filesystem::path model;
  std::optional<evaluation::Control> control;  ///< in place of both: `real`, spoiled in one respect
  PieceSetOptions set{.max_pieces = 200};      ///< its seed is that of composing and of the pieces to hear, too
  std::size_t count = 20;                      ///< pieces to compose
  double seconds = 60;                         ///< of a composed piece at most
  std::string temperature;                     ///< of composing, as set_temperatures() reads it; empty: the model's own
  std::optional<double> top_p;                 ///< of composing; nothing: the model's own
  double first = 0;                 ///< only so many seconds of each piece are measured, and its ending; 0: all
  std::size_t heard = 3;            ///< pieces of each side to hear; 0: none
  double heard_seconds = 20;        ///< of each of them
  std::filesystem::path soundfont;  ///< empty: the system's
  bool misaligned = false;          ///< densities as mgeval samples them
  /// Called for each side that has some: the files that could not be measured.
  std::function<void(const std::vector<evaluation::Survey::LeftOut>&)> on_left_out;
};

/// A piece to hear: its beginning as sound and picture, the whole of it as MIDI.
struct HeardPiece {
  std::string name;
  double seconds = 0;  ///< of the whole
  page::Media sound, picture, midi;
};

struct ComparedSet {
  std::string name;    ///< as the user named it, or the model's
  std::string origin;  ///< a sentence: how many pieces, where they come from
  evaluation::Survey survey;
  std::vector<HeardPiece> heard;
};

struct CompareReport {
  ComparedSet real, generated;
  std::vector<evaluation::FeatureComparison> features;  ///< Yang and Lerch's; a is real, b generated
  std::vector<evaluation::FeatureComparison> measures;  ///< in the order of evaluation::measures()
  double frechet = 0, frechet_floor = 0;                ///< of generated against real; of real against real
  evaluation::Grids grids = evaluation::Grids::kCommon;
  double first_seconds = 0;  ///< only so much of each piece was compared; 0: all
  double heard_seconds = 0;
};

/// Deterministic in the files and options. Throws Error (not one of `generated`, `model` and `control`; fewer than two
/// pieces on a side; no SoundFont where pieces are to be heard); Interrupted.
CompareReport compare(const CompareOptions& options, const ProgressSink& progress = {},
                      const std::stop_token& stop = {});

/// "Frechet distance over 82 values of each piece: ..."
std::string frechet_sentence(const CompareReport& report);

void write_compare_page(const std::filesystem::path& path, const CompareReport& report);
void write_compare_table(const std::filesystem::path& path, const CompareReport& report);

}  // namespace continuo::workbench
