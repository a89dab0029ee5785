// The kinds of symbols and their names.
#include "continuo/representation/symbol_meaning.h"

#include <algorithm>
#include <array>
#include <utility>

namespace continuo::representation {
namespace {

constexpr std::array kKinds = {
    SymbolKind::kNone,     SymbolKind::kStart,         SymbolKind::kEnd,        SymbolKind::kLabel,
    SymbolKind::kBar,      SymbolKind::kTimeSignature, SymbolKind::kPosition,   SymbolKind::kTempo,
    SymbolKind::kProgram,  SymbolKind::kDrums,         SymbolKind::kPitch,      SymbolKind::kDrumPitch,
    SymbolKind::kChord,    SymbolKind::kKey,           SymbolKind::kNoteOff,    SymbolKind::kVelocity,
    SymbolKind::kDuration, SymbolKind::kTimeShift,     SymbolKind::kEndOfFrame, SymbolKind::kSample,
};

}  // namespace

std::span<const SymbolKind> symbol_kinds() noexcept { return kKinds; }

std::string_view name(SymbolKind kind) noexcept {
  switch (kind) {
    case SymbolKind::kNone:
      return "none";
    case SymbolKind::kStart:
      return "start";
    case SymbolKind::kEnd:
      return "end";
    case SymbolKind::kLabel:
      return "label";
    case SymbolKind::kBar:
      return "bar";
    case SymbolKind::kTimeSignature:
      return "time-signature";
    case SymbolKind::kPosition:
      return "position";
    case SymbolKind::kTempo:
      return "tempo";
    case SymbolKind::kProgram:
      return "program";
    case SymbolKind::kDrums:
      return "drums";
    case SymbolKind::kPitch:
      return "pitch";
    case SymbolKind::kDrumPitch:
      return "drum-pitch";
    case SymbolKind::kChord:
      return "chord";
    case SymbolKind::kKey:
      return "key";
    case SymbolKind::kNoteOff:
      return "note-off";
    case SymbolKind::kVelocity:
      return "velocity";
    case SymbolKind::kDuration:
      return "duration";
    case SymbolKind::kTimeShift:
      return "time-shift";
    case SymbolKind::kEndOfFrame:
      return "end-of-frame";
    case SymbolKind::kSample:
      return "sample";
  }
  return "none";
}

std::optional<SymbolKind> find_symbol_kind(std::string_view text) noexcept {
  const auto found = std::find_if(kKinds.begin(), kKinds.end(), [&](SymbolKind kind) { return name(kind) == text; });
  return found == kKinds.end() ? std::nullopt : std::optional(*found);
}

}  // namespace continuo::representation
