// Chords and cadences.
#include <algorithm>
#include <utility>

#include "steering/rules.h"

namespace continuo::steering {
namespace {

using representation::SymbolKind;

/// Notes that sound, and the lowest of those that begin together.
class Bass {
 public:
  void note(const WrittenNote& note) {
    if (note.instrument.drums) return;
    if (note.begin != begin_) {
      begin_ = note.begin;
      lowest_ = note.pitch;
      longest_ = 0;
    }
    lowest_ = std::min(lowest_, note.pitch);
    longest_ = std::max(longest_, note.duration);
    std::erase_if(sounding_, [&](const WrittenNote& one) { return one.begin + one.duration <= note.begin; });
    sounding_.push_back(note);
  }
  /// The lowest note that began at `now`; -1: none.
  int lowest_begun(Unit now) const { return begin_ == now ? lowest_ : -1; }
  /// The lowest note that sounds at `now`; -1: none.
  int lowest_sounding(Unit now) const {
    int lowest = -1;
    for (const WrittenNote& one : sounding_)
      if (one.begin + one.duration > now && (lowest < 0 || one.pitch < lowest)) lowest = one.pitch;
    return lowest;
  }
  Unit latest_begin() const { return begin_; }
  Unit longest() const { return longest_; }  ///< of those that began last

 private:
  Unit begin_ = -1, longest_ = 0;
  int lowest_ = -1;
  std::vector<WrittenNote> sounding_;
};

/// Leaves pitches that keep `root` the lowest, where the lowest so far is `lowest`.
void keep_lowest(int root, int lowest, Pitches& left) {
  const Pitches roots = pitches_in(static_cast<std::uint16_t>(1U << root));
  for (int pitch = 0; pitch < 128; ++pitch)
    if (!roots.test(static_cast<std::size_t>(pitch)) && (lowest < 0 || pitch < lowest))
      left.reset(static_cast<std::size_t>(pitch));
}

/// A beat is a quarter, or what the denominator says; of 6/8, 9/8 and 12/8 three of them.
Unit beat_of(const Place& place) {
  const Unit unit = Unit{4} * place.units / place.denominator;
  return place.denominator >= 8 && place.numerator % 3 == 0 && place.numerator > 3 ? 3 * unit : unit;
}

class OnChords final : public CopiedRule<OnChords> {
 public:
  OnChords(std::shared_ptr<const ChordChart> chart, double strictness, std::uint16_t between, int first_bar,
           const representation::Vocabulary& vocabulary)
      : chart_(std::move(chart)), strictness_(strictness), between_(between), first_bar_(first_bar) {
    for (std::size_t s = 0; s < vocabulary.size(); ++s)
      if (vocabulary.meanings()[s].kind == SymbolKind::kPitch)
        symbols_.emplace_back(static_cast<Symbol>(s), vocabulary.meanings()[s].value);
  }
  std::string name() const override { return "the chords " + chart_->text; }
  std::string reason() const override { return "is no note of the chord " + latest_; }

  void pitches(const Place& place, const Instrument& instrument, Pitches& left) override {
    if (instrument.drums || place.at < 0) return;
    const auto [chord, begins] = at(place);
    if (chord.classes == 0) return;
    latest_ = chord.name;
    if (chord.bass >= 0 && begins) keep_lowest(chord.bass, bass_.lowest_begun(place.bar_begin + place.at), left);
    if (strictness_ < 0.5) return;
    const bool strict = strictness_ >= 1 || place.at % beat_of(place) == 0;
    left &= pitches_in(strict ? chord.classes : static_cast<std::uint16_t>(chord.classes | between_));
  }

  bool bias(const Place& place, std::span<float> factors) override {
    if (strictness_ >= 0.5 || strictness_ <= 0 || place.at < 0 || place.instrument.drums) return false;
    const Chord& chord = at(place).first;
    if (chord.classes == 0) return false;
    const auto factor = static_cast<float>(1 + 14 * strictness_);  // 8 just below one half
    for (const auto& [symbol, pitch] : symbols_)
      if ((chord.classes >> pitch % 12 & 1) != 0) factors[symbol] *= factor;
    return true;
  }

  void note(const WrittenNote& note) override { bass_.note(note); }

 private:
  std::pair<const Chord&, bool> at(const Place& place) const {
    const auto bars = static_cast<int>(chart_->bars.size());
    const int bar = ((place.bar - first_bar_) % bars + bars) % bars;
    const auto& chords = chart_->bars[static_cast<std::size_t>(bar)];
    const auto count = static_cast<Unit>(chords.size());
    const Unit index = std::min(count - 1, place.at * count / std::max<Unit>(1, place.bar_length));
    const bool begins = place.at == 0 || (place.at - 1) * count / std::max<Unit>(1, place.bar_length) != index;
    return {chords[static_cast<std::size_t>(index)], begins};
  }

  std::shared_ptr<const ChordChart> chart_;
  double strictness_;
  std::uint16_t between_;
  int first_bar_;
  std::vector<std::pair<Symbol, int>> symbols_;
  Bass bass_;
  std::string latest_;
};

class EndsOn final : public CopiedRule<EndsOn> {
 public:
  EndsOn(std::uint16_t chord, int root, bool held, const representation::Vocabulary& vocabulary)
      : chord_(pitches_in(chord)), root_(root), held_(held) {
    for (std::size_t s = 0; s < vocabulary.size(); ++s) {
      const auto& meaning = vocabulary.meanings()[s];
      if (meaning.kind == SymbolKind::kDuration) durations_.emplace_back(static_cast<Symbol>(s), meaning.quotient());
      if (meaning.kind == SymbolKind::kPosition) positions_.emplace_back(static_cast<Symbol>(s), meaning.quotient());
      if (meaning.kind == SymbolKind::kEnd || meaning.kind == SymbolKind::kBar) ends_.push_back(static_cast<Symbol>(s));
    }
  }
  std::string name() const override { return "the cadence"; }
  std::string reason() const override { return "makes no cadence"; }

  void pitches(const Place& place, const Instrument& instrument, Pitches& left) override {
    if (!in_last_bar(place) || instrument.drums) return;
    left &= chord_;
    keep_lowest(root_, bass_.lowest_sounding(place.bar_begin + place.at), left);
  }
  void mask(const Place& place, std::span<std::uint8_t> mask) override {
    if (!in_last_bar(place)) return;
    if (held_)  // room for the last chord
      for (const auto& [symbol, quarters] : positions_)
        if (quarters > 0 && quarters + 1 > static_cast<double>(place.bar_length) / place.units) mask[symbol] = 0;
    if (fulfilled(place)) return;
    for (const Symbol symbol : ends_) mask[symbol] = 0;
  }
  bool bias(const Place& place, std::span<float> factors) override {
    if (!held_ || !in_last_bar(place)) return false;
    for (const auto& [symbol, quarters] : durations_)
      if (quarters < 1) factors[symbol] *= 0.2F;
    return true;
  }
  void note(const WrittenNote& note) override { bass_.note(note); }
  double weigh(const Place& place, bool end) override { return end && !fulfilled(place) ? 0 : 1; }

 private:
  static bool in_last_bar(const Place& place) { return place.bars > 0 && place.bar + 1 == place.bars; }
  bool fulfilled(const Place& place) const {
    const int lowest = bass_.lowest_sounding(bass_.latest_begin());
    return lowest >= 0 && lowest % 12 == root_ && (!held_ || bass_.longest() >= place.units);
  }

  Pitches chord_;
  int root_;
  bool held_;
  std::vector<std::pair<Symbol, double>> durations_, positions_;
  std::vector<Symbol> ends_;
  Bass bass_;
};

}  // namespace

RuleMaker on_chords(const ChordChart& chart, double strictness, std::uint16_t between, int first_bar,
                    const representation::Vocabulary& vocabulary) {
  return [rule = OnChords(std::make_shared<const ChordChart>(chart), strictness, between, first_bar, vocabulary)] {
    return rule.clone();
  };
}

RuleMaker ends_on(std::uint16_t chord, int root, bool held, const representation::Vocabulary& vocabulary) {
  return [rule = EndsOn(chord, root, held, vocabulary)] { return rule.clone(); };
}

}  // namespace continuo::steering
