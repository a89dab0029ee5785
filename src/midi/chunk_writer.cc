// Track chunks to bytes: delta times, running status, End of Track. SMF 1.0 (RP-001), "Track Chunks".
#include "midi/chunk_writer.h"

#include <algorithm>
#include <string>

#include "continuo/base/error.h"
#include "midi/status.h"

namespace continuo::midi {
namespace {

constexpr auto kLongestDelta = static_cast<std::uint64_t>(kMaxDelta);
constexpr std::size_t kHeadAndEnd = 12;            // of a chunk
constexpr std::uint8_t kSequencerSpecific = 0x7f;  // meta event

void append_variable_length(std::vector<std::uint8_t>& out, std::uint64_t value) {
  for (int shift = 21; shift > 0; shift -= 7) {
    if (value >> shift != 0) out.push_back(static_cast<std::uint8_t>(0x80u | (value >> shift & 0x7fu)));
  }
  out.push_back(static_cast<std::uint8_t>(value & 0x7fu));
}

}  // namespace

void append_big_endian(std::vector<std::uint8_t>& out, std::uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(value >> shift));
}

void ChunkWriter::expect(std::size_t events) {
  constexpr std::size_t kMessage = 3;
  events_.reserve(events_.size() + events);
  bytes_.reserve(bytes_.size() + kMessage * events);
}

void ChunkWriter::push(Tick tick, Rank rank, std::size_t begin) {
  const std::uint64_t order = static_cast<std::uint64_t>(rank) << 56 | events_.size();
  events_.push_back({tick, order, begin, static_cast<std::uint32_t>(bytes_.size() - begin), port_});
}

void ChunkWriter::add(Tick tick, Rank rank, std::initializer_list<std::uint8_t> message) {
  const std::size_t begin = bytes_.size();
  bytes_.insert(bytes_.end(), message);
  push(tick, rank, begin);
}

void ChunkWriter::add_text(Tick tick, TextKind kind, std::string_view text) {
  const std::size_t begin = bytes_.size();
  bytes_.push_back(kMeta);
  bytes_.push_back(static_cast<std::uint8_t>(kind));
  append_variable_length(bytes_, text.size());
  bytes_.insert(bytes_.end(), text.begin(), text.end());
  push(tick, Rank::kText, begin);
}

void ChunkWriter::write(std::vector<std::uint8_t>& out, bool running_status) {
  std::sort(events_.begin(), events_.end(),
            [](const Event& a, const Event& b) { return a.tick != b.tick ? a.tick < b.tick : a.order < b.order; });
  const std::size_t room = out.size() + bytes_.size() + 2 * events_.size() + kHeadAndEnd;
  if (room > out.capacity()) out.reserve(std::max(room, 2 * out.capacity()));
  out.insert(out.end(), {'M', 'T', 'r', 'k', 0, 0, 0, 0});
  const std::size_t begin = out.size();
  Tick clock = 0;
  std::uint8_t running = 0;
  std::uint8_t port = 0;
  for (const Event& event : events_) {
    if (event.tick > kMaxTick) {
      throw Error(
          {.message = "cannot write this score as MIDI: something happens at tick " + std::to_string(event.tick),
           .hint = "Ticks up to " + std::to_string(kMaxTick) + " can be: lower the ticks per quarter note.",
           .code = ErrorCode::kUnsupported});
    }
    auto delta = static_cast<std::uint64_t>(event.tick - clock);
    for (; delta > kLongestDelta; delta -= kLongestDelta) {  // an event that says nothing stands between
      append_variable_length(out, kLongestDelta);
      out.insert(out.end(), {kMeta, kSequencerSpecific, 0});
      running = 0;
    }
    append_variable_length(out, delta);
    clock = event.tick;
    const std::uint8_t* message = bytes_.data() + event.begin;
    const std::uint8_t* const end = message + event.length;
    const std::uint8_t status = *message;
    if (event.port != port && status != kMeta) {
      out.insert(out.end(), {kMeta, kPort, 1, event.port, 0});
      port = event.port;
      running = 0;
    }
    if (running_status && status == running) ++message;
    running = status < 0xf0 ? status : 0;
    out.insert(out.end(), message, end);
  }
  out.insert(out.end(), {0, kMeta, 0x2f, 0});
  const std::size_t length = out.size() - begin;
  if (length > 0xffffffffu) {
    throw Error({.message = "cannot write this score as MIDI: a track of " + std::to_string(length) + " bytes",
                 .hint = "A track can hold 4 GiB: split the score.",
                 .code = ErrorCode::kUnsupported});
  }
  for (int i = 0; i < 4; ++i)
    out[begin - 4 + static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(length >> (24 - 8 * i));
}

}  // namespace continuo::midi
