// What the symbols of bars, positions and notes say, one after the other.
#include "steering/sheet.h"

#include <utility>

namespace continuo::steering {

using representation::SymbolKind;
using representation::SymbolMeaning;

PlaceReader::PlaceReader(const representation::Vocabulary& vocabulary) : vocabulary_(&vocabulary) {
  for (const SymbolMeaning& meaning : vocabulary.meanings())
    if (meaning.kind == SymbolKind::kPosition) place_.units = meaning.denominator;
  if (!vocabulary.has(SymbolKind::kProgram)) place_.instrument = {0, false};
}

bool PlaceReader::read(Symbol symbol) {
  const SymbolMeaning meaning = vocabulary_->meaning(symbol);
  latest_ = meaning.kind;
  switch (meaning.kind) {
    case SymbolKind::kBar:
      place_.bar_begin += place_.bar_length;
      ++place_.bar;
      place_.at = -1;
      place_.group_open = false;
      break;
    case SymbolKind::kTimeSignature:
      signature_ = symbol;
      place_.numerator = meaning.value;
      place_.denominator = meaning.denominator;
      place_.bar_length = Unit{4} * place_.units * meaning.value / meaning.denominator;
      break;
    case SymbolKind::kPosition:
      place_.at = meaning.value;
      place_.group_open = true;
      break;
    case SymbolKind::kTempo:
      tempo_ = symbol;
      place_.tempo = 60e6 / meaning.value;
      break;
    case SymbolKind::kProgram:
      place_.instrument = {meaning.value, false};
      break;
    case SymbolKind::kDrums:
      place_.instrument = {0, true};
      break;
    case SymbolKind::kPitch:
    case SymbolKind::kDrumPitch:
      pitch_ = symbol;
      note_ = {.begin = place_.bar_begin + place_.at,
               .bar = place_.bar,
               .at = place_.at,
               .pitch = meaning.value,
               .velocity = velocity_ == 0 ? 64 : vocabulary_->meaning(velocity_).value,
               .instrument = place_.instrument};
      break;
    case SymbolKind::kVelocity:
      velocity_ = symbol;
      note_.velocity = meaning.value;
      break;
    case SymbolKind::kDuration:
      note_.duration = Unit{place_.units} * meaning.value / meaning.denominator;
      return true;
    default:
      break;
  }
  return false;
}

Sheet read_sheet(const representation::Representation& representation, std::vector<Symbol> symbols) {
  Sheet sheet;
  PlaceReader reader(representation.vocabulary());
  sheet.units = reader.place().units;
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    const bool complete = reader.read(symbols[i]);
    const Place& place = reader.place();
    if (reader.latest() == SymbolKind::kBar) {
      sheet.bar_symbols.push_back(i);
      sheet.bars.push_back({reader.signature()});
    }
    if (reader.latest() == SymbolKind::kTimeSignature) sheet.bars.back().signature = symbols[i];
    if (reader.latest() == SymbolKind::kTempo) sheet.tempos.push_back({place.bar, place.at, symbols[i]});
    if (complete)
      sheet.notes.push_back(
          {place.bar, place.at, reader.rank(), reader.note().pitch, reader.pitch(), reader.velocity(), symbols[i]});
  }
  sheet.symbols = std::move(symbols);
  return sheet;
}

}  // namespace continuo::steering
