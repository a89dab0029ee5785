// Which notes an outline takes out of the given score.
#include "continuo/steering/outline.h"

#include <algorithm>
#include <string>
#include <utility>

#include "continuo/base/error.h"
#include "continuo/base/random.h"
#include "continuo/music/time.h"

namespace continuo::steering {
namespace {

constexpr std::uint64_t kTakenOut = 0x4F50;  ///< of random numbers

[[noreturn]] void refuse_outline(const std::string& message, const std::string& hint) {
  throw Error({.message = message, .hint = hint, .code = ErrorCode::kInvalidArgument});
}

std::string bars_in_words(const FreeSpan& span) {
  return span.first_bar == span.last_bar
             ? "bar " + std::to_string(span.first_bar)
             : "bars " + std::to_string(span.first_bar) + " to " + std::to_string(span.last_bar);
}

}  // namespace

int Outline::last_bar() const noexcept {
  int last = 0;
  for (const FreeSpan& span : free) last = std::max(last, span.last_bar);
  return last;
}

Outline gap(int first_bar, int last_bar, std::vector<int> tracks) {
  return {.free = {{.first_bar = first_bar, .last_bar = last_bar, .tracks = std::move(tracks)}}};
}

Outline accompaniment(int bars, std::vector<int> programs, bool drums) {
  return {.free = {{.first_bar = 1,
                    .last_bar = bars,
                    .tracks = {},
                    .replace = false,
                    .programs = std::move(programs),
                    .drums = drums}},
          .ends = false};
}

Outline continuation(int given_bars, int bars) { return gap(given_bars + 1, given_bars + bars); }

int bars_of(const Score& score) {
  Tick last = -1;
  for (const Track& track : score.tracks)
    for (const Note& note : track.notes) last = std::max(last, note.onset);
  return last < 0 ? 0 : MeterMap(score).bar_at(last).bar + 1;
}

void check(const Outline& outline, const Score& given) {
  constexpr int kMaxBars = 10'000;
  const int bars = bars_of(given);
  if (outline.free.empty()) refuse_outline("nothing is free to be written", "Name the bars that shall be written.");
  for (const FreeSpan& span : outline.free) {
    if (span.first_bar < 1 || span.last_bar < span.first_bar || span.last_bar > kMaxBars)
      refuse_outline(bars_in_words(span) + " cannot be written", "Bars count from 1, the first one first.");
    if (span.first_bar > bars + 1)
      refuse_outline(bars_in_words(span) + " cannot be written: the given music has " + std::to_string(bars) + " bars",
                     "New bars begin at bar " + std::to_string(bars + 1) + ".");
    for (const int track : span.tracks)
      if (track < 1 || track > static_cast<int>(given.tracks.size()))
        refuse_outline("there is no track " + std::to_string(track) + ": the given music has " +
                           std::to_string(given.tracks.size()),
                       "Tracks count from 1; inspecting the file lists them.");
  }
}

Score without_free(const Outline& outline, const Score& given, double amount, std::uint64_t seed) {
  Random random(seed, kTakenOut);
  Score rest = given;
  const MeterMap metre(given);
  for (const FreeSpan& span : outline.free) {
    if (!span.replace) continue;
    const Tick begin = metre.bar_start(span.first_bar - 1), end = metre.bar_start(span.last_bar);
    for (std::size_t t = 0; t < rest.tracks.size(); ++t) {
      const bool named = std::ranges::find(span.tracks, static_cast<int>(t) + 1) != span.tracks.end();
      if (!span.tracks.empty() && !named) continue;
      std::erase_if(rest.tracks[t].notes, [&](const Note& note) {
        return note.onset >= begin && note.onset < end && (amount >= 1 || random.uniform() < amount);
      });
    }
  }
  return rest;
}

}  // namespace continuo::steering
