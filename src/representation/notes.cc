// notes: one symbol at each onset, a note's name or a chord's pitch classes, after the guide by Aravind Pai ("Want to
// Generate your own Music using Deep Learning?", Analytics Vidhya 2020). Its vocabulary is fitted to a collection.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <memory>
#include <utility>

#include "continuo/base/error.h"
#include "representation/grids.h"
#include "representation/pitch_classes.h"
#include "representation/representations.h"
#include "representation/settings.h"

namespace continuo::representation {
namespace {

constexpr int kPositions = 12;  // notes that begin in the same twelfth of a quarter begin together
constexpr int kPpq = 480;
constexpr int kUnit = kPpq / kPositions;
constexpr int kOctave = 60;  // where chords are decoded: the guide gives them no octave of their own
constexpr std::uint8_t kVelocity = 64;
constexpr int kPianos = 8;  // General MIDI programs 0 to 7

/// A note's pitch, or a chord's pitch classes.
struct Sonority {
  std::int16_t pitch = -1;
  PitchClasses chord = 0;
};

struct Onset {
  std::int64_t unit = 0;
  std::int64_t end_tick_after = 0;  ///< ticks from the onset to the end of its longest note
  Sonority sonority;
};

std::vector<Setting> settings_of_notes() {
  return {
      {"min_count", "50", "a symbol that occurs less often than this in the collection is left out"},
      {"instruments", "all", "whose notes are read: all (but drums), or piano (programs 0 to 7), as in the guide"},
      {"durations", "off", "on: each symbol is followed by the time to the next; off: every symbol lasts one step"},
      {"step", "1", "quarter notes that a symbol lasts when durations are off"},
      {"tempo", "120", "quarters a minute of what is decoded"},
      {"program", "0", "General MIDI program, from 0, that plays what is decoded"},
  };
}

struct NotesLayout {
  explicit NotesLayout(const RepresentationSpec& given) : spec(given) {
    const SettingReader settings(given, settings_of_notes());
    settings.integer("min_count", 1, 1'000'000'000);
    pianos_only = settings.choice("instruments", {"all", "piano"}) == 1;
    timed = settings.choice("durations", {"off", "on"}) == 1;
    const double step = settings.number("step", 0.25, 16) * kPpq;
    step_ticks = static_cast<int>(std::lround(step));
    if (step != step_ticks || step_ticks % kUnit != 0) settings.refuse("step", "a number of twelfths of a quarter");
    tempo = settings.integer("tempo", 10, 1000);
    program = settings.integer("program", 0, 127);
    spec.settings = settings.all();
  }

  /// Reads spec.vocabulary.
  void build();

  /// Where `sonority` stands in the vocabulary, -1: nowhere.
  int find(Sonority sonority) const noexcept {
    return sonority.pitch >= 0 ? by_pitch[static_cast<std::size_t>(sonority.pitch)] : by_chord[sonority.chord];
  }
  bool is_sonority(Symbol symbol) const noexcept {
    return symbol >= first_sonority && static_cast<std::size_t>(symbol - first_sonority) < sonorities.size();
  }
  bool is_duration(Symbol symbol) const noexcept {
    return timed && symbol >= first_duration && symbol < first_duration + durations.size();
  }
  bool is_label(Symbol symbol) const noexcept { return symbol > kEnd && symbol < first_sonority; }
  Sonority sonority(Symbol symbol) const noexcept {
    return sonorities[static_cast<std::size_t>(symbol - first_sonority)];
  }

  bool pianos_only, timed;
  int step_ticks, tempo, program;
  DurationGrid durations{kPositions};
  RepresentationSpec spec;
  Vocabulary vocabulary;
  int first_sonority = 0, first_duration = 0;
  std::vector<Sonority> sonorities;
  std::array<std::int32_t, 128> by_pitch{};
  std::array<std::int32_t, kPitchClassSets> by_chord{};
};

void NotesLayout::build() {
  std::array<std::string, 128> pitch_names;
  for (int pitch = 0; pitch < 128; ++pitch) pitch_names[static_cast<std::size_t>(pitch)] = pitch_name(pitch);
  by_pitch.fill(-1);
  by_chord.fill(-1);
  std::vector<std::string> names = first_names(spec);
  first_sonority = static_cast<int>(names.size());
  for (const std::string& name : spec.vocabulary) {
    Sonority sonority;
    const auto pitch = std::find(pitch_names.begin(), pitch_names.end(), name);
    if (pitch != pitch_names.end()) {
      sonority.pitch = static_cast<std::int16_t>(pitch - pitch_names.begin());
      by_pitch[static_cast<std::size_t>(sonority.pitch)] = static_cast<std::int32_t>(names.size());
    } else if (const auto chord = parse_chord(name)) {
      sonority.chord = *chord;
      by_chord[*chord] = static_cast<std::int32_t>(names.size());
    } else {
      throw Error("the vocabulary of representation notes has a symbol that is neither a note nor a chord: \"" +
                  name.substr(0, 60) + "\"");
    }
    sonorities.push_back(sonority);
    names.push_back(name);
  }
  first_duration = static_cast<int>(names.size());
  for (int i = 0; timed && i < durations.size(); ++i) names.push_back(durations.name(i));
  vocabulary = Vocabulary(std::move(names));
}

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
      begins.push_back({(onset * kPositions * 2 + score.ppq) / (2 * Tick{score.ppq}),
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

/// piece = [Start] [Label] sonority... End, each sonority followed by a Duration when durations are on.
class NotesState {
 public:
  explicit NotesState(const NotesLayout& layout) : layout_(&layout) {}

  struct Effect {
    int dropped = 0, repaired = 0;
    bool began = false, lasts = false;  ///< `lasts`: the length of the latest sonority is known
  };

  Effect read(Symbol symbol) {
    Effect effect;
    if (phase_ == Phase::kEnded) {
      ++effect.dropped;
      return effect;
    }
    if (layout_->is_sonority(symbol)) {
      close(effect);
      began_ = ticks_;
      sonority_ = layout_->sonority(symbol);
      notes_ += static_cast<std::size_t>(sonority_.pitch >= 0 ? 1 : std::max(2, std::popcount(sonority_.chord)));
      effect.began = true;
      phase_ = Phase::kWaiting;
      if (!layout_->timed) finish(layout_->step_ticks, effect);
    } else if (layout_->is_duration(symbol) && phase_ == Phase::kWaiting) {
      finish(layout_->durations.units(symbol - layout_->first_duration) * kUnit, effect);
    } else if (symbol == kEnd) {
      close(effect);
      phase_ = Phase::kEnded;
    } else if (symbol == kStart && phase_ == Phase::kBegin) {
      phase_ = Phase::kStarted;
    } else if (layout_->is_label(symbol) && phase_ <= Phase::kStarted) {
      phase_ = Phase::kLabelled;
    } else {
      ++effect.dropped;
    }
    return effect;
  }

  void allowed(std::span<std::uint8_t> mask) const {
    const auto set = [&](int from, std::size_t count, bool value) {
      std::fill_n(mask.begin() + from, count, static_cast<std::uint8_t>(value));
    };
    const bool waiting = phase_ == Phase::kWaiting, over = phase_ == Phase::kEnded;
    set(0, mask.size(), false);
    mask[kStart] = phase_ == Phase::kBegin;
    mask[kEnd] = phase_ == Phase::kWhole || over;
    set(kEnd + 1, layout_->spec.labels.size(), phase_ <= Phase::kStarted);
    set(layout_->first_sonority, layout_->sonorities.size(), !waiting && !over);
    if (layout_->timed) set(layout_->first_duration, static_cast<std::size_t>(layout_->durations.size()), waiting);
  }

  bool ended() const noexcept { return phase_ == Phase::kEnded; }
  bool unfinished() const noexcept { return phase_ == Phase::kWaiting; }
  Tick began() const noexcept { return began_; }
  Tick ticks() const noexcept { return ticks_; }
  Sonority sonority() const noexcept { return sonority_; }
  std::size_t notes() const noexcept { return notes_; }

 private:
  enum class Phase : std::uint8_t { kBegin, kStarted, kLabelled, kWaiting, kWhole, kEnded };

  void finish(Tick length, Effect& effect) {
    ticks_ = began_ + length;
    phase_ = Phase::kWhole;
    effect.lasts = true;
  }
  /// A sonority whose duration is missing lasts one step.
  void close(Effect& effect) {
    if (phase_ != Phase::kWaiting) return;
    ++effect.repaired;
    finish(layout_->step_ticks, effect);
  }

  const NotesLayout* layout_;
  Phase phase_ = Phase::kBegin;
  Tick began_ = 0, ticks_ = 0;
  Sonority sonority_;
  std::size_t notes_ = 0;
};

class NotesCursor final : public Cursor {
 public:
  explicit NotesCursor(std::shared_ptr<const NotesLayout> layout) : layout_(std::move(layout)), state_(*layout_) {}
  std::unique_ptr<Cursor> clone() const override { return std::make_unique<NotesCursor>(*this); }
  void advance(Symbol symbol) override { state_.read(symbol); }
  void allowed(std::span<std::uint8_t> mask) const override {
    if (mask.size() != layout_->vocabulary.size()) throw Error("a mask must have the size of the vocabulary");
    state_.allowed(mask);
  }
  void preview(Symbol symbol, Preview& preview) const override;
  bool ended() const override { return state_.ended(); }
  int bars() const override { return static_cast<int>(state_.ticks() / (4 * kPpq)); }
  Seconds seconds() const override { return static_cast<double>(state_.began()) / kPpq * 60.0 / layout_->tempo; }
  std::size_t notes() const override { return state_.notes(); }

 private:
  std::shared_ptr<const NotesLayout> layout_;
  NotesState state_;
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
  preview.ppq = kPpq;
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

class Notes final : public Representation {
 public:
  explicit Notes(std::shared_ptr<const NotesLayout> layout) : layout_(std::move(layout)) {}

  const RepresentationSpec& spec() const override { return layout_->spec; }
  const Vocabulary& vocabulary() const override { return layout_->vocabulary; }
  std::unique_ptr<Cursor> cursor() const override { return std::make_unique<NotesCursor>(layout_); }
  Encoding encode(const Score& score, const EncodeOptions& options) const override;
  Decoding decode(std::span<const Symbol> symbols) const override;
  std::vector<std::string> losses() const override;
  bool augment(std::span<const Symbol> symbols, const Augmentation& how, std::vector<Symbol>& out) const override;

 private:
  std::shared_ptr<const NotesLayout> layout_;
};

Encoding Notes::encode(const Score& score, const EncodeOptions& options) const {
  check_label(layout_->spec, options);
  if (score.ppq < 1) throw Error("a score needs at least 1 tick per quarter note, not " + std::to_string(score.ppq));
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
                             ? layout_->durations.nearest(reading.onsets[i + 1].unit - onset.unit, kPositions)
                             : layout_->durations.nearest(onset.end_tick_after, score.ppq);
    result.symbols.push_back(static_cast<Symbol>(layout_->first_duration + duration));
  }
  if (options.end) result.symbols.push_back(kEnd);
  if (reading.drums > 0) result.losses.push_back(counted(reading.drums, "note") + " of drums left out");
  if (reading.others > 0) {
    result.losses.push_back(counted(reading.others, "note") + " of other instruments than pianos left out");
  }
  if (reading.bad > 0) result.losses.push_back(counted(reading.bad, "note") + " out of range left out");
  if (reading.onsets.size() < all) {
    result.losses.push_back(counted(all - reading.onsets.size(), "onset") + " of " + std::to_string(all) +
                            " left out, whose note or chord is not in the vocabulary");
  }
  return result;
}

Decoding Notes::decode(std::span<const Symbol> symbols) const {
  Decoding result;
  Score& score = result.score;
  score.ppq = kPpq;
  score.tempos.push_back({0, static_cast<std::uint32_t>(std::lround(60e6 / layout_->tempo))});
  Track track;
  track.name = program_name(layout_->program);
  track.program = static_cast<std::uint8_t>(layout_->program);
  NotesState state(*layout_);
  const auto write = [&](Tick onset, Tick end, Sonority sonority) {
    for_each_pitch(sonority, [&](int pitch) {
      track.notes.push_back({onset, end - onset, static_cast<std::uint8_t>(pitch), kVelocity});
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
  if (!(how.tempo_factor > 0)) throw Error("a tempo factor must be above 0");
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

std::vector<Setting> notes_settings() { return settings_of_notes(); }

std::unique_ptr<Representation> make_notes(const RepresentationSpec& spec) {
  auto layout = std::make_shared<NotesLayout>(spec);
  if (spec.vocabulary.empty()) {
    throw Error(ErrorInfo{.message = "representation notes has no vocabulary yet",
                          .hint = "Its vocabulary is learned from a collection of music first."});
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
        .hint = "Give more pieces, or a lower min_count."});
  }
  return fitted;
}

}  // namespace continuo::representation
