// Reads the events of one track chunk after the other into a Parsed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "midi/parsed.h"

namespace continuo::midi {

/// Times inside a chunk run from `base`; the parser keeps them within [base, kMaxTick].
class TrackParser {
 public:
  /// `file` outlives the parser. `smpte`: tempo events have no effect on time and are ignored.
  TrackParser(std::span<const std::uint8_t> file, bool smpte, Parsed& parsed, Warnings& warnings);

  struct End {
    std::size_t position;  ///< behind the last byte that was read
    bool marked;           ///< by an End of Track event
    Tick tick;             ///< the time of the end
  };
  /// Parses events from `begin` up to an End of Track event or `limit`.
  End parse(std::size_t begin, std::size_t limit, Tick base);

 private:
  struct OpenNotes {
    std::uint32_t first = kNoIndex;
    std::uint32_t last = kNoIndex;
  };
  /// What differs from event to event of the current chunk.
  struct Chunk {
    std::uint32_t number = 0;
    std::size_t first_note = 0;
    std::uint8_t port = 0;
    std::array<std::uint32_t, 16> sources{};
    std::size_t stray_offs = 0;
    std::uint64_t first_stray_off = 0;
    bool broken_running_status = false;
  };

  std::uint32_t source_of(std::uint8_t channel);
  void note_on(std::uint8_t channel, std::uint8_t pitch, std::uint8_t velocity, Tick tick, const std::uint8_t* at);
  void note_off(std::uint8_t channel, std::uint8_t pitch, Tick tick, const std::uint8_t* at);
  void control(std::uint8_t channel, std::uint8_t controller, std::uint8_t value, Tick tick, const std::uint8_t* at);
  void program(std::uint8_t channel, std::uint8_t number, Tick tick, const std::uint8_t* at);
  void bend(std::uint8_t channel, std::uint8_t low, std::uint8_t high, Tick tick, const std::uint8_t* at);
  Tick long_delta(const std::uint8_t*& p, const std::uint8_t* limit);
  /// Each takes p behind the status byte and leaves it behind the event. False: the rest of the chunk is unusable.
  bool channel_message(std::uint8_t status, const std::uint8_t*& p, const std::uint8_t* limit, Tick tick);
  bool system_message(std::uint8_t status, const std::uint8_t*& p, const std::uint8_t* limit);
  bool meta_event(const std::uint8_t*& p, const std::uint8_t* limit, Tick tick, bool& end_of_track);
  void meta_content(std::uint8_t type, std::span<const std::uint8_t> data, Tick tick);
  void finish_notes(Tick end);
  std::uint64_t offset_of(const std::uint8_t* p) const { return static_cast<std::uint64_t>(p - file_.data()); }

  std::span<const std::uint8_t> file_;
  bool smpte_;
  bool warned_of_tempo_ = false;
  Parsed& parsed_;
  Warnings& warnings_;
  Chunk chunk_;
  std::array<OpenNotes, 16 * 128> open_;  ///< all empty between chunks
};

}  // namespace continuo::midi
