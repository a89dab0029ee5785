// Measures: what a piece of music is like, in numbers with the definitions that others use. docs/evaluation.md has the
// formulas.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "continuo/music/score.h"

namespace continuo::evaluation {

/// In the order of measures().
enum class Measure : unsigned char {
  kPitchRange,
  kPitches,
  kPitchClasses,
  kPitchEntropy,
  kPitchClassEntropy,
  kScaleConsistency,
  kPolyphony,
  kPolyphonyRate,
  kEmptyBeatRate,
  kGrooveConsistency,
  kNotes,
  kSeconds,
  kBars,
  kNotesPerSecond,
  kVelocityMean,
  kVelocityDeviation,
  kDurationMean,
  kDurationDeviation,
  kBarSimilarity,
  kRepeatedBars,
  kOneBarLoops,
  // Harmony
  kChordFit,
  kChordEntropy,
  kChordChanges,
  kRootFourths,
  kRootSteps,
  kDissonance,
  kKeyFit,
  kKeyChanges,
  // The ending
  kEndsOnTonic,
  kBassEndsOnTonic,
  kKeyReturns,
  // Outer voices
  kMelodySteps,
  kMelodyLeaps,
  kMelodyRepeats,
  kMelodyTurns,
  kMelodyEntropy,
  kBassSteps,
  kBassFourths,
  kRegisterDrift,
  // Form
  kBarsLikeEarlier,
  kLiteralRepeats,
  kBarsReturn,
  kThemeReturns,
  kPeriodFour,
  kPeriodEight,
  kStructureShort,
  kStructureMiddle,
  kStructureLong,
  kDensityChange,
  kRegisterChange,
  // Rhythm, loudness, instruments
  kLengthEntropy,
  kOnsetIntervalEntropy,
  kPositionEntropy,
  kOnsetsOnBeats,
  kDownbeats,
  kNotesPerOnset,
  kVelocityEntropy,
  kVelocityChange,
  kTempoChanges,
  kInstruments
};
inline constexpr std::size_t kMeasureCount = static_cast<std::size_t>(Measure::kInstruments) + 1;

struct MeasureInfo {
  const char* name;    ///< as in tables, for example "pitch_class_entropy"; MusPy's names for MusPy's measures
  const char* unit;    ///< "semitones", "bits" ...; empty for shares
  const char* says;    ///< a line of explanation
  const char* source;  ///< whose definition: "MusPy", or "" for this project's
  const char* group;   ///< what a table is headed with: "harmony", "form" ...
};
std::span<const MeasureInfo> measures();
inline const MeasureInfo& info(Measure measure) { return measures()[static_cast<std::size_t>(measure)]; }

struct MeasureOptions {
  /// Steps of a quarter note to which a score is brought first, MusPy's default resolution. groove_consistency depends
  /// on it: it counts the steps of a bar. 0: the file's own ticks, as MusPy takes a file that it has just read.
  int resolution = 24;
  /// Only the first so many seconds are measured, but for the measures of the ending, which are of the whole piece; 0:
  /// all.
  double first_seconds = 0;
};

/// One value for each of measures(); NaN where a measure is not defined for this piece (no notes, one bar, several
/// time signatures). Throws Error for a resolution that no score can have.
std::vector<double> measure(const Score& score, const MeasureOptions& options = {});

/// The part of `score` that is measured: its first seconds, where they were asked for.
Score measured_part(const Score& score, const MeasureOptions& options);

/// So many equal neighbours make a loop of one bar.
inline constexpr int kLoopBars = 4;

/// Share of the bars of `score` that stand in a run of at least kLoopBars equal ones: the same onsets within the bar,
/// pitches and instruments; velocities and durations may differ, and empty bars are in no loop. NaN without notes.
double share_of_one_bar_loops(const Score& score, const MeasureOptions& options = {});

}  // namespace continuo::evaluation
