// Bars, positions, tempos and notes in the order of the grammar.
#include "representation/remi_writer.h"

#include <algorithm>
#include <cmath>

#include "representation/remi_grammar.h"

namespace continuo::representation {
namespace {

/// A tempo symbol is kept until the tempo is further from it than this share of a step: without that, a tempo between
/// two steps would write a symbol at every other note.
constexpr double kTempoSlack = 0.75;

}  // namespace

double TempoWalk::tempo_before(std::size_t index) const {
  return index == 0 ? kDefaultTempo : (*tempos_)[index - 1].microseconds_per_quarter;
}

double TempoWalk::mean(Tick from, Tick to) {
  while (next_ < tempos_->size() && (*tempos_)[next_].tick <= from) ++next_;
  double tempo = tempo_before(next_);
  if (to <= from) return tempo;
  double sum = 0;
  Tick at = from;
  for (std::size_t i = next_; i < tempos_->size() && (*tempos_)[i].tick < to; ++i) {
    sum += static_cast<double>((*tempos_)[i].tick - at) * tempo;
    at = (*tempos_)[i].tick;
    tempo = tempo_before(i + 1);
  }
  if (at == from) return tempo;
  return (sum + static_cast<double>(to - at) * tempo) / static_cast<double>(to - from);
}

RemiWriter::RemiWriter(const RemiLayout& layout, const BarGrid& grid, const Score& score, std::vector<Symbol>& symbols)
    : layout_(layout),
      runs_(grid.runs()),
      tempos_(score),
      symbols_(symbols),
      sounding_((kDrumProgram + 1) * std::size_t{128}),
      program_(layout.program == RemiRepeat::kOff ? 0 : -1) {}

void RemiWriter::write(const std::vector<RemiNote>& notes, Tick end) {
  for (std::size_t i = 0; i < notes.size();) {
    std::size_t next = i + 1;
    while (next < notes.size() && notes[next].place() == notes[i].place()) ++next;
    write_bars_to(notes[i].place());
    put(RemiKind::kPosition, static_cast<int>(notes[i].place() - bar_begin_));
    write_tempo(notes[i].tick, next < notes.size() ? notes[next].tick : end);
    for (; i < next; ++i) write_note(notes[i]);
  }
}

void RemiWriter::write_bars_to(GridUnit place) {
  int empty = 0;
  while (place >= bar_end_) {
    bar_begin_ = bar_end_;
    while (runs_[run_].end <= bar_begin_) ++run_;
    if (empty == kMaxEmptyBars && place >= bar_begin_ + runs_[run_].bar_units) {
      ++shortened_;
      while (runs_[run_].end <= place) ++run_;
      const BarGrid::Run& run = runs_[run_];
      const GridUnit begin = run.begin + (place - run.begin) / run.bar_units * run.bar_units;
      removed_ += begin - bar_begin_;
      bar_begin_ = begin;
    }
    bar_end_ = bar_begin_ + runs_[run_].bar_units;
    ++empty;
    put(RemiKind::kBar, 0);
    if (runs_[run_].signature != signature_) {
      signature_ = runs_[run_].signature;
      put(RemiKind::kTimeSignature, signature_);
    }
  }
}

void RemiWriter::write_tempo(Tick from, Tick to) {
  if (layout_.tempos.size() == 0) return;
  const double microseconds = tempos_.mean(from, to);
  if (microseconds == microseconds_) return;
  microseconds_ = microseconds;
  const double place = layout_.tempos.place(microseconds);
  if (tempo_ >= 0 && std::abs(place - tempo_) <= kTempoSlack) return;
  tempo_ = static_cast<int>(std::lround(place));
  put(RemiKind::kTempo, tempo_);
}

void RemiWriter::write_note(const RemiNote& note) {
  if (layout_.program == RemiRepeat::kEveryNote || note.program() != program_) {
    program_ = note.program();
    put(RemiKind::kProgram, program_);
  }
  if (program_ == kDrumProgram) {
    put(RemiKind::kDrumPitch, note.pitch() - kLowestDrum);
  } else {
    put(RemiKind::kPitch, note.pitch() - layout_.lowest);
  }
  if (layout_.velocity == RemiRepeat::kEveryNote ||
      (layout_.velocity == RemiRepeat::kOnChange && note.velocity != velocity_)) {
    velocity_ = note.velocity;
    put(RemiKind::kVelocity, velocity_);
  }
  cut_off(note);
  put(RemiKind::kDuration, note.duration);
}

/// A key that is struck again ends what it sounded before: shortens that note if it would go on. This happens in the
/// time of what was written, in which silences may be shorter than in the score.
void RemiWriter::cut_off(const RemiNote& note) {
  Sounding& before = sounding_[static_cast<std::size_t>(note.program() * 128 + note.pitch())];
  const GridUnit place = note.place() - removed_;
  if (before.symbol > 0) {
    const GridUnit gap = place - before.place;
    int duration = layout_.parse(symbols_[before.symbol]).index;
    if (layout_.durations.units(duration) > gap) {
      while (duration > 0 && layout_.durations.units(duration) > gap) --duration;
      symbols_[before.symbol] = layout_.symbol(RemiKind::kDuration, duration);
      ++cut_;
    }
  }
  before = {place, symbols_.size()};
}

}  // namespace continuo::representation
