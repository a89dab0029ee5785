// Rules that forbid notes wherever they stand.
#include <algorithm>
#include <utility>

#include "continuo/music/score.h"
#include "steering/rules.h"

namespace continuo::steering {

using representation::SymbolKind;

Pitches pitches_in(std::uint16_t classes) {
  Pitches pitches;
  for (std::size_t pitch = 0; pitch < pitches.size(); ++pitch) pitches[pitch] = (classes >> pitch % 12 & 1) != 0;
  return pitches;
}

Pitches pitches_in(const PitchRange& range) {
  Pitches pitches;
  for (std::size_t pitch = 0; pitch < pitches.size(); ++pitch) pitches[pitch] = range.holds(static_cast<int>(pitch));
  return pitches;
}

namespace {

class InKey final : public CopiedRule<InKey> {
 public:
  InKey(std::uint16_t classes, std::string name) : pitches_(pitches_in(classes)), name_(std::move(name)) {}
  std::string name() const override { return name_; }
  std::string reason() const override { return "is outside of " + name_; }
  void pitches(const Place& /*place*/, const Instrument& instrument, Pitches& left) override {
    if (!instrument.drums) left &= pitches_;
  }

 private:
  Pitches pitches_;
  std::string name_;
};

class InRanges final : public CopiedRule<InRanges> {
 public:
  explicit InRanges(const InstrumentRanges& ranges) {
    auto all = std::make_shared<std::vector<Pitches>>();
    for (const PitchRange& range : ranges) all->push_back(pitches_in(range));
    ranges_ = std::move(all);
  }
  std::string name() const override { return "the ranges of the instruments"; }
  std::string reason() const override { return "lies beyond the range of its instrument"; }
  void pitches(const Place& /*place*/, const Instrument& instrument, Pitches& left) override {
    if (!instrument.drums) left &= (*ranges_)[static_cast<std::size_t>(instrument.program) & 127];
  }

 private:
  std::shared_ptr<const std::vector<Pitches>> ranges_;  ///< by program
};

class OnlyInstruments final : public CopiedRule<OnlyInstruments> {
 public:
  OnlyInstruments(std::vector<int> programs, bool drums) : programs_(std::move(programs)), drums_(drums) {}
  std::string name() const override { return "the instruments asked for"; }
  std::string reason() const override { return "is of an instrument that shall not play"; }
  void pitches(const Place& /*place*/, const Instrument& instrument, Pitches& left) override {
    const bool plays = instrument.drums ? drums_ : std::ranges::find(programs_, instrument.program) != programs_.end();
    if (!plays) left.reset();
  }

 private:
  std::vector<int> programs_;
  bool drums_;
};

class InstrumentsEnter final : public CopiedRule<InstrumentsEnter> {
 public:
  explicit InstrumentsEnter(std::map<int, int> enters) : enters_(std::move(enters)) {}
  std::string name() const override { return "the entries of the instruments"; }
  std::string reason() const override { return "is of an instrument that enters later"; }
  void pitches(const Place& place, const Instrument& instrument, Pitches& left) override {
    const auto found = enters_.find(instrument.program);
    if (!instrument.drums && found != enters_.end() && place.bar + 1 < found->second) left.reset();
  }

 private:
  std::map<int, int> enters_;  ///< bars from 1
};

/// Leaves of one kind of symbol only those that fit. Where one in force does not fit, another must come.
class FittingSymbols : public CopiedRule<FittingSymbols> {
 public:
  FittingSymbols(const representation::Vocabulary& vocabulary, SymbolKind kind, std::string name,
                 std::pair<double, double> limits, int denominator)
      : name_(std::move(name)), limits_(limits), denominator_(denominator) {
    for (std::size_t s = 0; s < vocabulary.size(); ++s) {
      const auto& meaning = vocabulary.meanings()[s];
      if (meaning.kind != kind) continue;
      const bool metre = kind == SymbolKind::kTimeSignature;
      const bool fits = metre ? fits_metre(meaning.value, meaning.denominator) : fits_tempo(60e6 / meaning.value);
      (fits ? fitting_ : others_).push_back(static_cast<Symbol>(s));
    }
  }
  std::string name() const override { return name_; }
  std::string reason() const override { return "has not " + name_; }
  void mask(const Place& place, std::span<std::uint8_t> mask) override {
    const auto may_come = [&](Symbol symbol) { return mask[symbol] != 0; };
    const bool fits = denominator_ > 0 ? fits_metre(place.numerator, place.denominator) && place.bar_length > 0
                                       : fits_tempo(place.tempo);
    if (!fits && std::ranges::any_of(fitting_, may_come)) {
      std::vector<Symbol> left;
      std::ranges::copy_if(fitting_, std::back_inserter(left), may_come);
      std::fill(mask.begin(), mask.end(), std::uint8_t{0});
      for (const Symbol symbol : left) mask[symbol] = 1;
    }
    for (const Symbol symbol : others_) mask[symbol] = 0;
  }

 private:
  bool fits_metre(int numerator, int denominator) const {
    return numerator == static_cast<int>(limits_.first) && denominator == denominator_;
  }
  bool fits_tempo(double tempo) const { return limits_.first <= tempo && tempo <= limits_.second; }

  std::string name_;
  std::pair<double, double> limits_;
  int denominator_;  ///< of a metre; 0: a tempo
  std::vector<Symbol> fitting_, others_;
};

}  // namespace

RuleMaker in_key(std::uint16_t classes, std::string name) {
  return [classes, name = std::move(name)] { return std::make_unique<InKey>(classes, name); };
}

RuleMaker in_ranges(const InstrumentRanges& ranges) {
  return [rule = InRanges(ranges)] { return rule.clone(); };
}

RuleMaker only_instruments(std::vector<int> programs, bool drums) {
  return [programs = std::move(programs), drums] { return std::make_unique<OnlyInstruments>(programs, drums); };
}

RuleMaker instruments_enter(std::map<int, int> enters) {
  return [enters = std::move(enters)] { return std::make_unique<InstrumentsEnter>(enters); };
}

RuleMaker metre_is(std::pair<int, int> metre, const representation::Vocabulary& vocabulary) {
  const std::string name = "the metre " + std::to_string(metre.first) + "/" + std::to_string(metre.second);
  return [rule = FittingSymbols(vocabulary, SymbolKind::kTimeSignature, name, {metre.first, metre.first},
                                metre.second)] { return rule.clone(); };
}

RuleMaker tempo_within(std::pair<double, double> tempo, const representation::Vocabulary& vocabulary) {
  return
      [rule = FittingSymbols(vocabulary, SymbolKind::kTempo, "the tempo asked for", tempo, 0)] { return rule.clone(); };
}

}  // namespace continuo::steering
