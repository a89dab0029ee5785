// What is new in decoded music, and where it goes in the given score.
#include "continuo/music/splice.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "continuo/music/time.h"
#include "music/track_choice.h"

namespace continuo {
namespace {

constexpr std::uint8_t kHoldPedal = 64;
constexpr int kPressed = 64;
constexpr double kSameBeat = 1.0 / 6;  // quarters by which encoding may have moved an onset within its bar

bool same_instrument(const Track& a, const Track& b) {
  return a.is_drums() == b.is_drums() && (a.is_drums() || a.program == b.program);
}

bool has_instrument(const Score& score, const Track& like) {
  return std::any_of(score.tracks.begin(), score.tracks.end(),
                     [&](const Track& track) { return same_instrument(track, like); });
}

Tick last_onset(const Score& score) {
  Tick last = -1;
  for (const Track& track : score.tracks)
    if (!track.notes.empty()) last = std::max(last, track.notes.back().onset);
  return last;
}

/// Onset of the given note that the last note of `part` stands for: encoding may have left out later ones.
Tick onset_of_last(const Score& given, const Score& part, Tick last_of_part) {
  Tick found = -1;
  for (const Track& of_part : part.tracks)
    for (auto last = of_part.notes.rbegin(); last != of_part.notes.rend() && last->onset == last_of_part; ++last)
      for (const Track& track : given.tracks) {
        if (track.is_drums() != of_part.is_drums()) continue;
        const auto same = std::find_if(track.notes.rbegin(), track.notes.rend(),
                                       [&](const Note& note) { return note.pitch == last->pitch; });
        if (same != track.notes.rend()) found = std::max(found, same->onset);
      }
  return found >= 0 ? found : last_onset(given);
}

/// The joint at bar lines, or where the bars of the two do not agree, at the last onset.
void align_bars(const Score& given, const Score& part, Tick given_onset, Fragment& fragment) {
  const BarPosition there = MeterMap(part).bar_at(fragment.from);
  const BarPosition here = MeterMap(given).bar_at(given_onset);
  const double beat = static_cast<double>(fragment.from - there.bar_start) / part.ppq;
  for (const Tick bar : {here.bar_start, here.bar_start + here.bar_length}) {
    if (std::abs(static_cast<double>(given_onset - bar) / given.ppq - beat) > kSameBeat) continue;
    fragment.at = there.bar_start;
    fragment.place = bar;
    return;
  }
}

std::vector<Note> without(const std::vector<Note>& whole, const std::vector<Note>& part) {
  const auto before = [](const Note& a, const Note& b) {
    return std::tie(a.onset, a.pitch) < std::tie(b.onset, b.pitch);
  };
  std::vector<Note> rest;
  std::set_difference(whole.begin(), whole.end(), part.begin(), part.end(), std::back_inserter(rest), before);
  return rest;
}

Track without_events(const Track& track) {
  return {.name = track.name,
          .channel = track.channel,
          .program = track.program,
          .port = track.port,
          .percussion = track.percussion};
}

class Splicer {
 public:
  Splicer(const Score& given, const Fragment& fragment)
      : given_(given), fragment_(fragment), given_time_(given), music_time_(fragment.music) {
    spliced_.score = given;
    spliced_.added.ppq = given.ppq;
    for (const Track& track : given.tracks) spliced_.added.tracks.push_back(without_events(track));
  }

  Spliced splice() {
    gather();
    resolve_keys();
    release_controls();
    if (fragment_.alignment != Alignment::kSeconds) {
      add_tempos();
      add_metres();
    }
    for (std::size_t t = 0; t < spliced_.added.tracks.size(); ++t) {
      const Track& added = spliced_.added.tracks[t];
      append(spliced_.score.tracks[t].notes, added.notes);
      append(spliced_.score.tracks[t].controls, added.controls);
      append(spliced_.score.tracks[t].bends, added.bends);
    }
    append(spliced_.score.tempos, spliced_.added.tempos);
    append(spliced_.score.time_signatures, spliced_.added.time_signatures);
    normalise(spliced_.score);
    return std::move(spliced_);
  }

 private:
  template <class Event>
  static void append(std::vector<Event>& to, const std::vector<Event>& events) {
    to.insert(to.end(), events.begin(), events.end());
  }

  Tick map(Tick tick) const {
    if (fragment_.alignment == Alignment::kSeconds) {
      return given_time_.tick(music_time_.seconds(tick) - music_time_.seconds(fragment_.at) +
                              given_time_.seconds(fragment_.place));
    }
    const double quarters = static_cast<double>(tick - fragment_.at) / fragment_.music.ppq;
    return std::max<Tick>(0, fragment_.place + std::llround(quarters * given_.ppq));
  }
  /// The decoded tick of a given one, rounded up.
  Tick unmap(Tick tick) const {
    const double quarters = static_cast<double>(tick - fragment_.place) / given_.ppq;
    return fragment_.at + static_cast<Tick>(std::ceil(quarters * fragment_.music.ppq - 1e-9));
  }

  /// New notes at their places on their tracks.
  void gather() {
    for (std::size_t t = 0; t < fragment_.music.tracks.size(); ++t) {
      const Track& track = fragment_.music.tracks[t];
      std::vector<Note> notes;
      for (const Note& note : track.notes) {
        const Tick onset = map(note.onset);
        notes.push_back({onset, std::max<Tick>(1, map(note.onset + note.duration) - onset), note.pitch, note.velocity});
        last_onset_ = std::max(last_onset_, onset);
      }
      std::stable_sort(notes.begin(), notes.end(), note_before);
      if (notes.empty()) continue;
      const auto candidates = candidates_for(track, t < fragment_.any_instrument.size() && fragment_.any_instrument[t]);
      TrackChoice choice(spliced_.score, candidates, fragment_.place);
      for (std::size_t i = 0; i < notes.size();) {
        std::size_t next = i + 1;
        while (next < notes.size() && notes[next].onset == notes[i].onset) ++next;
        const auto chosen = choice.choose(std::span(notes).subspan(i, next - i));
        for (std::size_t k = 0; k < chosen.size(); ++k) spliced_.added.tracks[chosen[k]].notes.push_back(notes[i + k]);
        i = next;
      }
    }
  }

  std::vector<std::size_t> candidates_for(const Track& track, bool any_instrument) {
    std::vector<std::size_t> candidates;
    for (std::size_t i = 0; i < given_.tracks.size(); ++i) {
      const Track& given = given_.tracks[i];
      if (i < fragment_.closed.size() && fragment_.closed[i]) continue;
      if (any_instrument ? !given.is_drums() : same_instrument(given, track)) candidates.push_back(i);
    }
    if (!candidates.empty()) return candidates;
    for (std::size_t i = given_.tracks.size(); i < spliced_.added.tracks.size(); ++i)
      if (same_instrument(spliced_.added.tracks[i], track)) return {i};
    const Track own{.name = track.name, .channel = free_channel(track), .program = track.program};
    spliced_.added.tracks.push_back(own);
    spliced_.score.tracks.push_back(own);
    return {spliced_.added.tracks.size() - 1};
  }

  /// Of the first port.
  std::uint8_t free_channel(const Track& track) const {
    if (track.is_drums()) return kDrumChannel;
    std::array<std::size_t, 16> users{};
    for (const Track& given : spliced_.added.tracks)
      if (given.port == 0) ++users[given.channel & 15];
    users[kDrumChannel] = given_.tracks.size() + 1000;
    return static_cast<std::uint8_t>(std::min_element(users.begin(), users.end()) - users.begin());
  }

  struct Span {
    Tick begin, end;
  };

  /// Keeps new notes from cutting given ones on the same key of a channel, and from being cut by them.
  void resolve_keys() {
    std::map<int, std::vector<Span>> keys;  // by line and pitch: the given notes by onset
    for (const Track& track : given_.tracks)
      for (const Note& note : track.notes) {
        if (note.onset + note.duration < fragment_.place) continue;  // over before anything is new
        keys[track.line() << 7 | note.pitch].push_back({note.onset, note.onset + note.duration});
      }
    for (auto& [key, spans] : keys)
      std::stable_sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) { return a.begin < b.begin; });
    struct New {
      Track* track;
      Note note;
      bool kept = true;
    };
    std::vector<New> all;
    for (Track& track : spliced_.added.tracks) {
      for (const Note& note : track.notes) all.push_back({&track, note});
      track.notes.clear();
    }
    std::stable_sort(all.begin(), all.end(), [](const New& a, const New& b) { return a.note.onset < b.note.onset; });
    std::map<int, New*> latest;
    for (New& one : all) {
      const int key = one.track->line() << 7 | one.note.pitch;
      Tick held = fit(keys[key], one.note, one.kept);
      if (!one.kept) continue;
      New*& before = latest[key];
      if (before != nullptr && before->note.onset + before->note.duration > one.note.onset && held <= one.note.onset) {
        if (before->note.onset == one.note.onset) {
          before->note.duration = std::max(before->note.duration, one.note.duration);
          one.kept = false;
          continue;
        }
        before->note.duration = one.note.onset - before->note.onset;
      }
      before = &one;
    }
    for (const New& one : all)
      if (one.kept) one.track->notes.push_back(one.note);
  }

  /// Returns the end of given notes that sound where `note` begins.
  static Tick fit(const std::vector<Span>& spans, Note& note, bool& kept) {
    const auto later = std::lower_bound(spans.begin(), spans.end(), note.onset,
                                        [](const Span& span, Tick tick) { return span.begin < tick; });
    if (later != spans.end() && later->begin == note.onset) {
      kept = false;
      return note.onset;
    }
    Tick held = note.onset;
    for (auto span = spans.begin(); span != later; ++span) held = std::max(held, span->end);
    note.duration = std::max(note.duration, held - note.onset);
    if (later != spans.end() && note.onset + note.duration > later->begin) {
      note.duration = later->begin - note.onset;
      kept = held <= later->begin;
    }
    return held;
  }

  /// A pedal or a bend that is never released would go on under the new notes.
  void release_controls() {
    struct State {
      Tick pedal_tick = 0, bend_tick = 0;
      int pedal = 0, bend = 0;
    };
    std::map<int, State> states;  // by line
    for (const Track& track : given_.tracks) {
      State& state = states[track.line()];
      for (const ControlChange& control : track.controls) {
        if (control.controller != kHoldPedal || control.tick < state.pedal_tick) continue;
        state.pedal_tick = control.tick;
        state.pedal = control.value;
      }
      for (const PitchBend& bend : track.bends) {
        if (bend.tick < state.bend_tick) continue;
        state.bend_tick = bend.tick;
        state.bend = bend.value;
      }
    }
    for (Track& track : spliced_.added.tracks) {
      State& state = states[track.line()];
      const auto first_after = [&](Tick tick) {
        return std::find_if(track.notes.begin(), track.notes.end(),
                            [&](const Note& note) { return note.onset > tick; });
      };
      if (state.pedal >= kPressed) {
        if (const auto note = first_after(state.pedal_tick); note != track.notes.end()) {
          track.controls.push_back({note->onset, kHoldPedal, 0});
          state.pedal = 0;
        }
      }
      if (state.bend != 0) {
        if (const auto note = first_after(state.bend_tick); note != track.notes.end()) {
          track.bends.push_back({note->onset, 0});
          state.bend = 0;
        }
      }
    }
  }

  void add_tempos() {
    const std::uint32_t as_encoded = music_time_.tempo(std::max<Tick>(0, fragment_.from));
    const std::uint32_t as_given = given_time_.tempo(map(std::max<Tick>(0, fragment_.from)));
    for (const TempoChange& change : fragment_.music.tempos) {
      if (change.tick <= fragment_.from) continue;
      const Tick tick = map(change.tick);
      if (tick > last_onset_) continue;
      const std::uint32_t tempo = fragment_.from >= 0 && change.microseconds_per_quarter == as_encoded
                                      ? as_given
                                      : change.microseconds_per_quarter;
      Score so_far{.ppq = given_.ppq, .tempos = given_.tempos};
      append(so_far.tempos, spliced_.added.tempos);
      if (TempoMap(so_far).tempo(tick) != tempo) spliced_.added.tempos.push_back({tick, tempo});
    }
  }

  /// Where the new bars are others than the given time signatures say, they get one of their own.
  void add_metres() {
    const MeterMap metre(fragment_.music);
    std::vector<Tick> lines;  // of the new music, where its metre may differ
    const Tick begin = fragment_.from < 0 ? fragment_.at : metre.bar_start(metre.bar_at(fragment_.from).bar + 1);
    lines.push_back(begin);
    for (const TimeSignature& signature : fragment_.music.time_signatures)
      if (signature.tick > begin) lines.push_back(signature.tick);
    for (const TimeSignature& signature : given_.time_signatures) {
      const Tick tick = unmap(signature.tick);
      if (tick <= begin) continue;
      const BarPosition bar = metre.bar_at(tick);
      lines.push_back(bar.bar_start == tick ? tick : metre.bar_start(bar.bar + 1));
    }
    std::sort(lines.begin(), lines.end());
    Score so_far{.ppq = given_.ppq, .time_signatures = given_.time_signatures};
    for (const Tick line : lines) {
      const Tick tick = map(line);
      if (tick > last_onset_) break;
      const BarPosition wanted = metre.bar_at(line), in_force = MeterMap(so_far).bar_at(tick);
      if (wanted.numerator == in_force.numerator && wanted.denominator == in_force.denominator) continue;
      const TimeSignature signature{tick, wanted.numerator, wanted.denominator};
      so_far.time_signatures.push_back(signature);
      spliced_.added.time_signatures.push_back(signature);
    }
  }

  const Score& given_;
  const Fragment& fragment_;
  TempoMap given_time_, music_time_;
  Spliced spliced_;
  Tick last_onset_ = -1;  ///< of the new notes
};

}  // namespace

Fragment new_music(const Score& given, const Score& part, const Score& whole, Alignment alignment) {
  Fragment fragment{.music = whole, .from = last_onset(part), .alignment = alignment};
  for (Track& track : fragment.music.tracks) {
    for (const Track& known : part.tracks)
      if (same_instrument(known, track)) track.notes = without(track.notes, known.notes);
    fragment.any_instrument.push_back(has_instrument(part, track) && !has_instrument(given, track));
  }
  if (fragment.from < 0) {  // nothing of it was heard: the new music begins behind it
    const MeterMap metre(given);
    const Tick end = last_onset(given);
    fragment.place = end < 0 ? 0 : metre.bar_start(metre.bar_at(end).bar + 1);
    return fragment;
  }
  const Tick onset = onset_of_last(given, part, fragment.from);
  fragment.at = fragment.from;
  fragment.place = std::max<Tick>(0, onset);
  if (alignment == Alignment::kBars) align_bars(given, part, onset, fragment);
  return fragment;
}

Spliced splice(const Score& given, const Fragment& fragment) { return Splicer(given, fragment).splice(); }

}  // namespace continuo
