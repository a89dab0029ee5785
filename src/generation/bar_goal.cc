// Judges a symbol by the bars that there would be after it.
#include "generation/bar_goal.h"

#include <algorithm>

#include "continuo/music/excerpt.h"
#include "continuo/music/time.h"

namespace continuo::generation {

using representation::Cursor;
using representation::Symbol;

BarGoal::BarGoal(const representation::Representation& representation, int before, std::size_t symbols, int bars)
    : end_(before + bars),
      metre_(representation.vocabulary().has(representation::SymbolKind::kBar)),
      symbols_(symbols) {}

bool BarGoal::begins_in_last_bar(const Cursor& cursor, Symbol symbol) {
  cursor.preview(symbol, preview_);
  if (preview_.notes.empty()) return false;
  const Tick quarters = preview_.notes.back().tick / std::max(1, preview_.ppq);
  return (metre_ ? cursor.bars() : static_cast<int>(quarters / 4)) + 1 >= end_;
}

BarGoal::Verdict BarGoal::judge(const Cursor& cursor, Symbol symbol) {
  if (end_ == 0) return Verdict::kFree;
  const auto next = cursor.clone();
  next->advance(symbol);
  if (next->ended() || next->bars() < end_) return Verdict::kFree;
  if (!reached() && (metre_ || !begins_in_last_bar(cursor, symbol))) return Verdict::kForbidden;
  return metre_ ? Verdict::kBeyond : Verdict::kLast;
}

void BarGoal::advance(const Cursor& cursor, Symbol symbol) {
  if (end_ == 0) return;
  if (!reached() && begins_in_last_bar(cursor, symbol)) reached_at_ = symbols_;
  ++symbols_;
}

void BarGoal::retract(std::size_t symbols) noexcept {
  symbols_ = symbols;
  if (reached_at_ >= symbols) reached_at_ = static_cast<std::size_t>(-1);
}

int given_bars(const Score& decoded, const Cursor& cursor) {
  Tick last = -1;
  for (const Track& track : decoded.tracks)
    if (!track.notes.empty()) last = std::max(last, track.notes.back().onset);
  return last < 0 ? 0 : std::max(cursor.bars(), MeterMap(decoded).bar_at(last).bar + 1);
}

void end_with_bar(Score& score, int bars) {
  const Tick end = MeterMap(score).bar_start(bars);
  if (end_tick(score) > end) score = beginning(score, end);
}

}  // namespace continuo::generation
