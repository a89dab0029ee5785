// Rules that look at what stood where something is written anew.
#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "steering/rules.h"

namespace continuo::steering {
namespace {

using representation::SymbolKind;

/// An instrument's notes of one moment.
using Moment = std::tuple<int, Unit, int>;  // bar, place in it, rank

class Differs final : public CopiedRule<Differs> {
 public:
  Differs(const Stood& stood, double share) : share_(share) {
    auto known = std::make_shared<std::map<Moment, Pitches>>();
    for (const SheetNote& note : stood)
      (*known)[{note.bar, note.at, note.rank}].set(static_cast<std::size_t>(note.pitch));
    stood_ = std::move(known);
  }
  std::string name() const override { return "the difference from what stood there"; }
  std::string reason() const override { return "stood there before"; }
  void pitches(const Place& place, const Instrument& instrument, Pitches& left) override {
    if (same_ + 1 <= (1 - share_) * (all_ + 1)) return;
    const auto found = stood_->find({place.bar, place.at, rank_of(instrument)});
    if (found != stood_->end()) left &= ~found->second;
  }
  void note(const WrittenNote& note) override {
    if (note.given) return;
    ++all_;
    const auto found = stood_->find({note.bar, note.at, rank_of(note.instrument)});
    if (found != stood_->end() && found->second.test(static_cast<std::size_t>(note.pitch))) ++same_;
  }

 private:
  std::shared_ptr<const std::map<Moment, Pitches>> stood_;
  double share_;
  double all_ = 0, same_ = 0;  ///< new notes
};

class SameContour final : public CopiedRule<SameContour> {
 public:
  explicit SameContour(const Stood& stood) {
    auto steps = std::make_shared<std::map<Moment, Step>>();
    std::map<int, int> highest;  // by rank
    for (std::size_t i = 0; i < stood.size();) {
      const Moment moment{stood[i].bar, stood[i].at, stood[i].rank};
      int top = 0, count = 0;
      for (; i < stood.size() && Moment{stood[i].bar, stood[i].at, stood[i].rank} == moment; ++i, ++count)
        top = std::max(top, stood[i].pitch);
      const auto before = highest.find(std::get<2>(moment));
      if (before != highest.end()) (*steps)[moment] = {count, top > before->second ? 1 : top < before->second ? -1 : 0};
      highest[std::get<2>(moment)] = top;
    }
    steps_ = std::move(steps);
  }
  std::string name() const override { return "the contour"; }
  std::string reason() const override { return "leaves the contour"; }
  void pitches(const Place& place, const Instrument& instrument, Pitches& left) override {
    const Moment moment{place.bar, place.at, rank_of(instrument)};
    const auto step = steps_->find(moment);
    const auto line = lines_.find(rank_of(instrument));
    if (step == steps_->end() || line == lines_.end()) return;
    const bool begun = line->second.moment == moment;
    const int before = begun ? line->second.before : line->second.top;
    if (before < 0) return;
    const bool last = (begun ? line->second.notes : 0) + 1 == step->second.notes;
    for (int pitch = 0; pitch < 128; ++pitch) {
      const bool fits = step->second.direction < 0    ? pitch < before
                        : step->second.direction == 0 ? (last ? pitch == before : pitch < before)
                                                      : !last || pitch > before;
      if (!fits) left.reset(static_cast<std::size_t>(pitch));
    }
  }
  void note(const WrittenNote& note) override {
    const Moment moment{note.bar, note.at, rank_of(note.instrument)};
    Line& line = lines_[std::get<2>(moment)];
    if (line.moment != moment) line = {.moment = moment, .before = line.top};
    line.top = std::max(line.top, note.pitch);
    ++line.notes;
  }

 private:
  struct Step {
    int notes = 0;
    int direction = 0;
  };
  struct Line {
    Moment moment{-1, -1, -1};  ///< the latest
    int before = -1;            ///< the highest note of the moment before
    int top = -1;               ///< the highest note of the latest
    int notes = 0;              ///< of it
  };

  std::shared_ptr<const std::map<Moment, Step>> steps_;
  std::map<int, Line> lines_;  ///< by rank
};

class SamePitches final : public CopiedRule<SamePitches> {
 public:
  SamePitches(const Stood& stood, int first, int last, const representation::Vocabulary& vocabulary)
      : first_(first), last_(last) {
    auto lines = std::make_shared<std::map<int, std::vector<int>>>();
    for (const SheetNote& note : stood) (*lines)[note.rank].push_back(note.pitch);
    lines_ = std::move(lines);
    all_ = static_cast<double>(stood.size());
    for (std::size_t s = 0; s < vocabulary.size(); ++s) {
      const SymbolKind kind = vocabulary.meanings()[s].kind;
      if (kind == SymbolKind::kBar || kind == SymbolKind::kEnd) ends_.push_back(static_cast<Symbol>(s));
    }
  }
  std::string name() const override { return "the pitches that are kept"; }
  std::string reason() const override { return "is not the next of the pitches that are kept"; }
  void pitches(const Place& /*place*/, const Instrument& instrument, Pitches& left) override {
    const int rank = rank_of(instrument);
    const auto line = lines_->find(rank);
    const std::size_t at = at_.contains(rank) ? at_.at(rank) : 0;
    Pitches next;
    if (line != lines_->end() && at < line->second.size()) next.set(static_cast<std::size_t>(line->second[at]));
    left &= next;
  }
  void mask(const Place& place, std::span<std::uint8_t> mask) override {
    if (place.bar != last_ || written_ >= all_) return;
    for (const Symbol symbol : ends_) mask[symbol] = 0;
  }
  void note(const WrittenNote& note) override {
    if (note.given) return;
    ++at_[rank_of(note.instrument)];
    ++written_;
  }
  /// Particles that are about as far as the bars are fare best.
  double weigh(const Place& place, bool end) override {
    if (end || place.bar > last_) return written_ >= all_ ? 1 : 0;
    const double due = all_ * (place.bar - first_) / (last_ - first_ + 1);
    const double off = (written_ - due) / (1 + 0.25 * all_ / (last_ - first_ + 1));
    const double now = 1 / (1 + off * off);
    return now / std::exchange(weighed_, now);
  }

 private:
  std::shared_ptr<const std::map<int, std::vector<int>>> lines_;  ///< by rank
  int first_, last_;
  double all_ = 0, written_ = 0, weighed_ = 1;
  std::map<int, std::size_t> at_;  ///< by rank
  std::vector<Symbol> ends_;
};

}  // namespace

RuleMaker differs(const Stood& stood, double share) {
  return [rule = Differs(stood, share)] { return rule.clone(); };
}

RuleMaker same_contour(const Stood& stood) {
  return [rule = SameContour(stood)] { return rule.clone(); };
}

RuleMaker same_pitches(const Stood& stood, int first, int last, const representation::Vocabulary& vocabulary) {
  return [rule = SamePitches(stood, first, last, vocabulary)] { return rule.clone(); };
}

}  // namespace continuo::steering
