// Chunks as lists of events in the order of the file, new ones among them, and back to bytes.
#include "continuo/midi/extend.h"

#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <tuple>
#include <utility>

#include "midi/chunk_writer.h"
#include "midi/status.h"

namespace continuo::midi {
namespace {

constexpr std::size_t kHeaderBytes = 14;
constexpr std::size_t kVoters = 64;  // notes by which the chunk of a track is found

/// Of events of one tick: what ends or prepares, what the file has, what begins.
enum class Turn : std::uint8_t { kBefore, kGiven, kAfter };

struct ChunkEvent {
  Tick tick = 0;
  Turn turn = Turn::kGiven;
  std::vector<std::uint8_t> bytes;  ///< with their status
  std::uint8_t status() const { return bytes.front(); }
  bool begins_note() const { return (status() & 0xf0) == 0x90 && bytes[2] > 0; }
  bool ends_note() const { return (status() & 0xf0) == 0x80 || ((status() & 0xf0) == 0x90 && bytes[2] == 0); }
  int channel() const { return status() < 0xf0 ? status() & 15 : -1; }
};

struct FileChunk {
  std::vector<ChunkEvent> events;  ///< without End of Track
  Tick end = 0;                    ///< of which this is the tick
  int port = 0;
};

/// Strict: what is not quite as the specification says makes it fail.
class ChunkReader {
 public:
  explicit ChunkReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  bool read(FileChunk& chunk) {
    Tick tick = 0;
    std::uint8_t running = 0;
    while (at_ < bytes_.size()) {
      std::uint64_t delta = 0;
      if (!number(delta) || at_ == bytes_.size()) return false;
      tick += static_cast<Tick>(delta);
      std::uint8_t status = bytes_[at_];
      if (status >= 0x80) {
        ++at_;
      } else {
        status = running;
      }
      if (status == kMeta) {
        if (at_ + 2 == bytes_.size() && bytes_[at_] == 0x2f && bytes_[at_ + 1] == 0) {
          chunk.end = tick;
          return true;
        }
        if (at_ == bytes_.size() || bytes_[at_] == 0x2f || !block(chunk, tick, {kMeta, bytes_[at_++]})) return false;
        const auto& meta = chunk.events.back().bytes;
        if (meta[1] == 0x21 && meta.size() == 4) chunk.port = meta[3];
        running = 0;
      } else if (status == kSysex || status == kEscape) {
        if (!block(chunk, tick, {status})) return false;
        running = 0;
      } else {
        const std::size_t length = (status & 0xe0) == 0xc0 ? 1 : 2;
        if (status < 0x80 || status >= 0xf0 || bytes_.size() - at_ < length) return false;
        ChunkEvent event{.tick = tick, .bytes = {status}};
        for (std::size_t i = 0; i < length; ++i) {
          if (bytes_[at_] >= 0x80) return false;
          event.bytes.push_back(bytes_[at_++]);
        }
        chunk.events.push_back(std::move(event));
        running = status;
      }
    }
    return false;  // no End of Track
  }

 private:
  bool number(std::uint64_t& value) {
    value = 0;
    for (int i = 0; i < 4 && at_ < bytes_.size(); ++i) {
      const std::uint8_t byte = bytes_[at_++];
      value = value << 7 | (byte & 0x7fU);
      if (byte < 0x80) return true;
    }
    return false;
  }
  /// A length and so many bytes.
  bool block(FileChunk& chunk, Tick tick, std::vector<std::uint8_t> head) {
    const std::size_t begin = at_;
    std::uint64_t length = 0;
    if (!number(length) || length > bytes_.size() - at_) return false;
    at_ += length;
    head.insert(head.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(begin),
                bytes_.begin() + static_cast<std::ptrdiff_t>(at_));
    chunk.events.push_back({.tick = tick, .bytes = std::move(head)});
    return true;
  }

  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
};

std::uint64_t big_endian_at(std::span<const std::uint8_t> bytes, std::size_t at, int count) {
  std::uint64_t value = 0;
  for (int i = 0; i < count; ++i) value = value << 8 | bytes[at + static_cast<std::size_t>(i)];
  return value;
}

struct FileParts {
  int format = 1;
  std::uint16_t division = 480;
  std::vector<FileChunk> chunks;
};

std::optional<FileParts> take_apart(std::span<const std::uint8_t> file) {
  const auto is_at = [&](std::size_t at, const char* letters) {
    return file.size() - at >= 8 && std::equal(letters, letters + 4, file.begin() + static_cast<std::ptrdiff_t>(at));
  };
  if (file.size() < kHeaderBytes || !is_at(0, "MThd") || big_endian_at(file, 4, 4) != 6) return std::nullopt;
  FileParts parts{.format = static_cast<int>(big_endian_at(file, 8, 2)),
                  .division = static_cast<std::uint16_t>(big_endian_at(file, 12, 2))};
  if (parts.format > 1 || parts.division == 0 || parts.division >= 0x8000) return std::nullopt;
  for (std::size_t at = kHeaderBytes; at < file.size();) {
    if (!is_at(at, "MTrk")) return std::nullopt;
    const std::size_t length = big_endian_at(file, at + 4, 4);
    if (length > file.size() - at - 8) return std::nullopt;
    if (!ChunkReader(file.subspan(at + 8, length)).read(parts.chunks.emplace_back())) return std::nullopt;
    at += 8 + length;
  }
  if (parts.chunks.size() != big_endian_at(file, 10, 2) || parts.chunks.empty()) return std::nullopt;
  if (parts.format == 0 && parts.chunks.size() != 1) return std::nullopt;
  return parts;
}

/// Leaves out what stands at `end` or later; what sounds there ends there.
void cut_off(FileChunk& chunk, Tick end) {
  std::map<std::pair<int, int>, int> open;  // by channel and key
  std::vector<ChunkEvent> kept;
  for (ChunkEvent& event : chunk.events) {
    if (event.tick >= end) break;
    if (event.begins_note()) ++open[{event.channel(), event.bytes[1]}];
    if (event.ends_note()) {
      int& count = open[{event.channel(), event.bytes[1]}];
      count = std::max(0, count - 1);
    }
    kept.push_back(std::move(event));
  }
  for (const auto& [key, count] : open)
    for (int i = 0; i < count; ++i)
      kept.push_back(
          {.tick = end,
           .turn = Turn::kBefore,
           .bytes = {static_cast<std::uint8_t>(0x90 | key.first), static_cast<std::uint8_t>(key.second), 0}});
  chunk.events = std::move(kept);
  chunk.end = std::min(chunk.end, end);
}

void sort_events(FileChunk& chunk) {
  std::stable_sort(chunk.events.begin(), chunk.events.end(), [](const ChunkEvent& a, const ChunkEvent& b) {
    return std::tie(a.tick, a.turn) < std::tie(b.tick, b.turn);
  });
}

class Extender {
 public:
  Extender(FileParts& parts, const Spliced& music) : parts_(parts), music_(music) {}

  void extend() {
    find_chunks();
    for (std::size_t t = 0; t < music_.added.tracks.size(); ++t) add_track(t);
    FileChunk& first = parts_.chunks.front();
    for (const TempoChange& tempo : music_.added.tempos) {
      const std::uint32_t value = tempo.microseconds_per_quarter;
      add(first, tempo.tick, Turn::kAfter, {kMeta, 0x51, 3, byte(value >> 16), byte(value >> 8), byte(value)});
    }
    for (const TimeSignature& metre : music_.added.time_signatures) {
      const int clocks = std::max(1, 96 / metre.denominator);
      add(first, metre.tick, Turn::kAfter,
          {kMeta, 0x58, 4, byte(metre.numerator), byte(std::countr_zero(static_cast<unsigned>(metre.denominator))),
           byte(clocks), 8});
    }
    for (FileChunk& chunk : parts_.chunks) sort_events(chunk);
    give_programs();
    for (FileChunk& chunk : parts_.chunks) sort_events(chunk);
  }

 private:
  static std::uint8_t byte(std::int64_t value) { return static_cast<std::uint8_t>(value); }
  static void add(FileChunk& chunk, Tick tick, Turn turn, std::vector<std::uint8_t> bytes) {
    chunk.events.push_back({.tick = tick, .turn = turn, .bytes = std::move(bytes)});
  }

  /// The chunk of its port in which most of the first notes of each given track stand.
  void find_chunks() {
    std::map<std::tuple<Tick, int, int>, std::vector<std::size_t>> begins;  // tick, channel, key
    for (std::size_t c = 0; c < parts_.chunks.size(); ++c)
      for (const ChunkEvent& event : parts_.chunks[c].events)
        if (event.begins_note()) begins[{event.tick, event.channel(), event.bytes[1]}].push_back(c);
    for (std::size_t t = 0; t < music_.added.tracks.size(); ++t) {
      const Track& track = music_.score.tracks[t];
      std::vector<int> votes(parts_.chunks.size(), 0);
      for (std::size_t n = 0; n < std::min(kVoters, track.notes.size()); ++n) {
        const auto found = begins.find({track.notes[n].onset, track.channel, track.notes[n].pitch});
        if (found == begins.end()) continue;
        for (const std::size_t chunk : found->second)
          if (parts_.chunks[chunk].port == track.port) ++votes[chunk];
      }
      const auto most = std::max_element(votes.begin(), votes.end());
      chunk_of_.push_back(*most > 0 ? static_cast<std::size_t>(most - votes.begin()) : kNone);
    }
  }

  void add_track(std::size_t t) {
    const Track& track = music_.added.tracks[t];
    if (track.notes.empty() && track.controls.empty() && track.bends.empty()) return;
    if (chunk_of_[t] == kNone) {
      if (parts_.format == 0) {
        chunk_of_[t] = 0;
      } else {
        chunk_of_[t] = parts_.chunks.size();
        FileChunk& own = parts_.chunks.emplace_back(FileChunk{.events = {}, .port = track.port});
        if (track.port != 0) add(own, 0, Turn::kBefore, {kMeta, kPort, 1, track.port});
        std::vector<std::uint8_t> name{kMeta, 0x03, byte(std::min<std::size_t>(127, track.name.size()))};
        name.insert(name.end(), track.name.begin(),
                    track.name.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(127, track.name.size())));
        if (!track.name.empty()) add(own, 0, Turn::kBefore, std::move(name));
      }
    }
    FileChunk& chunk = parts_.chunks[chunk_of_[t]];
    for (const ControlChange& control : track.controls)
      add(chunk, control.tick, Turn::kAfter, {byte(0xb0 | track.channel), control.controller, control.value});
    for (const PitchBend& bend : track.bends) {
      const int value = bend.value + 8192;
      add(chunk, bend.tick, Turn::kAfter, {byte(0xe0 | track.channel), byte(value & 0x7f), byte(value >> 7)});
    }
    for (const Note& note : track.notes) {
      add(chunk, note.onset, Turn::kAfter, {byte(0x90 | track.channel), note.pitch, note.velocity});
      add(chunk, note.onset + note.duration, Turn::kBefore, {byte(0x90 | track.channel), note.pitch, 0});
      needs_[{chunk_of_[t], note.onset, track.channel, note.pitch}] = track.program;
    }
  }

  /// Walks through all chunks as a player does, and gives each note the program that it needs: a new one that of its
  /// track, a given one that which the file had given it.
  void give_programs() {
    struct Step {
      Tick tick;
      std::size_t chunk, index;
    };
    std::vector<Step> steps;
    for (std::size_t c = 0; c < parts_.chunks.size(); ++c)
      for (std::size_t i = 0; i < parts_.chunks[c].events.size(); ++i)
        if (parts_.chunks[c].events[i].status() < 0xf0) steps.push_back({parts_.chunks[c].events[i].tick, c, i});
    std::stable_sort(steps.begin(), steps.end(), [](const Step& a, const Step& b) { return a.tick < b.tick; });
    std::map<std::pair<int, int>, std::pair<int, int>> programs;  // by port and channel: of the file, in force
    for (const Step& step : steps) {
      FileChunk& chunk = parts_.chunks[step.chunk];
      const ChunkEvent event = chunk.events[step.index];
      const int channel = event.channel();
      auto& [of_file, in_force] = programs[{chunk.port, channel}];
      if ((event.status() & 0xf0) == 0xc0) of_file = in_force = event.bytes[1];
      if (!event.begins_note() || channel == kDrumChannel) continue;
      int wanted = of_file;
      if (event.turn == Turn::kAfter) wanted = needs_.at({step.chunk, event.tick, channel, event.bytes[1]});
      if (wanted == in_force) continue;
      in_force = wanted;
      // Before everything that begins at this tick: the insertion stands with what prepares, or right before the note.
      const Turn turn = event.turn == Turn::kAfter ? Turn::kAfter : Turn::kBefore;
      inserted_.push_back(
          {step.chunk, step.index, {.tick = event.tick, .turn = turn, .bytes = {byte(0xc0 | channel), byte(wanted)}}});
    }
    // From the back, so that the places before stay right.
    std::stable_sort(inserted_.begin(), inserted_.end(),
                     [](const Insertion& a, const Insertion& b) { return a.index > b.index; });
    for (Insertion& insertion : inserted_) {
      auto& events = parts_.chunks[insertion.chunk].events;
      events.insert(events.begin() + static_cast<std::ptrdiff_t>(insertion.index), std::move(insertion.event));
    }
  }

  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  struct Insertion {
    std::size_t chunk = 0, index = 0;
    ChunkEvent event;
  };

  FileParts& parts_;
  const Spliced& music_;
  std::vector<std::size_t> chunk_of_;                             ///< by track
  std::map<std::tuple<std::size_t, Tick, int, int>, int> needs_;  ///< program by chunk, tick, channel, key of new notes
  std::vector<Insertion> inserted_;
};

void append_number(std::vector<std::uint8_t>& out, std::uint64_t value) {
  std::array<std::uint8_t, 10> digits{};
  std::size_t count = 0;
  do {
    digits[count++] = static_cast<std::uint8_t>(value & 0x7f);
    value >>= 7;
  } while (value > 0);
  while (count > 0) {
    --count;
    out.push_back(static_cast<std::uint8_t>(digits[count] | (count > 0 ? 0x80 : 0)));
  }
}

std::vector<std::uint8_t> put_together(const FileParts& parts) {
  std::vector<std::uint8_t> out{'M', 'T', 'h', 'd'};
  append_big_endian(out, 6, 4);
  append_big_endian(out, static_cast<std::uint64_t>(parts.format), 2);
  append_big_endian(out, parts.chunks.size(), 2);
  append_big_endian(out, parts.division, 2);
  for (const FileChunk& chunk : parts.chunks) {
    std::vector<std::uint8_t> body;
    Tick now = 0;
    std::uint8_t running = 0;
    for (const ChunkEvent& event : chunk.events) {
      append_number(body, static_cast<std::uint64_t>(event.tick - now));
      now = event.tick;
      const bool repeats = event.status() < 0xf0 && event.status() == running;
      body.insert(body.end(), event.bytes.begin() + (repeats ? 1 : 0), event.bytes.end());
      running = event.status() < 0xf0 ? event.status() : 0;
    }
    append_number(body, static_cast<std::uint64_t>(std::max<Tick>(0, chunk.end - now)));
    body.insert(body.end(), {kMeta, 0x2f, 0});
    out.insert(out.end(), {'M', 'T', 'r', 'k'});
    append_big_endian(out, body.size(), 4);
    out.insert(out.end(), body.begin(), body.end());
  }
  return out;
}

/// In the order of channel and program, so that chunks may have had other tracks beside them.
Score without_order(Score score) {
  std::stable_sort(score.tracks.begin(), score.tracks.end(), [](const Track& a, const Track& b) {
    return std::tie(a.channel, a.program, a.name) < std::tie(b.channel, b.program, b.name);
  });
  return score;
}

}  // namespace

std::optional<std::vector<std::uint8_t>> extend(std::span<const std::uint8_t> file, const Spliced& music,
                                                const ExtendOptions& options) {
  auto parts = take_apart(file);
  if (!parts || parts->division != music.score.ppq) return std::nullopt;
  if (options.end)
    for (FileChunk& chunk : parts->chunks) cut_off(chunk, *options.end);
  Extender(*parts, music).extend();
  auto bytes = put_together(*parts);
  Score score = read(bytes).score;
  for (std::size_t t = 0; parts->format == 0 && t < score.tracks.size(); ++t) score.tracks[t].name.clear();
  Score wanted = music.score;
  for (std::size_t t = 0; parts->format == 0 && t < wanted.tracks.size(); ++t) wanted.tracks[t].name.clear();
  if (without_order(std::move(score)) != without_order(std::move(wanted))) return std::nullopt;
  return bytes;
}

}  // namespace continuo::midi
