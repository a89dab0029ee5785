// Settings, symbols and what may follow what.
#include "representation/notes_grammar.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>
#include <utility>

#include "continuo/base/error.h"

namespace continuo::representation {

std::vector<Setting> notes_settings() {
  return {
      {"min_count", "50", "a symbol that occurs less often than this in the collection is left out"},
      {"instruments", "all", "whose notes are read: all (but drums), or piano (programs 0 to 7), as in the guide"},
      {"durations", "off", "on: each symbol is followed by the time to the next; off: every symbol lasts one step"},
      {"step", "1", "quarter notes that a symbol lasts when durations are off"},
      {"tempo", "120", "quarters a minute of what is decoded"},
      {"program", "0", "General MIDI program, from 0, that plays what is decoded"},
  };
}

NotesLayout::NotesLayout(const RepresentationSpec& given) : spec(given) {
  const SettingReader settings(given, notes_settings());
  settings.integer("min_count", 1, 1'000'000'000);
  pianos_only = settings.choice("instruments", {"all", "piano"}) == 1;
  timed = settings.choice("durations", {"off", "on"}) == 1;
  const double step = settings.number("step", 0.25, 16) * kNotesPpq;
  step_ticks = static_cast<int>(std::lround(step));
  if (step != step_ticks || step_ticks % kNotesUnit != 0) settings.refuse("step", "a number of twelfths of a quarter");
  tempo = settings.integer("tempo", 10, 1000);
  program = settings.integer("program", 0, 127);
  spec.settings = settings.all();
}

void NotesLayout::build() {
  std::array<std::string, 128> pitch_names;
  for (int pitch = 0; pitch < 128; ++pitch) pitch_names[static_cast<std::size_t>(pitch)] = pitch_name(pitch);
  by_pitch.fill(-1);
  by_chord.fill(-1);
  std::vector<NamedSymbol> symbols = first_symbols(spec);
  first_sonority = static_cast<int>(symbols.size());
  for (const std::string& name : spec.vocabulary) {
    Sonority sonority;
    const auto pitch = std::find(pitch_names.begin(), pitch_names.end(), name);
    if (pitch != pitch_names.end()) {
      sonority.pitch = static_cast<std::int16_t>(pitch - pitch_names.begin());
      by_pitch[static_cast<std::size_t>(sonority.pitch)] = static_cast<std::int32_t>(symbols.size());
    } else if (const auto chord = parse_chord(name)) {
      sonority.chord = *chord;
      by_chord[*chord] = static_cast<std::int32_t>(symbols.size());
    } else {
      throw Error(ErrorCode::kDamaged,
                  "the vocabulary of representation notes has a symbol that is neither a note nor a chord: \"" +
                      name.substr(0, 60) + "\"");
    }
    sonorities.push_back(sonority);
    symbols.push_back({name, sonority.pitch >= 0 ? SymbolMeaning{SymbolKind::kPitch, sonority.pitch}
                                                 : SymbolMeaning{SymbolKind::kChord, sonority.chord}});
  }
  first_duration = static_cast<int>(symbols.size());
  for (int i = 0; timed && i < durations.size(); ++i) symbols.push_back(durations.symbol(i));
  vocabulary = Vocabulary(std::move(symbols));
}

NotesState::Effect NotesState::read(Symbol symbol) {
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
    finish(layout_->durations.units(symbol - layout_->first_duration) * kNotesUnit, effect);
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

void NotesState::allowed(std::span<std::uint8_t> mask) const {
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

void NotesState::finish(Tick length, Effect& effect) {
  ticks_ = began_ + length;
  phase_ = Phase::kWhole;
  effect.lasts = true;
}

void NotesState::close(Effect& effect) {
  if (phase_ != Phase::kWaiting) return;
  ++effect.repaired;
  finish(layout_->step_ticks, effect);
}

}  // namespace continuo::representation
