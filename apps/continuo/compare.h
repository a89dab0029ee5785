// What `continuo compare` found out of two collections, and the page that shows it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "continuo/evaluation/distributions.h"
#include "continuo/evaluation/survey.h"
#include "continuo/page/page.h"

namespace continuo::app {

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
  evaluation::Grids grids = evaluation::Grids::kCommon;
  double first_seconds = 0;  ///< only so much of each piece was compared; 0: all
  double heard_seconds = 0;
};

void write_compare_page(const std::filesystem::path& path, const CompareReport& report);
void write_compare_table(const std::filesystem::path& path, const CompareReport& report);

/// "0.123", or a dash where it is not defined.
std::string decimals(double value, int digits);
/// Four significant digits, or a dash.
std::string significant(double value);

}  // namespace continuo::app
