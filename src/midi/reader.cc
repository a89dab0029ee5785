// Standard MIDI Files: wrapper, header and chunks. SMF 1.0 (RP-001), "Header Chunks"; RMID as in RP-029.
#include <algorithm>
#include <cstring>
#include <string>

#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/midi/midi.h"
#include "midi/parsed.h"
#include "midi/track_parser.h"

namespace continuo::midi {
namespace {

constexpr std::size_t kChunkHead = 8;     // four letters and a length
constexpr std::size_t kHeaderLength = 6;  // what a header chunk holds
constexpr std::size_t kMaxJunk = 65'536;  // how far into a file its header is looked for
constexpr int kFallbackPpq = 480;
constexpr const char* kNotMidiHint = "Check that it is a MIDI file: its first four letters are MThd.";

std::uint32_t big_endian(const std::uint8_t* p, int bytes) {
  std::uint32_t value = 0;
  for (int i = 0; i < bytes; ++i) value = value << 8 | p[i];
  return value;
}

std::uint32_t little_endian_32(const std::uint8_t* p) {
  return std::uint32_t{p[3]} << 24 | std::uint32_t{p[2]} << 16 | std::uint32_t{p[1]} << 8 | p[0];
}

class Reader {
 public:
  Reader(std::span<const std::uint8_t> file, const ReadOptions& options)
      : file_(file), end_(file.size()), warnings_(result_, options) {}

  ReadResult read() {
    if (file_.size() > kMaxFileSize) {
      throw Error({.message = "a MIDI file of more than 4 GiB",
                   .offset = 0,
                   .hint = "No music is that long: split it.",
                   .code = ErrorCode::kUnsupported});
    }
    std::size_t position = read_header(find_header());
    const std::size_t first_chunk = position;
    parsed_.notes.reserve(std::min<std::size_t>(file_.size() / 8, 65'536));
    parsed_.controls.reserve(std::min<std::size_t>(file_.size() / 64, 8'192));
    TrackParser parser(file_, smpte_, parsed_, warnings_);
    while (position < end_) position = read_chunk(position, parser);
    if (parsed_.chunk_names.empty()) {
      throw Error({.message = "no track in this MIDI file",
                   .offset = first_chunk,
                   .hint = "The file holds nothing but a header. It may have been cut off: copy it again.",
                   .code = ErrorCode::kDamaged});
    }
    if (parsed_.chunk_names.size() != declared_tracks_) {
      warnings_.add(header_ + 10, [&] {
        return "the header says " + std::to_string(declared_tracks_) + " tracks, the file has " +
               std::to_string(parsed_.chunk_names.size());
      });
    }
    const bool single = result_.format == 0 && parsed_.chunk_names.size() == 1;
    if (result_.format == 0 && !single) warnings_.add(header_ + 8, "format 0 with several tracks: read as format 1");
    result_.score = assemble(std::move(parsed_), !single);
    return std::move(result_);
  }

 private:
  bool is_at(std::size_t position, const char* letters) const {
    return position <= end_ && end_ - position >= 4 && std::memcmp(file_.data() + position, letters, 4) == 0;
  }

  /// First place at or behind `position` where these four letters stand, end_ when there is none.
  std::size_t find(const char* letters, std::size_t position) const {
    while (position + 4 <= end_) {
      const void* hit = std::memchr(file_.data() + position, letters[0], end_ - position - 3);
      if (hit == nullptr) break;
      position = static_cast<std::size_t>(static_cast<const std::uint8_t*>(hit) - file_.data());
      if (is_at(position, letters)) return position;
      ++position;
    }
    return end_;
  }

  std::size_t find_header() {
    if (is_at(0, "MThd")) return 0;
    if (is_at(0, "RIFF") && is_at(8, "RMID")) {
      for (std::size_t position = 12; position + kChunkHead <= end_;) {
        const std::size_t length = little_endian_32(file_.data() + position + 4);
        const std::size_t content = position + kChunkHead;
        if (is_at(position, "data")) {
          if (length > end_ - content) {
            warnings_.add(position + 4, "the RIFF wrapper says more bytes than the file has");
          } else {
            end_ = content + length;
          }
          if (is_at(content, "MThd")) return content;
          break;
        }
        if (length >= end_ - content) break;
        position = content + length + (length & 1);
      }
    }
    const std::size_t found = find("MThd", 0);
    if (found > kMaxJunk || found == end_) {
      throw Error(
          {.message = "not a Standard MIDI File", .offset = 0, .hint = kNotMidiHint, .code = ErrorCode::kDamaged});
    }
    warnings_.add(0, [&] { return std::to_string(found) + " bytes before the header: left out"; });
    return found;
  }

  /// Returns the position of the first chunk behind the header.
  std::size_t read_header(std::size_t position) {
    header_ = position;
    const std::size_t content = position + kChunkHead;
    if (end_ - position < kChunkHead + kHeaderLength) {
      throw Error({.message = "the file ends within its MIDI header",
                   .offset = end_,
                   .hint = "The file was cut off: copy it again.",
                   .code = ErrorCode::kDamaged});
    }
    const std::uint8_t* const data = file_.data() + content;
    read_format(big_endian(data, 2));
    declared_tracks_ = big_endian(data + 2, 2);
    read_division(big_endian(data + 4, 2));

    const std::size_t length = big_endian(file_.data() + position + 4, 4);
    const std::size_t usual = content + kHeaderLength;
    if (length == kHeaderLength) return usual;
    if (length > kHeaderLength && length < end_ - content && is_chunk(content + length)) {
      warnings_.add(position + 4, "header longer than 6 bytes: the rest is ignored");
      return content + length;
    }
    warnings_.add(position + 4, [&] { return "the header's length of " + std::to_string(length) + " is wrong"; });
    return usual;
  }

  void read_format(std::uint32_t format) {
    result_.format = format <= 2 ? static_cast<int>(format) : 1;
    if (format > 2) {
      warnings_.add(header_ + 8, [&] { return "unknown format " + std::to_string(format) + ": read as format 1"; });
    }
  }

  /// Frames per second and ticks per frame become a ppq and a tempo under which every tick lasts as long as before.
  void read_division(std::uint32_t division) {
    const std::uint64_t offset = header_ + 12;
    int& ppq = parsed_.score.ppq;
    if (division < 0x8000) {
      ppq = static_cast<int>(division);
      if (ppq == 0) {
        warnings_.add(offset, "0 ticks per quarter note: taken as 480");
        ppq = kFallbackPpq;
      }
      return;
    }
    const int frames = 256 - static_cast<int>(division >> 8);
    const int ticks = static_cast<int>(division & 0xff);
    if (ticks == 0) {
      warnings_.add(offset, "0 ticks per frame: taken as 480 ticks per quarter note");
      ppq = kFallbackPpq;
      return;
    }
    smpte_ = true;
    std::uint32_t microseconds = 0;
    if (frames == 24 || frames == 30) {
      ppq = frames / 2 * ticks;
      microseconds = 500'000;
    } else if (frames == 29) {  // 30 frames in 1.001 s
      ppq = 15 * ticks;
      microseconds = 500'500;
    } else {
      ppq = frames * ticks;
      microseconds = 1'000'000;
      if (frames != 25) {
        warnings_.add(offset,
                      [&] { return "unusual " + std::to_string(frames) + " frames per second: taken as said"; });
      }
    }
    parsed_.score.tempos.push_back({0, microseconds});
  }

  /// Whether the bytes at `position` look like the head of a chunk that fits, or the end of the file.
  bool is_chunk(std::size_t position) const {
    if (position == end_ || is_at(position, "MTrk")) return true;
    if (end_ - position < kChunkHead) return false;
    const std::uint8_t* const head = file_.data() + position;
    if (big_endian(head + 4, 4) > end_ - position - kChunkHead) return false;
    return std::all_of(head, head + 4, [](std::uint8_t letter) { return letter >= 0x20 && letter < 0x7f; });
  }

  bool only_zeros(std::size_t position) const {
    return std::all_of(file_.begin() + static_cast<std::ptrdiff_t>(position),
                       file_.begin() + static_cast<std::ptrdiff_t>(end_), [](std::uint8_t byte) { return byte == 0; });
  }

  /// Returns where to go on.
  std::size_t read_chunk(std::size_t position, TrackParser& parser) {
    if (is_at(position, "MTrk") && end_ - position >= kChunkHead) return read_track(position, parser);
    if (end_ - position >= kChunkHead && is_chunk(position)) {
      const std::size_t next = position + kChunkHead + big_endian(file_.data() + position + 4, 4);
      if (is_chunk(next)) {
        warnings_.add(position, [&] {
          return "chunk " + std::string(reinterpret_cast<const char*>(file_.data() + position), 4) + ": left out";
        });
        return next;
      }
    }
    const std::size_t next = find("MTrk", position + 1);
    const bool cut_off = is_at(position, "MTrk");  // within the head of a chunk
    if (next < end_ || cut_off || !only_zeros(position)) {
      warnings_.add(position, [&] { return std::to_string(next - position) + " bytes outside of chunks: left out"; });
    }
    return next;
  }

  std::size_t read_track(std::size_t position, TrackParser& parser) {
    const std::size_t begin = position + kChunkHead;
    const std::size_t length = big_endian(file_.data() + position + 4, 4);
    const std::size_t declared_end = length <= end_ - begin ? begin + length : end_ + 1;
    const bool believed = declared_end <= end_ && is_chunk(declared_end);
    const std::size_t limit = believed ? declared_end : find("MTrk", begin);
    const TrackParser::End end = parser.parse(begin, limit, base_, believed);
    if (result_.format == 2) base_ = end.tick;
    if (believed && end.position < declared_end && !is_at(end.position, "MTrk")) {
      warnings_.add(end.position, [&] {
        return std::to_string(declared_end - end.position) + " bytes behind the End of Track: left out";
      });
      return declared_end;
    }
    if (end.position != declared_end) {
      warnings_.add(position + 4, [&] {
        return "the track's length of " + std::to_string(length) + " is wrong: it has " +
               std::to_string(end.position - begin) + " bytes";
      });
    }
    return end.position;
  }

  std::span<const std::uint8_t> file_;
  std::size_t end_;         // of what belongs to the MIDI file
  std::size_t header_ = 0;  // position of MThd
  std::size_t declared_tracks_ = 0;
  bool smpte_ = false;
  Tick base_ = 0;  // where the next pattern of a format 2 file begins
  ReadResult result_;
  Warnings warnings_;
  Parsed parsed_;
};

}  // namespace

ReadResult read(std::span<const std::uint8_t> bytes, const ReadOptions& options) {
  return Reader(bytes, options).read();
}

ReadResult read_file(const std::filesystem::path& path, const ReadOptions& options) {
  const std::vector<std::uint8_t> bytes = continuo::read_file(path);
  try {
    return read(bytes, options);
  } catch (const Error& error) {
    ErrorInfo info = error.info();
    info.path = path.string();
    throw Error(std::move(info));
  }
}

}  // namespace continuo::midi
