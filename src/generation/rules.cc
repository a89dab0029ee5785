// Every constraint is asked about what was drawn, in their order.
#include "generation/rules.h"

#include <algorithm>
#include <cstring>

namespace continuo::generation {
namespace {

using representation::Cursor;
using representation::kEnd;
using representation::kStart;
using representation::Symbol;

bool allows_nothing(std::span<const std::uint8_t> mask) {
  return mask.empty() || std::memchr(mask.data(), 1, mask.size()) == nullptr;
}

}  // namespace

Rules::Rules(const LoadedModel& composer, const ComposeOptions& options)
    : labels_(composer.representation->spec().labels.size()),
      end_allowed_(options.stop_at_end),
      earliest_end_(options.earliest_end) {
  for (const ConstraintMaker& make : options.constraints) constraints_.push_back(make());
  if (!options.any_range) constraints_.push_back(in_range(*composer.representation, composer.ranges)());
  if (!options.allow_loops && !options.sampling.argmax) constraints_.push_back(never_loop()());
  if (composer.known != nullptr && !options.allow_copies) constraints_.push_back(never_repeat(composer.known)());
}

Rules::Rules(const Rules& other)
    : labels_(other.labels_), end_allowed_(other.end_allowed_), earliest_end_(other.earliest_end_) {
  for (const auto& constraint : other.constraints_) constraints_.push_back(constraint->clone());
}

void Rules::mask_control_symbols(std::span<std::uint8_t> mask, double share, const BarGoal& goal) const {
  mask[kStart] = 0;
  for (std::size_t i = 0; i < labels_; ++i) mask[2 + i] = 0;
  if (end_allowed_ && (goal.set() ? goal.reached() : share >= earliest_end_)) return;
  mask[kEnd] = 0;
  if (allows_nothing(mask)) mask[kEnd] = 1;
}

const char* Rules::refuse(const Cursor& cursor, Symbol symbol, BarGoal::Verdict bars) {
  if (bars == BarGoal::Verdict::kForbidden) return "would leave the last bar empty";
  if (bars == BarGoal::Verdict::kBeyond) return nullptr;  // it is not going to be written
  const auto refusing = std::find_if(constraints_.begin(), constraints_.end(),
                                     [&](const auto& one) { return !one->allows(cursor, symbol); });
  return refusing == constraints_.end() ? nullptr : (*refusing)->reason();
}

Rules::Choice Rules::choose(const Cursor& cursor, std::span<std::uint8_t> mask, const std::function<Symbol()>& draw,
                            BarGoal* goal) {
  for (const auto& constraint : constraints_) {
    constraint->mask(cursor, mask);
    if (allows_nothing(mask)) return {.blocking = constraint->reason()};
  }
  while (true) {
    const Symbol symbol = draw();
    const auto bars = goal == nullptr ? BarGoal::Verdict::kFree : goal->judge(cursor, symbol);
    const char* const reason = refuse(cursor, symbol, bars);
    if (reason == nullptr) return {.symbol = symbol, .bars = bars};
    mask[symbol] = 0;
    if (allows_nothing(mask)) return {.blocking = reason};
  }
}

void Rules::advance(const Cursor& cursor, Symbol symbol, bool given) {
  for (const auto& constraint : constraints_) constraint->advance(cursor, symbol, given);
}

void Rules::retract(std::size_t symbols) {
  for (const auto& constraint : constraints_) constraint->retract(symbols);
}

}  // namespace continuo::generation
