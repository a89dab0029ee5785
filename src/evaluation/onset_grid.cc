// Symbols sorted by what they say of pitch and onset; the bits of each class.
#include "continuo/evaluation/onset_grid.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "continuo/base/error.h"

namespace continuo::evaluation {
namespace {

using representation::Symbol;
using representation::SymbolKind;
using representation::SymbolMeaning;
using representation::TimeBase;

constexpr double kLeast = -700;  // nats below the most probable symbol: still a number above 0

}  // namespace

std::int64_t grid_slot(double quarters) noexcept { return static_cast<std::int64_t>(std::floor(4 * quarters + 0.25)); }

bool OnsetGrid::has(const representation::RepresentationSpec& spec) {
  const TimeBase base = representation::time_base(spec.name);
  return base == TimeBase::kBars || base == TimeBase::kSeconds;
}

OnsetGrid::OnsetGrid(const representation::Representation& representation) {
  const auto& spec = representation.spec();
  if (!has(spec)) {
    throw Error({.message = "'" + spec.name + "' does not keep the pitch and the onset of every note",
                 .hint = "remi and events do.",
                 .code = ErrorCode::kUnsupported});
  }
  in_seconds_ = representation::time_base(spec.name) == TimeBase::kSeconds;
  for (const SymbolMeaning symbol : representation.vocabulary().meanings()) {
    Meaning meaning;
    switch (symbol.kind) {
      case SymbolKind::kEnd:
        meaning = {Kind::kEnd};
        break;
      case SymbolKind::kPitch:
        meaning = {Kind::kPitch, symbol.value};
        break;
      case SymbolKind::kProgram:
      case SymbolKind::kDrums:
      case SymbolKind::kDrumPitch:
        meaning = {Kind::kMore};
        break;
      case SymbolKind::kVelocity:  // in seconds it precedes a note
        if (in_seconds_) meaning = {Kind::kMore};
        break;
      case SymbolKind::kPosition:
        meaning = {Kind::kPosition, (16 * symbol.value + symbol.denominator) / (4 * symbol.denominator)};
        break;
      case SymbolKind::kBar:
        meaning = {Kind::kBar};
        break;
      case SymbolKind::kTimeSignature:
        meaning = {Kind::kSignature, 16 * symbol.value / symbol.denominator};
        break;
      case SymbolKind::kTimeShift:
        meaning = {Kind::kShift, symbol.value};
        break;
      default:
        break;
    }
    meanings_.push_back(meaning);
  }
}

OnsetGridScorer::OnsetGridScorer(const OnsetGrid& grid, Quarters quarters)
    : grid_(grid), quarters_(std::move(quarters)), slot_(grid.in_seconds() ? 0 : -1) {
  if (!quarters_) quarters_ = [](Seconds seconds) { return 2 * seconds; };
}

std::int64_t OnsetGridScorer::slot_after(Meaning meaning) const {
  if (meaning.kind == OnsetGrid::Kind::kPosition) return bar_ + meaning.value;
  return grid_slot(quarters_(static_cast<double>(milliseconds_ + meaning.value) / 1000));
}

void OnsetGridScorer::begin(Symbol symbol) { advance(grid_.meanings_.at(symbol)); }

void OnsetGridScorer::advance(Meaning meaning) {
  using Kind = OnsetGrid::Kind;
  switch (meaning.kind) {
    case Kind::kPitch:
      if (fresh(meaning.value)) ++notes_;
      present_.set(static_cast<std::size_t>(meaning.value & 127));
      pending_ = 0;
      break;
    case Kind::kBar: {
      const std::int64_t length = bar_end_ - bar_;
      bar_ = bar_end_;
      bar_end_ = bar_ + length;
      break;
    }
    case Kind::kSignature:
      bar_end_ = bar_ + meaning.value;
      break;
    case Kind::kPosition:
    case Kind::kShift: {
      const std::int64_t slot = slot_after(meaning);
      if (slot != slot_) present_.reset();
      slot_ = slot;
      if (meaning.kind == Kind::kShift) milliseconds_ += meaning.value;
      break;
    }
    case Kind::kTold:
    case Kind::kEnd:
    case Kind::kMore:
      break;
  }
}

void OnsetGridScorer::read(std::span<const float> logits, Symbol symbol) {
  using Kind = OnsetGrid::Kind;
  const std::vector<Meaning>& meanings = grid_.meanings_;
  if (logits.size() != meanings.size() || symbol >= meanings.size())
    throw Error(ErrorCode::kMismatch, "the symbols of the model are not those of the representation");
  const Meaning meaning = meanings[symbol];
  if (meaning.kind != Kind::kTold && meaning.kind != Kind::kSignature) {
    const bool moves = meaning.kind == Kind::kPosition || meaning.kind == Kind::kShift;
    const std::int64_t target = moves ? slot_after(meaning) : slot_;
    const float greatest = *std::ranges::max_element(logits);
    const auto mass = [&](std::size_t s) {
      return std::exp(std::max(kLeast, static_cast<double>(logits[s]) - static_cast<double>(greatest)));
    };
    double said = 0, more = 0, same = 0, pitches = 0;  // masses: not told, in this slot, the symbol's slot, new pitches
    std::int64_t slot = 0;
    int value = -1;  // of the symbol that `slot` belongs to: rising runs share the look-up
    for (std::size_t s = 0; s < meanings.size(); ++s) {
      const Meaning other = meanings[s];
      if (other.kind == Kind::kTold || other.kind == Kind::kSignature) continue;
      const double weight = mass(s);
      said += weight;
      if (other.kind == Kind::kMore || other.kind == Kind::kPitch) more += weight;
      if (other.kind == Kind::kPitch && fresh(other.value)) pitches += weight;
      if (other.kind == Kind::kPosition || other.kind == Kind::kShift) {
        if (other.value != value) slot = slot_after(other);
        value = other.value;
        if (slot == slot_) more += weight;
        if (slot == target) same += weight;
      }
    }
    const double own = mass(symbol);
    double bits = std::log2(said);
    if (moves && target != slot_) {
      bits -= std::log2(same);
    } else if (meaning.kind == Kind::kBar || meaning.kind == Kind::kEnd) {
      bits -= std::log2(own);
    } else {
      bits -= std::log2(more);
      if (meaning.kind == Kind::kPitch && fresh(meaning.value)) bits += std::log2(pitches) - std::log2(own);
    }
    bits_ += bits;
    if (meaning.kind == Kind::kShift && target != slot_) {
      idle_bits_ += pending_;
      pending_ = bits;
    }
    if (meaning.kind == Kind::kEnd) idle_bits_ += std::exchange(pending_, 0.0);
  }
  advance(meaning);
}

}  // namespace continuo::evaluation
