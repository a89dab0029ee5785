// The names of the measures, in the order of the enumeration.
#include <array>

#include "continuo/evaluation/measures.h"

namespace continuo::evaluation {
namespace {

constexpr std::array kMeasures = {
    MeasureInfo{"pitch_range", "semitones", "highest minus lowest pitch", "MusPy", "MusPy's"},
    MeasureInfo{"n_pitches_used", "", "different pitches", "MusPy", "MusPy's"},
    MeasureInfo{"n_pitch_classes_used", "", "different pitch classes", "MusPy", "MusPy's"},
    MeasureInfo{"pitch_entropy", "bits", "entropy of the histogram of pitches", "MusPy", "MusPy's"},
    MeasureInfo{"pitch_class_entropy", "bits", "entropy of the histogram of pitch classes", "MusPy", "MusPy's"},
    MeasureInfo{"scale_consistency", "", "share of notes in the major or minor scale that fits best", "MusPy",
                "MusPy's"},
    MeasureInfo{"polyphony", "", "mean number of pitches that sound, where any does", "MusPy", "MusPy's"},
    MeasureInfo{"polyphony_rate", "", "share of the time in which more than two pitches sound", "MusPy", "MusPy's"},
    MeasureInfo{"empty_beat_rate", "", "share of beats in which no note sounds", "MusPy", "MusPy's"},
    MeasureInfo{"groove_consistency", "", "1 - mean Hamming distance of neighbouring bars' onsets", "MusPy", "MusPy's"},
    MeasureInfo{"notes", "", "notes, drums among them", "", "This project's"},
    MeasureInfo{"seconds", "s", "to the end of the last note", "", "This project's"},
    MeasureInfo{"bars", "", "bars to that of the last onset", "", "This project's"},
    MeasureInfo{"notes_per_second", "1/s", "notes over seconds", "", "This project's"},
    MeasureInfo{"velocity_mean", "", "mean MIDI velocity", "", "This project's"},
    MeasureInfo{"velocity_sd", "", "standard deviation of velocities within the piece", "", "This project's"},
    MeasureInfo{"duration_mean", "quarters", "mean duration of pitched notes", "", "This project's"},
    MeasureInfo{"duration_sd", "quarters", "standard deviation of durations within the piece", "", "This project's"},
    MeasureInfo{"bar_similarity", "", "mean overlap (Jaccard) of the onsets of any two bars that have some", "",
                "This project's"},
    MeasureInfo{"repeated_bars", "", "share of bars with notes that equal an earlier bar", "", "This project's"},
    MeasureInfo{"one_bar_loops", "", "share of bars in runs of four or more equal bars", "", "This project's"},

    MeasureInfo{"chord_fit", "", "share of what sounds in a half bar that belongs to its best triad", "", "Harmony"},
    MeasureInfo{"chord_entropy", "bits", "entropy of the histogram of the half bars' triads", "", "Harmony"},
    MeasureInfo{"chord_changes", "", "share of half bars with another triad than the one before", "", "Harmony"},
    MeasureInfo{"root_fourths", "", "share of the roots' moves that are a fourth or fifth", "", "Harmony"},
    MeasureInfo{"root_steps", "", "share of the roots' moves that are a second", "", "Harmony"},
    MeasureInfo{"dissonance", "", "share of simultaneous pairs that are a second, seventh or tritone", "", "Harmony"},
    MeasureInfo{"key_fit", "", "mean fit of the key of eight bars", "", "Harmony"},
    MeasureInfo{"key_changes", "", "share of windows of eight bars in another key than the one before", "", "Harmony"},

    MeasureInfo{"ends_on_tonic", "", "the last chord is the tonic's in the key of the last eight bars", "", "Ending"},
    MeasureInfo{"bass_ends_on_tonic", "", "the lowest of the last notes is the tonic", "", "Ending"},
    MeasureInfo{"key_returns", "", "the key of the last eight bars is that of the first eight", "", "Ending"},

    MeasureInfo{"melody_steps", "", "share of the top voice's moves that are one or two semitones", "", "Outer voices"},
    MeasureInfo{"melody_leaps", "", "share of the top voice's moves of a fifth or more", "", "Outer voices"},
    MeasureInfo{"melody_repeats", "", "share of the top voice's notes that repeat the pitch before", "",
                "Outer voices"},
    MeasureInfo{"melody_turns", "", "share of the top voice's moves that change direction", "", "Outer voices"},
    MeasureInfo{"melody_entropy", "bits", "entropy of the top voice's intervals", "", "Outer voices"},
    MeasureInfo{"bass_steps", "", "share of the lowest voice's moves that are one or two semitones", "",
                "Outer voices"},
    MeasureInfo{"bass_fourths", "", "share of the lowest voice's moves that are a fourth or fifth", "", "Outer voices"},
    MeasureInfo{"register_drift", "semitones", "mean pitch of the last third less that of the first", "",
                "Outer voices"},

    MeasureInfo{"bars_like_earlier", "", "share of bars at least 70 % like an earlier one", "", "Form"},
    MeasureInfo{"literal_repeats", "", "share of these that equal an earlier one", "", "Form"},
    MeasureInfo{"bars_return", "", "share of bars like one from before the last eight", "", "Form"},
    MeasureInfo{"theme_returns", "", "share of bars in a run of two or more that returns after eight", "", "Form"},
    MeasureInfo{"period_four", "", "similarity of bars four apart less that of three and five", "", "Form"},
    MeasureInfo{"period_eight", "", "similarity of bars eight apart less that of seven and nine", "", "Form"},
    MeasureInfo{"structure_short", "", "greatest fitness of a segment of 3 to 8 s", "", "Form"},
    MeasureInfo{"structure_middle", "", "greatest fitness of a segment of 9 to 15 s", "", "Form"},
    MeasureInfo{"structure_long", "", "greatest fitness of a segment of 16 s or more", "", "Form"},
    MeasureInfo{"density_change", "octaves", "mean change of the notes of four bars to the next four", "", "Form"},
    MeasureInfo{"register_change", "semitones", "mean change of the pitch of four bars to the next four", "", "Form"},

    MeasureInfo{"length_entropy", "bits", "entropy of note lengths in 24ths of a quarter", "", "Rhythm and sound"},
    MeasureInfo{"onset_interval_entropy", "bits", "entropy of the times between onsets", "", "Rhythm and sound"},
    MeasureInfo{"position_entropy", "bits", "entropy of the places of onsets in the bar", "", "Rhythm and sound"},
    MeasureInfo{"onsets_on_beats", "", "share of onsets that lie on a quarter of the bar", "", "Rhythm and sound"},
    MeasureInfo{"downbeats", "", "share of bars with notes that have one on the first beat", "", "Rhythm and sound"},
    MeasureInfo{"notes_per_onset", "", "notes over onsets", "", "Rhythm and sound"},
    MeasureInfo{"velocity_entropy", "bits", "entropy of the histogram of velocities", "", "Rhythm and sound"},
    MeasureInfo{"velocity_change", "", "mean change of the mean velocity from bar to bar", "", "Rhythm and sound"},
    MeasureInfo{"tempo_changes", "1/min", "changes of tempo a minute", "", "Rhythm and sound"},
    MeasureInfo{"instruments", "", "different programs, drums as one", "", "Rhythm and sound"},
};
static_assert(kMeasures.size() == kMeasureCount);

}  // namespace

std::span<const MeasureInfo> measures() { return kMeasures; }

}  // namespace continuo::evaluation
