// The symbols of events, what may follow what, and what becomes of a symbol that may not.
#include "representation/events_grammar.h"

#include <algorithm>
#include <utility>

#include "representation/settings.h"

namespace continuo::representation {

std::vector<Setting> EventLayout::defaults() {
  return {
      {"step_ms", "10", "milliseconds of the shortest time shift"},
      {"max_shift_ms", "1000", "milliseconds of the longest time shift (a multiple of step_ms)"},
      {"velocities", "32", "velocity steps; 0: no velocity symbols"},
      {"sustain", "extend", "the sustain pedal: extend (notes sound on until it is released) or ignore"},
      {"program", "0", "General MIDI program, from 0, that plays what is decoded"},
  };
}

EventLayout::EventLayout(const RepresentationSpec& given) : velocities(0), spec(given) {
  const SettingReader settings(given, defaults());
  step_ms = settings.integer("step_ms", 1, 1000);
  const int longest = settings.integer("max_shift_ms", step_ms, 10'000);
  if (longest % step_ms != 0) settings.refuse("max_shift_ms", "a multiple of step_ms");
  max_shift = longest / step_ms;
  velocities = VelocityGrid(settings.integer("velocities", 0, 127));
  sustain = settings.choice("sustain", {"ignore", "extend"}) == 1;
  program = settings.integer("program", 0, 127);
  spec.settings = settings.all();
  spec.vocabulary.clear();

  std::vector<NamedSymbol> symbols = first_symbols(given);
  first = {kStart, kEnd, kEnd + 1, 0, 0, 0, 0};
  counts = {1, 1, static_cast<int>(given.labels.size()), 0, 0, 0, 0};
  const auto add = [&](EventKind kind, int count_of_kind, auto&& symbol_of) {
    first[static_cast<std::size_t>(kind)] = static_cast<int>(symbols.size());
    counts[static_cast<std::size_t>(kind)] = count_of_kind;
    for (int i = 0; i < count_of_kind; ++i) symbols.push_back(symbol_of(i));
  };
  add(EventKind::kNoteOn, 128, [](int i) {
    return NamedSymbol{"NoteOn_" + std::to_string(i), {SymbolKind::kPitch, i}};
  });
  add(EventKind::kNoteOff, 128, [](int i) {
    return NamedSymbol{"NoteOff_" + std::to_string(i), {SymbolKind::kNoteOff, i}};
  });
  add(EventKind::kTimeShift, max_shift, [&](int i) {
    const int milliseconds = (i + 1) * step_ms;
    return NamedSymbol{"TimeShift_" + std::to_string(milliseconds) + "ms", {SymbolKind::kTimeShift, milliseconds}};
  });
  add(EventKind::kVelocity, velocities.size(), [&](int i) { return velocities.symbol(i); });
  parsed.resize(symbols.size());
  for (int kind = 0; kind < kEventKinds; ++kind) {
    for (int i = 0; i < counts[static_cast<std::size_t>(kind)]; ++i) {
      parsed[static_cast<std::size_t>(first[static_cast<std::size_t>(kind)] + i)] = {static_cast<EventKind>(kind),
                                                                                     static_cast<std::int16_t>(i)};
    }
  }
  vocabulary = Vocabulary(std::move(symbols));
}

void EventLayout::append_shift(std::int64_t steps, std::vector<Symbol>& symbols) const {
  steps = std::min<std::int64_t>(steps, std::int64_t{kMaxTimeShifts} * max_shift);
  for (; steps > 0; steps -= max_shift) {
    symbols.push_back(symbol(EventKind::kTimeShift, static_cast<int>(std::min<std::int64_t>(steps, max_shift)) - 1));
  }
}

bool EventState::free_above(int pitch) const noexcept {
  for (int candidate = pitch + 1; candidate < 128; ++candidate) {
    if (!sounding_[static_cast<std::size_t>(candidate)]) return true;
  }
  return false;
}

bool EventState::permits(EventSymbol symbol) const noexcept {
  const auto pitch = static_cast<std::size_t>(symbol.index) & 127;
  switch (symbol.kind) {
    case EventKind::kStartOfPiece:
      return phase_ == Phase::kBegin;
    case EventKind::kLabel:
      return phase_ <= Phase::kStarted;
    case EventKind::kEndOfPiece:
      return (phase_ == Phase::kOff && sounding_.none()) || phase_ == Phase::kEnded;
    case EventKind::kTimeShift:
      if (phase_ == Phase::kShift) return longest_shift_ && shifts_ < kMaxTimeShifts;
      return phase_ != Phase::kVelocity && phase_ != Phase::kEnded;
    case EventKind::kNoteOff:
      return (phase_ == Phase::kShift || phase_ == Phase::kOff) && sounding_[pitch] && symbol.index > last_off_;
    case EventKind::kVelocity:
      return phase_ != Phase::kVelocity && phase_ != Phase::kEnded && symbol.index != velocity_ && free_above(last_on_);
    case EventKind::kNoteOn:
      return phase_ != Phase::kEnded && (velocity_ >= 0 || layout_->velocities.size() == 0) && !sounding_[pitch] &&
             symbol.index > last_on_;
  }
  return false;
}

void EventState::allowed(std::span<std::uint8_t> mask) const {
  std::fill(mask.begin(), mask.end(), std::uint8_t{0});
  for (const EventKind kind :
       {EventKind::kStartOfPiece, EventKind::kEndOfPiece, EventKind::kLabel, EventKind::kTimeShift}) {
    if (permits({kind, 0})) std::fill_n(mask.begin() + layout_->symbol(kind), layout_->count(kind), std::uint8_t{1});
  }
  if (phase_ == Phase::kEnded) return;
  for (int pitch = 0; pitch < 128; ++pitch) {
    const auto index = static_cast<std::int16_t>(pitch);
    if (sounding_[static_cast<std::size_t>(pitch)]) {
      mask[layout_->symbol(EventKind::kNoteOff, pitch)] = permits({EventKind::kNoteOff, index});
    } else {
      mask[layout_->symbol(EventKind::kNoteOn, pitch)] = permits({EventKind::kNoteOn, index});
    }
  }
  if (phase_ != Phase::kVelocity && free_above(last_on_)) {
    std::fill_n(mask.begin() + layout_->symbol(EventKind::kVelocity), layout_->velocities.size(), std::uint8_t{1});
    if (velocity_ >= 0) mask[layout_->symbol(EventKind::kVelocity, velocity_)] = 0;
  }
}

EventEffect EventState::read(Symbol symbol) {
  EventEffect effect;
  const EventSymbol parsed = layout_->parse(symbol);
  if (permits(parsed) && !ended()) {
    take(parsed, effect);
  } else {
    repair(parsed, effect);
  }
  return effect;
}

void EventState::take(EventSymbol symbol, EventEffect& effect) {
  const auto pitch = static_cast<std::size_t>(symbol.index) & 127;
  switch (symbol.kind) {
    case EventKind::kStartOfPiece:
      phase_ = Phase::kStarted;
      break;
    case EventKind::kLabel:
      phase_ = Phase::kLabelled;
      break;
    case EventKind::kEndOfPiece:
      phase_ = Phase::kEnded;
      break;
    case EventKind::kTimeShift:
      shifts_ = static_cast<std::int16_t>(phase_ == Phase::kShift ? shifts_ + 1 : 1);
      longest_shift_ = symbol.index + 1 == layout_->max_shift;
      steps_ += symbol.index + 1;
      last_off_ = last_on_ = -1;
      began_now_.reset();
      phase_ = Phase::kShift;
      break;
    case EventKind::kNoteOff:
      sounding_[pitch] = false;
      last_off_ = std::max(last_off_, symbol.index);
      effect.ended = symbol.index;
      phase_ = Phase::kOff;
      break;
    case EventKind::kVelocity:
      velocity_ = symbol.index;
      phase_ = Phase::kVelocity;
      break;
    case EventKind::kNoteOn:
      sounding_[pitch] = began_now_[pitch] = true;
      last_on_ = std::max(last_on_, symbol.index);
      ++notes_;
      effect.began = symbol.index;
      phase_ = Phase::kOn;
      break;
  }
}

void EventState::repair(EventSymbol symbol, EventEffect& effect) {
  const auto pitch = static_cast<std::size_t>(symbol.index) & 127;
  if (!ended() && phase_ == Phase::kVelocity && symbol.kind != EventKind::kNoteOn &&
      symbol.kind != EventKind::kStartOfPiece && symbol.kind != EventKind::kLabel) {
    ++effect.dropped;  // the velocity before, which got no note (it stays in force)
    phase_ = Phase::kOn;
    if (permits(symbol)) return take(symbol, effect);
  }
  const bool sounds = sounding_[pitch];
  if (ended()) {
    ++effect.dropped;
    return;
  }
  switch (symbol.kind) {
    case EventKind::kEndOfPiece:
      effect.repaired += static_cast<int>(sounding_.count());  // each is ended here
      phase_ = Phase::kEnded;
      return;
    case EventKind::kTimeShift:
      if (shifts_ >= kMaxTimeShifts) break;
      ++effect.repaired;  // a row of shifts in another order
      return take(symbol, effect);
    case EventKind::kNoteOff: {
      if (!sounds || began_now_[pitch]) break;
      ++effect.repaired;  // the order of a moment
      const Phase before = phase_;
      take(symbol, effect);
      if (before == Phase::kOn) phase_ = Phase::kOn;
      return;
    }
    case EventKind::kNoteOn:
      if (began_now_[pitch]) break;
      ++effect.repaired;  // a missing velocity, the order of a moment, or a note that was not ended
      if (velocity_ < 0 && layout_->velocities.size() > 0) {
        velocity_ = static_cast<std::int16_t>(layout_->velocities.nearest(64));
      }
      if (sounds) effect.ended = symbol.index;
      return take(symbol, effect);
    default:
      break;
  }
  ++effect.dropped;
}

}  // namespace continuo::representation
