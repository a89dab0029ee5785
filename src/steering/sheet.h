// Sheet: a sequence of a representation with bars, taken apart into bars, tempos and notes.
#pragma once

#include <span>
#include <vector>

#include "continuo/representation/representation.h"
#include "continuo/steering/rule.h"

namespace continuo::steering {

inline constexpr int kDrumRank = 128;
/// The order in which a moment's notes are written: by program, drums last.
inline int rank_of(const Instrument& instrument) noexcept {
  return instrument.drums ? kDrumRank : instrument.program & 127;
}
inline Instrument instrument_of(int rank) noexcept {
  return rank == kDrumRank ? Instrument{0, true} : Instrument{rank, false};
}

struct SheetNote {
  int bar = 0;  ///< from 0
  Unit at = 0;  ///< from the beginning of the bar
  int rank = 0;
  int pitch = 0;
  Symbol pitch_symbol = 0, velocity_symbol = 0, duration_symbol = 0;  ///< velocity 0: the vocabulary has none
};

struct SheetBar {
  Symbol signature = 0;
};

struct SheetTempo {
  int bar = 0;
  Unit at = 0;
  Symbol symbol = 0;
};

struct Sheet {
  int units = 12;
  std::vector<Symbol> symbols;
  std::vector<std::size_t> bar_symbols;  ///< where each bar begins in `symbols`
  std::vector<SheetBar> bars;
  std::vector<SheetTempo> tempos;
  std::vector<SheetNote> notes;  ///< in the order of the sequence
};

/// `symbols`: what encode() gives.
Sheet read_sheet(const representation::Representation& representation, std::vector<Symbol> symbols);

/// Follows the place of a sequence, symbol by symbol.
class PlaceReader {
 public:
  explicit PlaceReader(const representation::Vocabulary& vocabulary);

  /// `symbol` comes next. Returns whether it completed a note: note() is then it.
  bool read(Symbol symbol);
  const Place& place() const noexcept { return place_; }
  Place& place() noexcept { return place_; }
  const WrittenNote& note() const noexcept { return note_; }
  int rank() const noexcept { return place_.instrument.program < 0 ? -1 : rank_of(place_.instrument); }
  Symbol signature() const noexcept { return signature_; }
  Symbol tempo() const noexcept { return tempo_; }
  Symbol velocity() const noexcept { return velocity_; }
  Symbol pitch() const noexcept { return pitch_; }  ///< of the latest note
  representation::SymbolKind latest() const noexcept { return latest_; }

 private:
  const representation::Vocabulary* vocabulary_;
  Place place_;
  WrittenNote note_;
  Symbol signature_ = 0, tempo_ = 0, velocity_ = 0, pitch_ = 0;
  representation::SymbolKind latest_ = representation::SymbolKind::kStart;
};

}  // namespace continuo::steering
