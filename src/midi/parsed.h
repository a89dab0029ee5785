// What the bytes of a MIDI file say, in the order of the file, before it becomes a Score.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "continuo/midi/midi.h"
#include "midi/status.h"

namespace continuo::midi {

/// Bytes of a file: positions in it are kept in 32 bits.
inline constexpr std::uint64_t kMaxFileSize = 0xffffffff;

inline constexpr std::uint32_t kNoIndex = std::numeric_limits<std::uint32_t>::max();

/// A note while it is gathered. Notes stand in the order of their note-ons. Positions are bytes of the file: among
/// events of one tick the one with the lower position comes first, across chunks as within one.
struct RawNote {
  Tick onset;
  Tick end;                ///< while open: index of the next open note of this pitch, or -1
  std::uint32_t position;  ///< of the note-on's data
  std::uint32_t ended_by;  ///< position of what ends it
  std::uint32_t source;    ///< index into Parsed::sources
  std::uint8_t pitch;
  std::uint8_t velocity;
  bool open;
  bool ends_after_pedal;
};

struct RawControl {
  Tick tick;
  std::uint32_t position;
  std::uint32_t source;
  std::uint8_t controller;
  std::uint8_t value;
};

struct RawBend {
  Tick tick;
  std::uint32_t position;
  std::uint32_t source;
  std::int16_t value;
};

/// A program change, or what makes a channel percussion or ends that.
struct RawProgram {
  enum class Percussion : std::uint8_t { kAsBefore, kOn, kOff };
  Tick tick;
  std::uint32_t position;
  std::uint32_t source;
  std::uint8_t program;  ///< or kSameProgram
  Percussion percussion;
};
inline constexpr std::uint8_t kSameProgram = 0xff;

/// A channel-mode message (controllers 120 to 127).
struct RawMode {
  Tick tick;
  std::uint32_t position;
  std::uint32_t source;
  std::uint8_t controller;
};

/// One channel in one chunk.
struct Source {
  std::uint32_t chunk;
  std::uint16_t line;  ///< port * 16 + channel: what programs, controls and channel modes act on
  std::uint8_t channel() const noexcept { return line & 15; }
  std::uint8_t port() const noexcept { return static_cast<std::uint8_t>(line >> 4); }
};

struct Parsed {
  std::vector<RawNote> notes;
  std::vector<RawControl> controls;
  std::vector<RawBend> bends;
  std::vector<RawProgram> programs;
  std::vector<RawMode> modes;
  std::vector<Source> sources;
  std::vector<std::uint32_t> chunk_names;  ///< by chunk: index of its first track name in score.texts, or kNoIndex
  Score score;                             ///< tempos, signatures and texts as they stood; no tracks yet
};

/// Collects warnings up to a limit; the text of one that is not kept is never made.
class Warnings {
 public:
  Warnings(ReadResult& result, const ReadOptions& options) : result_(result), max_(options.max_warnings) {}

  template <class MakeText>
  void add(std::uint64_t offset, MakeText make_text) {
    if (result_.warning_count++ < max_) result_.warnings.push_back({offset, make_text()});
  }
  void add(std::uint64_t offset, const char* text) {
    add(offset, [text] { return std::string(text); });
  }

 private:
  ReadResult& result_;
  std::size_t max_;
};

/// Does what channel-mode messages say (MIDI 1.0, "Channel Mode Messages"): notes end, pedals are released, controllers
/// return to their defaults (RP-015), as far as a Score has them.
void apply_modes(Parsed& parsed);

/// Marks the notes that end behind the press of a pedal at the same tick.
void mark_pedal_order(Parsed& parsed);

/// Turns what was parsed into a Score in normal form. `names_tracks`: whether the name of a chunk with notes is its
/// tracks' (otherwise, as in format 0, the piece's).
Score assemble(Parsed&& parsed, bool names_tracks);

}  // namespace continuo::midi
