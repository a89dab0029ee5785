// remi: bars, positions and notes, after REMI+ (von Ruette et al. 2022, "FIGARO", arXiv 2201.10936; REMI: Huang and
// Yang 2020, arXiv 2002.00212), with the symbols named as MidiTok names them.
#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <utility>

#include "continuo/base/error.h"
#include "representation/bar_grid.h"
#include "representation/grammar.h"
#include "representation/remi_grammar.h"
#include "representation/remi_layout.h"
#include "representation/remi_writer.h"
#include "representation/representations.h"
#include "representation/settings.h"

namespace continuo::representation {
namespace {

/// `notes` by onset, of one instrument.
void end_where_struck_again(std::vector<Note>& notes) {
  std::array<Note*, 128> sounding{};
  for (Note& note : notes) {
    Note*& before = sounding[note.pitch];
    if (before != nullptr) before->duration = std::min(before->duration, note.onset - before->onset);
    before = &note;
  }
}

class RemiCursor final : public GrammarCursor<RemiCursor, RemiLayout, RemiState> {
 public:
  using GrammarCursor::GrammarCursor;
  void preview(Symbol symbol, Preview& preview) const override;
  int bars() const override { return std::max(0, state_.bars_begun() - (state_.ended() ? 0 : 1)); }
  Seconds seconds() const override { return state_.seconds(); }
};

void RemiCursor::preview(Symbol symbol, Preview& preview) const {
  RemiState next = state_;
  const RemiEffect effect = next.read(symbol);
  preview.notes.clear();
  preview.ended = -1;
  preview.ppq = layout_->positions;
  preview.owner = Preview::Owner::kPiece;
  if (effect.note_began) {
    const bool drums = next.program() == kDrumProgram;
    preview.notes.push_back(
        {.tick = next.place(), .pitch = next.pitch(), .program = drums ? 0 : next.program(), .drums = drums});
  }
  if (effect.dropped > 0) return;
  switch (layout_->parse(symbol).kind) {
    case RemiKind::kStartOfPiece:
    case RemiKind::kEndOfPiece:
    case RemiKind::kLabel:
      break;
    case RemiKind::kBar:
    case RemiKind::kTimeSignature:
    case RemiKind::kPosition:
    case RemiKind::kTempo:
      preview.owner = Preview::Owner::kMoment;
      break;
    case RemiKind::kProgram:
      preview.owner = Preview::Owner::kNextNote;
      break;
    case RemiKind::kPitch:
    case RemiKind::kDrumPitch:
      preview.owner = Preview::Owner::kOwnNotes;
      break;
    case RemiKind::kVelocity:
    case RemiKind::kDuration:
      preview.owner = Preview::Owner::kLatestNote;
      break;
  }
}

class Remi final : public GrammarRepresentation<RemiLayout, RemiCursor> {
 public:
  explicit Remi(const RepresentationSpec& spec) : GrammarRepresentation(std::make_shared<RemiLayout>(spec)) {}

  Encoding encode(const Score& score, const EncodeOptions& options) const override;
  Decoding decode(std::span<const Symbol> symbols) const override;
  std::vector<std::string> losses() const override;
  bool augment(std::span<const Symbol> symbols, const Augmentation& how, std::vector<Symbol>& out) const override;

 private:
  struct Collected {
    std::vector<RemiNote> notes;  ///< by key, none twice
    Tick end = 0;
  };
  Collected collect(const Score& score, const BarGrid& grid, std::vector<Loss>& losses) const;
};

Remi::Collected Remi::collect(const Score& score, const BarGrid& grid, std::vector<Loss>& losses) const {
  const RemiLayout& layout = *layout_;
  Collected result;
  std::vector<RemiNote>& notes = result.notes;
  notes.reserve(note_count(score));
  std::size_t out_of_range = 0, drums = 0, late = 0, long_notes = 0;
  const Tick longest = Tick{layout.durations.units(layout.durations.size() - 1)} * score.ppq;  // in parts of a unit
  for (const Track& track : score.tracks) {
    if (track.is_drums() && layout.program == RemiRepeat::kOff) {
      drums += track.notes.size();
      continue;
    }
    const int program = layout.program == RemiRepeat::kOff ? 0 : track.is_drums() ? kDrumProgram : track.program & 127;
    const int lowest = program == kDrumProgram ? kLowestDrum : layout.lowest;
    const int highest = program == kDrumProgram ? kHighestDrum : layout.highest;
    BarGrid::Rounder rounder(grid);
    for (const Note& note : track.notes) {
      if (note.pitch < lowest || note.pitch > highest) {
        ++out_of_range;
        continue;
      }
      if (note.onset > kLatestTick) {
        ++late;
        continue;
      }
      const Tick onset = std::max<Tick>(0, note.onset);
      long_notes += std::min(note.duration, kLatestTick) * layout.positions > longest + score.ppq / 2 ? 1U : 0U;
      result.end = std::max(result.end, onset + std::clamp<Tick>(note.duration, 0, kLatestTick));
      notes.push_back({RemiNote::make_key(rounder.place(onset), program, note.pitch), onset,
                       static_cast<std::uint16_t>(layout.durations.nearest(note.duration, score.ppq)),
                       static_cast<std::uint8_t>(layout.velocities.nearest(note.velocity))});
    }
  }
  const auto by_key = [](const RemiNote& a, const RemiNote& b) { return a.key < b.key; };
  if (!std::is_sorted(notes.begin(), notes.end(), by_key)) std::sort(notes.begin(), notes.end(), by_key);
  const std::size_t before = notes.size();
  std::size_t kept = 0;
  for (const RemiNote& note : notes) {
    if (kept > 0 && notes[kept - 1].key == note.key) {
      RemiNote& same = notes[kept - 1];
      same.duration = std::max(same.duration, note.duration);
      same.velocity = std::max(same.velocity, note.velocity);
      same.tick = std::min(same.tick, note.tick);
    } else {
      notes[kept++] = note;
    }
  }
  notes.resize(kept);
  if (out_of_range > 0) losses.push_back({out_of_range, "note", "beyond the pitch range left out"});
  if (drums > 0) losses.push_back({drums, "note", "of drums left out"});
  if (long_notes > 0) losses.push_back({long_notes, "note", "longer than the longest shortened"});
  if (late > 0) losses.push_back({late, "note", "beyond the end of time left out"});
  if (kept < before) {
    losses.push_back({before - kept, "note", "merged with others that begin on the same pitch, program and position"});
  }
  return result;
}

/// Tempi that sound and lie beyond the slowest or the fastest of the vocabulary.
std::size_t tempi_out_of_range(const Score& score, const TempoGrid& grid) {
  if (grid.size() == 0) return 0;
  const double half_a_step = std::exp2(0.5 / grid.steps());
  const double slowest = grid.microseconds(0) * half_a_step;
  const double fastest = grid.microseconds(grid.size() - 1) / half_a_step;
  const Tick end = end_tick(score);
  return static_cast<std::size_t>(
      std::count_if(score.tempos.begin(), score.tempos.end(), [&](const TempoChange& tempo) {
        return tempo.tick < end &&
               (tempo.microseconds_per_quarter > slowest || tempo.microseconds_per_quarter < fastest);
      }));
}

Encoding Remi::encode(const Score& given, const EncodeOptions& options) const {
  check_label(layout_->spec, options);
  Score storage;
  const Score& score = in_order(given, layout_->sustain, storage);
  const BarGrid grid(score, *layout_);
  Encoding result;
  const Collected collected = collect(score, grid, result.losses);
  result.symbols.reserve(collected.notes.size() * 4 + 16);
  append_beginning(options, result.symbols);
  RemiWriter writer(*layout_, grid, score, result.symbols);
  writer.write(collected.notes, collected.end);
  if (options.end) result.symbols.push_back(kEnd);
  add_unkept(given, layout_->sustain, result.losses);
  if (const std::size_t tempi = tempi_out_of_range(score, layout_->tempos); tempi > 0) {
    result.losses.push_back({tempi, "tempo", "beyond the range written as the nearest in it"});
  }
  if (grid.replaced_signatures() > 0) {
    result.losses.push_back({grid.replaced_signatures(), "time signature", "outside the vocabulary written as 4/4"});
  }
  if (writer.cut_notes() > 0) {
    result.losses.push_back({writer.cut_notes(), "note", "shortened where the same key is struck again"});
  }
  if (writer.shortened_silences() > 0) {
    result.losses.push_back(
        {writer.shortened_silences(), "silence", "of more than " + std::to_string(kMaxEmptyBars) + " bars shortened"});
  }
  return result;
}

Decoding Remi::decode(std::span<const Symbol> symbols) const {
  const RemiLayout& layout = *layout_;
  const int scale = std::max(1, 480 / layout.positions);  // ticks of a unit
  const std::uint8_t usual_velocity =
      layout.velocities.size() == 0 ? 64 : layout.velocities.value(layout.velocities.nearest(64));
  Decoding result;
  Score& score = result.score;
  score.ppq = layout.positions * scale;
  std::array<std::vector<Note>, kDrumProgram + 1> notes;
  RemiState state(layout);
  Note* latest = nullptr;
  int signature = -1, tempo = -1;
  const auto ticks = [&](int duration) { return Tick{layout.durations.units(duration)} * scale; };
  const auto velocity = [&] {
    return state.velocity() < 0 ? usual_velocity : layout.velocities.value(state.velocity());
  };
  for (const Symbol symbol : symbols) {
    const RemiEffect effect = state.read(symbol);
    result.dropped += static_cast<std::size_t>(effect.dropped);
    result.repaired += static_cast<std::size_t>(effect.repaired);
    if (state.signature() != signature) {
      signature = state.signature();
      const RemiLayout::Signature& metre = layout.signatures[static_cast<std::size_t>(signature)];
      score.time_signatures.push_back({state.bar_start() * scale, metre.numerator, metre.denominator});
    }
    if (effect.note_began) {
      if (state.tempo() != tempo) {
        const Tick tick = tempo < 0 ? 0 : state.place() * scale;
        tempo = state.tempo();
        score.tempos.push_back({tick, layout.tempos.microseconds(tempo)});
      }
      std::vector<Note>& track = notes[static_cast<std::size_t>(state.program())];
      track.push_back(
          {state.place() * scale, ticks(state.duration()), static_cast<std::uint8_t>(state.pitch()), velocity()});
      latest = &track.back();
    }
    if (effect.velocity_set && latest != nullptr) latest->velocity = velocity();
    if (effect.duration_set && latest != nullptr) latest->duration = ticks(state.duration());
  }
  // A sequence that stops within a note is no fault of its symbols: the note is left out.
  if (state.unfinished()) notes[static_cast<std::size_t>(state.program())].pop_back();
  result.ended = state.ended();

  int channel = 0;
  for (std::size_t program = 0; program < notes.size(); ++program) {
    if (notes[program].empty()) continue;
    Track track;
    const bool drums = program == kDrumProgram;
    track.name = drums ? "Drums" : program_name(static_cast<int>(program));
    track.program = drums ? 0 : static_cast<std::uint8_t>(program);
    track.channel = static_cast<std::uint8_t>(drums ? kDrumChannel : channel);
    if (!drums) channel = (channel + 1) % 16 == kDrumChannel ? kDrumChannel + 1 : (channel + 1) % 16;
    track.notes = std::move(notes[program]);
    end_where_struck_again(track.notes);
    score.tracks.push_back(std::move(track));
  }
  normalise(score);
  return result;
}

std::vector<std::string> Remi::losses() const {
  const RemiLayout& layout = *layout_;
  const std::string unit = "1/" + std::to_string(layout.positions) + " of a quarter note";
  std::vector<std::string> losses = {
      "Onsets are rounded to " + unit + ", lengths to note values of " + unit + " to 32 quarters.",
      "Pitches from " + pitch_name(layout.lowest) + " to " + pitch_name(layout.highest) +
          " are kept, drums from key 27 to 88.",
      "Notes that begin together on one pitch and program become one, with the longest length and the loudest "
      "velocity; tracks of one program become one track, and a note ends where its key is struck again.",
      "Silences of more than " + std::to_string(kMaxEmptyBars) +
          " bars are shortened to that; bars after the last note "
          "are left out.",
      "A bar that a new time signature cuts short gets a time signature of its own; signatures with bars of more than "
      "12 quarters or over 32 become 4/4.",
      "Key signatures, texts, names, controllers and pitch bends are left out."};
  if (layout.velocities.size() > 0) {
    losses.push_back("Velocities have " + std::to_string(layout.velocities.size()) + " steps.");
  } else {
    losses.push_back("Velocities are left out.");
  }
  if (layout.tempos.size() > 0) {
    losses.push_back("Tempos have " + std::to_string(layout.tempos.size()) +
                     " steps from 23 to 340 quarters a minute and change only where a note begins.");
  } else {
    losses.push_back("Tempos are left out: everything plays at 120 quarters a minute.");
  }
  if (layout.program == RemiRepeat::kOff) losses.push_back("All notes are one instrument's; drums are left out.");
  losses.push_back(layout.sustain ? "The sustain pedal becomes longer notes." : "The sustain pedal is left out.");
  return losses;
}

bool Remi::augment(std::span<const Symbol> symbols, const Augmentation& how, std::vector<Symbol>& out) const {
  if (!(how.tempo_factor > 0)) throw Error(ErrorCode::kInvalidArgument, "a tempo factor must be above 0");
  const RemiLayout& layout = *layout_;
  const int steps =
      layout.tempos.size() == 0
          ? 0
          : static_cast<int>(std::lround(std::clamp(std::log2(how.tempo_factor), -16.0, 16.0) * layout.tempos.steps()));
  out.clear();
  out.reserve(symbols.size());
  for (const Symbol symbol : symbols) {
    const RemiSymbol parsed = layout.parse(symbol);
    int shift = 0;
    if (parsed.kind == RemiKind::kPitch) shift = how.semitones;
    if (parsed.kind == RemiKind::kTempo) shift = steps;
    const int index = parsed.index + shift;
    if (shift != 0 && (index < 0 || index >= layout.count(parsed.kind))) return false;
    out.push_back(static_cast<Symbol>(symbol + shift));
  }
  return true;
}

}  // namespace

std::vector<Setting> remi_settings() { return RemiLayout::defaults(); }

std::unique_ptr<Representation> make_remi(const RepresentationSpec& spec) { return std::make_unique<Remi>(spec); }

}  // namespace continuo::representation
