// Track chunks: delta times, running status, channel messages. SMF 1.0 (RP-001), "Track Chunks".
#include "midi/track_parser.h"

#include <algorithm>
#include <cstring>

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

}  // namespace

TrackParser::TrackParser(std::span<const std::uint8_t> file, bool smpte, Parsed& parsed, Warnings& warnings)
    : file_(file), smpte_(smpte), parsed_(parsed), warnings_(warnings) {}

inline std::uint32_t TrackParser::source_of(std::uint8_t channel) {
  std::uint32_t& source = chunk_.sources[channel];
  if (source == kNoIndex) {
    source = static_cast<std::uint32_t>(parsed_.sources.size());
    parsed_.sources.push_back({.chunk = chunk_.number, .line = static_cast<std::uint16_t>(chunk_.port * 16 + channel)});
  }
  return source;
}

inline void TrackParser::note_on(std::uint8_t channel, std::uint8_t pitch, std::uint8_t velocity, Tick tick,
                                 const std::uint8_t* at) {
  const auto index = static_cast<std::uint32_t>(parsed_.notes.size());
  const std::uint32_t source = source_of(channel);
  OpenNotes& open = open_[channel * 128u + pitch];
  if (open.first == kNoIndex) {
    open.first = index;
  } else {
    parsed_.notes[open.last].end = index;
  }
  open.last = index;
  parsed_.notes.push_back({tick, -1, offset_of(at), source, pitch, velocity, true});
}

inline void TrackParser::note_off(std::uint8_t channel, std::uint8_t pitch, Tick tick, const std::uint8_t* at) {
  OpenNotes& open = open_[channel * 128u + pitch];
  if (open.first == kNoIndex) {
    if (chunk_.stray_offs++ == 0) chunk_.first_stray_off = offset_of(at);
    return;
  }
  RawNote& note = parsed_.notes[open.first];
  open.first = note.end < 0 ? kNoIndex : static_cast<std::uint32_t>(note.end);
  note.end = std::max(note.onset, tick);
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
  parsed_.controls.push_back({tick, source_of(channel), controller, value});
}

void TrackParser::program(std::uint8_t channel, std::uint8_t number, Tick tick, const std::uint8_t* at) {
  if (number >= 0x80) {
    warnings_.add(offset_of(at), "program number above 127: left out");
    return;
  }
  parsed_.programs.push_back({tick, source_of(channel), static_cast<std::uint32_t>(parsed_.notes.size()), number});
}

void TrackParser::bend(std::uint8_t channel, std::uint8_t low, std::uint8_t high, Tick tick, const std::uint8_t* at) {
  if ((low | high) >= 0x80) {
    warnings_.add(offset_of(at), "pitch bend byte above 127: left out");
    return;
  }
  const int value = (high << 7 | low) - 8192;
  parsed_.bends.push_back({tick, source_of(channel), static_cast<std::int16_t>(value)});
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

bool TrackParser::system_message(std::uint8_t status, const std::uint8_t*& p, const std::uint8_t* limit) {
  const std::uint64_t offset = offset_of(p) - 1;
  if (status == kSysex || status == kEscape) {
    int length_bytes = 0;
    const std::uint32_t length = variable_length(p, limit, length_bytes);
    if (length <= static_cast<std::uint64_t>(limit - p)) {
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

void TrackParser::finish_notes(Tick end) {
  if (chunk_.stray_offs > 0) {
    warnings_.add(chunk_.first_stray_off, [&] {
      return "the first of " + std::to_string(chunk_.stray_offs) + " note-offs without a note: left out";
    });
  }
  for (std::size_t i = chunk_.first_note; i < parsed_.notes.size(); ++i) {
    RawNote& note = parsed_.notes[i];
    if (!note.open) continue;
    const std::uint8_t channel = parsed_.sources[note.source].channel();
    open_[channel * 128u + note.pitch] = {};
    note.open = false;
    note.end = std::max(note.onset, end);
    warnings_.add(note.offset, [&] {
      return pitch_name(note.pitch) + " on channel " + std::to_string(channel + 1) +
             " is never switched off: it ends with its track";
    });
  }
}

TrackParser::End TrackParser::parse(std::size_t begin, std::size_t limit_position, Tick base) {
  chunk_ = {};
  chunk_.number = static_cast<std::uint32_t>(parsed_.chunk_names.size());
  chunk_.first_note = parsed_.notes.size();
  chunk_.sources.fill(kNoIndex);
  parsed_.chunk_names.push_back(kNoIndex);

  const std::uint8_t* p = file_.data() + begin;
  const std::uint8_t* const limit = file_.data() + limit_position;
  Tick clock = base;  // may run below base where a file steps back in time: later events keep their place
  Tick tick = base;
  std::uint8_t running = 0;
  bool interrupted = false;  // a meta event or system exclusive message stood since the last status byte
  bool end_of_track = false;
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
      if (!(status == kMeta ? meta_event(p, limit, tick, end_of_track) : system_message(status, p, limit))) break;
    }
  }
  finish_notes(tick);
  if (!end_of_track) warnings_.add(offset_of(p), "the track has no End of Track");
  return {static_cast<std::size_t>(p - file_.data()), end_of_track, tick};
}

}  // namespace continuo::midi
