// What may follow what in remi, and what becomes of a symbol that may not.
#include "representation/remi_grammar.h"

#include <algorithm>

namespace continuo::representation {

RemiState::RemiState(const RemiLayout& layout) : layout_(&layout) {
  if (layout.program == RemiRepeat::kOff) program_ = 0;
}

int RemiState::pitches(int program) const noexcept {
  return layout_->count(program == kDrumProgram ? RemiKind::kDrumPitch : RemiKind::kPitch);
}

/// Index of the lowest pitch that a note of `program` may have as the next one of this group.
int RemiState::lowest_pitch(int program) const noexcept { return program == group_program_ ? group_pitch_ + 1 : 0; }

bool RemiState::needs_velocity() const noexcept {
  return layout_->velocity == RemiRepeat::kEveryNote || (layout_->velocity == RemiRepeat::kOnChange && velocity_ < 0);
}

bool RemiState::permits_program(int program) const noexcept {
  switch (layout_->program) {
    case RemiRepeat::kOff:
      return false;
    case RemiRepeat::kOnChange:
      return program != program_ && program > group_program_;
    case RemiRepeat::kEveryNote:
      return program > group_program_ || (program == group_program_ && group_pitch_ + 1 < pitches(program));
  }
  return false;
}

/// Whether a note of the group may begin here.
bool RemiState::group_open() const noexcept {
  return phase_ == Phase::kNote || phase_ == Phase::kTempo ||
         (phase_ == Phase::kPosition && (tempo_ >= 0 || layout_->tempos.size() == 0));
}

bool RemiState::permits(RemiSymbol symbol) const noexcept {
  switch (symbol.kind) {
    case RemiKind::kStartOfPiece:
      return phase_ == Phase::kBegin;
    case RemiKind::kLabel:
      return phase_ <= Phase::kStarted;
    case RemiKind::kEndOfPiece:
      return phase_ == Phase::kNote || phase_ == Phase::kEnded;
    case RemiKind::kBar:
      if (phase_ == Phase::kBar || phase_ == Phase::kMetre) return signature_ >= 0 && empty_bars_ + 1 <= kMaxEmptyBars;
      return phase_ <= Phase::kLabelled || phase_ == Phase::kNote;
    case RemiKind::kTimeSignature:
      return phase_ == Phase::kBar && symbol.index != signature_;
    case RemiKind::kPosition:
      return (phase_ == Phase::kBar || phase_ == Phase::kMetre || phase_ == Phase::kNote) && signature_ >= 0 &&
             symbol.index > position_ && symbol.index < layout_->signatures[static_cast<std::size_t>(signature_)].units;
    case RemiKind::kTempo:
      return phase_ == Phase::kPosition && symbol.index != tempo_;
    case RemiKind::kProgram:
      return group_open() && permits_program(symbol.index);
    case RemiKind::kPitch:
    case RemiKind::kDrumPitch:
      if (phase_ != Phase::kProgram) {
        if (!group_open() || program_ < 0 || layout_->program == RemiRepeat::kEveryNote) return false;
      }
      return (symbol.kind == RemiKind::kDrumPitch) == (program_ == kDrumProgram) &&
             symbol.index >= lowest_pitch(program_);
    case RemiKind::kVelocity:
      return phase_ == Phase::kPitch && (needs_velocity() || symbol.index != velocity_);
    case RemiKind::kDuration:
      return phase_ == Phase::kVelocity || (phase_ == Phase::kPitch && !needs_velocity());
  }
  return false;
}

void RemiState::allowed(std::span<std::uint8_t> mask) const {
  std::fill(mask.begin(), mask.end(), std::uint8_t{0});
  const auto allow = [&](RemiKind kind, int from, int to) {
    if (from < to) std::fill_n(mask.begin() + layout_->symbol(kind, from), to - from, std::uint8_t{1});
  };
  const auto allow_one = [&](RemiKind kind) {
    if (permits({kind, 0})) allow(kind, 0, layout_->count(kind));
  };
  allow_one(RemiKind::kStartOfPiece);
  allow_one(RemiKind::kLabel);
  allow_one(RemiKind::kEndOfPiece);
  allow_one(RemiKind::kBar);
  allow_one(RemiKind::kDuration);
  const auto allow_except = [&](RemiKind kind, bool permitted, int except) {
    if (!permitted) return;
    allow(kind, 0, layout_->count(kind));
    if (except >= 0) mask[layout_->symbol(kind, except)] = 0;
  };
  allow_except(RemiKind::kTimeSignature, phase_ == Phase::kBar, signature_);
  allow_except(RemiKind::kTempo, phase_ == Phase::kPosition, tempo_);
  allow_except(RemiKind::kVelocity, phase_ == Phase::kPitch && layout_->velocity != RemiRepeat::kOff,
               needs_velocity() ? -1 : velocity_);
  if (signature_ >= 0) {
    const int units = layout_->signatures[static_cast<std::size_t>(signature_)].units;
    if (position_ + 1 < units && permits({RemiKind::kPosition, static_cast<std::int16_t>(position_ + 1)})) {
      allow(RemiKind::kPosition, position_ + 1, units);
    }
  }
  // Programs above that of the group's latest note, which itself may stand again where every note has one.
  const int programs = layout_->count(RemiKind::kProgram);
  if (programs > 0 && group_open()) {
    allow(RemiKind::kProgram, group_program_ + 1, programs);
    if (layout_->program == RemiRepeat::kOnChange) {
      if (program_ >= 0) mask[layout_->symbol(RemiKind::kProgram, program_)] = 0;
    } else if (group_program_ >= 0 && permits_program(group_program_)) {
      allow(RemiKind::kProgram, group_program_, group_program_ + 1);
    }
  }
  if (program_ >= 0) {
    const RemiKind kind = program_ == kDrumProgram ? RemiKind::kDrumPitch : RemiKind::kPitch;
    const int lowest = lowest_pitch(program_);
    if (permits({kind, static_cast<std::int16_t>(lowest)})) allow(kind, lowest, layout_->count(kind));
  }
}

RemiEffect RemiState::read(Symbol symbol) {
  RemiEffect effect;
  const RemiSymbol parsed = layout_->parse(symbol);
  if (permits(parsed) && !ended()) {
    take(parsed, effect);
  } else {
    repair(parsed, effect);
  }
  return effect;
}

void RemiState::begin_bar(RemiEffect& effect) {
  if (bars_ > 0) {
    bar_start_ += layout_->signatures[static_cast<std::size_t>(signature_)].units;
    empty_bars_ = bar_has_notes_ ? 0 : empty_bars_ + 1;
  }
  ++bars_;
  bar_has_notes_ = false;
  position_ = group_program_ = group_pitch_ = -1;
  phase_ = Phase::kBar;
  effect.bar_began = true;
}

void RemiState::begin_note(RemiSymbol symbol, RemiEffect& effect) {
  at_ = position_;
  if (place() > seconds_place_) {
    const int tempo = seconds_tempo_ >= 0 ? seconds_tempo_ : tempo_;
    const double microseconds = tempo >= 0 ? layout_->tempos.microseconds(tempo) : kDefaultTempo;
    seconds_ += static_cast<double>(place() - seconds_place_) * microseconds / (1e6 * layout_->positions);
    seconds_place_ = place();
  }
  seconds_tempo_ = tempo_;
  group_program_ = program_;
  group_pitch_ = symbol.index;
  note_pitch_ = symbol.index + (symbol.kind == RemiKind::kDrumPitch ? kLowestDrum : layout_->lowest);
  duration_ = layout_->durations.quarter();
  bar_has_notes_ = true;
  empty_bars_ = 0;
  ++notes_;
  phase_ = Phase::kPitch;
  effect.note_began = true;
}

void RemiState::take(RemiSymbol symbol, RemiEffect& effect) {
  switch (symbol.kind) {
    case RemiKind::kStartOfPiece:
      phase_ = Phase::kStarted;
      break;
    case RemiKind::kLabel:
      phase_ = Phase::kLabelled;
      break;
    case RemiKind::kEndOfPiece:
      phase_ = Phase::kEnded;
      break;
    case RemiKind::kBar:
      begin_bar(effect);
      break;
    case RemiKind::kTimeSignature:
      signature_ = symbol.index;
      phase_ = Phase::kMetre;
      break;
    case RemiKind::kPosition:
      position_ = symbol.index;
      group_program_ = group_pitch_ = -1;
      phase_ = Phase::kPosition;
      break;
    case RemiKind::kTempo:
      tempo_ = symbol.index;
      phase_ = Phase::kTempo;
      break;
    case RemiKind::kProgram:
      program_ = symbol.index;
      phase_ = Phase::kProgram;
      break;
    case RemiKind::kPitch:
    case RemiKind::kDrumPitch:
      begin_note(symbol, effect);
      break;
    case RemiKind::kVelocity:
      velocity_ = symbol.index;
      phase_ = Phase::kVelocity;
      effect.velocity_set = true;
      break;
    case RemiKind::kDuration:
      duration_ = symbol.index;
      phase_ = Phase::kNote;
      effect.duration_set = true;
      break;
  }
}

void RemiState::repair(RemiSymbol symbol, RemiEffect& effect) {
  if (ended()) {
    ++effect.dropped;
    return;
  }
  const auto supply_velocity = [&] {
    if (velocity_ < 0 && layout_->velocities.size() > 0) velocity_ = layout_->velocities.nearest(64);
    effect.velocity_set = true;
  };
  if (unfinished() && symbol.kind != RemiKind::kVelocity && symbol.kind != RemiKind::kDuration) {
    // The note before has no duration: it keeps a quarter's.
    ++effect.repaired;
    supply_velocity();
    phase_ = Phase::kNote;
    if (permits(symbol)) return take(symbol, effect);
  }
  const auto supply_bar = [&] {
    if (bars_ == 0) begin_bar(effect);
    if (signature_ < 0) signature_ = layout_->common_time;
    ++effect.repaired;
  };
  switch (symbol.kind) {
    case RemiKind::kEndOfPiece:
      if (group_begun()) ++effect.dropped;
      phase_ = Phase::kEnded;
      return;
    case RemiKind::kBar:
      if (group_begun()) {
        ++effect.dropped;
        phase_ = bar_has_notes_ ? Phase::kNote : Phase::kMetre;
      }
      if (signature_ < 0) supply_bar();
      if (permits(symbol)) return take(symbol, effect);
      break;
    case RemiKind::kPosition:
      if (signature_ < 0) supply_bar();
      if (symbol.index >= layout_->signatures[static_cast<std::size_t>(signature_)].units) break;
      if (group_begun()) {
        ++effect.dropped;  // the position before, which got no note
        position_ = bar_has_notes_ ? at_ : -1;
        phase_ = Phase::kNote;
      }
      if (symbol.index <= position_) {
        begin_bar(effect);
        ++effect.repaired;
      }
      return take(symbol, effect);
    case RemiKind::kProgram:
      if (!in_bar() || position_ < 0 || !permits_program(symbol.index)) break;
      if (phase_ == Phase::kProgram) {
        ++effect.dropped;  // the program before, which got no note
      } else {
        ++effect.repaired;  // a missing tempo
        if (layout_->tempos.size() > 0) tempo_ = layout_->tempos.middle();
      }
      return take(symbol, effect);
    case RemiKind::kPitch:
    case RemiKind::kDrumPitch: {
      const bool drum = symbol.kind == RemiKind::kDrumPitch;
      if (!in_bar() || position_ < 0) break;
      const int program = program_ < 0 && !drum ? 0 : program_;
      if (drum != (program == kDrumProgram) || program < group_program_ || symbol.index < lowest_pitch(program)) break;
      ++effect.repaired;  // a missing tempo or program
      if (tempo_ < 0 && layout_->tempos.size() > 0) tempo_ = layout_->tempos.middle();
      program_ = program;
      return take(symbol, effect);
    }
    case RemiKind::kDuration:
      if (phase_ != Phase::kPitch) break;
      ++effect.repaired;  // a missing velocity
      supply_velocity();
      return take(symbol, effect);
    default:
      break;
  }
  ++effect.dropped;
}

}  // namespace continuo::representation
