// Places where a piece may end, and how much it wants to.
#include "generation/ending.h"

#include <algorithm>
#include <cmath>

namespace continuo::generation {
namespace {

using representation::kEnd;
using representation::Symbol;

constexpr float kInclination = 0.25F;             // nats that End gains with each try
constexpr float kInclinationAtClose = 3.0F;       // the same where it may come only at a close
constexpr float kLean = 1.0F, kMoreLean = 0.25F;  // nats that pitches outside of the home key lose, and more a try
constexpr double kNaturalEnd = 0.001;             // an End that is less probable closes nothing
constexpr double kGoodEnd = 0.01;                 // of a place that closes: no further try is needed
constexpr double kTriesAtHome = 0.7;              // share of the tries that accept the home key alone

double probability_of_end(std::span<const float> logits) {
  const float greatest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(static_cast<double>(logit - greatest));
  return std::exp(static_cast<double>(logits[kEnd] - greatest)) / sum;
}

}  // namespace

void Ending::consider(double share, std::span<const float> logits, const std::vector<Symbol>& symbols, int bars) {
  if (share < (1 + earliest_) / 2) late_from_ = symbols.size();
  if (share < earliest_) {
    from_ = symbols.size();
    home_known_ = false;
    return;
  }
  if (closing_ && !home_known_) closing_->find_home(symbols);
  home_known_ = true;
  if (share < 1 - slack_) return;
  if (bars == 0 && share > 1 + slack_ && !best_.empty()) return;
  const double probability = probability_of_end(logits);
  if (best_close_ == Close::kHome && probability <= best_probability_) return;
  const Close close = !closing_                   ? Close::kHome
                      : probability < kNaturalEnd ? Close::kNone
                                                  : closing_->judge(symbols, bars);
  if (close < best_close_ || (close == best_close_ && probability <= best_probability_)) return;
  best_close_ = close;
  best_probability_ = probability;
  best_ = symbols;
}

Close Ending::wanted() const noexcept {
  if (!closing_) return Close::kNone;
  if (tried_ >= tries_) return Close::kNone;
  return tried_ < kTriesAtHome * tries_ ? Close::kHome : Close::kElsewhere;
}

bool Ending::good() const noexcept { return closing_ && best_close_ >= wanted() && best_probability_ >= kGoodEnd; }

bool Ending::closes(const std::vector<Symbol>& symbols, int bars) const {
  const Close least = wanted();
  return least == Close::kNone || closing_->judge(symbols, bars) >= least;
}

std::optional<std::size_t> Ending::try_again() {
  if (tried_ >= tries_) return std::nullopt;
  if (good()) return std::nullopt;
  ++tried_;
  return tried_ % 2 == 1 ? late_from_ : from_;
}

std::span<const float> Ending::inclined(double share, std::span<const float> logits,
                                        std::span<const std::uint8_t> mask) {
  const bool home = closing_ && home_known_ && closing_->home() && share >= earliest_;
  if ((tried_ == 0 || mask[kEnd] == 0) && !home) return logits;
  inclined_.assign(logits.begin(), logits.end());
  if (mask[kEnd] != 0) inclined_[kEnd] += (home ? kInclinationAtClose : kInclination) * static_cast<float>(tried_);
  if (home) closing_->lean(inclined_, kLean + kMoreLean * static_cast<float>(tried_));
  return inclined_;
}

}  // namespace continuo::generation
