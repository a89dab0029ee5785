// Reads the events of one track chunk after the other into a Parsed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

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
  /// Parses events from `begin` up to `limit` or an End of Track event, unless `reads_on` and what stands behind that
  /// is events, with a note among them.
  End parse(std::size_t begin, std::size_t limit, Tick base, bool reads_on);

 private:
  struct OpenNotes {
    std::uint32_t first = kNoIndex;
    std::uint32_t last = kNoIndex;
  };
  /// A port in the current chunk.
  struct Port {
    std::uint8_t number = 0;
    std::array<std::uint32_t, 16> sources{};
    std::array<OpenNotes, 16 * 128> open;  ///< all empty between chunks
  };
  /// What differs from chunk to chunk.
  struct Chunk {
    std::uint32_t number = 0;
    std::size_t first_note = 0;
    std::size_t ports = 0;  ///< how many of ports_ are its own
    std::size_t stray_offs = 0;
    std::uint64_t first_stray_off = 0;
    bool broken_running_status = false;
  };
  /// What the last "System On" of the file was: it says what bank numbers mean.
  enum class System : std::uint8_t { kOther, kXg, kGm2 };

  void enter_port(std::uint8_t number);
  std::uint32_t source_of(std::uint8_t channel);
  std::uint32_t add_source(std::uint8_t channel);
  void note_on(std::uint8_t channel, std::uint8_t pitch, std::uint8_t velocity, Tick tick, const std::uint8_t* at);
  void note_off(std::uint8_t channel, std::uint8_t pitch, Tick tick, const std::uint8_t* at);
  void control(std::uint8_t channel, std::uint8_t controller, std::uint8_t value, Tick tick, const std::uint8_t* at);
  void mode(std::uint8_t channel, std::uint8_t controller, Tick tick, const std::uint8_t* at);
  void program(std::uint8_t channel, std::uint8_t number, Tick tick, const std::uint8_t* at);
  void bend(std::uint8_t channel, std::uint8_t low, std::uint8_t high, Tick tick, const std::uint8_t* at);
  Tick long_delta(const std::uint8_t*& p, const std::uint8_t* limit);
  /// Each takes p behind the status byte and leaves it behind the event. False: the rest of the chunk is unusable.
  bool channel_message(std::uint8_t status, const std::uint8_t*& p, const std::uint8_t* limit, Tick tick);
  bool system_message(std::uint8_t status, const std::uint8_t*& p, const std::uint8_t* limit, Tick tick);
  void exclusive(std::span<const std::uint8_t> data, Tick tick);
  bool meta_event(const std::uint8_t*& p, const std::uint8_t* limit, Tick tick, bool& end_of_track);
  void meta_content(std::uint8_t type, std::span<const std::uint8_t> data, Tick tick);
  void finish_notes(Tick end);
  void close_key(const RawNote& note);
  std::uint64_t offset_of(const std::uint8_t* p) const { return static_cast<std::uint64_t>(p - file_.data()); }
  std::uint32_t position_of(const std::uint8_t* p) const { return static_cast<std::uint32_t>(p - file_.data()); }

  std::span<const std::uint8_t> file_;
  bool smpte_;
  bool warned_of_tempo_ = false;
  Parsed& parsed_;
  Warnings& warnings_;
  Chunk chunk_;
  System system_ = System::kOther;
  std::vector<std::uint8_t> banks_;  ///< by line: the last bank number (controller 0)
  std::vector<std::unique_ptr<Port>> ports_;
  Port* port_ = nullptr;  ///< the current one
};

}  // namespace continuo::midi
