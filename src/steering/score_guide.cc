// Grammar first, then what is given, then the rules, which bind only what is new.
#include "steering/score_guide.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace continuo::steering {
namespace {

using representation::SymbolKind;

/// Places within a bar from which what is given behind is looked at, and in the last bar before it.
constexpr int kParts = 2, kPartsOfLast = 4;

bool is_pitch(SymbolKind kind) noexcept { return kind == SymbolKind::kPitch || kind == SymbolKind::kDrumPitch; }
bool is_instrument(SymbolKind kind) noexcept { return kind == SymbolKind::kProgram || kind == SymbolKind::kDrums; }

class ConstraintRule final : public Rule {
 public:
  ConstraintRule(std::unique_ptr<generation::Constraint> constraint, std::string name)
      : constraint_(std::move(constraint)), name_(std::move(name)) {}
  std::unique_ptr<Rule> clone() const override { return std::make_unique<ConstraintRule>(constraint_->clone(), name_); }
  std::string name() const override { return name_; }
  std::string reason() const override { return constraint_->reason(); }
  void mask(const Place& place, std::span<std::uint8_t> mask) override { constraint_->mask(*place.cursor, mask); }
  bool allows(const Place& place, Symbol symbol) override { return constraint_->allows(*place.cursor, symbol); }
  void advance(const Place& place, Symbol symbol, bool given) override {
    constraint_->advance(*place.cursor, symbol, given);
  }

 private:
  std::unique_ptr<generation::Constraint> constraint_;
  std::string name_;
};

}  // namespace

RuleMaker rule_of(generation::ConstraintMaker make, std::string name) {
  return [make = std::move(make), name = std::move(name)]() -> std::unique_ptr<Rule> {
    return std::make_unique<ConstraintRule>(make(), name);
  };
}

ScoreGuide::ScoreGuide(const representation::Representation& representation, std::shared_ptr<const ScriptPlan> plan,
                       std::vector<std::unique_ptr<Rule>> rules, int joint_bar)
    : cursor_(representation.cursor()),
      vocabulary_(&representation.vocabulary()),
      reader_(representation.vocabulary()),
      script_(std::move(plan)),
      rules_(std::move(rules)),
      joint_bar_(joint_bar) {
  reader_.place().bars = script_.plan().bars;
  reader_.place().cursor = cursor_.get();
}

ScoreGuide::ScoreGuide(const ScoreGuide& other)
    : cursor_(other.cursor_->clone()),
      vocabulary_(other.vocabulary_),
      reader_(other.reader_),
      script_(other.script_),
      joint_bar_(other.joint_bar_),
      bits_(other.bits_),
      joint_bits_(other.joint_bits_),
      probe_(other.probe_),
      reason_(other.reason_) {
  for (const auto& rule : other.rules_) rules_.push_back(rule->clone());
  reader_.place().cursor = cursor_.get();
}

ScoreGuide::ScoreGuide(const ScoreGuide& other, Script script)
    : cursor_(other.cursor_->clone()),
      vocabulary_(other.vocabulary_),
      reader_(other.reader_),
      script_(std::move(script)),
      joint_bar_(other.joint_bar_),
      probe_(true) {
  reader_.place().cursor = cursor_.get();
}

std::unique_ptr<Guide> ScoreGuide::look_ahead(Symbol symbol) const {
  if (probe_) return nullptr;
  auto script = script_.ahead(reader_, symbol);
  return script ? std::unique_ptr<Guide>(new ScoreGuide(*this, std::move(*script))) : nullptr;
}

void ScoreGuide::begin(Symbol symbol) {
  script_.advance(reader_, symbol);
  take(symbol, true);
}

void ScoreGuide::take(Symbol symbol, bool given) {
  for (const auto& rule : rules_) rule->advance(reader_.place(), symbol, given);
  cursor_->advance(symbol);
  if (!reader_.read(symbol)) return;
  WrittenNote note = reader_.note();
  note.given = script_.note_given();
  for (const auto& rule : rules_) rule->note(note);
}

Pitches ScoreGuide::pitches_of(const Instrument& instrument) {
  Pitches left;
  left.set();
  for (const auto& rule : rules_) {
    const bool some = left.any();
    rule->pitches(reader_.place(), instrument, left);
    if (some && left.none()) reason_ = rule->reason();
  }
  return left;
}

void ScoreGuide::mask_pitches(std::span<std::uint8_t> left) {
  std::optional<Pitches> own;
  const auto& meanings = vocabulary_->meanings();
  for (std::size_t s = 0; s < left.size(); ++s) {
    if (left[s] == 0) continue;
    if (is_pitch(meanings[s].kind)) {
      if (!own) own = pitches_of(reader_.place().instrument);
      if (!own->test(static_cast<std::size_t>(meanings[s].value))) left[s] = 0;
    } else if (is_instrument(meanings[s].kind)) {
      const Instrument instrument{meanings[s].kind == SymbolKind::kDrums ? 0 : meanings[s].value,
                                  meanings[s].kind == SymbolKind::kDrums};
      const Pitches pitches = pitches_of(instrument);
      const int limit = script_.pitch_limit(reader_, rank_of(instrument));
      bool any = false;
      for (int pitch = 0; pitch < limit && !any; ++pitch) any = pitches.test(static_cast<std::size_t>(pitch));
      if (!any) left[s] = 0;
    }
  }
}

void ScoreGuide::mask_moves(std::span<std::uint8_t> left) {
  for (const auto& rule : rules_) {
    if (rule->may_move_on(reader_.place())) continue;
    reason_ = rule->reason();
    for (std::size_t s = 0; s < left.size(); ++s) {
      const SymbolKind kind = vocabulary_->meanings()[s].kind;
      if (kind == SymbolKind::kBar || kind == SymbolKind::kPosition || kind == SymbolKind::kEnd) left[s] = 0;
    }
  }
}

bool ScoreGuide::look(std::span<std::uint8_t> allowed, std::span<std::uint8_t> left, std::span<float> factors) {
  cursor_->allowed(allowed);
  for (std::size_t s = 0; s < allowed.size(); ++s) {
    const SymbolKind kind = vocabulary_->meanings()[s].kind;
    if (kind == SymbolKind::kStart || kind == SymbolKind::kLabel) allowed[s] = 0;
  }
  std::copy(allowed.begin(), allowed.end(), left.begin());
  script_.mask(reader_, left, wanted_);
  // How probable it is that a bar ends where the probe ends it says nothing of what is given.
  if (probe_ && reader_.place().bar + 1 < script_.plan().bars) std::copy(left.begin(), left.end(), allowed.begin());
  if (!rules_.empty()) before_rules_.assign(left.begin(), left.end());
  reader_.place().due = script_.due_here(reader_);
  std::vector<std::uint8_t> kept;
  for (const Symbol symbol : wanted_) kept.push_back(left[symbol]);
  const auto some = [&] { return std::find(left.begin(), left.end(), std::uint8_t{1}) != left.end(); };
  mask_pitches(left);
  bool any = some();
  for (const auto& rule : rules_) {
    rule->mask(reader_.place(), left);
    if (any && !some()) {
      reason_ = rule->reason();
      any = false;
    }
  }
  for (std::size_t i = 0; i < wanted_.size(); ++i) left[wanted_[i]] = kept[i];
  mask_moves(left);
  bool biased = false;
  for (const auto& rule : rules_) biased = rule->bias(reader_.place(), factors) || biased;
  return biased;
}

bool ScoreGuide::allows(Symbol symbol) {
  if (std::find(wanted_.begin(), wanted_.end(), symbol) != wanted_.end()) return true;
  for (const auto& rule : rules_) {
    if (rule->allows(reader_.place(), symbol)) continue;
    reason_ = rule->reason();
    return false;
  }
  return true;
}

void ScoreGuide::advance(Symbol symbol, double probability, double /*mass*/) {
  const double bits = -std::log2(probability);
  bits_ += bits;
  if (reader_.place().bar >= joint_bar_) joint_bits_ += bits;
  const bool wanted = std::find(wanted_.begin(), wanted_.end(), symbol) != wanted_.end();
  const bool given = script_.advance(reader_, symbol);
  take(symbol, given || (wanted && !is_pitch(vocabulary_->meaning(symbol).kind)));
}

/// Bars that are given are passed without a stop: nothing happens there that particles could be weighed for one by one.
/// In new bars before given ones there are places within the bar, too.
std::int64_t ScoreGuide::place() const {
  int bar = reader_.place().bar;
  while (bar > 0 && !script_.plan().is_new(bar) && !script_.plan().is_new(bar - 1)) --bar;
  return std::int64_t{bar} * kPartsOfLast + part();
}

std::int64_t ScoreGuide::part() const {
  const Place& place = reader_.place();
  const ScriptPlan& plan = script_.plan();
  if (plan.ahead.empty() || place.at <= 0 || place.bar_length <= 0 || !plan.is_new(place.bar)) return 0;
  const bool last = static_cast<std::size_t>(place.bar) + 2 == plan.ahead.size();
  const int parts = last ? kPartsOfLast : kParts;
  return std::min<std::int64_t>(place.at * parts / place.bar_length, parts - 1);
}

double ScoreGuide::weigh() {
  double weight = 1;
  if (!finished() && reader_.latest() != SymbolKind::kBar) return weight;
  for (const auto& rule : rules_) {
    const double own = rule->weigh(reader_.place(), finished());
    if (own == 0 && weight > 0) reason_ = rule->reason();
    weight *= own;
  }
  return weight;
}

}  // namespace continuo::steering
