// Well-formed files: what becomes of each kind of event.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/music/time.h"
#include "unit/midi/smf.h"

namespace continuo::midi {
namespace {

using test::Bytes;
using test::chunk;
using test::header;
using test::join;
using test::one_track;
using test::track;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Score read_cleanly(const Bytes& bytes) {
  ReadResult result = read(bytes);
  EXPECT_EQ(result.warning_count, 0u) << (result.warnings.empty() ? "" : result.warnings[0].text);
  Score again = result.score;
  normalise(again);
  EXPECT_EQ(again, result.score) << "not in normal form";
  return std::move(result.score);
}

TEST(Read, OneNote) {
  const Score score = read_cleanly(one_track(test::middle_c()));
  EXPECT_EQ(score.ppq, 96);
  ASSERT_THAT(score.tracks, SizeIs(1));
  EXPECT_EQ(score.tracks[0].channel, 0);
  EXPECT_EQ(score.tracks[0].program, 0);
  EXPECT_THAT(score.tracks[0].notes, ElementsAre(test::middle_c_note()));
}

TEST(Read, AFileWithoutNotesIsAnEmptyScore) {
  const ReadResult result = read(one_track({}));
  EXPECT_EQ(result.format, 0);
  EXPECT_EQ(result.warning_count, 0u);
  EXPECT_THAT(result.score.tracks, IsEmpty());
}

TEST(Read, RunningStatusAndVelocityZero) {
  const Score score = read_cleanly(one_track({0, 0x95, 60, 1, 10, 60, 0, 0, 62, 127, 10, 62, 0}));
  ASSERT_THAT(score.tracks, SizeIs(1));
  EXPECT_EQ(score.tracks[0].channel, 5);
  EXPECT_THAT(score.tracks[0].notes, ElementsAre(Note{0, 10, 60, 1}, Note{10, 10, 62, 127}));
}

TEST(Read, DeltaTimesOfOneToFourBytes) {
  const Score score = read_cleanly(one_track({0x7f, 0x90, 60,   9,  0x81, 0x00, 60,   0,                  // 127 + 128
                                              0x81, 0x80, 0x00, 62, 9,    0x81, 0x80, 0x80, 0x00, 62, 0,  // 2^14, 2^21
                                              0x80, 0x00, 64,   9,  0x80, 0x80, 0x80, 0x05, 64,   0}));   // 0, 5
  const Tick second = 255 + 16'384;
  const Tick third = second + 2'097'152;
  EXPECT_THAT(score.tracks[0].notes,
              ElementsAre(Note{127, 128, 60, 9}, Note{second, 2'097'152, 62, 9}, Note{third, 5, 64, 9}));
}

TEST(Read, NotesOfOnePitchEndFirstInFirstOut) {
  const Score score = read_cleanly(one_track({0, 0x90, 60, 1, 5, 60, 2, 5, 60, 0, 5, 60, 0}));
  EXPECT_THAT(score.tracks[0].notes, ElementsAre(Note{0, 10, 60, 1}, Note{5, 10, 60, 2}));
}

TEST(Read, ANoteThatEndsWhereItBegins) {
  const Score score = read_cleanly(one_track({3, 0x90, 60, 1, 0, 60, 0, 0, 60, 2, 7, 60, 0}));
  EXPECT_THAT(score.tracks[0].notes, ElementsAre(Note{3, 0, 60, 1}, Note{3, 7, 60, 2}));
}

TEST(Read, ChordsAreInTheOrderOfTheNormalForm) {
  const Score score = read_cleanly(one_track({0, 0x90, 67, 9, 0, 60, 9, 0, 64, 9, 9, 67, 0, 0, 60, 0, 0, 64, 0}));
  EXPECT_THAT(score.tracks[0].notes, ElementsAre(Note{0, 9, 60, 9}, Note{0, 9, 64, 9}, Note{0, 9, 67, 9}));
}

TEST(Read, ChannelsOfOneChunkAreTracks) {
  const Score score =
      read_cleanly(one_track({0, 0xc1, 40, 0, 0x91, 60, 9, 0, 0x99, 35, 9, 9, 0x89, 35, 0, 0, 0x81, 60, 0}));
  ASSERT_THAT(score.tracks, SizeIs(2));
  EXPECT_EQ(score.tracks[0].channel, 1);
  EXPECT_EQ(score.tracks[0].program, 40);
  EXPECT_FALSE(score.tracks[0].is_drums());
  EXPECT_EQ(score.tracks[1].channel, 9);
  EXPECT_TRUE(score.tracks[1].is_drums());
  EXPECT_THAT(score.tracks[1].notes, ElementsAre(Note{0, 9, 35, 9}));
}

TEST(Read, AProgramChangeBeginsATrack) {
  const Score score = read_cleanly(one_track(
      {0, 0x90, 60, 9, 5, 0xc0, 12, 0, 0x90, 62, 9, 5, 62, 0, 0, 60, 0, 0, 0xc0, 0, 0, 0x90, 64, 9, 5, 64, 0}));
  ASSERT_THAT(score.tracks, SizeIs(2));
  EXPECT_EQ(score.tracks[0].program, 0);
  EXPECT_THAT(score.tracks[0].notes, ElementsAre(Note{0, 10, 60, 9}, Note{10, 5, 64, 9}));
  EXPECT_EQ(score.tracks[1].program, 12);
  EXPECT_THAT(score.tracks[1].notes, ElementsAre(Note{5, 5, 62, 9}));
}

TEST(Read, ProgramsHoldForTheChannelInEveryChunk) {
  const Bytes setup = track({0, 0xc0, 40, 20, 0xc0, 41});
  const Bytes notes = track({0, 0x90, 60, 9, 10, 60, 0, 10, 62, 9, 10, 62, 0, 0, 0x91, 60, 9, 1, 60, 0});
  for (const bool setup_first : {true, false}) {
    const Score score =
        read_cleanly(setup_first ? join({header(1, 2, 96), setup, notes}) : join({header(1, 2, 96), notes, setup}));
    // Within a tick the earlier chunk comes first: a setup behind the notes is late for those of its tick.
    ASSERT_THAT(score.tracks, SizeIs(3));
    EXPECT_EQ(score.tracks[0].program, setup_first ? 40 : 0);
    EXPECT_EQ(score.tracks[1].program, setup_first ? 41 : 40);
    EXPECT_EQ(score.tracks[1].notes[0].pitch, 62);
    EXPECT_EQ(score.tracks[2].channel, 1);
    EXPECT_EQ(score.tracks[2].program, 0);
  }
}

TEST(Read, ProgramsOfDifferentPortsAreDifferent) {
  const Bytes violin = track({0, 0xff, 0x21, 1, 0, 0, 0xc0, 40, 0, 0x90, 60, 9, 9, 60, 0});
  const Bytes flute = track({0, 0xff, 0x21, 1, 1, 0, 0xc0, 73, 0, 0x90, 72, 9, 9, 72, 0, 0, 72, 9, 9, 72, 0});
  const Score score = read_cleanly(join({header(1, 3, 96), flute, violin, flute}));
  ASSERT_THAT(score.tracks, SizeIs(3));
  EXPECT_EQ(score.tracks[0].program, 73);
  EXPECT_EQ(score.tracks[1].program, 40);
  EXPECT_EQ(score.tracks[2].program, 73);
}

TEST(Read, ChunksOfOneChannelStaySeparateTracksWithTheirNames) {
  const Bytes right = track(join({{0, 0xff, 3, 5}, test::text("right"), test::middle_c()}));
  const Bytes left = track(join({{0, 0xff, 3, 4}, test::text("left"), test::middle_c()}));
  const Bytes conductor = track(join({{0, 0xff, 3, 5}, test::text("Title"), {4, 0xff, 3, 3}, test::text("sub")}));
  const Score score = read_cleanly(join({header(1, 3, 96), conductor, right, left}));
  ASSERT_THAT(score.tracks, SizeIs(2));
  EXPECT_EQ(score.tracks[0].name, "right");
  EXPECT_EQ(score.tracks[1].name, "left");
  EXPECT_THAT(score.texts,
              ElementsAre(TextEvent{0, TextKind::kTrackName, "Title"}, TextEvent{4, TextKind::kTrackName, "sub"}));
}

TEST(Read, TheNameInFormat0IsThePieces) {
  const Score score = read_cleanly(one_track(join({{0, 0xff, 3, 5}, test::text("Title"), test::middle_c()})));
  EXPECT_EQ(score.tracks[0].name, "");
  EXPECT_THAT(score.texts, ElementsAre(TextEvent{0, TextKind::kTrackName, "Title"}));
}

TEST(Read, TextsOfAllKindsAndChunks) {
  const Bytes first = track(join({{5, 0xff, 5, 2}, test::text("la"), {0, 0xff, 2, 1}, test::text("c")}));
  const Bytes second = track(join({{0, 0xff, 6, 1},
                                   test::text("A"),
                                   {5, 0xff, 1, 0},
                                   {0, 0xff, 7, 1},
                                   test::text("q"),
                                   {0, 0xff, 4, 1},
                                   test::text("i"),
                                   {0, 0xff, 9, 1},
                                   test::text("d")}));
  const Score score = read_cleanly(join({header(1, 2, 96), first, second}));
  EXPECT_THAT(score.texts, ElementsAre(TextEvent{0, TextKind::kMarker, "A"}, TextEvent{5, TextKind::kLyric, "la"},
                                       TextEvent{5, TextKind::kCopyright, "c"}, TextEvent{5, TextKind::kText, ""},
                                       TextEvent{5, TextKind::kCue, "q"}, TextEvent{5, TextKind::kInstrument, "i"}));
}

TEST(Read, TempoTimeAndKey) {
  const Score score = read_cleanly(one_track({0, 0xff, 0x51, 3,    0x0f, 0x42, 0x40, 0,  0xff, 0x58, 4, 6, 3, 36,
                                              8, 0,    0xff, 0x59, 2,    0xfd, 1,    10, 0xff, 0x51, 3, 0, 0, 1}));
  EXPECT_THAT(score.tempos, ElementsAre(TempoChange{0, 1'000'000}, TempoChange{10, 1}));
  EXPECT_THAT(score.time_signatures, ElementsAre(TimeSignature{0, 6, 8}));
  EXPECT_THAT(score.key_signatures, ElementsAre(KeySignature{0, -3, true}));
}

TEST(Read, ControlsAndBends) {
  const Score score = read_cleanly(
      one_track(join({{0, 0xb0, 64, 127, 5, 64, 0, 0, 0xe0, 0, 0x40, 0, 0, 0, 0, 0x7f, 0x7f}, test::middle_c()})));
  EXPECT_THAT(score.tracks[0].controls, ElementsAre(ControlChange{0, 64, 127}, ControlChange{5, 64, 0}));
  EXPECT_THAT(score.tracks[0].bends, ElementsAre(PitchBend{5, 0}, PitchBend{5, -8192}, PitchBend{5, 8191}));
}

TEST(Read, ControlsGoToATrackOfTheirChannel) {
  const Bytes setup = track({0, 0xb2, 7, 100, 0, 0xb3, 7, 50, 0, 0xe2, 0, 0});
  const Bytes other = track({0, 0x91, 60, 9, 9, 60, 0});
  const Bytes mine = track(
      {0, 0xb2, 7, 90, 0, 0xc2, 1, 0, 0x92, 60, 9, 9, 60, 0, 0, 0xc2, 2, 0, 0xb2, 1, 1, 0, 0x92, 61, 9, 9, 61, 0});
  const Bytes later = track({0, 0xb2, 7, 80, 0, 0x92, 60, 9, 9, 60, 0});
  const Score score = read_cleanly(join({header(1, 4, 96), setup, other, mine, later}));
  ASSERT_THAT(score.tracks, SizeIs(4));
  EXPECT_THAT(score.tracks[0].controls, IsEmpty());
  EXPECT_THAT(score.tracks[1].controls,
              ElementsAre(ControlChange{0, 7, 100}, ControlChange{0, 7, 90}, ControlChange{9, 1, 1}));
  EXPECT_THAT(score.tracks[1].bends, ElementsAre(PitchBend{0, -8192}));
  EXPECT_THAT(score.tracks[2].controls, IsEmpty());
  EXPECT_EQ(score.tracks[2].program, 2);
  EXPECT_THAT(score.tracks[3].controls, ElementsAre(ControlChange{0, 7, 80}));
}

TEST(Read, PressureSystemExclusiveAndOtherMetaEventsAreSkipped) {
  const Score score = read_cleanly(one_track(
      join({{0, 0xa0, 60, 5, 0, 0xd0, 5, 0, 0xf0, 5, 0x7e, 0x7f, 6, 1, 0xf7, 0, 0xf0, 2, 0x43, 1, 4, 0xf7, 2, 5, 0xf7},
            {0, 0xff, 0, 2, 0, 1, 0, 0xff, 0x20, 1, 5, 0, 0xff, 0x54, 5, 0, 1, 0, 0, 0, 0, 0xff, 0x7f, 1, 9},
            test::middle_c()})));
  EXPECT_THAT(score.tracks[0].notes, ElementsAre(Note{4, 96, 60, 100}));
}

TEST(Read, PatternsOfFormat2FollowEachOther) {
  const Bytes pattern = track({0, 0x90, 60, 9, 90, 60, 0, 6, 0xff, 1, 0});
  const Score score = read_cleanly(join({header(2, 3, 96), pattern, pattern, pattern}));
  ASSERT_THAT(score.tracks, SizeIs(3));
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_THAT(score.tracks[i].notes, ElementsAre(Note{static_cast<Tick>(96 * i), 90, 60, 9}));
    EXPECT_EQ(score.texts[i].tick, static_cast<Tick>(96 * (i + 1)));
  }
  EXPECT_EQ(read(join({header(2, 1, 96), pattern})).format, 2);
}

struct SmpteCase {
  int frames;
  int ticks;
  int ppq;
  double ticks_per_second;
};
class ReadSmpte : public ::testing::TestWithParam<SmpteCase> {};

TEST_P(ReadSmpte, KeepsEveryEventAtItsSecond) {
  const SmpteCase& c = GetParam();
  const auto division = static_cast<std::uint32_t>((256 - c.frames) << 8 | c.ticks);
  const Score score = read_cleanly(join({header(0, 1, division), track({0x83, 0x74, 0x90, 60, 9, 0x87, 0x68, 60, 0})}));
  EXPECT_EQ(score.ppq, c.ppq);
  const TempoMap map(score);
  const Note& note = score.tracks[0].notes[0];
  EXPECT_EQ(note.onset, 500);
  EXPECT_NEAR(map.seconds(note.onset), 500 / c.ticks_per_second, 1e-12);
  EXPECT_NEAR(map.seconds(note.onset + note.duration), 1500 / c.ticks_per_second, 1e-12);
}

INSTANTIATE_TEST_SUITE_P(AllRates, ReadSmpte,
                         ::testing::Values(SmpteCase{24, 4, 48, 96}, SmpteCase{25, 40, 1000, 1000},
                                           SmpteCase{29, 80, 1200, 80 * 30'000.0 / 1'001.0},
                                           SmpteCase{30, 100, 1500, 3000}, SmpteCase{24, 255, 3060, 24 * 255},
                                           SmpteCase{25, 255, 6375, 25 * 255}, SmpteCase{30, 1, 15, 30}));

TEST(Read, RiffWrapper) {
  const Bytes midi = one_track(test::middle_c());
  const Bytes info = join({test::text("DISP"), {3, 0, 0, 0, 'a', 'b', 'c', 0}});
  const auto size = static_cast<std::uint8_t>(midi.size());
  const Bytes data = join({test::text("data"), {size, 0, 0, 0}, midi});
  const Bytes tail = join({test::text("LIST"), {4, 0, 0, 0}, test::text("INFO")});
  const Bytes riff = join({test::text("RIFF"), {99, 0, 0, 0}, test::text("RMID"), info, data, tail});
  EXPECT_EQ(read_cleanly(riff), read_cleanly(midi));
}

TEST(ReadFile, ReadsAndNamesTheFileInErrors) {
  const auto path = std::filesystem::path(CONTINUO_BINARY_DIR) / "midi_read_file_test.mid";
  write_file_atomically(path, one_track(test::middle_c()));
  EXPECT_EQ(read_file(path).score, read(one_track(test::middle_c())).score);
  write_file_atomically(path, std::string_view("not music"));
  try {
    read_file(path);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.info().path, path.string());
    EXPECT_EQ(error.info().offset, 0u);
    EXPECT_FALSE(error.info().hint.empty());
  }
  std::filesystem::remove(path);
  EXPECT_THROW(read_file(path), Error);
}

}  // namespace
}  // namespace continuo::midi
