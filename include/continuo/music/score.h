// Score: notes on tracks with tempo, metre and key, in ticks. A plain value; nothing here knows files or symbols.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace continuo {

using Tick = std::int64_t;  ///< musical time: 1/ppq of a quarter note
using Beat = double;        ///< musical time in quarter notes
using Seconds = double;

inline constexpr int kDrumChannel = 9;  ///< General MIDI percussion, counted from 0
inline constexpr std::uint32_t kDefaultTempo =
    500'000;  ///< microseconds per quarter note (120 a minute) where a file is silent

struct Note {
  Tick onset = 0;
  Tick duration = 0;           ///< at least 0; 0 is a note that was switched off where it began
  std::uint8_t pitch = 60;     ///< MIDI key, 0 to 127 (60: middle C)
  std::uint8_t velocity = 64;  ///< 1 to 127
  /// The note ends behind the pedal change (controller 64) that presses the pedal of its channel at the tick of its
  /// end: that pedal holds it. Otherwise a pedal pressed at that tick comes too late.
  bool ends_after_pedal = false;
  friend bool operator==(const Note&, const Note&) = default;
};

struct ControlChange {
  Tick tick = 0;
  std::uint8_t controller = 0;  ///< 64: sustain pedal
  std::uint8_t value = 0;
  friend bool operator==(const ControlChange&, const ControlChange&) = default;
};

struct PitchBend {
  Tick tick = 0;
  std::int16_t value = 0;  ///< -8192 to 8191
  friend bool operator==(const PitchBend&, const PitchBend&) = default;
};

/// The notes of one instrument: one channel of one port, and one program.
struct Track {
  std::string name;
  std::uint8_t channel = 0;             ///< 0 to 15; kDrumChannel is percussion
  std::uint8_t program = 0;             ///< General MIDI program, 0 to 127
  std::vector<Note> notes;              ///< in the order of note_before()
  std::vector<ControlChange> controls;  ///< by tick
  std::vector<PitchBend> bends;         ///< by tick
  std::uint8_t port = 0;                ///< channels of different ports are different channels
  bool percussion = false;              ///< `program` is a drum kit, on a channel other than kDrumChannel
  bool is_drums() const noexcept { return percussion || channel == kDrumChannel; }
  /// Tracks with the same line share their controls, bends and pedal.
  int line() const noexcept { return port * 16 + channel; }
  friend bool operator==(const Track&, const Track&) = default;
};

struct TempoChange {
  Tick tick = 0;
  std::uint32_t microseconds_per_quarter = kDefaultTempo;  ///< 1 to 0xffffff
  friend bool operator==(const TempoChange&, const TempoChange&) = default;
};

struct TimeSignature {
  Tick tick = 0;
  int numerator = 4;    ///< 1 to 255
  int denominator = 4;  ///< a power of two, 1 to 128
  friend bool operator==(const TimeSignature&, const TimeSignature&) = default;
};

struct KeySignature {
  Tick tick = 0;
  int sharps = 0;  ///< -7 (flats) to 7 (sharps)
  bool minor = false;
  friend bool operator==(const KeySignature&, const KeySignature&) = default;
};

/// Text meta events; the values are the meta event numbers of the Standard MIDI File 1.0 specification.
enum class TextKind : std::uint8_t {
  kText = 1,
  kCopyright = 2,
  kTrackName = 3,
  kInstrument = 4,
  kLyric = 5,
  kMarker = 6,
  kCue = 7
};

struct TextEvent {
  Tick tick = 0;
  TextKind kind = TextKind::kText;
  std::string text;  ///< bytes as they stood in the file
  friend bool operator==(const TextEvent&, const TextEvent&) = default;
};

/// A piece of music. Without a tempo at tick 0 it begins at kDefaultTempo, without a time signature in 4/4.
struct Score {
  int ppq = 480;  ///< ticks per quarter note, 1 to 32767
  std::vector<TempoChange> tempos;
  std::vector<TimeSignature> time_signatures;
  std::vector<KeySignature> key_signatures;
  std::vector<TextEvent> texts;
  std::vector<Track> tracks;
  friend bool operator==(const Score&, const Score&) = default;
};

/// Order of notes in a track: onset, then pitch, then duration, then velocity.
bool note_before(const Note& a, const Note& b) noexcept;

/// Brings a score to its normal form. Two scores that mean the same are then equal (up to the order of the tracks):
/// - Everything is in its order: notes by note_before(), the rest by tick and within a tick as it stood.
/// - One tempo, one time signature and one key signature per tick (the last wins), and none that repeats the one in
///   force. What is in force before the first are kDefaultTempo and 4/4, so a 4/4 at the beginning goes, too. No key
///   signature is in force before the first.
/// - Notes of one track and pitch end in the order in which they begin (first in, first out): where they do not, they
///   exchange their ends, for note-offs in MIDI cannot say otherwise.
/// - Note::ends_after_pedal is set only where a pedal of the note's line is pressed at the tick of its end. There it is
///   always set for a note of duration 0. Where several tracks share the line, it says what a file can say: notes of
///   the track that presses the pedal end on either side of it; notes of tracks before that track end before the press
///   and notes of tracks behind it after, unless the first track of the line presses it and all notes agree.
/// - There are no channel-mode messages (controllers 120 to 127): what they do is said by notes and controls.
/// - Percussion on kDrumChannel needs no flag: Track::percussion is false there.
/// - Every track has notes. The controls and bends of one without join those of the first track with notes on the same
///   line, or go when there is none.
/// Linear in time for a score that is almost in order. Does not judge values: see midi::write for their ranges.
void normalise(Score& score);

std::size_t note_count(const Score& score) noexcept;

/// Tick at which the last note ends; 0 for a score without notes.
Tick end_tick(const Score& score) noexcept;

/// Seconds from the beginning (tick 0) to the end of the last note.
Seconds duration_seconds(const Score& score);

/// Lengthens notes that are held by the sustain pedal (controller 64 at 64 or more) up to its release or the next
/// onset of the same pitch, and removes the pedal events. The pedal acts on its line: on every track there. One that
/// is never released holds to the end of the score. A pedal pressed at the tick where a note ends holds it if
/// Note::ends_after_pedal says so. Leaves the score in normal form.
void apply_sustain(Score& score);

/// The same music with `new_ppq` ticks per quarter note, in normal form: times are rounded to the nearest tick, and a
/// note that lasted keeps at least one tick. Throws Error for a ppq outside 1 to 32767.
Score with_ppq(const Score& score, int new_ppq);

/// Pitch name in scientific pitch notation, with sharps, for example "C4" for 60, "F#3" for 54.
std::string pitch_name(int pitch);

/// General MIDI level 1 name of a program, 0 to 127, for example "Acoustic Grand Piano"; "Unknown" for others.
const char* program_name(int program) noexcept;

}  // namespace continuo
