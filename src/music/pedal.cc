// On which side of a pedal press notes end, in the normal form.
#include "continuo/music/pedal.h"

#include <algorithm>
#include <map>

namespace continuo {
namespace {

struct Change {
  Tick tick;
  std::size_t track;
  bool down;
};

bool is_pedal(const ControlChange& control) { return control.controller == kSustainPedal; }

std::vector<Change> changes_of(const Score& score, const std::vector<std::size_t>& tracks) {
  std::vector<Change> changes;
  for (const std::size_t track : tracks) {
    for (const ControlChange& control : score.tracks[track].controls) {
      if (is_pedal(control)) changes.push_back({control.tick, track, control.value >= kPedalDown});
    }
  }
  const auto earlier = [](const Change& a, const Change& b) { return a.tick < b.tick; };
  if (!std::is_sorted(changes.begin(), changes.end(), earlier)) {
    std::stable_sort(changes.begin(), changes.end(), earlier);
  }
  return changes;
}

/// The notes of a line that end where its pedal is pressed.
class Settler {
 public:
  Settler(Score& score, const std::vector<std::size_t>& tracks)
      : score_(score), tracks_(tracks), presses_(pedal_presses(score, tracks)) {
    for (const PedalPress& press : presses_) ticks_.add(press.tick);
  }

  void settle() {
    std::vector<Ending> endings;
    for (const std::size_t track : tracks_) {
      for (Note& note : score_.tracks[track].notes) {
        if (tracks_.size() == 1 && !note.ends_after_pedal && note.duration > 0) continue;  // as it has to be
        const Tick end = note.onset + note.duration;
        const PedalPress* const press = press_at(end);
        if (press == nullptr) {
          note.ends_after_pedal = false;
        } else {
          note.ends_after_pedal = note.ends_after_pedal || note.duration == 0;
          if (tracks_.size() > 1) endings.push_back({press, track, &note});
        }
      }
    }
    std::stable_sort(endings.begin(), endings.end(),
                     [](const Ending& a, const Ending& b) { return a.press->tick < b.press->tick; });
    for (std::size_t begin = 0; begin < endings.size();) {
      std::size_t end = begin;
      while (end < endings.size() && endings[end].press == endings[begin].press) ++end;
      settle_tick({endings.data() + begin, endings.data() + end});
      begin = end;
    }
  }

 private:
  struct Ending {
    const PedalPress* press;
    std::size_t track;
    Note* note;
  };
  struct Endings {
    Ending* first;
    Ending* last;
    Ending* begin() const { return first; }
    Ending* end() const { return last; }
  };

  const PedalPress* press_at(Tick tick) const {
    if (!ticks_.may_hold(tick)) return nullptr;
    const auto found = std::lower_bound(presses_.begin(), presses_.end(), tick,
                                        [](const PedalPress& press, Tick value) { return press.tick < value; });
    return found != presses_.end() && found->tick == tick ? &*found : nullptr;
  }

  /// Several tracks on the line: what the order of their chunks says, unless a chunk of its own can say otherwise.
  void settle_tick(Endings endings) {
    const PedalPress& press = *endings.first->press;
    const bool after = endings.first->note->ends_after_pedal;
    const bool agree = std::all_of(endings.begin(), endings.end(),
                                   [&](const Ending& ending) { return ending.note->ends_after_pedal == after; });
    if (agree && press.only_its_track && press.track == tracks_.front()) return;
    for (const Ending& ending : endings) {
      if (ending.track != press.track) ending.note->ends_after_pedal = ending.track > press.track;
    }
  }

  Score& score_;
  const std::vector<std::size_t>& tracks_;
  std::vector<PedalPress> presses_;
  TickSet ticks_;
};

}  // namespace

std::vector<PedalPress> pedal_presses(const Score& score, const std::vector<std::size_t>& tracks) {
  const std::vector<Change> changes = changes_of(score, tracks);
  std::vector<PedalPress> presses;
  bool down = false;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const Change& change = changes[i];
    const bool first_of_tick = i == 0 || changes[i - 1].tick != change.tick;
    if (change.down && !down) presses.push_back({change.tick, change.track, true});
    // The release within the same tick takes the press back.
    if (!change.down && !presses.empty() && presses.back().tick == change.tick) presses.pop_back();
    down = change.down;
    const bool last_of_tick = i + 1 == changes.size() || changes[i + 1].tick != change.tick;
    if (!last_of_tick || first_of_tick || presses.empty() || presses.back().tick != change.tick) continue;
    for (std::size_t k = i; changes[k].tick == change.tick; --k) {
      if (changes[k].track != presses.back().track) presses.back().only_its_track = false;
      if (k == 0) break;
    }
  }
  return presses;
}

void settle_pedal_order(Score& score) {
  const bool pedalled = std::any_of(score.tracks.begin(), score.tracks.end(), [](const Track& track) {
    return std::any_of(track.controls.begin(), track.controls.end(), is_pedal);
  });
  if (!pedalled) {
    for (Track& track : score.tracks) {
      for (Note& note : track.notes) note.ends_after_pedal = false;
    }
    return;
  }
  std::map<int, std::vector<std::size_t>> lines;
  for (std::size_t t = 0; t < score.tracks.size(); ++t) lines[score.tracks[t].line()].push_back(t);
  for (const auto& [line, tracks] : lines) Settler(score, tracks).settle();
}

}  // namespace continuo
