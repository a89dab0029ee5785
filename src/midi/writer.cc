// Score to Standard MIDI File bytes, formats 0 and 1.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "continuo/base/file.h"
#include "continuo/midi/midi.h"
#include "continuo/music/time.h"
#include "midi/check.h"
#include "midi/chunk_writer.h"
#include "midi/status.h"

namespace continuo::midi {
namespace {

constexpr std::uint8_t kReleaseVelocity = 64;  // where a file has none of its own (MIDI 1.0, "Note-Off")

std::uint8_t byte(std::int64_t value) { return static_cast<std::uint8_t>(value); }

/// Where program changes stand. A channel has one program at a time, whatever the chunk.
class Programs {
 public:
  explicit Programs(const Score& score) : before_(score.tracks.size()) {
    for (int channel = 0; channel < 16; ++channel) plan(score, static_cast<std::uint8_t>(channel));
  }
  /// Whether all tracks on the channel have one program: then it stands at tick 0.
  bool is_constant(std::uint8_t channel) const { return constant_[channel]; }
  /// Otherwise: whether a program change comes right before this note.
  bool comes_before(std::size_t track, std::size_t note) const { return before_[track][note]; }

 private:
  struct Place {
    Tick onset;
    std::size_t track;
    std::size_t note;
  };

  void plan(const Score& score, std::uint8_t channel) {
    std::vector<std::size_t> tracks;
    for (std::size_t t = 0; t < score.tracks.size(); ++t) {
      if (score.tracks[t].channel == channel) tracks.push_back(t);
    }
    constant_[channel] = std::all_of(tracks.begin(), tracks.end(), [&](std::size_t t) {
      return score.tracks[t].program == score.tracks[tracks.front()].program;
    });
    if (constant_[channel]) return;
    std::vector<Place> places;  // by time, then by chunk: the order in which a player of all chunks meets them
    for (const std::size_t t : tracks) {
      const auto& notes = score.tracks[t].notes;
      before_[t].assign(notes.size(), false);
      for (std::size_t n = 0; n < notes.size(); ++n) places.push_back({notes[n].onset, t, n});
    }
    std::stable_sort(places.begin(), places.end(), [](const Place& a, const Place& b) { return a.onset < b.onset; });
    int in_force = -1;
    for (const Place& place : places) {
      const int program = score.tracks[place.track].program;
      before_[place.track][place.note] = program != in_force;
      in_force = program;
    }
  }

  std::array<bool, 16> constant_{};
  std::vector<std::vector<bool>> before_;
};

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

void add_track(ChunkWriter& chunk, const Track& track, std::size_t number, const Programs& programs,
               const WriteOptions& options) {
  const std::uint8_t channel = track.channel;
  // With running status a note-on of velocity 0 is the shorter note-off: its status byte is the notes' own.
  const std::uint8_t off_status = byte((options.running_status ? 0x90 : 0x80) | channel);
  const std::uint8_t off_velocity = options.running_status ? 0 : kReleaseVelocity;
  for (const ControlChange& control : track.controls) {
    chunk.add(control.tick, Rank::kControl, {byte(0xb0 | channel), control.controller, control.value});
  }
  for (const PitchBend& bend : track.bends) {
    const int value = bend.value + 8192;
    chunk.add(bend.tick, Rank::kBend, {byte(0xe0 | channel), byte(value & 0x7f), byte(value >> 7)});
  }
  for (std::size_t n = 0; n < track.notes.size(); ++n) {
    const Note& note = track.notes[n];
    if (!programs.is_constant(channel) && programs.comes_before(number, n)) {
      chunk.add(note.onset, Rank::kNote, {byte(0xc0 | channel), track.program});
    }
    chunk.add(note.onset, Rank::kNote, {byte(0x90 | channel), note.pitch, note.velocity});
    chunk.add(note.onset + note.duration, note.duration > 0 ? Rank::kNoteOff : Rank::kNote,
              {off_status, note.pitch, off_velocity});
  }
}

/// The score in ticks of SMPTE frames, without tempos.
Score in_frames(const Score& score, const WriteOptions::Smpte& smpte) {
  const TempoMap map(score);
  const double rate = smpte.frames_per_second == 29 ? 30'000.0 / 1'001.0 : smpte.frames_per_second;
  const auto frames = [&](Tick tick) {
    constexpr double kMost = 1e15;  // far more than can be written
    return static_cast<Tick>(std::llround(std::min(kMost, map.seconds(tick) * rate * smpte.ticks_per_frame)));
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
  const Programs programs(score);

  std::vector<std::uint8_t> out{'M', 'T', 'h', 'd'};
  append_big_endian(out, 6, 4);
  append_big_endian(out, static_cast<std::uint64_t>(options.format), 2);
  append_big_endian(out, options.format == 0 ? 1 : score.tracks.size() + 1, 2);
  if (options.smpte) {
    out.push_back(byte(256 - options.smpte->frames_per_second));
    out.push_back(byte(options.smpte->ticks_per_frame));
  } else {
    append_big_endian(out, static_cast<std::uint64_t>(score.ppq), 2);
  }

  ChunkWriter conductor;
  add_conductor(conductor, score);
  std::array<bool, 16> program_given{};
  const auto give_program = [&](ChunkWriter& chunk, const Track& track) {
    if (programs.is_constant(track.channel) && !program_given[track.channel]) {
      chunk.add(0, Rank::kProgram, {byte(0xc0 | track.channel), track.program});
    }
    program_given[track.channel] = options.format == 0;  // a chunk of its own says it again
  };
  if (options.format == 0) {
    for (std::size_t t = 0; t < score.tracks.size(); ++t) {
      give_program(conductor, score.tracks[t]);
      add_track(conductor, score.tracks[t], t, programs, options);
    }
    conductor.write(out, options.running_status);
    return out;
  }
  conductor.write(out, options.running_status);
  for (std::size_t t = 0; t < score.tracks.size(); ++t) {
    ChunkWriter chunk;
    if (!score.tracks[t].name.empty()) chunk.add_text(0, TextKind::kTrackName, score.tracks[t].name);
    give_program(chunk, score.tracks[t]);
    add_track(chunk, score.tracks[t], t, programs, options);
    chunk.write(out, options.running_status);
  }
  return out;
}

void write_file(const std::filesystem::path& path, const Score& score, const WriteOptions& options) {
  write_file_atomically(path, write(score, options));
}

}  // namespace continuo::midi
