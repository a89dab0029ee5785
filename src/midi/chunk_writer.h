// One track chunk in the making: events in any order, bytes in the order of time.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "continuo/music/score.h"

namespace continuo::midi {

/// Order of events within a tick. A note-off comes before the note-ons of its tick, so that no repeated note is cut.
enum class Rank : std::uint8_t {
  kNoteOff,
  kText,
  kSignature,
  kTempo,
  kControl,
  kNoteOffAfterPedal,
  kProgram,
  kBend,
  kNote
};

class ChunkWriter {
 public:
  /// Channel messages that are added from here on belong to this port.
  void set_port(std::uint8_t port) { port_ = port; }
  /// Makes room for so many more.
  void expect(std::size_t events);
  /// Events of one tick and rank keep the order in which they are added.
  void add(Tick tick, Rank rank, std::initializer_list<std::uint8_t> message);
  void add_text(Tick tick, TextKind kind, std::string_view text);

  /// Appends the chunk to `out`. Throws Error for what its length cannot say.
  void write(std::vector<std::uint8_t>& out, bool running_status);

 private:
  /// Small, for sorting moves them.
  struct Event {
    Tick tick;
    std::uint64_t order;   ///< rank, then number
    std::size_t begin;     ///< in bytes_
    std::uint32_t length;  ///< texts are shorter than 2^28 bytes
    std::uint8_t port;
  };
  void push(Tick tick, Rank rank, std::size_t begin);

  std::vector<Event> events_;
  std::vector<std::uint8_t> bytes_;
  std::uint8_t port_ = 0;
};

void append_big_endian(std::vector<std::uint8_t>& out, std::uint64_t value, int bytes);

}  // namespace continuo::midi
