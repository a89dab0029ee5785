// Our reading of MIDI files beside that of FluidSynth's player: which key sounds from when to when, the pedal included.
// Keys that are struck again before their note-off are left out: MIDI does not say which note-off is then whose.
#include "integration/audio/fluidsynth_player.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/midi/midi.h"
#include "property/midi/random_score.h"

namespace continuo::test {
namespace {

namespace fs = std::filesystem;

struct Comparison {
  std::vector<Heard> theirs;  ///< what only one hears
  std::vector<Heard> ours;
  std::size_t notes = 0;   ///< compared
  std::size_t events = 0;  ///< that FluidSynth's player sent
};

/// Nothing: a piece too long to be played here.
std::optional<Comparison> compare(const std::vector<std::uint8_t>& file) {
  const Score score = midi::read(file).score;
  Tick end = end_tick(score);
  for (const Track& track : score.tracks) {
    if (!track.controls.empty()) end = std::max(end, track.controls.back().tick);
  }
  constexpr Tick kMaxTicks = 1'000'000;
  if (end > kMaxTicks) return std::nullopt;
  const auto events = FluidSynthPlayer::events_of(file, score.ppq, end);
  Comparison result;
  if (!events) return result;
  result.events = events->size();
  const Hearing hearing = sounding(*events, end_tick(score));
  const auto comparable = [&](std::vector<Heard> notes) {
    std::erase_if(notes, [&](const Heard& note) { return hearing.shared_keys.contains({note.channel, note.key}); });
    return notes;
  };
  const auto theirs = comparable(hearing.notes);
  const auto ours = comparable(sounding(score));
  result.notes = ours.size();
  std::set_difference(theirs.begin(), theirs.end(), ours.begin(), ours.end(), std::back_inserter(result.theirs));
  std::set_difference(ours.begin(), ours.end(), theirs.begin(), theirs.end(), std::back_inserter(result.ours));
  return result;
}

void expect_agreement(const Comparison& result) {
  const auto show = [](const std::vector<Heard>& notes) {
    std::string text;
    for (std::size_t i = 0; i < std::min<std::size_t>(3, notes.size()); ++i) {
      text += " channel " + std::to_string(notes[i].channel) + " key " + std::to_string(notes[i].key) + " " +
              std::to_string(notes[i].onset) + " to " + std::to_string(notes[i].end) + ";";
    }
    return text;
  };
  EXPECT_TRUE(result.theirs.empty() && result.ours.empty())
      << result.theirs.size() << " notes are FluidSynth's alone:" << show(result.theirs) << "\n"
      << result.ours.size() << " are ours alone:" << show(result.ours);
}

TEST(FluidSynth, HearsWhatWeWrite) {
  std::size_t notes = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Score score = midi::test::random_score(seed);
    for (Track& track : score.tracks) track.port = 0;  // its player knows no ports
    normalise(score);
    if (end_tick(score) > 2'000) continue;
    for (const int format : {1, 0}) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", format " + std::to_string(format));
      // Several programs on a channel in one chunk are tracks whose pedal order is not always kept (docs/midi.md).
      for (Track& track : score.tracks) {
        if (format == 0) track.program = track.channel;
        if (format == 0) track.percussion = false;
      }
      const auto result = compare(midi::write(score, {.format = format}));
      ASSERT_TRUE(result.has_value());
      expect_agreement(*result);
      notes += result->notes;
    }
  }
  EXPECT_GT(notes, 1'000u);
}

using Bytes = std::vector<std::uint8_t>;

Bytes file_of(const std::vector<Bytes>& tracks) {
  Bytes file{'M', 'T', 'h', 'd', 0, 0, 0, 6, 0, 1, 0, static_cast<std::uint8_t>(tracks.size()), 0, 96};
  for (const Bytes& track : tracks) {
    file.insert(file.end(), {'M', 'T', 'r', 'k', 0, 0, 0, static_cast<std::uint8_t>(track.size() + 4)});
    file.insert(file.end(), track.begin(), track.end());
    file.insert(file.end(), {0, 0xff, 0x2f, 0});
  }
  return file;
}

struct Stream {
  const char* what;
  std::vector<Bytes> tracks;
};
void PrintTo(const Stream& stream, std::ostream* out) { *out << stream.what; }

class Streams : public ::testing::TestWithParam<Stream> {};

TEST_P(Streams, AreHeardAlike) {
  const auto result = compare(file_of(GetParam().tracks));
  ASSERT_TRUE(result.has_value());
  EXPECT_GT(result->notes, 0u);
  expect_agreement(*result);
}

INSTANTIATE_TEST_SUITE_P(
    Order, Streams,
    ::testing::Values(
        Stream{"pedal before note-off",
               {{0, 0x90, 60, 9, 48, 0xb0, 64, 127, 0, 0x90, 60, 0, 48, 0xb0, 64, 0, 9, 0x90, 62, 9, 9, 62, 0}}},
        Stream{"pedal behind note-off",
               {{0, 0x90, 60, 9, 48, 60, 0, 0, 0xb0, 64, 127, 48, 64, 0, 9, 0x90, 62, 9, 9, 62, 0}}},
        Stream{"pedal changes between note-offs",
               {{0,  0xb0, 64, 127,  0,  0x90, 60, 9,    0,  64, 9,  0,    67, 9, 48, 60,   0,  0, 0xb0, 64, 0, 0, 0x90,
                 64, 0,    0,  0xb0, 64, 127,  0,  0x90, 67, 0,  48, 0xb0, 64, 0, 9,  0x90, 50, 9, 9,    50, 0}}},
        Stream{"pedal in a later chunk",
               {{0, 0x90, 60, 9, 48, 60, 0, 96, 62, 9, 9, 62, 0}, {48, 0xb0, 64, 127, 48, 64, 0}}},
        Stream{"pedal in an earlier chunk",
               {{48, 0xb0, 64, 127, 48, 64, 0}, {0, 0x90, 60, 9, 48, 60, 0, 96, 62, 9, 9, 62, 0}}},
        Stream{"all notes off", {{0,  0x90, 60, 9,    0,   64, 9, 24,   0xb0, 123, 0, 24, 0x90,
                                  60, 9,    24, 0xb0, 123, 0,  9, 0x90, 62,   9,   9, 62, 0}}},
        Stream{"all notes off under the pedal",
               {{0, 0xb0, 64, 127, 0, 0x90, 60, 9, 24, 0xb0, 123, 0, 48, 64, 0, 24, 0x90, 62, 9, 9, 62, 0}}},
        Stream{"all sound off under the pedal",
               {{0,  0xb0, 64, 127, 0, 0x90, 60,   9,  24, 60, 0,    24, 0xb0, 120, 0,  24, 0x90,
                 62, 9,    24, 62,  0, 48,   0xb0, 64, 0,  9,  0x90, 62, 9,    9,   62, 0}}},
        Stream{"omni off", {{0, 0x90, 60, 9, 24, 0xb0, 124, 0, 24, 0x90, 62, 9, 9, 62, 0}}},
        Stream{"reset all controllers",
               {{0, 0xb0, 64, 127, 0, 0x90, 60, 9, 24, 60, 0, 24, 0xb0, 121, 0, 24, 0x90, 62, 9, 24, 62, 0}}},
        Stream{"a note of no length before the pedal", {{9,    0x90, 60,  9, 9,  60, 0, 0,    62, 9, 0, 62, 0, 9,
                                                         0xb0, 64,   127, 9, 64, 0,  9, 0x90, 64, 9, 9, 64, 0}}}));

std::vector<fs::path> files_in(const char* folder, std::size_t how_many) {
  const fs::path path = fs::path(CONTINUO_SOURCE_DIR) / ".." / "shared" / folder;
  std::vector<fs::path> all;
  if (!fs::is_directory(path)) return all;
  for (const auto& entry : fs::recursive_directory_iterator(path)) {
    if (entry.path().extension() == ".mid") all.push_back(entry.path());
  }
  std::sort(all.begin(), all.end());
  std::vector<fs::path> some;
  how_many = std::min(how_many, all.size());
  for (std::size_t i = 0; i < how_many; ++i) some.push_back(all[i * all.size() / how_many]);
  return some;
}

TEST(FluidSynth, HearsWhatWeHearInACollection) {
  const auto files = files_in("corpus", 40);
  if (files.empty()) GTEST_SKIP() << "no collection beside the source tree";
  std::size_t notes = 0;
  for (const fs::path& path : files) {
    SCOPED_TRACE(path.string());
    const auto bytes = continuo::read_file(path);
    if (midi::read(bytes).warning_count > 0) continue;  // what is repaired is heard differently
    const auto result = compare(bytes);
    if (!result) continue;
    expect_agreement(*result);
    notes += result->notes;
  }
  EXPECT_GT(notes, 10'000u);
}

TEST(FluidSynth, HearsNothingElseInDamagedFiles) {
  const auto files = files_in("malformed", 1'000);
  if (files.empty()) GTEST_SKIP() << "no malformed files beside the source tree";
  std::size_t compared = 0;
  for (const fs::path& path : files) {
    const std::string name = path.filename().string();
    SCOPED_TRACE(name);
    // Patterns of format 2, which it plays at once; keys above 127, which it plays.
    if (name.find("type-2") != std::string::npos || name.find("format2") != std::string::npos ||
        name.find("caromioben") != std::string::npos) {
      continue;
    }
    try {
      const auto result = compare(continuo::read_file(path));
      if (!result || result->events == 0) continue;  // it plays nothing of what it finds damaged
      expect_agreement(*result);
      ++compared;
    } catch (const Error&) {  // refused
    }
  }
  EXPECT_GE(compared, 10u);
}

}  // namespace
}  // namespace continuo::test
