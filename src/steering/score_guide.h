// Score guide: grammar, script and rules of one particle that writes a score.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "continuo/generation/constraint.h"
#include "continuo/steering/particles.h"
#include "continuo/steering/rule.h"
#include "steering/script.h"

namespace continuo::steering {

class ScoreGuide final : public Guide {
 public:
  /// `joint_bar`: the first of the given bars behind the last free one, from 0.
  ScoreGuide(const representation::Representation& representation, std::shared_ptr<const ScriptPlan> plan,
             std::vector<std::unique_ptr<Rule>> rules, int joint_bar);
  ScoreGuide(const ScoreGuide& other);
  ScoreGuide& operator=(const ScoreGuide&) = delete;

  /// `symbol` stands before anything is free.
  void begin(Symbol symbol);

  std::unique_ptr<Guide> clone() const override { return std::make_unique<ScoreGuide>(*this); }
  bool look(std::span<std::uint8_t> allowed, std::span<std::uint8_t> left, std::span<float> factors) override;
  std::span<const std::uint8_t> before_choice() const override { return before_rules_; }
  bool allows(Symbol symbol) override;
  void advance(Symbol symbol, double probability, double mass) override;
  std::int64_t place() const override;
  double weigh() override;
  bool finished() const override { return script_.finished(reader_); }
  std::unique_ptr<Guide> look_ahead(Symbol symbol) const override;
  std::string reason() const override { return reason_; }

  double bits() const noexcept { return bits_; }
  double joint_bits() const noexcept { return joint_bits_; }
  int bar() const noexcept { return reader_.place().bar; }

 private:
  ScoreGuide(const ScoreGuide& other, Script script);
  std::int64_t part() const;  ///< of the bar, from 0: where it is looked ahead from
  void take(Symbol symbol, bool given);
  void mask_moves(std::span<std::uint8_t> left);
  void mask_pitches(std::span<std::uint8_t> left);
  Pitches pitches_of(const Instrument& instrument);

  std::unique_ptr<representation::Cursor> cursor_;
  const representation::Vocabulary* vocabulary_;
  PlaceReader reader_;
  Script script_;
  std::vector<std::unique_ptr<Rule>> rules_;
  int joint_bar_;
  double bits_ = 0, joint_bits_ = 0;
  std::vector<Symbol> wanted_;
  std::vector<std::uint8_t> before_rules_;  ///< what the grammar and what is given leave; empty without rules
  bool probe_ = false;                      ///< made by look_ahead()
  std::string reason_ = "is given and cannot be reached";
};

/// A constraint of composing as a rule.
RuleMaker rule_of(generation::ConstraintMaker make, std::string name);

}  // namespace continuo::steering
