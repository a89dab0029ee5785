// Meta events that have a place in a Score. SMF 1.0 (RP-001), "Meta-Events".
#include <string>

#include "midi/status.h"
#include "midi/track_parser.h"

namespace continuo::midi {
namespace {

enum MetaType : std::uint8_t { kLastText = 0x07, kTempo = 0x51, kTimeSignature = 0x58, kKeySignature = 0x59 };

}  // namespace

void TrackParser::meta_content(std::uint8_t type, std::span<const std::uint8_t> data, Tick tick) {
  Score& score = parsed_.score;
  const std::uint64_t offset = offset_of(data.data());
  const auto has_length = [&](std::size_t least, std::size_t proper, const char* name) {
    if (data.size() == proper) return true;
    const bool usable = data.size() >= least;
    warnings_.add(offset, [&] {
      return std::string(name) + " of " + std::to_string(data.size()) + " bytes instead of " + std::to_string(proper) +
             (usable ? "" : ": left out");
    });
    return usable;
  };
  const auto left_out = [&](const char* what) {
    warnings_.add(offset, [what] { return std::string(what) + ": left out"; });
  };

  if (type >= 1 && type <= kLastText) {
    const auto kind = static_cast<TextKind>(type);
    std::uint32_t& name = parsed_.chunk_names[chunk_.number];
    if (kind == TextKind::kTrackName && name == kNoIndex) name = static_cast<std::uint32_t>(score.texts.size());
    score.texts.push_back({tick, kind, std::string(data.begin(), data.end())});
    return;
  }
  switch (type) {
    case kPort:
      if (has_length(1, 1, "port")) enter_port(data[0]);
      break;
    case kTempo: {
      if (!has_length(3, 3, "tempo")) break;
      const std::uint32_t microseconds = std::uint32_t{data[0]} << 16 | std::uint32_t{data[1]} << 8 | data[2];
      if (smpte_) {
        if (!warned_of_tempo_) left_out("tempo in a file that counts frames, where it has no effect");
        warned_of_tempo_ = true;
      } else if (microseconds == 0) {
        left_out("tempo of 0 microseconds per quarter note");
      } else {
        score.tempos.push_back({tick, microseconds});
      }
      break;
    }
    case kTimeSignature:
      if (!has_length(2, 4, "time signature")) break;
      if (data[0] == 0 || data[1] > 7) {
        left_out("time signature that cannot be");
      } else {
        score.time_signatures.push_back({tick, data[0], 1 << data[1]});
      }
      break;
    case kKeySignature: {
      if (!has_length(2, 2, "key signature")) break;
      const int sharps = data[0] < 128 ? data[0] : data[0] - 256;
      if (sharps < -7 || sharps > 7 || data[1] > 1) {
        left_out("key signature that cannot be");
      } else {
        score.key_signatures.push_back({tick, sharps, data[1] == 1});
      }
      break;
    }
    default:
      break;  // sequence numbers, channel prefixes, SMPTE offsets, other programs' own: no place in a Score
  }
}

}  // namespace continuo::midi
