// How much sounds at a time, how often notes begin, and what two hands can hold.
#include <algorithm>
#include <set>
#include <utility>

#include "steering/rules.h"

namespace continuo::steering {
namespace {

/// Notes that sound, given ones among them.
class Sounding {
 public:
  void note(const WrittenNote& note) {
    std::erase_if(notes_, [&](const WrittenNote& one) {
      const bool struck_again = one.pitch == note.pitch && one.instrument == note.instrument;
      return one.begin + one.duration <= note.begin || struck_again;
    });
    notes_.push_back(note);
  }
  template <class Take>
  void each(Unit now, const Take& take) const {
    for (const WrittenNote& one : notes_)
      if (one.begin + one.duration > now) take(one);
  }

 private:
  std::vector<WrittenNote> notes_;
};

class Voices final : public CopiedRule<Voices> {
 public:
  Voices(int most, int least, int most_each) : most_(most), least_(least), most_each_(most_each) {}
  std::string name() const override { return "the number of voices"; }
  std::string reason() const override { return "is a voice too many or too few"; }

  void pitches(const Place& place, const Instrument& instrument, Pitches& left) override {
    int all = place.due, own = 0;
    sounding_.each(place.bar_begin + place.at, [&](const WrittenNote& one) {
      ++all;
      if (one.instrument == instrument) ++own;
    });
    if ((most_ > 0 && all >= most_) || (most_each_ > 0 && own >= most_each_)) left.reset();
    // Pitches rise within an instrument: room is left above for those that are still asked for.
    int above = least_ - all - 1;
    if (most_each_ > 0) above = std::min(above, most_each_ - own - 1);
    for (std::size_t pitch = left.size(); pitch-- > 0 && above > 0;)
      if (left.test(pitch)) {
        left.reset(pitch);
        --above;
      }
  }
  bool may_move_on(const Place& place) override {
    const Unit now = place.bar_begin + place.at;
    if (least_ == 0 || place.at < 0 || begun_at_ != now) return true;
    int all = 0;
    sounding_.each(now, [&](const WrittenNote& /*one*/) { ++all; });
    return all >= least_;
  }
  void note(const WrittenNote& note) override {
    sounding_.note(note);
    if (!note.given) begun_at_ = note.begin;
  }

 private:
  int most_, least_, most_each_;
  Sounding sounding_;
  Unit begun_at_ = -1;  ///< the latest moment with a new note
};

/// Soft: bars with as many onsets as wished weigh most.
class OnsetsAbout final : public CopiedRule<OnsetsAbout> {
 public:
  explicit OnsetsAbout(double per_bar) : per_bar_(per_bar) {}
  std::string name() const override { return "the number of onsets in a bar"; }
  std::string reason() const override { return "has too many or too few onsets"; }
  void note(const WrittenNote& note) override {
    leave_bars(note.bar);
    if (note.begin != latest_) ++onsets_;
    latest_ = note.begin;
    fresh_ = fresh_ || !note.given;
  }
  double weigh(const Place& place, bool end) override {
    leave_bars(end ? place.bars : place.bar);
    return std::exchange(factor_, 1.0);
  }

 private:
  /// 1 at the number wished, a half about one third above or below it.
  double factor_of(int onsets) const {
    const double off = (onsets - per_bar_) / (0.33 * per_bar_ + 0.5);
    return 1 / (1 + off * off);
  }
  void leave_bars(int bar) {
    if (bar <= bar_) return;
    if (fresh_) factor_ *= factor_of(onsets_) * factor_of(onsets_);
    bar_ = bar;
    onsets_ = 0;
    fresh_ = false;
  }

  double per_bar_;
  int bar_ = 0, onsets_ = 0;
  bool fresh_ = false;  ///< something new stands in the bar
  Unit latest_ = -1;
  double factor_ = 1;
};

/// Whether two hands of five fingers that reach `span` semitones can hold these pitches.
bool playable(const std::set<int>& pitches, int span) {
  constexpr std::size_t kFingers = 5;
  if (pitches.empty()) return true;
  // The left hand takes from the lowest upwards as much as it can; the rest is for the right one.
  std::size_t left = 0;
  std::set<int> right;
  for (const int pitch : pitches) {
    if (right.empty() && left < kFingers && pitch - *pitches.begin() <= span)
      ++left;
    else
      right.insert(pitch);
  }
  return right.size() <= kFingers && (right.empty() || *right.rbegin() - *right.begin() <= span);
}

class TwoHands final : public CopiedRule<TwoHands> {
 public:
  explicit TwoHands(int span) : span_(span) {}
  std::string name() const override { return "two hands"; }
  std::string reason() const override { return "is out of reach of two hands"; }
  void pitches(const Place& place, const Instrument& instrument, Pitches& left) override {
    if (instrument.drums) return;
    std::set<int> held;
    sounding_.each(place.bar_begin + place.at, [&](const WrittenNote& one) {
      if (one.instrument == instrument) held.insert(one.pitch);
    });
    for (int pitch = 0; pitch < 128; ++pitch) {
      if (!left.test(static_cast<std::size_t>(pitch))) continue;
      std::set<int> more = held;
      more.insert(pitch);
      if (!playable(more, span_)) left.reset(static_cast<std::size_t>(pitch));
    }
  }
  void note(const WrittenNote& note) override { sounding_.note(note); }

 private:
  int span_;
  Sounding sounding_;
};

}  // namespace

RuleMaker voices(int most, int least, int most_each) {
  return [rule = Voices(most, least, most_each)] { return rule.clone(); };
}

RuleMaker onsets_about(double per_bar) {
  return [per_bar] { return std::make_unique<OnsetsAbout>(per_bar); };
}

RuleMaker two_hands(int span) {
  return [span] { return std::make_unique<TwoHands>(span); };
}

}  // namespace continuo::steering
