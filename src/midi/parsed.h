// What the bytes of a MIDI file say, in the order of the file, before it becomes a Score.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "continuo/midi/midi.h"

namespace continuo::midi {

/// Ticks beyond this are not believed: the longest delta time that a file can hold (four bytes of seven bits), which is
/// days of music. What was read can therefore always be written.
inline constexpr Tick kMaxTick = (Tick{1} << 28) - 1;

inline constexpr std::uint32_t kNoIndex = std::numeric_limits<std::uint32_t>::max();

/// A note while it is gathered. Notes stand in the order of their note-ons.
struct RawNote {
  Tick onset;
  Tick end;              ///< while open: index of the next open note of this pitch, or -1
  std::uint64_t offset;  ///< of the note-on's data
  std::uint32_t source;  ///< index into Parsed::sources
  std::uint8_t pitch;
  std::uint8_t velocity;
  bool open;
};

struct RawControl {
  Tick tick;
  std::uint32_t source;
  std::uint8_t controller;
  std::uint8_t value;
};

struct RawBend {
  Tick tick;
  std::uint32_t source;
  std::int16_t value;
};

struct RawProgram {
  Tick tick;
  std::uint32_t source;
  std::uint32_t note_index;  ///< how many of Parsed::notes stand before it in the file
  std::uint8_t program;
};

/// One channel in one chunk.
struct Source {
  std::uint32_t chunk;
  std::uint16_t line;  ///< port * 16 + channel: what a program change acts on
  std::uint8_t channel() const noexcept { return line & 15; }
};

struct Parsed {
  std::vector<RawNote> notes;
  std::vector<RawControl> controls;
  std::vector<RawBend> bends;
  std::vector<RawProgram> programs;
  std::vector<Source> sources;
  std::vector<std::uint32_t> chunk_names;  ///< by chunk: index of its first track name in score.texts, or kNoIndex
  Score score;                             ///< tempos, signatures and texts as they stood; no tracks yet
};

/// Collects warnings up to a limit; the text of one that is not kept is never made.
class Warnings {
 public:
  Warnings(ReadResult& result, const ReadOptions& options) : result_(result), most_(options.max_warnings) {}

  template <class MakeText>
  void add(std::uint64_t offset, MakeText make_text) {
    if (result_.warning_count++ < most_) result_.warnings.push_back({offset, make_text()});
  }
  void add(std::uint64_t offset, const char* text) {
    add(offset, [text] { return std::string(text); });
  }

 private:
  ReadResult& result_;
  std::size_t most_;
};

/// Turns what was parsed into a Score in normal form. `names_tracks`: whether the name of a chunk with notes is its
/// tracks' (otherwise, as in format 0, the piece's).
Score assemble(Parsed&& parsed, bool names_tracks);

}  // namespace continuo::midi
