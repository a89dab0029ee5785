// The symbols of remi, named as MidiTok names those of REMI+.
#include "representation/remi_layout.h"

#include <algorithm>
#include <array>
#include <utility>

#include "representation/settings.h"

namespace continuo::representation {
namespace {

constexpr int kLongestBarQuarters = 12;

/// Numerators 1 to `last` over each denominator, as far as a bar is not too long.
constexpr std::array<std::array<int, 2>, 5> kSignatures = {{{1, 3}, {2, 6}, {4, 12}, {8, 24}, {16, 24}}};

RemiRepeat repeat(int choice) { return static_cast<RemiRepeat>(choice); }

}  // namespace

std::vector<Setting> RemiLayout::defaults() {
  return {
      {"positions", "12", "positions per quarter note (a multiple of 4; 12 has triplets and sixteenths)"},
      {"lowest", "21", "lowest pitch; notes below it are left out"},
      {"highest", "108", "highest pitch; notes above it are left out"},
      {"velocities", "32", "velocity steps; 0: no velocity symbols"},
      {"tempo_steps", "8", "tempo steps from one tempo to its double; 0: no tempo symbols"},
      {"program", "on-change", "on-change or every-note: when the program is written; off: one instrument, no drums"},
      {"velocity", "on-change", "on-change or every-note: when the velocity is written"},
      {"sustain", "ignore", "the sustain pedal: ignore, or extend (notes sound on until it is released)"},
  };
}

RemiLayout::RemiLayout(const RepresentationSpec& given)
    : positions(12), durations(12), velocities(0), tempos(0), spec(given) {
  const SettingReader settings(given, defaults());
  positions = settings.integer("positions", 4, 96);
  if (positions % 4 != 0) settings.refuse("positions", "a multiple of 4");
  lowest = settings.integer("lowest", 0, 127);
  highest = settings.integer("highest", lowest, 127);
  program = repeat(settings.choice("program", {"on-change", "every-note", "off"}));
  velocity = repeat(settings.choice("velocity", {"on-change", "every-note"}));
  sustain = settings.choice("sustain", {"ignore", "extend"}) == 1;
  durations = DurationGrid(positions);
  velocities = VelocityGrid(settings.integer("velocities", 0, 127));
  if (velocities.size() == 0) velocity = RemiRepeat::kOff;
  tempos = TempoGrid(settings.integer("tempo_steps", 0, 48));
  spec.settings = settings.all();
  spec.vocabulary.clear();

  std::vector<NamedSymbol> symbols = first_symbols(given);
  first.assign(kRemiKinds, 0);
  counts.assign(kRemiKinds, 0);
  const auto add = [&](RemiKind kind, int count_of_kind, auto&& symbol_of) {
    first[static_cast<std::size_t>(kind)] = static_cast<int>(symbols.size());
    counts[static_cast<std::size_t>(kind)] = count_of_kind;
    for (int i = 0; i < count_of_kind; ++i) symbols.push_back(symbol_of(i));
  };
  counts[static_cast<std::size_t>(RemiKind::kStartOfPiece)] = 1;
  first[static_cast<std::size_t>(RemiKind::kEndOfPiece)] = kEnd;
  counts[static_cast<std::size_t>(RemiKind::kEndOfPiece)] = 1;
  first[static_cast<std::size_t>(RemiKind::kLabel)] = kEnd + 1;
  counts[static_cast<std::size_t>(RemiKind::kLabel)] = static_cast<int>(given.labels.size());

  for (const auto& [denominator, last] : kSignatures) {
    for (int numerator = 1; numerator <= last; ++numerator) {
      const int units = 4 * positions * numerator / denominator;
      if (units <= kLongestBarQuarters * positions) signatures.push_back({numerator, denominator, units});
    }
  }
  common_time = find_signature(4, 4);
  longest_bar = kLongestBarQuarters * positions;
  const auto numbered = [](const char* prefix, SymbolKind kind, int from, int denominator = 1) {
    return [=](int i) { return NamedSymbol{prefix + std::to_string(from + i), {kind, from + i, denominator}}; };
  };
  add(RemiKind::kBar, 1, [](int) { return NamedSymbol{"Bar_None", {SymbolKind::kBar}}; });
  add(RemiKind::kTimeSignature, static_cast<int>(signatures.size()), [&](int i) {
    const Signature& signature = signatures[static_cast<std::size_t>(i)];
    return NamedSymbol{"TimeSig_" + std::to_string(signature.numerator) + "/" + std::to_string(signature.denominator),
                       {SymbolKind::kTimeSignature, signature.numerator, signature.denominator}};
  });
  add(RemiKind::kPosition, longest_bar, numbered("Position_", SymbolKind::kPosition, 0, positions));
  add(RemiKind::kTempo, tempos.size(), [&](int i) { return tempos.symbol(i); });
  const bool instruments = program != RemiRepeat::kOff;
  add(RemiKind::kProgram, instruments ? kDrumProgram + 1 : 0, [](int i) {
    if (i == kDrumProgram) return NamedSymbol{"Program_-1", {SymbolKind::kDrums}};
    return NamedSymbol{"Program_" + std::to_string(i), {SymbolKind::kProgram, i}};
  });
  add(RemiKind::kPitch, highest - lowest + 1, numbered("Pitch_", SymbolKind::kPitch, lowest));
  add(RemiKind::kDrumPitch, instruments ? kHighestDrum - kLowestDrum + 1 : 0,
      numbered("PitchDrum_", SymbolKind::kDrumPitch, kLowestDrum));
  add(RemiKind::kVelocity, velocities.size(), [&](int i) { return velocities.symbol(i); });
  add(RemiKind::kDuration, durations.size(), [&](int i) { return durations.symbol(i); });

  parsed.resize(symbols.size());
  for (int kind = 0; kind < kRemiKinds; ++kind) {
    for (int i = 0; i < counts[static_cast<std::size_t>(kind)]; ++i) {
      parsed[static_cast<std::size_t>(first[static_cast<std::size_t>(kind)] + i)] = {static_cast<RemiKind>(kind),
                                                                                     static_cast<std::int16_t>(i)};
    }
  }
  vocabulary = Vocabulary(std::move(symbols));
}

int RemiLayout::find_signature(int numerator, int denominator) const noexcept {
  const auto found = std::find_if(signatures.begin(), signatures.end(), [&](const Signature& signature) {
    return signature.numerator == numerator && signature.denominator == denominator;
  });
  return found == signatures.end() ? -1 : static_cast<int>(found - signatures.begin());
}

int RemiLayout::find_length(std::int64_t units) const noexcept {
  for (const int denominator : {4, 8, 16}) {
    if (units * denominator % (4 * positions) != 0) continue;
    const std::int64_t numerator = units * denominator / (4 * positions);
    if (numerator > 0 && numerator <= 255) {
      const int found = find_signature(static_cast<int>(numerator), denominator);
      if (found >= 0) return found;
    }
  }
  return -1;
}

}  // namespace continuo::representation
