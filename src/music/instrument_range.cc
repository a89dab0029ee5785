// The ranges of the General MIDI programs.
#include "continuo/music/instrument_range.h"

#include <algorithm>
#include <charconv>

#include "continuo/base/error.h"

namespace continuo {
namespace {

constexpr std::uint32_t kFewestPieces = 3;  // that show a range
constexpr PitchRange kAnyPitch{0, 127};
constexpr PitchRange kPiano{21, 108}, kOrgan{24, 108}, kGuitar{38, 88}, kBass{23, 67}, kStrings{24, 103};
constexpr PitchRange kChoir{36, 86}, kBrass{34, 86}, kTrumpet{52, 86};

// By program, eight to a family.
constexpr InstrumentRanges kRanges = {{
    // Pianos, harpsichord F1-F6, clavinet F1-E6
    kPiano,
    kPiano,
    kPiano,
    kPiano,
    kPiano,
    kPiano,
    {29, 89},
    {29, 88},
    // Celesta C4-C8, glockenspiel G5-C8, music box, vibraphone F3-F6, marimba C2-C7, xylophone F4-C8, bells, dulcimer
    {60, 108},
    {72, 108},
    {48, 108},
    {53, 89},
    {36, 96},
    {65, 108},
    {53, 79},
    {48, 89},
    // Organs with 16 and 2 foot stops, accordion, harmonica, bandoneon
    kOrgan,
    kOrgan,
    kOrgan,
    kOrgan,
    {29, 101},
    {29, 101},
    {48, 96},
    {36, 96},
    // Guitars, the lowest string a tone down; harmonics
    kGuitar,
    kGuitar,
    kGuitar,
    kGuitar,
    kGuitar,
    kGuitar,
    kGuitar,
    {38, 108},
    // Basses with five strings, synthesisers
    kBass,
    kBass,
    kBass,
    kBass,
    kBass,
    kBass,
    {12, 96},
    {12, 96},
    // Violin G3-G7, viola C3-A6, cello C2-E6, contrabass C1-G4, sections, harp Cb1-G#7, timpani C2-C4
    {55, 103},
    {48, 93},
    {36, 88},
    {24, 67},
    kStrings,
    kStrings,
    {23, 104},
    {36, 60},
    // String ensembles, synthesised strings, choir C2-D6, voice, hit
    kStrings,
    kStrings,
    {12, 108},
    {12, 108},
    kChoir,
    kChoir,
    {24, 108},
    kAnyPitch,
    // Trumpet E3-D6, trombone Bb1-F5, tuba D1-F4, muted trumpet, horn B1-F5, sections
    kTrumpet,
    {34, 77},
    {26, 65},
    kTrumpet,
    {35, 77},
    kBrass,
    {24, 103},
    {24, 103},
    // Saxophones with some high notes beyond the keys, oboe Bb3-A6, English horn E3-A5, bassoon Bb1-E5, clarinet C#3-C7
    {56, 91},
    {49, 85},
    {44, 80},
    {36, 73},
    {58, 93},
    {52, 81},
    {34, 77},
    {49, 96},
    // Piccolo D5-C8, flute B3-D7, recorders F3-D7, pan flute, bottle, shakuhachi, whistle, ocarina
    {74, 108},
    {59, 98},
    {53, 98},
    {55, 96},
    {48, 96},
    {50, 93},
    {60, 108},
    {57, 89},
    // Leads
    kAnyPitch,
    kAnyPitch,
    kAnyPitch,
    kAnyPitch,
    kAnyPitch,
    kAnyPitch,
    kAnyPitch,
    kAnyPitch,
    // Pads
    kAnyPitch,
    kAnyPitch,
    kAnyPitch,
    kAnyPitch,
    kAnyPitch,
    kAnyPitch,
    kAnyPitch,
    kAnyPitch,
    // Effects
    kAnyPitch,
    kAnyPitch,
    kAnyPitch,
    kAnyPitch,
    kAnyPitch,
    kAnyPitch,
    kAnyPitch,
    kAnyPitch,
    // Sitar, banjo, shamisen, koto, kalimba, bagpipe, fiddle, shanai
    {36, 84},
    {48, 86},
    {45, 84},
    {43, 93},
    {48, 89},
    {45, 81},
    {55, 103},
    {55, 86},
    // Percussion with pitch, of which steel drums alone have a range
    kAnyPitch,
    kAnyPitch,
    {36, 91},
    kAnyPitch,
    kAnyPitch,
    kAnyPitch,
    kAnyPitch,
    kAnyPitch,
    // Sound effects
    kAnyPitch,
    kAnyPitch,
    kAnyPitch,
    kAnyPitch,
    kAnyPitch,
    kAnyPitch,
    kAnyPitch,
    kAnyPitch,
}};

/// The number at the beginning of `text`, which loses it and the `end` behind it (0: nothing need follow).
int take_number(std::string_view& text, char end) {
  int value = -1;
  const auto [rest, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  const auto length = static_cast<std::size_t>(rest - text.data());
  const bool ends = length == text.size() ? end == 0 : text[length] == (end == 0 ? ' ' : end);
  if (failure != std::errc{} || value < 0 || value > 127 || !ends)
    throw Error(ErrorCode::kDamaged, "is no list of instrument ranges");
  text.remove_prefix(std::min(text.size(), length + 1));
  return value;
}

}  // namespace

const InstrumentRanges& general_midi_ranges() noexcept { return kRanges; }

void widen(InstrumentRanges& ranges, const Score& score) {
  for (const Track& track : score.tracks) {
    if (track.is_drums()) continue;
    PitchRange& range = ranges[track.program & 127U];
    for (const Note& note : track.notes) {
      range.low = std::min(range.low, note.pitch);
      range.high = std::max(range.high, note.pitch);
    }
  }
}

void widen(InstrumentRanges& ranges, const InstrumentRanges& others) noexcept {
  for (std::size_t program = 0; program < ranges.size(); ++program) {
    ranges[program].low = std::min(ranges[program].low, others[program].low);
    ranges[program].high = std::max(ranges[program].high, others[program].high);
  }
}

void RangeSurvey::add(const Score& score) {
  InstrumentRanges played;
  played.fill({127, 0});
  widen(played, score);
  for (std::size_t program = 0; program < played.size(); ++program) {
    if (played[program].low > played[program].high) continue;
    ++lowest_[program][played[program].low & 127U];
    ++highest_[program][played[program].high & 127U];
  }
}

InstrumentRanges RangeSurvey::ranges() const {
  InstrumentRanges ranges = kRanges;
  for (std::size_t program = 0; program < ranges.size(); ++program) {
    std::uint32_t pieces = 0;
    for (const std::uint32_t count : lowest_[program]) pieces += count;
    const std::uint32_t wanted = std::max(kFewestPieces, (pieces + 2) / 3);
    std::uint32_t so_far = 0;
    for (std::uint8_t key = 0; key < ranges[program].low; ++key) {
      so_far += lowest_[program][key];
      if (so_far >= wanted) ranges[program].low = key;
    }
    so_far = 0;
    for (std::uint8_t key = 127; key > ranges[program].high; --key) {
      so_far += highest_[program][key];
      if (so_far >= wanted) ranges[program].high = key;
    }
  }
  return ranges;
}

std::string to_text(const InstrumentRanges& ranges) {
  std::string text;
  for (std::size_t program = 0; program < ranges.size(); ++program) {
    if (ranges[program] == kRanges[program]) continue;
    text += (text.empty() ? "" : " ") + std::to_string(program) + ":" + std::to_string(ranges[program].low) + "-" +
            std::to_string(ranges[program].high);
  }
  return text;
}

InstrumentRanges ranges_from_text(std::string_view text) {
  InstrumentRanges ranges = kRanges;
  while (!text.empty()) {
    const auto program = static_cast<std::size_t>(take_number(text, ':'));
    const int low = take_number(text, '-'), high = take_number(text, 0);
    if (low > high) throw Error(ErrorCode::kDamaged, "is no list of instrument ranges: one ends below its beginning");
    ranges[program] = {static_cast<std::uint8_t>(low), static_cast<std::uint8_t>(high)};
  }
  return ranges;
}

}  // namespace continuo
