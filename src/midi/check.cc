// The ranges of a Standard MIDI File, checked value by value before anything is written.
#include "midi/check.h"

#include <bit>
#include <string>

#include "continuo/base/error.h"
#include "midi/status.h"

namespace continuo::midi {
namespace {

constexpr std::size_t kMaxTracks = 65'533;  // with two chunks that are no track's, what the header's 16 bits can say
constexpr std::size_t kMaxText = (std::size_t{1} << 28) - 1;

[[noreturn]] void refuse(std::string message, std::string hint) {
  throw Error({.message = "cannot write this score as MIDI: " + std::move(message),
               .hint = std::move(hint),
               .code = ErrorCode::kUnsupported});
}

/// `where` is called only for the message.
template <class Where>
void require(std::int64_t value, std::int64_t low, std::int64_t high, const char* what, Where where) {
  if (value >= low && value <= high) return;
  refuse(where() + ": " + what + " " + std::to_string(value),
         "It has to lie between " + std::to_string(low) + " and " + std::to_string(high) + ".");
}

void require_tick(Tick tick, const char* of) {
  if (tick >= 0 && tick <= kMaxTick) return;
  refuse(std::string(of) + " at tick " + std::to_string(tick),
         tick < 0 ? "Music begins at tick 0: shift the score." : "That is beyond any piece of music.");
}

auto at_tick(const char* of, Tick tick) {
  return [=] { return std::string(of) + " at tick " + std::to_string(tick); };
}

void check_options(const WriteOptions& options) {
  if (options.format != 0 && options.format != 1) {
    throw Error({.message = "cannot write MIDI of format " + std::to_string(options.format),
                 .hint = "Formats 0 and 1 can be written.",
                 .code = ErrorCode::kInvalidArgument});
  }
  if (!options.smpte) return;
  const int frames = options.smpte->frames_per_second;
  if (frames != 24 && frames != 25 && frames != 29 && frames != 30) {
    throw Error({.message = "cannot write MIDI with " + std::to_string(frames) + " frames per second",
                 .hint = "MIDI knows 24, 25, 29 (drop-frame 30) and 30.",
                 .code = ErrorCode::kInvalidArgument});
  }
  const int ticks = options.smpte->ticks_per_frame;
  if (ticks < 1 || ticks > 255) {
    throw Error({.message = "cannot write MIDI with " + std::to_string(ticks) + " ticks per frame",
                 .hint = "1 to 255 can be written.",
                 .code = ErrorCode::kInvalidArgument});
  }
}

void check_track(const Track& track, std::size_t number) {
  const auto in_track = [&](const char* of, Tick tick) {
    return [=] { return "track " + std::to_string(number) + ", " + of + " at tick " + std::to_string(tick); };
  };
  const auto whole = [&] { return "track " + std::to_string(number); };
  require(track.channel, 0, 15, "channel", whole);
  require(track.program, 0, 127, "program", whole);
  require(static_cast<std::int64_t>(track.name.size()), 0, kMaxText, "name of length", whole);
  for (const Note& note : track.notes) {
    require_tick(note.onset, "note");
    const auto where = in_track("note", note.onset);
    require(note.duration, 0, kMaxTick - note.onset, "duration", where);
    require(note.pitch, 0, 127, "pitch", where);
    require(note.velocity, 1, 127, "velocity", where);
  }
  for (const ControlChange& control : track.controls) {
    require_tick(control.tick, "control change");
    require(control.controller, 0, 127, "controller", in_track("control change", control.tick));
    require(control.value, 0, 127, "value", in_track("control change", control.tick));
  }
  for (const PitchBend& bend : track.bends) {
    require_tick(bend.tick, "pitch bend");
    require(bend.value, -8192, 8191, "value", in_track("pitch bend", bend.tick));
  }
}

}  // namespace

void check_writable(const Score& score, const WriteOptions& options) {
  check_options(options);
  require(score.ppq, 1, 32'767, "ticks per quarter note", [] { return std::string("the score"); });
  require(static_cast<std::int64_t>(score.tracks.size()), 0, kMaxTracks, "number of tracks",
          [] { return std::string("the score"); });
  for (const TempoChange& tempo : score.tempos) {
    require_tick(tempo.tick, "tempo");
    require(tempo.microseconds_per_quarter, 1, 0xffffff, "microseconds per quarter note", at_tick("tempo", tempo.tick));
  }
  for (const TimeSignature& signature : score.time_signatures) {
    require_tick(signature.tick, "time signature");
    const auto where = at_tick("time signature", signature.tick);
    require(signature.numerator, 1, 255, "numerator", where);
    require(signature.denominator, 1, 128, "denominator", where);
    if (!std::has_single_bit(static_cast<unsigned>(signature.denominator))) {
      refuse(where() + ": denominator " + std::to_string(signature.denominator), "It has to be a power of two.");
    }
  }
  for (const KeySignature& key : score.key_signatures) {
    require_tick(key.tick, "key signature");
    require(key.sharps, -7, 7, "sharps", at_tick("key signature", key.tick));
  }
  for (const TextEvent& text : score.texts) {
    require_tick(text.tick, "text");
    require(static_cast<int>(text.kind), 1, 7, "kind", at_tick("text", text.tick));
    require(static_cast<std::int64_t>(text.text.size()), 0, kMaxText, "length", at_tick("text", text.tick));
  }
  for (std::size_t i = 0; i < score.tracks.size(); ++i) check_track(score.tracks[i], i + 1);
}

}  // namespace continuo::midi
