// events: note-on, note-off, time shift and velocity, after Performance RNN (Oore et al. 2018, "This Time with
// Feeling", arXiv 1808.03715). Time is in seconds: for played music rather than notation.
#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <utility>

#include "continuo/base/error.h"
#include "continuo/music/time.h"
#include "representation/events_grammar.h"
#include "representation/grammar.h"
#include "representation/representations.h"
#include "representation/settings.h"

namespace continuo::representation {
namespace {

constexpr int kEventsPpq = 500;  // at the default tempo one tick is a millisecond
constexpr Seconds kBar = 2.0;

struct PlayedNote {
  std::uint64_t key = 0;      ///< onset in steps, pitch
  std::int64_t end = 0;       ///< steps
  std::uint8_t velocity = 0;  ///< index
  std::int64_t onset() const noexcept { return static_cast<std::int64_t>(key >> 7); }
  int pitch() const noexcept { return static_cast<int>(key & 127); }
};

std::uint64_t moment_key(std::int64_t steps, int pitch) {
  return static_cast<std::uint64_t>(steps) << 7 | static_cast<std::uint64_t>(pitch);
}

class EventCursor final : public GrammarCursor<EventCursor, EventLayout, EventState> {
 public:
  using GrammarCursor::GrammarCursor;
  void preview(Symbol symbol, Preview& preview) const override;
  int bars() const override { return static_cast<int>(seconds() / kBar); }
  Seconds seconds() const override { return static_cast<double>(state_.steps()) * layout_->step_ms / 1000.0; }
};

void EventCursor::preview(Symbol symbol, Preview& preview) const {
  EventState next = state_;
  const EventEffect effect = next.read(symbol);
  preview.notes.clear();
  preview.ended = effect.ended;
  preview.ppq = kEventsPpq;
  preview.owner = Preview::Owner::kPiece;
  if (effect.began >= 0) {
    preview.notes.push_back(
        {.tick = next.steps() * layout_->step_ms, .pitch = effect.began, .program = layout_->program, .drums = false});
  }
  if (effect.dropped > 0) return;
  switch (layout_->parse(symbol).kind) {
    case EventKind::kStartOfPiece:
    case EventKind::kEndOfPiece:
    case EventKind::kLabel:
      break;
    case EventKind::kNoteOn:
      preview.owner = Preview::Owner::kOwnNotes;
      break;
    case EventKind::kNoteOff:
      preview.owner = Preview::Owner::kEndedNote;
      break;
    case EventKind::kTimeShift:
      preview.owner = Preview::Owner::kMoment;
      break;
    case EventKind::kVelocity:
      preview.owner = Preview::Owner::kNextNote;
      break;
  }
}

class Events final : public GrammarRepresentation<EventLayout, EventCursor> {
 public:
  explicit Events(const RepresentationSpec& spec) : GrammarRepresentation(std::make_shared<EventLayout>(spec)) {}

  Encoding encode(const Score& score, const EncodeOptions& options) const override;
  Decoding decode(std::span<const Symbol> symbols) const override;
  std::vector<std::string> losses() const override;
  bool augment(std::span<const Symbol> symbols, const Augmentation& how, std::vector<Symbol>& out) const override;

 private:
  std::vector<PlayedNote> collect(const Score& score, std::vector<Loss>& losses) const;
};

/// Notes by onset and pitch, none that sounds when its key is struck again.
std::vector<PlayedNote> Events::collect(const Score& score, std::vector<Loss>& losses) const {
  const TempoMap clock(score);
  const double steps_per_second = 1000.0 / layout_->step_ms;
  const auto steps = [&](Tick tick) { return std::llround(clock.seconds(tick) * steps_per_second); };
  std::vector<PlayedNote> notes;
  notes.reserve(note_count(score));
  std::size_t drums = 0, late = 0, bad = 0;
  for (const Track& track : score.tracks) {
    if (track.is_drums()) {
      drums += track.notes.size();
      continue;
    }
    for (const Note& note : track.notes) {
      if (note.pitch > 127 || note.onset > kLatestTick) {
        ++(note.pitch > 127 ? bad : late);
        continue;
      }
      const Tick onset = std::max<Tick>(0, note.onset);
      const std::int64_t begin = steps(onset);
      const std::int64_t end = steps(onset + std::clamp<Tick>(note.duration, 0, kLatestTick));
      notes.push_back({moment_key(begin, note.pitch), std::max(end, begin + 1),
                       static_cast<std::uint8_t>(layout_->velocities.nearest(note.velocity))});
    }
  }
  const auto by_key = [](const PlayedNote& a, const PlayedNote& b) { return a.key < b.key; };
  if (!std::is_sorted(notes.begin(), notes.end(), by_key)) std::sort(notes.begin(), notes.end(), by_key);
  const std::size_t before = notes.size();
  std::size_t kept = 0, cut = 0;
  std::array<std::size_t, 128> latest{};  // index + 1
  for (const PlayedNote& note : notes) {
    const auto pitch = static_cast<std::size_t>(note.pitch());
    if (latest[pitch] > 0) {
      PlayedNote& same = notes[latest[pitch] - 1];
      if (same.key == note.key) {
        same.end = std::max(same.end, note.end);
        same.velocity = std::max(same.velocity, note.velocity);
        continue;
      }
      if (same.end > note.onset()) {
        same.end = note.onset();
        ++cut;
      }
    }
    notes[kept++] = note;
    latest[pitch] = kept;
  }
  notes.resize(kept);
  if (drums > 0) losses.push_back({drums, "note", "of drums left out"});
  if (late > 0) losses.push_back({late, "note", "beyond the end of time left out"});
  if (bad > 0) losses.push_back({bad, "note", "without a MIDI pitch left out"});
  if (kept < before) losses.push_back({before - kept, "note", "merged with others that begin on the same key"});
  if (cut > 0) losses.push_back({cut, "note", "shortened where the same key is struck again"});
  return notes;
}

Encoding Events::encode(const Score& given, const EncodeOptions& options) const {
  check_label(layout_->spec, options);
  Score storage;
  const Score& score = in_order(given, layout_->sustain, storage);
  Encoding result;
  const std::vector<PlayedNote> notes = collect(score, result.losses);
  std::vector<std::uint64_t> ends(notes.size());
  std::transform(notes.begin(), notes.end(), ends.begin(),
                 [](const PlayedNote& note) { return moment_key(note.end, note.pitch()); });
  std::sort(ends.begin(), ends.end());

  std::vector<Symbol>& symbols = result.symbols;
  symbols.reserve(notes.size() * 4 + 16);
  append_beginning(options, symbols);
  std::int64_t now = 0;
  int velocity = -1;
  std::size_t silences = 0;
  for (std::size_t on = 0, off = 0; off < ends.size();) {
    const auto next_end = static_cast<std::int64_t>(ends[off] >> 7);
    const std::int64_t next = on < notes.size() ? std::min(next_end, notes[on].onset()) : next_end;
    if (next - now > std::int64_t{kMaxTimeShifts} * layout_->max_shift) ++silences;
    layout_->append_shift(next - now, symbols);
    now = next;
    for (; off < ends.size() && static_cast<std::int64_t>(ends[off] >> 7) == now; ++off) {
      symbols.push_back(layout_->symbol(EventKind::kNoteOff, static_cast<int>(ends[off] & 127)));
    }
    for (; on < notes.size() && notes[on].onset() == now; ++on) {
      if (layout_->velocities.size() > 0 && notes[on].velocity != velocity) {
        velocity = notes[on].velocity;
        symbols.push_back(layout_->symbol(EventKind::kVelocity, velocity));
      }
      symbols.push_back(layout_->symbol(EventKind::kNoteOn, notes[on].pitch()));
    }
  }
  if (options.end) symbols.push_back(kEnd);
  if (silences > 0) result.losses.push_back({silences, "pause", "without any event shortened"});
  add_unkept(given, layout_->sustain, result.losses);
  return result;
}

Decoding Events::decode(std::span<const Symbol> symbols) const {
  const EventLayout& layout = *layout_;
  Decoding result;
  result.score.ppq = kEventsPpq;
  Track track;
  track.name = program_name(layout.program);
  track.program = static_cast<std::uint8_t>(layout.program);
  std::array<int, 128> sounding;  // index into the notes, -1: silent
  sounding.fill(-1);
  EventState state(layout);
  const auto end_note = [&](int pitch) {
    int& index = sounding[static_cast<std::size_t>(pitch)];
    if (index < 0) return;
    Note& note = track.notes[static_cast<std::size_t>(index)];
    note.duration = std::max<Tick>(layout.step_ms, state.steps() * layout.step_ms - note.onset);
    index = -1;
  };
  for (const Symbol symbol : symbols) {
    const EventEffect effect = state.read(symbol);
    result.dropped += static_cast<std::size_t>(effect.dropped);
    result.repaired += static_cast<std::size_t>(effect.repaired);
    if (effect.ended >= 0) end_note(effect.ended);
    if (effect.began >= 0) {
      sounding[static_cast<std::size_t>(effect.began)] = static_cast<int>(track.notes.size());
      const std::uint8_t velocity = state.velocity() < 0 ? 64 : layout.velocities.value(state.velocity());
      track.notes.push_back({state.steps() * layout.step_ms, 0, static_cast<std::uint8_t>(effect.began), velocity});
    }
  }
  // What still sounds ends here. Without an End the sequence was cut, which is no fault of its symbols.
  for (int pitch = 0; pitch < 128; ++pitch) end_note(pitch);
  result.ended = state.ended();
  if (!track.notes.empty()) result.score.tracks.push_back(std::move(track));
  normalise(result.score);
  return result;
}

std::vector<std::string> Events::losses() const {
  const EventLayout& layout = *layout_;
  return {
      "Onsets and ends are rounded to " + std::to_string(layout.step_ms) +
          " ms; beats, bars, metre and tempo are not kept.",
      "All tracks become one stream for one instrument; drums are left out.",
      "Notes that begin together on one key become one, with the latest end and the loudest velocity, and a note ends "
      "where its key is struck again.",
      layout.velocities.size() > 0 ? "Velocities have " + std::to_string(layout.velocities.size()) + " steps."
                                   : std::string("Velocities are left out."),
      "After " + std::to_string(kMaxTimeShifts * layout.max_shift * layout.step_ms / 1000) +
          " s without any event time is shortened.",
      layout.sustain ? "The sustain pedal becomes longer notes." : "The sustain pedal is left out.",
      "Key signatures, texts, names, other controllers and pitch bends are left out."};
}

bool Events::augment(std::span<const Symbol> symbols, const Augmentation& how, std::vector<Symbol>& out) const {
  if (!(how.tempo_factor > 0)) throw Error(ErrorCode::kInvalidArgument, "a tempo factor must be above 0");
  const EventLayout& layout = *layout_;
  out.clear();
  out.reserve(symbols.size());
  // Time is scaled from the beginning of the sequence, so that rounding does not add up; two moments stay two.
  std::int64_t given = 0, written = 0;
  bool waiting = false;
  const auto write_shift = [&] {
    if (!waiting) return;
    const std::int64_t longest = std::int64_t{kMaxTimeShifts} * layout.max_shift;
    const std::int64_t now = std::llround(static_cast<double>(given) / how.tempo_factor);
    const std::int64_t shift = std::clamp<std::int64_t>(now - written, 1, longest);
    layout.append_shift(shift, out);
    written = shift == longest ? now : written + shift;
    waiting = false;
  };
  for (const Symbol symbol : symbols) {
    const EventSymbol parsed = layout.parse(symbol);
    if (parsed.kind == EventKind::kTimeShift && how.tempo_factor != 1.0) {
      given += parsed.index + 1;
      waiting = true;
      continue;
    }
    write_shift();
    int shift = 0;
    if (parsed.kind == EventKind::kNoteOn || parsed.kind == EventKind::kNoteOff) shift = how.semitones;
    if (parsed.index + shift < 0 || (shift != 0 && parsed.index + shift > 127)) return false;
    out.push_back(static_cast<Symbol>(symbol + shift));
  }
  write_shift();
  return true;
}

}  // namespace

std::vector<Setting> events_settings() { return EventLayout::defaults(); }

std::unique_ptr<Representation> make_events(const RepresentationSpec& spec) { return std::make_unique<Events>(spec); }

}  // namespace continuo::representation
