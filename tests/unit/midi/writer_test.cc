// Bytes of written files, the options, and what is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "continuo/base/error.h"
#include "continuo/music/time.h"
#include "unit/midi/smf.h"

namespace continuo::midi {
namespace {

using test::Bytes;
using test::header;
using test::join;
using test::track;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

Track make_track(std::uint8_t channel, std::uint8_t program, std::vector<Note> notes, std::string name = "") {
  return {.name = std::move(name),
          .channel = channel,
          .program = program,
          .notes = std::move(notes),
          .controls = {},
          .bends = {}};
}

Score two_tracks() {
  Score score;
  score.ppq = 96;
  score.tempos = {{0, 600'000}, {96, 500'000}};
  score.time_signatures = {{0, 6, 8}};
  score.key_signatures = {{0, -1, true}};
  score.texts = {{0, TextKind::kTrackName, "Title"}, {200, TextKind::kMarker, "A"}};
  score.tracks = {make_track(0, 40, {{0, 96, 60, 100}, {96, 96, 60, 90}, {96, 0, 64, 80}}, "Violin"),
                  make_track(9, 0, {{0, 48, 35, 127}})};
  score.tracks[0].controls = {{0, 64, 127}, {96, 64, 0}};
  score.tracks[0].bends = {{50, -1}};
  return score;
}

TEST(Write, Format1ToTheByte) {
  const Bytes conductor =
      join({{0, 0xff, 3, 5},
            test::text("Title"),
            {0, 0xff, 0x58, 4, 6, 3, 12, 8, 0, 0xff, 0x59, 2, 0xff, 1, 0, 0xff, 0x51, 3, 0x09, 0x27, 0xc0},
            {96, 0xff, 0x51, 3, 0x07, 0xa1, 0x20, 104, 0xff, 6, 1, 'A'}});
  const Bytes violin = join({{0, 0xff, 3, 6},
                             test::text("Violin"),
                             {0, 0xb0, 64, 127, 0, 0xc0, 40, 0, 0x90, 60, 100, 50, 0xe0, 0x7f, 0x3f},
                             {46, 0x90, 60, 0, 0, 0xb0, 64, 0, 0, 0x90, 60, 90, 0, 64, 80, 0, 64, 0, 96, 60, 0}});
  const Bytes drums{0, 0xc9, 0, 0, 0x99, 35, 127, 48, 35, 0};
  EXPECT_EQ(write(two_tracks()), join({header(1, 3, 96), track(conductor), track(violin), track(drums)}));
}

TEST(Write, WithoutRunningStatusEveryEventHasItsStatus) {
  Score score;
  score.tracks = {make_track(2, 7, {{0, 480, 60, 100}, {480, 0, 62, 1}})};
  EXPECT_EQ(write(score, {.running_status = false}),
            join({header(1, 2, 480), track({}),
                  track({0, 0xc2, 7, 0, 0x92, 60, 100, 0x83, 0x60, 0x82, 60, 64, 0, 0x92, 62, 1, 0, 0x82, 62, 64})}));
}

TEST(Write, Format0ToTheByte) {
  Score score;
  score.tempos = {{240, 400'000}};
  score.tracks = {make_track(0, 1, {{0, 240, 60, 100}, {240, 240, 62, 100}}), make_track(1, 2, {{240, 240, 40, 50}})};
  EXPECT_EQ(write(score, {.format = 0}),
            join({header(0, 1, 480), track({0,    0xc0, 1,    0,    0xc1, 2,    0,    0x90, 60, 100,  0x81, 0x70, 60,
                                            0,    0,    0xff, 0x51, 3,    0x06, 0x1a, 0x80, 0,  0x90, 62,   100,  0,
                                            0x91, 40,   50,   0x81, 0x70, 0x90, 62,   0,    0,  0x91, 40,   0})}));
}

TEST(Write, AnEmptyScore) {
  EXPECT_EQ(write(Score{}), join({header(1, 1, 480), track({})}));
  EXPECT_EQ(write(Score{}, {.format = 0}), join({header(0, 1, 480), track({})}));
}

TEST(Write, TracksThatShareAChannelTakeTurnsWithTheirPrograms) {
  Score score;
  score.tracks = {make_track(0, 10, {{0, 5, 60, 9}, {10, 5, 60, 9}, {20, 5, 60, 9}}),
                  make_track(0, 20, {{0, 5, 72, 9}, {10, 0, 72, 9}}), make_track(0, 10, {{30, 5, 50, 9}})};
  const Bytes bytes = write(score);
  EXPECT_EQ(read(bytes).score, score);
  const Bytes first{0,  0xc0, 10, 0,  0x90, 60, 9,    5,  60, 0,    5,  0xc0, 10, 0,  0x90,
                    60, 9,    5,  60, 0,    5,  0xc0, 10, 0,  0x90, 60, 9,    5,  60, 0};
  const Bytes second{0, 0xc0, 20, 0, 0x90, 72, 9, 5, 72, 0, 5, 0xc0, 20, 0, 0x90, 72, 9, 0, 72, 0};
  const Bytes third{30, 0x90, 50, 9, 5, 50, 0};
  EXPECT_EQ(bytes, join({header(1, 4, 480), track({}), track(first), track(second), track(third)}));
}

TEST(Write, ScoresAreBroughtToTheirNormalForm) {
  Score disordered = two_tracks();
  std::swap(disordered.tracks[0].notes[0], disordered.tracks[0].notes[2]);
  disordered.tempos.push_back({120, 500'000});
  disordered.tracks.push_back(make_track(3, 3, {}));
  EXPECT_EQ(write(disordered), write(two_tracks()));
}

struct Rate {
  int frames;
  int ticks;
};
class WriteSmpte : public ::testing::TestWithParam<Rate> {};

TEST_P(WriteSmpte, KeepsSecondsToHalfATick) {
  const auto [frames, ticks] = GetParam();
  const Score score = two_tracks();
  const ReadResult result = read(write(score, {.smpte = WriteOptions::Smpte{frames, ticks}}));
  EXPECT_EQ(result.warning_count, 0u);
  const TempoMap before(score);
  const TempoMap after(result.score);
  const double half_tick = 0.5 / (frames * ticks) * 1.0011;
  ASSERT_EQ(note_count(result.score), note_count(score));
  for (std::size_t t = 0; t < 2; ++t) {
    EXPECT_EQ(result.score.tracks[t].program, score.tracks[t].program);
    for (std::size_t n = 0; n < score.tracks[t].notes.size(); ++n) {
      const Note& was = score.tracks[t].notes[n];
      const Note& is = result.score.tracks[t].notes[n];
      EXPECT_EQ(is.pitch, was.pitch);
      EXPECT_NEAR(after.seconds(is.onset), before.seconds(was.onset), half_tick);
      EXPECT_NEAR(after.seconds(is.onset + is.duration), before.seconds(was.onset + was.duration), half_tick);
    }
  }
  EXPECT_NEAR(after.seconds(result.score.texts[1].tick), before.seconds(200), half_tick);
}

INSTANTIATE_TEST_SUITE_P(AllRates, WriteSmpte,
                         ::testing::Values(Rate{24, 4}, Rate{25, 40}, Rate{29, 100}, Rate{30, 80}, Rate{30, 255}));

TEST(WriteSmpte, DivisionBytes) {
  const Bytes bytes = write(Score{}, {.smpte = WriteOptions::Smpte{29, 80}});
  EXPECT_EQ(bytes[12], 0xe3);
  EXPECT_EQ(bytes[13], 80);
}

struct BadScore {
  const char* what;
  std::function<void(Score&)> spoil;
};
class WriteRefuses : public ::testing::TestWithParam<BadScore> {};

TEST_P(WriteRefuses, AndSaysWhat) {
  Score score = two_tracks();
  GetParam().spoil(score);
  try {
    write(score);
    FAIL() << "written without an error";
  } catch (const Error& error) {
    EXPECT_THAT(error.info().message, HasSubstr("cannot write this score as MIDI"));
    EXPECT_THAT(error.info().message, HasSubstr(GetParam().what));
    EXPECT_FALSE(error.info().hint.empty());
  }
}

INSTANTIATE_TEST_SUITE_P(
    Values, WriteRefuses,
    ::testing::Values(BadScore{"quarter note 0", [](Score& s) { s.ppq = 0; }},
                      BadScore{"quarter note 32768", [](Score& s) { s.ppq = 32'768; }},
                      BadScore{"pitch 128", [](Score& s) { s.tracks[0].notes[0].pitch = 128; }},
                      BadScore{"velocity 0", [](Score& s) { s.tracks[0].notes[0].velocity = 0; }},
                      BadScore{"velocity 128", [](Score& s) { s.tracks[0].notes[0].velocity = 128; }},
                      BadScore{"duration -1", [](Score& s) { s.tracks[0].notes[0].duration = -1; }},
                      BadScore{"tick -5", [](Score& s) { s.tracks[0].notes[0].onset = -5; }},
                      BadScore{"duration 17179869184", [](Score& s) { s.tracks[1].notes[0].duration = Tick{1} << 34; }},
                      BadScore{"note at tick", [](Score& s) { s.tracks[1].notes[0].onset = Tick{1} << 62; }},
                      BadScore{"channel 16", [](Score& s) { s.tracks[0].channel = 16; }},
                      BadScore{"program 128", [](Score& s) { s.tracks[0].program = 128; }},
                      BadScore{"controller 128", [](Score& s) { s.tracks[0].controls[0].controller = 128; }},
                      BadScore{"value 128", [](Score& s) { s.tracks[0].controls[0].value = 128; }},
                      BadScore{"value 8192", [](Score& s) { s.tracks[0].bends[0].value = 8192; }},
                      BadScore{"microseconds per quarter note 0",
                               [](Score& s) { s.tempos[0].microseconds_per_quarter = 0; }},
                      BadScore{"microseconds", [](Score& s) { s.tempos[0].microseconds_per_quarter = 1 << 24; }},
                      BadScore{"numerator 0", [](Score& s) { s.time_signatures[0].numerator = 0; }},
                      BadScore{"numerator 256", [](Score& s) { s.time_signatures[0].numerator = 256; }},
                      BadScore{"denominator 6", [](Score& s) { s.time_signatures[0].denominator = 6; }},
                      BadScore{"denominator 256", [](Score& s) { s.time_signatures[0].denominator = 256; }},
                      BadScore{"sharps 8", [](Score& s) { s.key_signatures[0].sharps = 8; }},
                      BadScore{"kind 8", [](Score& s) { s.texts[0].kind = static_cast<TextKind>(8); }},
                      BadScore{"number of tracks", [](Score& s) { s.tracks.resize(65'535, s.tracks[1]); }}));

TEST(Write, RefusesOptionsThatCannotBe) {
  EXPECT_THROW(write(Score{}, {.format = 2}), Error);
  EXPECT_THROW(write(Score{}, {.smpte = WriteOptions::Smpte{26, 40}}), Error);
  EXPECT_THROW(write(Score{}, {.smpte = WriteOptions::Smpte{25, 0}}), Error);
  EXPECT_THROW(write(Score{}, {.smpte = WriteOptions::Smpte{25, 256}}), Error);
}

TEST(WriteFile, IsReadBack) {
  const auto path = std::filesystem::path(CONTINUO_BINARY_DIR) / "midi_write_file_test.mid";
  write_file(path, two_tracks());
  EXPECT_EQ(read_file(path).score, two_tracks());
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace continuo::midi
