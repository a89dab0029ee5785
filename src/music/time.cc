// TempoMap and MeterMap: lists of segments, searched by bisection.
#include "continuo/music/time.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace continuo {
namespace {

/// The changes by tick, of each tick the last.
template <class Event>
std::vector<Event> in_order(std::vector<Event> events) {
  std::stable_sort(events.begin(), events.end(), [](const Event& a, const Event& b) { return a.tick < b.tick; });
  std::vector<Event> last_of_tick;
  for (const Event& event : events) {
    if (!last_of_tick.empty() && last_of_tick.back().tick == event.tick) {
      last_of_tick.back() = event;
    } else {
      last_of_tick.push_back(event);
    }
  }
  return last_of_tick;
}

Seconds seconds_between(Tick ticks, std::uint32_t microseconds_per_quarter, int ppq) noexcept {
  return static_cast<double>(ticks) * static_cast<double>(microseconds_per_quarter) / (1e6 * ppq);
}

}  // namespace

TempoMap::TempoMap(const Score& score) : ppq_(std::max(1, score.ppq)) {
  segments_.push_back({0, 0.0, kDefaultTempo});
  for (const TempoChange& change : in_order(score.tempos)) {
    const Segment& before = segments_.back();
    if (change.tick <= before.tick) {
      segments_.back().microseconds_per_quarter = change.microseconds_per_quarter;
      continue;
    }
    const Seconds at =
        before.seconds + seconds_between(change.tick - before.tick, before.microseconds_per_quarter, ppq_);
    segments_.push_back({change.tick, at, change.microseconds_per_quarter});
  }
}

const TempoMap::Segment& TempoMap::segment_at(Tick tick) const noexcept {
  const auto after = std::upper_bound(segments_.begin(), segments_.end(), tick,
                                      [](Tick value, const Segment& segment) { return value < segment.tick; });
  return after == segments_.begin() ? segments_.front() : *(after - 1);
}

Seconds TempoMap::seconds(Tick tick) const noexcept {
  const Segment& segment = segment_at(tick);
  return segment.seconds + seconds_between(tick - segment.tick, segment.microseconds_per_quarter, ppq_);
}

Tick TempoMap::tick(Seconds seconds) const noexcept {
  if (!(seconds > 0)) return 0;
  const auto after = std::upper_bound(segments_.begin(), segments_.end(), seconds,
                                      [](Seconds value, const Segment& segment) { return value < segment.seconds; });
  const Segment& segment = after == segments_.begin() ? segments_.front() : *(after - 1);
  const double microseconds = std::max<double>(1, segment.microseconds_per_quarter);
  const double ticks = (seconds - segment.seconds) * 1e6 * ppq_ / microseconds;
  constexpr double kMax = 4e18;
  return segment.tick + static_cast<Tick>(std::llround(std::min(ticks, kMax)));
}

std::uint32_t TempoMap::tempo(Tick tick) const noexcept { return segment_at(tick).microseconds_per_quarter; }

MeterMap::MeterMap(const Score& score) {
  const auto bar_length = [&](int numerator, int denominator) {
    const Tick whole_note = Tick{4} * std::max(1, score.ppq);
    return std::max<Tick>(1, (whole_note * numerator + denominator / 2) / std::max(1, denominator));
  };
  segments_.push_back({0, 0, bar_length(4, 4), 4, 4});
  for (const TimeSignature& signature : in_order(score.time_signatures)) {
    const Segment before = segments_.back();
    const Tick length = bar_length(signature.numerator, signature.denominator);
    if (signature.tick <= before.tick) {
      segments_.back() = {before.tick, before.first_bar, length, signature.numerator, signature.denominator};
      continue;
    }
    if (signature.numerator == before.numerator && signature.denominator == before.denominator) continue;
    const Tick bars = (signature.tick - before.tick + before.bar_length - 1) / before.bar_length;
    const Tick most = std::numeric_limits<int>::max() / 2;
    const int first_bar = static_cast<int>(std::min<Tick>(most, before.first_bar + std::min(most, bars)));
    segments_.push_back({signature.tick, first_bar, length, signature.numerator, signature.denominator});
  }
}

BarPosition MeterMap::bar_at(Tick tick) const noexcept {
  const auto after = std::upper_bound(segments_.begin(), segments_.end(), tick,
                                      [](Tick value, const Segment& segment) { return value < segment.tick; });
  const Segment& segment = after == segments_.begin() ? segments_.front() : *(after - 1);
  const Tick bars = std::max<Tick>(0, tick - segment.tick) / segment.bar_length;
  const Tick start = segment.tick + bars * segment.bar_length;
  const Tick bar = std::min<Tick>(segment.first_bar + bars, std::numeric_limits<int>::max());
  return {static_cast<int>(bar), start, segment.bar_length, segment.numerator, segment.denominator};
}

Tick MeterMap::bar_start(int bar) const noexcept {
  const auto after = std::upper_bound(segments_.begin(), segments_.end(), bar,
                                      [](int value, const Segment& segment) { return value < segment.first_bar; });
  const Segment& segment = after == segments_.begin() ? segments_.front() : *(after - 1);
  return segment.tick + std::max<Tick>(0, bar - segment.first_bar) * segment.bar_length;
}

}  // namespace continuo
