// Track chunks: delta times, running status, channel messages. SMF 1.0 (RP-001), "Track Chunks".
#include "midi/track_parser.h"

#include <algorithm>
#include <cstring>

#include "midi/missing_note_offs.h"
#include "midi/status.h"

namespace continuo::midi {
namespace {

/// Variable-length quantity of any number of bytes, modulo 2^32; `length` receives how many. At `limit` it breaks off.
std::uint32_t variable_length(const std::uint8_t*& p, const std::uint8_t* limit, int& length) {
  std::uint32_t value = 0;
  length = 0;
  while (p < limit) {
    const std::uint8_t byte = *p++;
    value = value << 7 | (byte & 0x7fu);
    length = std::min(length + 1, 1000);
    if (byte < 0x80) break;
  }
  return value;
}

/// Whether events stand from `p` to `limit`, without a defect, and a note among them.
bool are_events(const std::uint8_t* p, const std::uint8_t* limit) {
  std::uint8_t running = 0;
  bool notes = false;
  while (p < limit) {
    int length = 0;
    (void)variable_length(p, limit, length);
    if (length > 4 || p >= limit) return false;
    if (*p >= 0x80) running = *p++;
    if (running < 0x80) return false;
    std::uint64_t bytes = 0;
    if (running < 0xf0) {
      bytes = (running & 0xe0) == 0xc0 ? 1 : 2;
      if (static_cast<std::uint64_t>(limit - p) < bytes) return false;
      for (std::uint64_t i = 0; i < bytes; ++i) {
        if (p[i] >= 0x80) return false;
      }
      notes = notes || (running >> 4 == 9 && p[1] > 0);
    } else {
      if (running != kMeta && running != kSysex && running != kEscape) return false;
      if (running == kMeta && p++ == limit) return false;
      bytes = variable_length(p, limit, length);
      if (bytes > static_cast<std::uint64_t>(limit - p)) return false;
      running = 0;
    }
    p += bytes;
  }
  return notes;
}

}  // namespace

TrackParser::TrackParser(std::span<const std::uint8_t> file, bool smpte, Parsed& parsed, Warnings& warnings)
    : file_(file), smpte_(smpte), parsed_(parsed), warnings_(warnings), banks_(256 * 16, 0) {}

/// Events that follow belong to this port.
void TrackParser::enter_port(std::uint8_t number) {
  for (std::size_t i = 0; i < chunk_.ports; ++i) {
    if (ports_[i]->number != number) continue;
    port_ = ports_[i].get();
    return;
  }
  if (chunk_.ports == ports_.size()) ports_.push_back(std::make_unique<Port>());
  port_ = ports_[chunk_.ports++].get();
  port_->number = number;
  port_->sources.fill(kNoIndex);
}

std::uint32_t TrackParser::add_source(std::uint8_t channel) {
  const auto source = static_cast<std::uint32_t>(parsed_.sources.size());
  parsed_.sources.push_back({.chunk = chunk_.number, .line = static_cast<std::uint16_t>(port_->number * 16 + channel)});
  port_->sources[channel] = source;
  return source;
}

inline std::uint32_t TrackParser::source_of(std::uint8_t channel) {
  const std::uint32_t source = port_->sources[channel];
  return source != kNoIndex ? source : add_source(channel);
}

inline void TrackParser::note_on(std::uint8_t channel, std::uint8_t pitch, std::uint8_t velocity, Tick tick,
                                 const std::uint8_t* at) {
  const auto index = static_cast<std::uint32_t>(parsed_.notes.size());
  const std::uint32_t source = source_of(channel);
  OpenNotes& open = port_->open[channel * 128u + pitch];
  if (open.first == kNoIndex) {
    open.first = index;
  } else {
    parsed_.notes[open.last].end = index;
  }
  open.last = index;
  parsed_.notes.push_back({tick, -1, position_of(at), 0, source, pitch, velocity, true, false});
}

inline void TrackParser::note_off(std::uint8_t channel, std::uint8_t pitch, Tick tick, const std::uint8_t* at) {
  OpenNotes& open = port_->open[channel * 128u + pitch];
  if (open.first == kNoIndex) {
    if (chunk_.stray_offs++ == 0) chunk_.first_stray_off = offset_of(at);
    return;
  }
  RawNote& note = parsed_.notes[open.first];
  open.first = note.end < 0 ? kNoIndex : static_cast<std::uint32_t>(note.end);
  note.end = std::max(note.onset, tick);
  note.ended_by = position_of(at);
  note.open = false;
}

void TrackParser::control(std::uint8_t channel, std::uint8_t controller, std::uint8_t value, Tick tick,
                          const std::uint8_t* at) {
  if (controller >= 0x80) {
    warnings_.add(offset_of(at), "controller number above 127: left out");
    return;
  }
  if (value >= 0x80) {
    warnings_.add(offset_of(at) + 1, "controller value above 127: taken as 127");
    value = 127;
  }
  if (controller >= kFirstMode) {
    mode(channel, controller, tick, at);
    return;
  }
  if (controller == 0) banks_[port_->number * 16u + channel] = value;
  parsed_.controls.push_back({tick, position_of(at), source_of(channel), controller, value});
}

/// Ends the notes of this chunk at once, so that later note-offs find their own notes; what the message does beyond the
/// chunk is done when all chunks are read (apply_modes).
void TrackParser::mode(std::uint8_t channel, std::uint8_t controller, Tick tick, const std::uint8_t* at) {
  if (controller == kLocalControl) return;  // about the keys of an instrument
  parsed_.modes.push_back({tick, position_of(at), source_of(channel), controller});
  if (controller == kResetControllers) return;
  for (std::uint32_t pitch = 0; pitch < 128; ++pitch) {
    while (port_->open[channel * 128u + pitch].first != kNoIndex) {
      note_off(channel, static_cast<std::uint8_t>(pitch), tick, at);
    }
  }
}

void TrackParser::program(std::uint8_t channel, std::uint8_t number, Tick tick, const std::uint8_t* at) {
  if (number >= 0x80) {
    warnings_.add(offset_of(at), "program number above 127: left out");
    return;
  }
  auto percussion = RawProgram::Percussion::kAsBefore;
  if (system_ != System::kOther) {
    // Drum kits: banks 126 and 127 of XG, 120 of GM2.
    const std::uint8_t bank = banks_[port_->number * 16u + channel];
    percussion = bank == 120 || bank >= 126 ? RawProgram::Percussion::kOn : RawProgram::Percussion::kOff;
  }
  parsed_.programs.push_back({tick, position_of(at), source_of(channel), number, percussion});
}

void TrackParser::bend(std::uint8_t channel, std::uint8_t low, std::uint8_t high, Tick tick, const std::uint8_t* at) {
  if ((low | high) >= 0x80) {
    warnings_.add(offset_of(at), "pitch bend byte above 127: left out");
    return;
  }
  const int value = (high << 7 | low) - 8192;
  parsed_.bends.push_back({tick, position_of(at), source_of(channel), static_cast<std::int16_t>(value)});
}

Tick TrackParser::long_delta(const std::uint8_t*& p, const std::uint8_t* limit) {
  const std::uint64_t offset = offset_of(p);
  int length = 0;
  const std::uint32_t value = variable_length(p, limit, length);
  if (length <= 4) return value;
  // Programs that write 32-bit differences of times let a step back in time come out as five such bytes.
  const auto delta = static_cast<std::int32_t>(value);
  warnings_.add(offset, [&] {
    return "delta time of " + std::to_string(length) + " bytes, four is the most: taken as " + std::to_string(delta) +
           " ticks";
  });
  return delta;
}

bool TrackParser::channel_message(std::uint8_t status, const std::uint8_t*& p, const std::uint8_t* limit, Tick tick) {
  const std::uint8_t channel = status & 15;
  const std::uint8_t* const data = p;
  const std::ptrdiff_t length = (status & 0xe0) == 0xc0 ? 1 : 2;  // program change and channel pressure: one byte
  if (limit - p < length) {
    warnings_.add(offset_of(p), "the track breaks off within an event");
    p = limit;
    return false;
  }
  p += length;
  switch (status >> 4) {
    case 0x9:
      if (data[0] >= 0x80) {
        if (data[1] != 0) warnings_.add(offset_of(data), "note with a key above 127: left out");
      } else if (data[1] == 0) {
        note_off(channel, data[0], tick, data);
      } else {
        if (data[1] >= 0x80) warnings_.add(offset_of(data) + 1, "velocity above 127: taken as 127");
        note_on(channel, data[0], std::min<std::uint8_t>(data[1], 127), tick, data);
      }
      break;
    case 0x8:
      if (data[0] < 0x80) note_off(channel, data[0], tick, data);
      break;
    case 0xb:
      control(channel, data[0], data[1], tick, data);
      break;
    case 0xc:
      program(channel, data[0], tick, data);
      break;
    case 0xe:
      bend(channel, data[0], data[1], tick, data);
      break;
    default:
      break;  // key and channel pressure have no place in a Score
  }
  return true;
}

/// System exclusive messages that say which channels are percussion. `data`: from the maker's number to the F7.
void TrackParser::exclusive(std::span<const std::uint8_t> data, Tick tick) {
  constexpr std::uint8_t kYamaha = 0x43, kRoland = 0x41, kUniversal = 0x7e;
  if (data.size() >= 7 && data[0] == kYamaha && (data[1] & 0xf0) == 0x10 && data[2] == 0x4c && data[3] == 0 &&
      data[4] == 0 && data[5] == 0x7e && data[6] == 0) {
    system_ = System::kXg;  // "XG System On"
  } else if (data.size() >= 4 && data[0] == kUniversal && data[2] == 0x09) {
    system_ = data[3] == 3 ? System::kGm2 : System::kOther;  // "General MIDI 2 System On"; level 1 on, or off
  } else if (data.size() >= 9 && data[0] == kRoland && data[2] == 0x42 && data[3] == 0x12 && data[4] == 0x40) {
    if (data[5] == 0 && data[6] == 0x7f && data[7] == 0) system_ = System::kOther;  // "GS Reset"
    if ((data[5] & 0xf0) != 0x10 || data[6] != 0x15) return;
    // "Use for rhythm part". Parts count from channel 10, which is their first, over 1 to 9, to 11 to 16.
    const std::uint8_t part = data[5] & 0x0f;
    const std::uint8_t channel = part == 0 ? 9 : part < 10 ? part - 1 : part;
    parsed_.programs.push_back({tick, position_of(data.data()), source_of(channel), kSameProgram,
                                data[7] == 0 ? RawProgram::Percussion::kOff : RawProgram::Percussion::kOn});
  }
}

bool TrackParser::system_message(std::uint8_t status, const std::uint8_t*& p, const std::uint8_t* limit, Tick tick) {
  const std::uint64_t offset = offset_of(p) - 1;
  if (status == kSysex || status == kEscape) {
    int length_bytes = 0;
    const std::uint32_t length = variable_length(p, limit, length_bytes);
    if (length <= static_cast<std::uint64_t>(limit - p)) {
      if (status == kSysex) exclusive({p, length}, tick);
      p += length;
      return true;
    }
    const void* end = std::memchr(p, kEscape, static_cast<std::size_t>(limit - p));
    if (end != nullptr) {
      warnings_.add(offset, "system exclusive message longer than its track: skipped up to its F7");
      p = static_cast<const std::uint8_t*>(end) + 1;
      return true;
    }
    warnings_.add(offset, "system exclusive message longer than its track: the rest of the track is lost");
    p = limit;
    return false;
  }
  // F1 to F6 and F8 to FE belong on a cable, not in a file; skipped with the data bytes that they have there.
  const std::ptrdiff_t length = status == 0xf2 ? 2 : (status == 0xf1 || status == 0xf3 ? 1 : 0);
  warnings_.add(offset, "system message that has no place in a file: left out");
  p += std::min(length, limit - p);
  return true;
}

bool TrackParser::meta_event(const std::uint8_t*& p, const std::uint8_t* limit, Tick tick, bool& end_of_track) {
  constexpr std::uint8_t kEndOfTrack = 0x2f;
  const std::uint64_t offset = offset_of(p) - 1;
  if (p == limit) {
    warnings_.add(offset, "the track breaks off within an event");
    return false;
  }
  const std::uint8_t type = *p++;
  int length_bytes = 0;
  const std::uint32_t length = variable_length(p, limit, length_bytes);
  const auto left = static_cast<std::size_t>(limit - p);
  if (type == kEndOfTrack) {
    if (length_bytes != 1 || length != 0) warnings_.add(offset, "End of Track has a length other than 0");
    p += std::min<std::size_t>(length, left);
    end_of_track = true;
    return false;
  }
  if (length > left) {
    warnings_.add(offset, "meta event longer than its track: the rest of the track is lost");
    p = limit;
    return false;
  }
  meta_content(type, {p, length}, tick);
  p += length;
  return true;
}

/// Gives every note of the chunk its end.
void TrackParser::finish_notes(Tick end) {
  if (chunk_.stray_offs > 0) {
    warnings_.add(chunk_.first_stray_off, [&] {
      return "the first of " + std::to_string(chunk_.stray_offs) + " note-offs without a note: left out";
    });
  }
  bool open = false;
  for (std::size_t i = chunk_.first_note; i < parsed_.notes.size(); ++i) {
    if (!parsed_.notes[i].open) continue;
    open = true;
    close_key(parsed_.notes[i]);
  }
  if (open) supply_note_ends(parsed_, chunk_.first_note, end, warnings_);
}

void TrackParser::close_key(const RawNote& note) {
  const Source& source = parsed_.sources[note.source];
  for (std::size_t i = 0; i < chunk_.ports; ++i) {
    if (ports_[i]->number == source.port()) ports_[i]->open[source.channel() * 128u + note.pitch] = {};
  }
}

TrackParser::End TrackParser::parse(std::size_t begin, std::size_t limit_position, Tick base, bool reads_on) {
  chunk_ = {};
  chunk_.number = static_cast<std::uint32_t>(parsed_.chunk_names.size());
  chunk_.first_note = parsed_.notes.size();
  enter_port(0);
  parsed_.chunk_names.push_back(kNoIndex);

  const std::uint8_t* p = file_.data() + begin;
  const std::uint8_t* const limit = file_.data() + limit_position;
  Tick clock = base;  // may run below base where a file steps back in time: later events keep their place
  Tick tick = base;
  std::uint8_t running = 0;
  bool interrupted = false;  // a meta event or system exclusive message stood since the last status byte
  bool end_of_track = false;
  bool has_read_on = false;
  while (p < limit) {
    Tick delta = *p;
    if (delta < 0x80) {
      ++p;
    } else if (limit - p >= 2 && p[1] < 0x80 && clock <= kMaxTick - 0x4000) {
      delta = (delta & 0x7f) << 7 | p[1];
      p += 2;
    } else {
      const std::uint8_t* const at = p;
      delta = long_delta(p, limit);
      if (clock + delta > kMaxTick || clock + delta < -kMaxTick) {
        warnings_.add(offset_of(at), [&] { return "delta time of " + std::to_string(delta) + " ticks: left out"; });
        delta = 0;
      }
    }
    clock += delta;
    tick = std::clamp(clock, base, kMaxTick);
    if (p == limit) {
      warnings_.add(offset_of(p), "the track breaks off after a delta time");
      break;
    }
    std::uint8_t status = *p;
    if (status >= 0x80) {
      ++p;
      interrupted = false;
    } else if (running != 0) {
      status = running;
      if (interrupted && !chunk_.broken_running_status) {
        chunk_.broken_running_status = true;
        warnings_.add(offset_of(p), "running status goes on after a meta event or system exclusive message");
      }
    } else {
      const std::uint8_t* const at = p;
      while (p < limit && *p < 0x80) ++p;
      warnings_.add(offset_of(at),
                    [&] { return std::to_string(p - at) + " data bytes without a status byte before them: left out"; });
      if (p == limit) break;
      status = *p++;
    }
    if (status < 0xa0 && limit - p >= 2 && (p[0] | p[1]) < 0x80) {  // nearly all events: notes as they should be
      running = status;
      const std::uint8_t* const data = p;
      p += 2;
      if (status >= 0x90 && data[1] != 0) {
        note_on(status & 15, data[0], data[1], tick, data);
      } else {
        note_off(status & 15, data[0], tick, data);
      }
    } else if (status < 0xf0) {
      running = status;
      if (!channel_message(status, p, limit, tick)) break;
    } else {
      interrupted = interrupted || status == kMeta || status == kSysex || status == kEscape;
      if (status == kMeta ? meta_event(p, limit, tick, end_of_track) : system_message(status, p, limit, tick)) continue;
      if (!end_of_track || !reads_on || p == limit || !are_events(p, limit)) break;
      warnings_.add(offset_of(p), "events behind the End of Track: read as if it were not there");
      has_read_on = true;
      end_of_track = reads_on = false;
      running = 0;
    }
  }
  finish_notes(tick);
  if (!end_of_track && !has_read_on) warnings_.add(offset_of(p), "the track has no End of Track");
  return {static_cast<std::size_t>(p - file_.data()), end_of_track, tick};
}

}  // namespace continuo::midi
