// The rules of the catalogue, each for itself.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "continuo/steering/catalogue.h"
#include "continuo/steering/rule.h"
#include "steering/sheet.h"

namespace continuo::steering {

/// A rule that copies as its members do.
template <class Self>
class CopiedRule : public Rule {
 public:
  std::unique_ptr<Rule> clone() const final { return std::make_unique<Self>(static_cast<const Self&>(*this)); }
};

/// Reads the name of a note, such as F#, from the beginning of `text`, which it shortens: its pitch class, or -1 where
/// there is none.
int take_note(std::string_view& text);

/// The pitches with these pitch classes.
Pitches pitches_in(std::uint16_t classes);
Pitches pitches_in(const PitchRange& range);

/// What stood where something is written anew, or is open: by bar, moment, instrument, pitch.
using Stood = std::vector<SheetNote>;

RuleMaker in_key(std::uint16_t classes, std::string name);
RuleMaker in_ranges(const InstrumentRanges& ranges);
RuleMaker only_instruments(std::vector<int> programs, bool drums);
RuleMaker instruments_enter(std::map<int, int> enters);
RuleMaker all_play(std::vector<int> programs, const representation::Vocabulary& vocabulary);
/// From the bar, from 0, at which each of them enters.
RuleMaker in_every_bar(std::map<int, int> programs, std::vector<bool> free_bars,
                       const representation::Vocabulary& vocabulary);
RuleMaker metre_is(std::pair<int, int> metre, const representation::Vocabulary& vocabulary);
RuleMaker tempo_within(std::pair<double, double> tempo, const representation::Vocabulary& vocabulary);
/// `between`: pitch classes that may stand between beats.
RuleMaker on_chords(const ChordChart& chart, double strictness, std::uint16_t between, int first_bar,
                    const representation::Vocabulary& vocabulary);
RuleMaker ends_on(std::uint16_t chord, int root, bool held, const representation::Vocabulary& vocabulary);
RuleMaker voices(int most, int least, int most_each);
RuleMaker onsets_about(double per_bar);
RuleMaker two_hands(int span);
/// `share` of the new notes at least is not among `stood`.
RuleMaker differs(const Stood& stood, double share);
/// The highest notes of each instrument rise, fall and stay as those of `everything` that the given score has.
RuleMaker same_contour(const Stood& everything);
/// Each instrument writes the pitches of `stood` in their order, all of them, in bars `first` to `last` (from 0).
RuleMaker same_pitches(const Stood& stood, int first, int last, const representation::Vocabulary& vocabulary);

}  // namespace continuo::steering
