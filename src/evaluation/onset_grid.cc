// Symbols sorted by what they say of pitch and onset; the bits of each class.
#include "continuo/evaluation/onset_grid.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

#include "continuo/base/error.h"

namespace continuo::evaluation {
namespace {

using representation::Symbol;

constexpr double kLeast = -700;  // nats below the most probable symbol: still a number above 0

int number(std::string_view text) {
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

int setting(const representation::RepresentationSpec& spec, const char* name) {
  return std::stoi(spec.settings.at(name));
}

}  // namespace

std::int64_t grid_slot(double quarters) noexcept { return static_cast<std::int64_t>(std::floor(4 * quarters + 0.25)); }

bool OnsetGrid::has(const representation::RepresentationSpec& spec) {
  return spec.name == "remi" || spec.name == "events";
}

OnsetGrid::OnsetGrid(const representation::Representation& representation) {
  const auto& spec = representation.spec();
  if (!has(spec)) {
    throw Error({.message = "'" + spec.name + "' does not keep the pitch and the onset of every note",
                 .hint = "remi and events do."});
  }
  const bool events = spec.name == "events";
  const int positions = events ? 1 : setting(spec, "positions");
  if (events) step_ms_ = setting(spec, "step_ms");
  for (const std::string& name : representation.vocabulary().names()) {
    const std::string_view text = name;
    const std::size_t dash = text.find('_');
    const std::string_view kind = text.substr(0, dash);
    const std::string_view value = dash == std::string_view::npos ? "" : text.substr(dash + 1);
    Meaning meaning;
    if (kind == "End") {
      meaning = {Kind::kEnd};
    } else if (kind == "Pitch" || kind == "NoteOn") {
      meaning = {Kind::kPitch, number(value)};
    } else if (kind == "Program" || kind == "PitchDrum" || (events && kind == "Velocity")) {
      meaning = {Kind::kMore};
    } else if (kind == "Position") {
      meaning = {Kind::kPosition, (16 * number(value) + positions) / (4 * positions)};
    } else if (kind == "Bar") {
      meaning = {Kind::kBar};
    } else if (kind == "TimeSig") {
      meaning = {Kind::kSignature, 16 * number(value) / number(value.substr(value.find('/') + 1))};
    } else if (kind == "TimeShift") {
      meaning = {Kind::kShift, number(value) / step_ms_};
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
  return grid_slot(quarters_(static_cast<double>((steps_ + meaning.value) * grid_.step_ms_) / 1000));
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
      if (meaning.kind == Kind::kShift) steps_ += meaning.value;
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
    throw Error("the symbols of the model are not those of the representation");
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
