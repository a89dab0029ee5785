// Builds the bytes of Standard MIDI Files for tests, well-formed or not.
#pragma once

#include <gmock/gmock.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "continuo/midi/midi.h"

namespace continuo::midi::test {

using Bytes = std::vector<std::uint8_t>;

inline Bytes big_endian(std::uint32_t value, int bytes) {
  Bytes out;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(value >> shift));
  return out;
}

inline Bytes text(std::string_view letters) { return {letters.begin(), letters.end()}; }

inline Bytes join(std::initializer_list<Bytes> parts) {
  Bytes out;
  for (const Bytes& part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

inline Bytes header(std::uint32_t format, std::uint32_t tracks, std::uint32_t division) {
  return join({text("MThd"), big_endian(6, 4), big_endian(format, 2), big_endian(tracks, 2), big_endian(division, 2)});
}

/// A chunk whose length is the right one.
inline Bytes chunk(const Bytes& content, std::string_view letters = "MTrk") {
  return join({text(letters), big_endian(static_cast<std::uint32_t>(content.size()), 4), content});
}

/// A chunk that says a length of its own.
inline Bytes chunk_of_length(std::uint32_t length, const Bytes& content) {
  return join({text("MTrk"), big_endian(length, 4), content});
}

inline Bytes end_of_track() { return {0x00, 0xff, 0x2f, 0x00}; }

/// A track chunk with an End of Track.
inline Bytes track(const Bytes& events) { return chunk(join({events, end_of_track()})); }

/// Format 0, 96 ticks per quarter note, one track chunk with these events and an End of Track.
inline Bytes one_track(const Bytes& events) { return join({header(0, 1, 96), track(events)}); }

/// Position of the first event in one_track() and of its first chunk's length.
inline constexpr std::uint64_t kFirstEvent = 22;
inline constexpr std::uint64_t kFirstLength = 18;

/// C4 from tick 0 to 96.
inline Bytes middle_c() { return {0x00, 0x90, 60, 100, 0x60, 0x80, 60, 64}; }
inline Note middle_c_note() { return {0, 96, 60, 100}; }

MATCHER_P2(WarningAt, offset, part, "") {
  *result_listener << "at " << arg.offset << ": " << arg.text;
  return arg.offset == static_cast<std::uint64_t>(offset) && arg.text.find(part) != std::string::npos;
}

}  // namespace continuo::midi::test
