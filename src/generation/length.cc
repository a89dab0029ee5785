// Lengths in seconds, bars and symbols.
#include "generation/length.h"

#include <algorithm>
#include <cmath>

namespace continuo::generation {
namespace {

constexpr double kDefaultSeconds = 120;
constexpr std::size_t kTidyingSymbols = 64;  // beyond a limit, to finish the note that was begun
constexpr double kEndingSlack = 0.1;  // share by which a length in seconds may be exceeded or missed by an ending

Ending ending_of(const ComposeOptions& options, bool knows_end) {
  if (!knows_end || !options.stop_at_end || options.symbols || options.ending_tries <= 0)
    return {options.earliest_end, 0, 0};
  return {options.earliest_end, options.bars ? 0 : kEndingSlack, options.ending_tries};
}

}  // namespace

Length::Length(const ComposeOptions& options, bool knows_end)
    : seconds_(options.seconds.value_or(options.bars || options.symbols ? 0 : kDefaultSeconds)),
      bars_(options.bars ? std::max(1, *options.bars) : 0),
      in_symbols_(options.symbols.has_value()),
      max_symbols_(options.symbols.value_or(kMaxSymbols)),
      ending_(ending_of(options, knows_end)) {}

void Length::begin(const representation::Cursor& cursor) {
  seconds_before_ = cursor.seconds();
  bars_before_ = cursor.bars();
}

void Length::begin(const representation::Representation& representation,
                   std::span<const representation::Symbol> opening, const representation::Cursor& cursor) {
  begin(cursor);
  if (bars_ == 0) return;
  // The cursor stands within the last given bar, which counts as complete.
  bars_before_ = given_bars(representation.decode(opening).score, cursor);
  bar_goal_ = BarGoal(representation, bars_before_, opening.size(), bars_);
}

double Length::share_for_ending(double share) const noexcept {
  if (!bar_goal_.set()) return share;
  return bar_goal_.reached() ? std::max(1.0, share) : std::min(share, std::nextafter(1.0, 0.0));
}

double Length::share(const representation::Cursor& cursor, std::size_t generated) const {
  double share = 0;
  if (seconds_ > 0) share = std::max(share, (cursor.seconds() - seconds_before_) / seconds_);
  if (bars_ > 0) share = std::max(share, static_cast<double>(cursor.bars() - bars_before_) / bars_);
  if (in_symbols_)
    share =
        std::max(share, static_cast<double>(generated) / static_cast<double>(std::max<std::size_t>(1, max_symbols_)));
  return share;
}

bool Length::reached(double share, bool clean) {
  return share >= 1 + ending_.slack() && (clean || ++over_ > kTidyingSymbols) && !in_symbols_;
}

}  // namespace continuo::generation
