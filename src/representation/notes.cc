// notes: one symbol at each onset, a note's name or a chord's pitch classes, after the guide by Aravind Pai ("Want to
// Generate your own Music using Deep Learning?", Analytics Vidhya 2020). Its vocabulary is fitted to a collection.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <memory>
#include <utility>

#include "continuo/base/error.h"
#include "representation/grammar.h"
#include "representation/notes_grammar.h"
#include "representation/settings.h"

namespace continuo::representation {
namespace {

constexpr int kOctave = 60;  // where chords are decoded: the guide gives them no octave of their own
constexpr int kPianos = 8;   // General MIDI programs 0 to 7

struct Onset {
  std::int64_t unit = 0;
  std::int64_t end_tick_after = 0;  ///< ticks from the onset to the end of its longest note
  Sonority sonority;
};

/// What sounds anew at each onset, in order. Counts in `drums`, `others` and `bad` what is not read.
struct Reading {
  std::vector<Onset> onsets;
  std::size_t drums = 0, others = 0, bad = 0;
};

Reading read_onsets(const NotesLayout& layout, const Score& score) {
  struct Begin {
    std::int64_t unit;
    std::int64_t length;
    std::uint8_t pitch;
  };
  Reading reading;
  std::vector<Begin> begins;
  begins.reserve(note_count(score));
  for (const Track& track : score.tracks) {
    if (track.is_drums() || (layout.pianos_only && track.program >= kPianos)) {
      (track.is_drums() ? reading.drums : reading.others) += track.notes.size();
      continue;
    }
    for (const Note& note : track.notes) {
      if (note.pitch > 127 || note.onset > kLatestTick) {
        ++reading.bad;
        continue;
      }
      const Tick onset = std::max<Tick>(0, note.onset);
      begins.push_back({(onset * kNotesPositions * 2 + score.ppq) / (2 * Tick{score.ppq}),
                        std::clamp<Tick>(note.duration, 0, kLatestTick), note.pitch});
    }
  }
  const auto earlier = [](const Begin& a, const Begin& b) { return a.unit < b.unit; };
  if (!std::is_sorted(begins.begin(), begins.end(), earlier)) std::sort(begins.begin(), begins.end(), earlier);
  for (std::size_t i = 0; i < begins.size();) {
    Onset onset{.unit = begins[i].unit, .end_tick_after = 0, .sonority = {}};
    int lowest = 127, highest = 0;
    PitchClasses classes = 0;
    for (; i < begins.size() && begins[i].unit == onset.unit; ++i) {
      onset.end_tick_after = std::max(onset.end_tick_after, begins[i].length);
      lowest = std::min<int>(lowest, begins[i].pitch);
      highest = std::max<int>(highest, begins[i].pitch);
      classes = static_cast<PitchClasses>(classes | 1 << begins[i].pitch % 12);
    }
    if (lowest == highest) {
      onset.sonority.pitch = static_cast<std::int16_t>(lowest);
    } else {
      onset.sonority.chord = classes;
    }
    reading.onsets.push_back(onset);
  }
  return reading;
}

class NotesCursor final : public GrammarCursor<NotesCursor, NotesLayout, NotesState> {
 public:
  using GrammarCursor::GrammarCursor;
  void preview(Symbol symbol, Preview& preview) const override;
  int bars() const override { return static_cast<int>(state_.ticks() / (4 * kNotesPpq)); }
  Seconds seconds() const override { return static_cast<double>(state_.began()) / kNotesPpq * 60.0 / layout_->tempo; }
};

/// The pitches as which a sonority is decoded, rising.
template <class Add>
void for_each_pitch(Sonority sonority, const Add& add) {
  if (sonority.pitch >= 0) return add(sonority.pitch);
  for (int p = 0; p < 12; ++p) {
    if ((sonority.chord >> p & 1) == 0) continue;
    if (std::popcount(sonority.chord) == 1) add(kOctave - 12 + p);  // one pitch class is an octave, or it were a note
    add(kOctave + p);
  }
}

void NotesCursor::preview(Symbol symbol, Preview& preview) const {
  NotesState next = state_;
  const NotesState::Effect effect = next.read(symbol);
  preview.notes.clear();
  preview.ended = -1;
  preview.ppq = kNotesPpq;
  preview.owner = Preview::Owner::kPiece;
  if (effect.began) {
    preview.owner = Preview::Owner::kOwnNotes;
    for_each_pitch(next.sonority(), [&](int pitch) {
      preview.notes.push_back({.tick = next.began(), .pitch = pitch, .program = layout_->program, .drums = false});
    });
  } else if (layout_->is_duration(symbol) && effect.dropped == 0) {
    preview.owner = Preview::Owner::kLatestNote;
  }
}

class Notes final : public GrammarRepresentation<NotesLayout, NotesCursor> {
 public:
  using GrammarRepresentation::GrammarRepresentation;

  Encoding encode(const Score& score, const EncodeOptions& options) const override;
  Decoding decode(std::span<const Symbol> symbols) const override;
  std::vector<std::string> losses() const override;
  bool augment(std::span<const Symbol> symbols, const Augmentation& how, std::vector<Symbol>& out) const override;
};

Encoding Notes::encode(const Score& score, const EncodeOptions& options) const {
  check_label(layout_->spec, options);
  if (score.ppq < 1)
    throw Error(ErrorCode::kInvalidArgument,
                "a score needs at least 1 tick per quarter note, not " + std::to_string(score.ppq));
  Reading reading = read_onsets(*layout_, score);
  const std::size_t all = reading.onsets.size();
  std::erase_if(reading.onsets, [&](const Onset& onset) { return layout_->find(onset.sonority) < 0; });
  Encoding result;
  append_beginning(options, result.symbols);
  for (std::size_t i = 0; i < reading.onsets.size(); ++i) {
    const Onset& onset = reading.onsets[i];
    result.symbols.push_back(static_cast<Symbol>(layout_->find(onset.sonority)));
    if (!layout_->timed) continue;
    const int duration = i + 1 < reading.onsets.size()
                             ? layout_->durations.nearest(reading.onsets[i + 1].unit - onset.unit, kNotesPositions)
                             : layout_->durations.nearest(onset.end_tick_after, score.ppq);
    result.symbols.push_back(static_cast<Symbol>(layout_->first_duration + duration));
  }
  if (options.end) result.symbols.push_back(kEnd);
  if (reading.drums > 0) result.losses.push_back({reading.drums, "note", "of drums left out"});
  if (reading.others > 0) {
    result.losses.push_back({reading.others, "note", "of other instruments than pianos left out"});
  }
  add_unkept(score, false, result.losses);
  if (reading.bad > 0) result.losses.push_back({reading.bad, "note", "out of range left out"});
  if (reading.onsets.size() < all) {
    result.losses.push_back(
        {all - reading.onsets.size(), "onset", "left out, whose note or chord is not in the vocabulary"});
  }
  return result;
}

Decoding Notes::decode(std::span<const Symbol> symbols) const {
  Decoding result;
  Score& score = result.score;
  score.ppq = kNotesPpq;
  score.tempos.push_back({0, static_cast<std::uint32_t>(std::lround(60e6 / layout_->tempo))});
  Track track;
  track.name = program_name(layout_->program);
  track.program = static_cast<std::uint8_t>(layout_->program);
  NotesState state(*layout_);
  const auto write = [&](Tick onset, Tick end, Sonority sonority) {
    for_each_pitch(sonority, [&](int pitch) {
      track.notes.push_back({onset, end - onset, static_cast<std::uint8_t>(pitch), kPlainVelocity});
    });
  };
  for (const Symbol symbol : symbols) {
    const Tick began = state.began();
    const Sonority before = state.sonority();
    const bool waited = state.unfinished();
    const NotesState::Effect effect = state.read(symbol);
    result.dropped += static_cast<std::size_t>(effect.dropped);
    result.repaired += static_cast<std::size_t>(effect.repaired);
    if (waited && effect.lasts) write(began, effect.began ? state.began() : state.ticks(), before);
    if (effect.began && !state.unfinished()) write(state.began(), state.ticks(), state.sonority());
  }
  result.ended = state.ended();
  if (!track.notes.empty()) score.tracks.push_back(std::move(track));
  normalise(score);
  return result;
}

std::vector<std::string> Notes::losses() const {
  return {
      layout_->timed ? "The time to the next onset is rounded to note values; a note sounds until then, rests included."
                     : std::string("Rhythm is left out: every symbol lasts one step, ") +
                           layout_->spec.settings.at("step") + " quarter notes.",
      "Chords keep their pitch classes, not their octaves; onsets within a twelfth of a quarter note are one chord.",
      "Notes and chords that the collection has less than " + layout_->spec.settings.at("min_count") +
          " times are left out.",
      layout_->pianos_only ? "Only pianos (programs 0 to 7) are read."
                           : "All instruments become one; drums are left out.",
      "Velocities, tempo, metre, the pedal and everything else are left out."};
}

bool Notes::augment(std::span<const Symbol> symbols, const Augmentation& how, std::vector<Symbol>& out) const {
  if (!(how.tempo_factor > 0)) throw Error(ErrorCode::kInvalidArgument, "a tempo factor must be above 0");
  // What has no symbol in the new key goes, as encode() would leave it out there; but not where much would go, and not
  // before a duration, which would then be another's.
  constexpr std::size_t kShare = 16;
  std::size_t to_spare = layout_->timed ? 0 : symbols.size() / kShare;
  out.clear();
  out.reserve(symbols.size());
  for (const Symbol symbol : symbols) {
    if (!layout_->is_sonority(symbol) || how.semitones == 0) {
      out.push_back(symbol);
      continue;
    }
    Sonority sonority = layout_->sonority(symbol);
    if (sonority.pitch >= 0) {
      const int pitch = sonority.pitch + how.semitones;
      if (pitch < 0 || pitch > 127) return false;
      sonority.pitch = static_cast<std::int16_t>(pitch);
    } else {
      sonority.chord = transposed(sonority.chord, how.semitones);
    }
    const int found = layout_->find(sonority);
    if (found < 0) {
      if (to_spare-- == 0) return false;
      continue;
    }
    out.push_back(static_cast<Symbol>(found));
  }
  return true;
}

}  // namespace

std::unique_ptr<Representation> make_notes(const RepresentationSpec& spec) {
  auto layout = std::make_shared<NotesLayout>(spec);
  if (spec.vocabulary.empty()) {
    throw Error(ErrorInfo{.message = "representation notes has no vocabulary yet",
                          .hint = "Its vocabulary is learned from a collection of music first.",
                          .code = ErrorCode::kInvalidArgument});
  }
  layout->build();
  return std::make_unique<Notes>(std::move(layout));
}

RepresentationSpec fit_notes(const RepresentationSpec& spec, std::size_t count,
                             const std::function<Score(std::size_t)>& score) {
  const NotesLayout layout(spec);
  std::array<std::size_t, 128> pitches{};
  std::array<std::size_t, kPitchClassSets> chords{};
  for (std::size_t i = 0; i < count; ++i) {
    for (const Onset& onset : read_onsets(layout, score(i)).onsets) {
      if (onset.sonority.pitch >= 0) {
        ++pitches[static_cast<std::size_t>(onset.sonority.pitch)];
      } else {
        ++chords[onset.sonority.chord];
      }
    }
  }
  RepresentationSpec fitted = layout.spec;
  fitted.vocabulary.clear();
  const std::size_t least = std::stoull(fitted.settings.at("min_count"));
  for (int pitch = 0; pitch < 128; ++pitch) {
    if (pitches[static_cast<std::size_t>(pitch)] >= least) fitted.vocabulary.push_back(pitch_name(pitch));
  }
  for (std::size_t chord = 1; chord < chords.size(); ++chord) {
    if (chords[chord] >= least) fitted.vocabulary.push_back(chord_name(static_cast<PitchClasses>(chord)));
  }
  if (fitted.vocabulary.empty()) {
    throw Error(ErrorInfo{
        .message = "no note or chord occurs " + std::to_string(least) + " times in " + counted(count, "piece"),
        .hint = "Give more pieces, or a lower min_count.",
        .code = ErrorCode::kEmpty});
  }
  return fitted;
}

}  // namespace continuo::representation
