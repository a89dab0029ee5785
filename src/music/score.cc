// The normal form of a Score and what is computed from its notes.
#include "continuo/music/score.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <iterator>
#include <limits>
#include <map>
#include <optional>

#include "continuo/base/error.h"
#include "continuo/music/pedal.h"
#include "continuo/music/time.h"

namespace continuo {
namespace {

inline bool is_before(const Note& a, const Note& b) noexcept {
  if (a.onset != b.onset) return a.onset < b.onset;
  if (a.pitch != b.pitch) return a.pitch < b.pitch;
  if (a.duration != b.duration) return a.duration < b.duration;
  return a.velocity < b.velocity;
}

/// Insertion sort while that is cheap, as it is for notes in the order of a file; n log n otherwise.
void sort_notes(std::vector<Note>& notes) {
  std::size_t moves_left = 8 * notes.size();
  for (std::size_t i = 1; i < notes.size(); ++i) {
    if (!is_before(notes[i], notes[i - 1])) continue;
    const Note note = notes[i];
    std::size_t place = i;
    while (place > 0 && is_before(note, notes[place - 1])) {
      notes[place] = notes[place - 1];
      --place;
      if (moves_left-- == 0) {
        notes[place] = note;
        std::sort(notes.begin(), notes.end(), is_before);
        return;
      }
    }
    notes[place] = note;
  }
}

/// Orders the ends of notes: by tick, then by their side of a pedal press.
Tick end_order(const Note& note) { return (note.onset + note.duration) * 2 + (note.ends_after_pedal ? 1 : 0); }

struct Ends {
  bool in_order = true;          ///< the notes of each pitch end in the order in which they begin
  bool concern_a_pedal = false;  ///< some note may have to say on which side of a pedal press it ends
};

/// The notes are sorted.
Ends ends_of(const std::vector<Note>& notes) {
  Ends ends;
  std::array<Tick, 256> last_end;
  last_end.fill(std::numeric_limits<Tick>::min());
  for (const Note& note : notes) {
    const Tick end = end_order(note);
    ends.in_order = ends.in_order && end >= last_end[note.pitch];
    ends.concern_a_pedal = ends.concern_a_pedal || note.ends_after_pedal || note.duration == 0;
    last_end[note.pitch] = end;
  }
  return ends;
}

/// Sorts, and lets overlapping notes of one pitch end first in, first out. Returns Ends::concern_a_pedal.
bool normalise_notes(std::vector<Note>& notes) {
  sort_notes(notes);
  const Ends as_given = ends_of(notes);
  if (as_given.in_order) return as_given.concern_a_pedal;
  std::array<std::vector<Tick>, 256> ends;
  for (const Note& note : notes) ends[note.pitch].push_back(end_order(note));
  for (auto& of_pitch : ends) std::sort(of_pitch.begin(), of_pitch.end());
  std::array<std::size_t, 256> next{};
  for (Note& note : notes) {
    const Tick end = ends[note.pitch][next[note.pitch]++];
    note.duration = (end >> 1) - note.onset;
    note.ends_after_pedal = (end & 1) != 0;
  }
  sort_notes(notes);
  return true;
}

bool share_a_line(const std::vector<Track>& tracks) {
  std::vector<int> lines;
  for (const Track& track : tracks) lines.push_back(track.line());
  std::sort(lines.begin(), lines.end());
  return std::adjacent_find(lines.begin(), lines.end()) != lines.end();
}

template <class Event>
void sort_by_tick(std::vector<Event>& events) {
  const auto earlier = [](const Event& a, const Event& b) { return a.tick < b.tick; };
  if (!std::is_sorted(events.begin(), events.end(), earlier)) {
    std::stable_sort(events.begin(), events.end(), earlier);
  }
}

/// Keeps the last change of each tick, and of those the ones that change what was in force (`initial` before any).
template <class Event, class SameValue>
void normalise_changes(std::vector<Event>& events, const std::optional<Event>& initial, SameValue same) {
  sort_by_tick(events);
  std::optional<Event> in_force = initial;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (i + 1 < events.size() && events[i + 1].tick == events[i].tick) continue;
    if (in_force && same(*in_force, events[i])) continue;
    in_force = events[i];
    events[kept++] = events[i];
  }
  events.resize(kept);
}

/// Controls and bends of a track without notes act on its line: they join the first track with notes there, or go.
template <class Event>
void move_to_sounding_tracks(std::vector<Track>& tracks, std::vector<Event> Track::*events) {
  std::map<int, std::vector<Track*>> lines;
  for (Track& track : tracks) lines[track.line()].push_back(&track);
  for (const auto& [line, of_line] : lines) {
    const auto sounds = [](const Track* track) { return !track->notes.empty(); };
    const auto target = std::find_if(of_line.begin(), of_line.end(), sounds);
    const bool stray = std::any_of(of_line.begin(), of_line.end(),
                                   [&](const Track* track) { return !sounds(track) && !(track->*events).empty(); });
    if (!stray || target == of_line.end()) continue;
    std::vector<Event> gathered;
    for (const Track* const track : of_line) {
      if (sounds(track) && track != *target) continue;
      gathered.insert(gathered.end(), (track->*events).begin(), (track->*events).end());
    }
    (*target)->*events = std::move(gathered);
  }
}

/// Channel-mode messages are no part of a score.
void remove_mode_messages(std::vector<ControlChange>& controls) {
  constexpr std::uint8_t kFirstModeMessage = 120;
  const auto is_mode = [](const ControlChange& control) { return control.controller >= kFirstModeMessage; };
  if (std::any_of(controls.begin(), controls.end(), is_mode)) std::erase_if(controls, is_mode);
}

Tick rescale(Tick tick, Tick numerator, Tick denominator) {
  const Tick whole = tick / denominator;
  const Tick rest = tick % denominator;
  constexpr Tick kMax = std::numeric_limits<Tick>::max() / 4;
  if (whole > kMax / numerator) return kMax;
  return whole * numerator + (rest * numerator + denominator / 2) / denominator;
}

}  // namespace

bool note_before(const Note& a, const Note& b) noexcept { return is_before(a, b); }

void normalise(Score& score) {
  normalise_changes(score.tempos, std::optional(TempoChange{}), [](const TempoChange& a, const TempoChange& b) {
    return a.microseconds_per_quarter == b.microseconds_per_quarter;
  });
  normalise_changes(score.time_signatures, std::optional(TimeSignature{}),
                    [](const TimeSignature& a, const TimeSignature& b) {
                      return a.numerator == b.numerator && a.denominator == b.denominator;
                    });
  normalise_changes(
      score.key_signatures, std::optional<KeySignature>(),
      [](const KeySignature& a, const KeySignature& b) { return a.sharps == b.sharps && a.minor == b.minor; });
  sort_by_tick(score.texts);

  const auto silent = [](const Track& track) { return track.notes.empty(); };
  if (std::any_of(score.tracks.begin(), score.tracks.end(), silent)) {
    move_to_sounding_tracks(score.tracks, &Track::controls);
    move_to_sounding_tracks(score.tracks, &Track::bends);
    std::erase_if(score.tracks, silent);
  }
  bool unsettled = share_a_line(score.tracks);
  for (Track& track : score.tracks) {
    unsettled = normalise_notes(track.notes) || unsettled;
    remove_mode_messages(track.controls);
    sort_by_tick(track.controls);
    sort_by_tick(track.bends);
    if (track.channel == kDrumChannel) track.percussion = false;
  }
  if (unsettled) settle_pedal_order(score);
}

std::size_t note_count(const Score& score) noexcept {
  std::size_t count = 0;
  for (const Track& track : score.tracks) count += track.notes.size();
  return count;
}

Tick end_tick(const Score& score) noexcept {
  Tick end = 0;
  for (const Track& track : score.tracks) {
    for (const Note& note : track.notes) end = std::max(end, note.onset + note.duration);
  }
  return end;
}

Seconds duration_seconds(const Score& score) { return TempoMap(score).seconds(end_tick(score)); }

Score with_ppq(const Score& score, int new_ppq) {
  if (score.ppq < 1 || new_ppq < 1 || new_ppq > 32767) {
    throw Error(ErrorInfo{.message = "cannot go from " + std::to_string(score.ppq) + " to " + std::to_string(new_ppq) +
                                     " ticks per quarter note",
                          .hint = "Ticks per quarter note lie between 1 and 32767.",
                          .code = ErrorCode::kInvalidArgument});
  }
  Score result = score;
  if (new_ppq == score.ppq) return result;
  const auto scaled = [&](Tick tick) { return rescale(tick, new_ppq, score.ppq); };
  const auto scale_all = [&](auto& events) {
    for (auto& event : events) event.tick = scaled(event.tick);
  };
  result.ppq = new_ppq;
  scale_all(result.tempos);
  scale_all(result.time_signatures);
  scale_all(result.key_signatures);
  scale_all(result.texts);
  for (Track& track : result.tracks) {
    scale_all(track.controls);
    scale_all(track.bends);
    for (Note& note : track.notes) {
      const Tick onset = scaled(note.onset);
      const Tick end = scaled(note.onset + note.duration);
      note.duration = note.duration > 0 ? std::max<Tick>(1, end - onset) : 0;
      note.onset = onset;
    }
  }
  normalise(result);
  return result;
}

}  // namespace continuo
