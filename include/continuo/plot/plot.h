// Pictures as PNG or SVG, by the extension of the path: piano rolls, curves, histograms. Written atomically.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "continuo/music/score.h"
#include "continuo/plot/target.h"

namespace continuo::plot {

/// A range of time that is set off from the rest.
struct MarkedSpan {
  Tick begin = 0, end = 0;
};

/// A passage that returns, with the name that it and its returns share ("A").
struct NamedSpan {
  Tick begin = 0, end = 0;
  std::string name;
};

/// What stands instead of the tracks' colours: a value for each note, from pale blue at 0 to dark red at `high`.
struct NoteValues {
  std::vector<std::vector<double>>
      of_tracks;     ///< as Score::tracks and their notes; what is not finite or missing is grey
  double high = 1;   ///< above 0
  std::string unit;  ///< for the legend, for example "bits"
  std::vector<std::pair<double, std::string>> names;  ///< values that the legend names, in place of a scale
};

struct PianoRollOptions {
  std::string title;
  std::vector<std::string> facts;  ///< under the title, before metre and tempo: key, style ...
  int width = 1600;                ///< pixels
  int height = 700;                ///< of a short piece; long pieces are broken into rows and become taller
  std::vector<MarkedSpan> marks;   ///< drawn as a tint behind the notes and a bar above them
  std::vector<NamedSpan> repeats;  ///< drawn as brackets above the bar numbers; not overlapping
  NoteValues values;               ///< without any, tracks have colours of their own
};
/// Bars and beats as a grid with bar numbers above and seconds below, one colour per track, notes thinner and a little
/// paler where they are softer, keys and octave names at the side, percussion in lanes of its own, a legend of several
/// tracks; length, metre and tempo in the heading. Throws Error.
void piano_roll(const Target& target, const Score& score, const PianoRollOptions& options = {});

struct SmallRollOptions {
  int width = 320, height = 110;   ///< pixels
  std::vector<MarkedSpan> marks;   ///< as PianoRollOptions::marks
  std::vector<NamedSpan> repeats;  ///< a line above each, in one colour for each name
};
/// The whole piece in one row without words, to be told from others at a glance: notes in the colours of their tracks,
/// percussion at the bottom. Throws Error.
void small_piano_roll(const Target& target, const Score& score, const SmallRollOptions& options = {});

struct Curve {
  std::string label;
  std::vector<double> x, y;  ///< same length; values that are not finite interrupt the line
  bool points = false;       ///< mark each point (for few points)
};
struct ChartOptions {
  std::string title, x_label, y_label;
  int width = 1000;
  int height = 600;
};
/// Lines with axes, ticks at round numbers and a legend of the labels that are not empty. Throws Error.
void curves(const Target& target, std::span<const Curve> lines, const ChartOptions& options = {});

/// Counts of `values` in bins of equal width between `low` and `high`; what lies beyond is counted in the outermost
/// bins and said.
struct HistogramOptions : ChartOptions {
  double low = 0, high = 1;
  int bins = 40;
};
void histogram(const Target& target, std::span<const double> values, const HistogramOptions& options);

bool is_picture_path(const std::filesystem::path& path);  ///< .png or .svg

}  // namespace continuo::plot
