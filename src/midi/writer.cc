// Score to Standard MIDI File bytes, formats 0 and 1.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <map>

#include "continuo/base/file.h"
#include "continuo/midi/midi.h"
#include "continuo/music/pedal.h"
#include "continuo/music/time.h"
#include "midi/check.h"
#include "midi/chunk_writer.h"
#include "midi/status.h"

namespace continuo::midi {
namespace {

constexpr std::uint8_t kReleaseVelocity = 64;  // where a file has none of its own (MIDI 1.0, "Note-Off")

std::uint8_t byte(std::int64_t value) { return static_cast<std::uint8_t>(value); }

/// What a channel plays: a program, or a drum kit.
struct Sound {
  std::uint8_t program;
  bool percussion;
  friend bool operator==(const Sound&, const Sound&) = default;
};

Sound sound_of(const Track& track) { return {track.program, track.percussion}; }

/// The tracks of each line (a channel of a port).
using Lines = std::map<int, std::vector<std::size_t>>;

Lines lines_of(const Score& score) {
  Lines lines;
  for (std::size_t t = 0; t < score.tracks.size(); ++t) lines[score.tracks[t].line()].push_back(t);
  return lines;
}

/// Where program changes stand. A line has one program at a time, whatever the chunk.
class Programs {
 public:
  Programs(const Score& score, const Lines& lines) : changes_(score.tracks.size()) {
    for (const auto& [line, tracks] : lines) plan(score, tracks);
  }
  /// Whether all tracks on the line have one sound: then it stands at tick 0.
  bool is_constant(std::size_t track) const { return changes_[track].empty(); }
  /// Otherwise: what changes right before this note.
  struct Change {
    bool program = false;
    bool percussion = false;
  };
  Change before(std::size_t track, std::size_t note) const { return changes_[track][note]; }

 private:
  struct Strike {
    Tick onset;
    std::size_t track;
    std::size_t note;
  };

  void plan(const Score& score, const std::vector<std::size_t>& tracks) {
    const Sound first = sound_of(score.tracks[tracks.front()]);
    if (std::all_of(tracks.begin(), tracks.end(), [&](std::size_t t) { return sound_of(score.tracks[t]) == first; })) {
      return;
    }
    std::vector<Strike> strikes;  // by time, then by chunk: the order in which a player of all chunks meets them
    for (const std::size_t t : tracks) {
      const auto& notes = score.tracks[t].notes;
      changes_[t].assign(notes.size(), {});
      for (std::size_t n = 0; n < notes.size(); ++n) strikes.push_back({notes[n].onset, t, n});
    }
    std::stable_sort(strikes.begin(), strikes.end(),
                     [](const Strike& a, const Strike& b) { return a.onset < b.onset; });
    int program = -1;
    bool percussion = false;
    for (const Strike& strike : strikes) {
      const Sound sound = sound_of(score.tracks[strike.track]);
      changes_[strike.track][strike.note] = {sound.program != program, sound.percussion != percussion};
      program = sound.program;
      percussion = sound.percussion;
    }
  }

  std::vector<std::vector<Change>> changes_;  ///< by track and note; empty where the sound is constant
};

/// GS "use for rhythm part" (SC-55 and later, address 40 1p 15), which names a channel as percussion or not.
void add_percussion(ChunkWriter& chunk, Tick tick, Rank rank, std::uint8_t channel, bool on) {
  const int part = channel == 9 ? 0 : channel < 9 ? channel + 1 : channel;
  const int address = 0x10 | part;
  const int value = on ? 1 : 0;
  const int checksum = (128 - (0x40 + address + 0x15 + value) % 128) % 128;
  chunk.add(tick, rank,
            {kSysex, 10, 0x41, 0x10, 0x42, 0x12, 0x40, byte(address), 0x15, byte(value), byte(checksum), kEscape});
}

void add_conductor(ChunkWriter& chunk, const Score& score) {
  for (const TextEvent& text : score.texts) chunk.add_text(text.tick, text.kind, text.text);
  for (const TimeSignature& signature : score.time_signatures) {
    const auto power = std::countr_zero(static_cast<unsigned>(signature.denominator));
    const int clocks = std::max(1, 96 / signature.denominator);  // MIDI clocks per metronome click: one per beat
    chunk.add(signature.tick, Rank::kSignature,
              {kMeta, 0x58, 4, byte(signature.numerator), byte(power), byte(clocks), 8});
  }
  for (const KeySignature& key : score.key_signatures) {
    chunk.add(key.tick, Rank::kSignature, {kMeta, 0x59, 2, byte(key.sharps), byte(key.minor ? 1 : 0)});
  }
  for (const TempoChange& tempo : score.tempos) {
    const std::uint32_t value = tempo.microseconds_per_quarter;
    chunk.add(tempo.tick, Rank::kTempo, {kMeta, 0x51, 3, byte(value >> 16), byte(value >> 8), byte(value)});
  }
}

/// The pedal presses of a line that its other tracks' notes have to end before, though their chunks come later: ticks
/// whose controls are written behind all notes of the line. The normal form says that they are those of its first
/// track.
std::vector<Tick> late_controls(const Score& score, const std::vector<std::size_t>& tracks) {
  std::vector<Tick> ticks;
  if (tracks.size() == 1) return ticks;
  const auto presses = pedal_presses(score, tracks);
  if (presses.empty()) return ticks;
  TickSet pressed;
  for (const PedalPress& press : presses) pressed.add(press.tick);
  for (const std::size_t t : tracks) {
    for (const Note& note : score.tracks[t].notes) {
      const Tick end = note.onset + note.duration;
      if (note.ends_after_pedal || !pressed.may_hold(end)) continue;
      const auto press = std::lower_bound(presses.begin(), presses.end(), end,
                                          [](const PedalPress& each, Tick tick) { return each.tick < tick; });
      if (press != presses.end() && press->tick == end && press->track < t) ticks.push_back(end);
    }
  }
  std::sort(ticks.begin(), ticks.end());
  ticks.erase(std::unique(ticks.begin(), ticks.end()), ticks.end());
  return ticks;
}

void add_control(ChunkWriter& chunk, const Track& track, const ControlChange& control) {
  chunk.add(control.tick, Rank::kControl, {byte(0xb0 | track.channel), control.controller, control.value});
}

/// `late`: ticks whose controls are left for another chunk.
void add_track(ChunkWriter& chunk, const Score& score, std::size_t number, const Programs& programs,
               const std::vector<Tick>& late, const WriteOptions& options) {
  const Track& track = score.tracks[number];
  const std::uint8_t channel = track.channel;
  chunk.set_port(track.port);
  chunk.expect(2 * track.notes.size() + track.controls.size() + track.bends.size());
  // With running status a note-on of velocity 0 is the shorter note-off: its status byte is the notes' own.
  const std::uint8_t off_status = byte((options.running_status ? 0x90 : 0x80) | channel);
  const std::uint8_t off_velocity = options.running_status ? 0 : kReleaseVelocity;
  for (const ControlChange& control : track.controls) {
    if (!std::binary_search(late.begin(), late.end(), control.tick)) add_control(chunk, track, control);
  }
  for (const PitchBend& bend : track.bends) {
    const int value = bend.value + 8192;
    chunk.add(bend.tick, Rank::kBend, {byte(0xe0 | channel), byte(value & 0x7f), byte(value >> 7)});
  }
  for (std::size_t n = 0; n < track.notes.size(); ++n) {
    const Note& note = track.notes[n];
    if (!programs.is_constant(number)) {
      const Programs::Change change = programs.before(number, n);
      if (change.percussion) add_percussion(chunk, note.onset, Rank::kNote, channel, track.percussion);
      if (change.program) chunk.add(note.onset, Rank::kNote, {byte(0xc0 | channel), track.program});
    }
    chunk.add(note.onset, Rank::kNote, {byte(0x90 | channel), note.pitch, note.velocity});
    const Rank off = note.duration == 0      ? Rank::kNote
                     : note.ends_after_pedal ? Rank::kNoteOffAfterPedal
                                             : Rank::kNoteOff;
    chunk.add(note.onset + note.duration, off, {off_status, note.pitch, off_velocity});
  }
}

/// The score in ticks of SMPTE frames, without tempos.
Score in_frames(const Score& score, const WriteOptions::Smpte& smpte) {
  const TempoMap map(score);
  const double rate = smpte.frames_per_second == 29 ? 30'000.0 / 1'001.0 : smpte.frames_per_second;
  const auto frames = [&](Tick tick) {
    constexpr double kMax = 1e15;  // far more than can be written
    return static_cast<Tick>(std::llround(std::min(kMax, map.seconds(tick) * rate * smpte.ticks_per_frame)));
  };
  const auto move_all = [&](auto& events) {
    for (auto& event : events) event.tick = frames(event.tick);
  };
  Score result = score;
  result.tempos.clear();
  move_all(result.time_signatures);
  move_all(result.key_signatures);
  move_all(result.texts);
  for (Track& track : result.tracks) {
    move_all(track.controls);
    move_all(track.bends);
    for (Note& note : track.notes) {
      const Tick onset = frames(note.onset);
      const Tick end = frames(note.onset + note.duration);
      note.duration = note.duration > 0 ? std::max<Tick>(1, end - onset) : 0;
      note.onset = onset;
    }
  }
  normalise(result);
  return result;
}

}  // namespace

std::vector<std::uint8_t> write(const Score& original, const WriteOptions& options) {
  check_writable(original, options);
  Score score = options.smpte ? in_frames(original, *options.smpte) : original;
  if (!options.smpte) normalise(score);
  const Lines lines = lines_of(score);
  const Programs programs(score, lines);
  std::map<std::size_t, std::vector<Tick>> late;  // by track
  if (options.format == 1) {
    for (const auto& [line, tracks] : lines) {
      auto ticks = late_controls(score, tracks);
      if (!ticks.empty()) late.emplace(tracks.front(), std::move(ticks));
    }
  }
  const auto late_in = [&](std::size_t track) {
    const auto found = late.find(track);
    return found == late.end() ? std::vector<Tick>{} : found->second;
  };

  std::vector<std::uint8_t> out{'M', 'T', 'h', 'd'};
  append_big_endian(out, 6, 4);
  append_big_endian(out, static_cast<std::uint64_t>(options.format), 2);
  append_big_endian(out, options.format == 0 ? 1 : 1 + score.tracks.size() + (late.empty() ? 0 : 1), 2);
  if (options.smpte) {
    out.push_back(byte(256 - options.smpte->frames_per_second));
    out.push_back(byte(options.smpte->ticks_per_frame));
  } else {
    append_big_endian(out, static_cast<std::uint64_t>(score.ppq), 2);
  }

  ChunkWriter conductor;
  add_conductor(conductor, score);
  std::vector<bool> program_given(256 * 16, false);
  const auto give_program = [&](ChunkWriter& chunk, std::size_t number) {
    const Track& track = score.tracks[number];
    const auto line = static_cast<std::size_t>(track.line());
    chunk.set_port(track.port);
    if (programs.is_constant(number) && !program_given[line]) {
      if (track.percussion) add_percussion(chunk, 0, Rank::kProgram, track.channel, true);
      chunk.add(0, Rank::kProgram, {byte(0xc0 | track.channel), track.program});
    }
    program_given[line] = options.format == 0;  // a chunk of its own says it again
  };
  if (options.format == 0) {
    for (std::size_t t = 0; t < score.tracks.size(); ++t) {
      give_program(conductor, t);
      add_track(conductor, score, t, programs, {}, options);
    }
    conductor.write(out, options.running_status);
    return out;
  }
  conductor.write(out, options.running_status);
  for (std::size_t t = 0; t < score.tracks.size(); ++t) {
    ChunkWriter chunk;
    if (!score.tracks[t].name.empty()) chunk.add_text(0, TextKind::kTrackName, score.tracks[t].name);
    give_program(chunk, t);
    add_track(chunk, score, t, programs, late_in(t), options);
    chunk.write(out, options.running_status);
  }
  if (!late.empty()) {
    ChunkWriter chunk;
    for (const auto& [number, ticks] : late) {
      const Track& track = score.tracks[number];
      chunk.set_port(track.port);
      for (const ControlChange& control : track.controls) {
        if (std::binary_search(ticks.begin(), ticks.end(), control.tick)) add_control(chunk, track, control);
      }
    }
    chunk.write(out, options.running_status);
  }
  return out;
}

void write_file(const std::filesystem::path& path, const Score& score, const WriteOptions& options) {
  write_file_atomically(path, write(score, options));
}

}  // namespace continuo::midi
