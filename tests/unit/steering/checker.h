// A checker of promises that knows nothing of rules: it looks at notes alone.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "continuo/music/score.h"
#include "continuo/music/time.h"
#include "continuo/steering/steer.h"

namespace continuo::steering {

/// A new note, by bars and quarters.
struct FoundNote {
  int bar = 0;                          ///< from 1
  double beat = 0, begin = 0, end = 0;  ///< quarters from the beginning of the bar, and of the piece
  double beat_length = 1;               ///< quarters of a beat of its bar
  double bar_quarters = 4;
  int pitch = 0, program = 0;
  bool drums = false, is_new = true;
};

inline std::vector<FoundNote> found_notes(const Score& score, const Score& given) {
  std::multiset<std::tuple<int, bool, Tick, int>> known;
  for (const Track& track : given.tracks)
    for (const Note& note : track.notes) known.emplace(track.program, track.is_drums(), note.onset, note.pitch);
  const MeterMap metre(score);
  std::vector<FoundNote> found;
  for (const Track& track : score.tracks)
    for (const Note& note : track.notes) {
      const auto bar = metre.bar_at(note.onset);
      const double quarters = score.ppq;
      FoundNote one{.bar = bar.bar + 1,
                    .beat = static_cast<double>(note.onset - bar.bar_start) / quarters,
                    .begin = static_cast<double>(note.onset) / quarters,
                    .end = static_cast<double>(note.onset + note.duration) / quarters,
                    .bar_quarters = static_cast<double>(bar.bar_length) / quarters,
                    .pitch = note.pitch,
                    .program = track.is_drums() ? 0 : track.program,
                    .drums = track.is_drums()};
      one.beat_length = 4.0 / bar.denominator;
      if (bar.denominator >= 8 && bar.numerator % 3 == 0 && bar.numerator > 3) one.beat_length *= 3;
      const auto at = known.find({track.program, track.is_drums(), note.onset, note.pitch});
      if (at != known.end()) {
        one.is_new = false;
        known.erase(at);
      }
      found.push_back(one);
    }
  std::sort(found.begin(), found.end(), [](const FoundNote& a, const FoundNote& b) {
    return std::tie(a.begin, a.pitch) < std::tie(b.begin, b.pitch);
  });
  return found;
}

/// Every note of `given` is in `score` as it was: onset, length, pitch, velocity, on a track of its program and
/// channel.
inline std::string lost_notes(const Score& score, const Score& given) {
  using Key = std::tuple<int, int, Tick, Tick, int, int>;
  std::multiset<Key> left;
  for (const Track& track : score.tracks)
    for (const Note& note : track.notes)
      left.emplace(track.program, track.channel, note.onset, note.duration, note.pitch, note.velocity);
  for (const Track& track : given.tracks)
    for (const Note& note : track.notes) {
      const auto at = left.find({track.program, track.channel, note.onset, note.duration, note.pitch, note.velocity});
      if (at == left.end())
        return "a given note of " + std::to_string(note.pitch) + " at " + std::to_string(note.onset) + " is not there";
      left.erase(at);
    }
  return {};
}

/// What is wrong with `score`, beside the given notes `rest`; empty: nothing. `chords`: pitch classes of beats.
inline std::string broken_promise(const Score& score, const Score& rest, const Request& request,
                                  const std::set<int>& key_classes) {
  if (const auto lost = lost_notes(score, rest); !lost.empty()) return lost;
  const auto notes = found_notes(score, rest);
  const Wishes& wishes = request.wishes;
  std::set<int> players;
  for (const FoundNote& note : notes) {
    if (!note.is_new) continue;
    const std::string where = " (pitch " + std::to_string(note.pitch) + ", program " + std::to_string(note.program) +
                              ", bar " + std::to_string(note.bar) + ", beat " + std::to_string(note.beat) + ")";
    bool free = false;
    for (const FreeSpan& span : request.outline.free)
      free = free || (note.bar >= span.first_bar && note.bar <= span.last_bar);
    if (!free) return "a new note stands where nothing is free" + where;
    if (!note.drums && !key_classes.empty() && !key_classes.contains(note.pitch % 12))
      return "outside of the key" + where;
    if (!wishes.programs.empty() && !note.drums &&
        std::find(wishes.programs.begin(), wishes.programs.end(), note.program) == wishes.programs.end())
      return "an instrument that was not asked for" + where;
    if (note.drums && !wishes.drums && !wishes.programs.empty()) return "drums" + where;
    const auto range = wishes.ranges.find(note.program);
    if (!note.drums && range != wishes.ranges.end() &&
        (note.pitch < range->second.low || note.pitch > range->second.high))
      return "beyond the range asked for" + where;
    const auto enters = wishes.enters.find(note.program);
    if (enters != wishes.enters.end() && note.bar < enters->second) return "before its entry" + where;
    players.insert(note.program);
    int all = 0, own = 0;
    for (const FoundNote& other : notes) {
      if (other.begin > note.begin + 1e-9 || other.end <= note.begin + 1e-9) continue;
      ++all;
      if (other.program == note.program && other.drums == note.drums) ++own;
    }
    if (wishes.most_voices > 0 && all > wishes.most_voices) return std::to_string(all) + " voices" + where;
    if (wishes.least_voices > 0 && all < wishes.least_voices) return std::to_string(all) + " voices only" + where;
    if (wishes.most_voices_each > 0 && own > wishes.most_voices_each)
      return std::to_string(own) + " voices of one instrument" + where;
  }
  if (wishes.every_bar)
    for (const FreeSpan& span : request.outline.free)
      for (int bar = span.first_bar; bar <= span.last_bar; ++bar)
        for (const int program : wishes.programs) {
          const auto enters = wishes.enters.find(program);
          if (enters != wishes.enters.end() && bar < enters->second) continue;
          if (std::none_of(notes.begin(), notes.end(), [&](const FoundNote& note) {
                return note.is_new && !note.drums && note.bar == bar && note.program == program;
              }))
            return "program " + std::to_string(program) + " is silent in bar " + std::to_string(bar);
        }
  if (wishes.all_play)
    for (const int program : wishes.programs)
      if (!players.contains(program)) return "program " + std::to_string(program) + " is silent";
  if (request.outline.ends && request.outline.last_bar() > bars_of(rest)) {
    int last = 0;
    for (const FoundNote& note : notes) last = std::max(last, note.bar);
    if (last != request.outline.last_bar()) return "the piece has " + std::to_string(last) + " bars";
  }
  return {};
}

}  // namespace continuo::steering
