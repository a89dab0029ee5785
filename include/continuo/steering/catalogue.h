// Catalogue: the wishes that come with Continuo, as values. Each becomes a Rule.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "continuo/generation/compose.h"
#include "continuo/loaded/loaded_model.h"
#include "continuo/music/instrument_range.h"
#include "continuo/steering/outline.h"
#include "continuo/steering/rule.h"

namespace continuo::steering {

/// One chord of a chart.
struct Chord {
  std::uint16_t classes = 0;  ///< bit p: pitch class p (0: C); 0: no chord ("N.C."), everything may sound
  int root = -1;              ///< pitch class; -1 without a chord
  int bass = -1;              ///< pitch class of "/F#"; -1: none is asked for
  std::string name;
  friend bool operator==(const Chord&, const Chord&) = default;
};

/// Chords by bar; those of one bar share it evenly. Begins anew when it is over.
struct ChordChart {
  std::vector<std::vector<Chord>> bars;
  std::string text;  ///< as it was written
  friend bool operator==(const ChordChart&, const ChordChart&) = default;
};

/// "Dm | Gm A7 | Dm/F N.C. | %": bars between lines; "%" repeats the bar before. Roots A to G with # and b, then
/// nothing (major), m, dim, aug (+), sus2, sus4 (sus), 6, m6, 7, maj7 (M7), m7, mMaj7, m7b5, dim7, 9, maj9, m9, add9,
/// 7sus4, 5. Throws Error with what it cannot read.
ChordChart chords_from_text(std::string_view text);

enum class Cadence : std::uint8_t {
  kNone,
  kTonic,  ///< the last bar has notes of the tonic chord alone, its root lowest at the end, and the last chord is held
  kOpen    ///< the last bar has notes of the dominant chord alone, its root lowest at the end
};

/// What of a passage that is varied stays as it was.
enum class Keep : std::uint8_t {
  kNothing,
  kRhythm,   ///< onsets, durations, instruments and velocities; pitches are new
  kContour,  ///< the rhythm, and of each instrument's highest notes whether they rise, fall or stay
  kPitches   ///< of each instrument the pitches in their order; when and how long is new
};

/// Everything that may be asked for. What is not set binds nothing. Counts of bars are from 1.
struct Wishes {
  std::string key;                  ///< "D minor": only its notes, of minor with the raised sixth and seventh
  std::uint16_t pitch_classes = 0;  ///< bit p: pitch class p (0: C); 0: those of `key`. Drums have none
  std::vector<int> programs;        ///< that may play, General MIDI from 0; empty, without drums: see FreeSpan
  bool drums = false;
  bool every_bar = false;            ///< each of `programs` begins a new note in every free bar, from its entry on
  bool all_play = false;             ///< each of `programs` has at least one new note
  std::map<int, int> enters;         ///< by program: the first bar in which it plays
  std::map<int, PitchRange> ranges;  ///< by program, in place of the model's
  bool any_range = false;            ///< the model's ranges bind nothing
  std::optional<std::pair<double, double>> tempo;  ///< quarters a minute, lowest and highest, of new bars
  std::optional<std::pair<int, int>> metre;        ///< of new bars
  std::optional<ChordChart> chords;                ///< its first bar is the first free one
  /// 1: chord notes alone. From 0.5: chord notes on beats, notes of the key (of all chords, where there is no key)
  /// between. Below: nothing is forbidden, chord notes are preferred.
  double strictness = 0.5;
  Cadence cadence = Cadence::kNone;  ///< needs a key
  int most_voices = 0;               ///< notes that sound at a time, of all instruments; 0: any number
  int least_voices = 0;              ///< wherever a note begins
  int most_voices_each = 0;          ///< of one instrument
  double onsets_per_bar = 0;         ///< moments at which notes begin, about; 0: as it comes
  Keep keep = Keep::kNothing;        ///< of what stood where something is written anew
  double amount = 1;                 ///< above 0 up to 1: share of the notes that stood there which are written anew
  double differ = 0;                 ///< 0 to 1: at least this share of the new notes is not what stood there
  int hand_span = 0;  ///< semitones that a hand reaches: what each instrument plays is playable by two; 0: not asked
  bool allow_copies = false;  ///< passages of the collection may be repeated
  bool allow_loops = false;
  friend bool operator==(const Wishes&, const Wishes&) = default;
};

/// The rules for them, but for those of what stood there (keep, differ). Throws Error (kInvalidArgument, with both
/// names) where wishes contradict each other, the outline, the ranges or the vocabulary.
std::vector<RuleMaker> rules_of(const Wishes& wishes, const loaded::LoadedModel& composer, const Outline& outline,
                                const Score& given);

/// JSON of what is set: {"key": "D minor", "chords": "Dm | A7", "instruments": ["Violin"], "cadence": "tonic"}.
std::string to_json(const Wishes& wishes);
Wishes wishes_from_json(std::string_view text);  ///< throws Error (`about`: the wish)

}  // namespace continuo::steering
