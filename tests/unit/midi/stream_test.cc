// A file is one stream of events: their order within a tick, what acts on a whole channel, and what a port is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "continuo/music/time.h"
#include "unit/midi/smf.h"

namespace continuo::midi {
namespace {

using test::Bytes;
using test::header;
using test::join;
using test::one_track;
using test::track;
using test::WarningAt;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<Note> sounding(Score score) {
  apply_sustain(score);
  std::vector<Note> notes;
  for (const Track& each : score.tracks) notes.insert(notes.end(), each.notes.begin(), each.notes.end());
  return notes;
}

void expect_kept(const Score& score) {
  for (const bool running_status : {true, false}) {
    const ReadResult again = read(write(score, {.running_status = running_status}));
    EXPECT_EQ(again.score, score);
    EXPECT_EQ(again.warning_count, 0u);
  }
  EXPECT_EQ(sounding(read(write(score, {.format = 0})).score).size(), sounding(score).size());
}

// --- order within a tick

TEST(Stream, APedalPressedBeforeTheNoteOffOfItsTickHolds) {
  const Score score =
      read(one_track({0, 0x90, 60, 9, 48, 0xb0, 64, 127, 0, 0x80, 60, 0, 0x81, 0x10, 0xb0, 64, 0})).score;
  EXPECT_THAT(score.tracks[0].notes, ElementsAre(Note{0, 48, 60, 9, true}));
  EXPECT_THAT(sounding(score), ElementsAre(Note{0, 192, 60, 9}));
  expect_kept(score);
}

TEST(Stream, APedalPressedBehindTheNoteOffOfItsTickDoesNot) {
  const Score score =
      read(one_track({0, 0x90, 60, 9, 48, 0x80, 60, 0, 0, 0xb0, 64, 127, 0x81, 0x10, 0xb0, 64, 0})).score;
  EXPECT_THAT(sounding(score), ElementsAre(Note{0, 48, 60, 9}));
  expect_kept(score);
}

TEST(Stream, APedalThatChangesBetweenTheNoteOffsOfATick) {
  // Down since 0; at 48: C4 off, up, E4 off, down, G4 off.
  const Score score =
      read(one_track({0,  0xb0, 64, 127,  0,  0x90, 60, 9,    0,  64,  9, 0,    67, 9, 48, 60,   0,  0, 0xb0,
                      64, 0,    0,  0x90, 64, 0,    0,  0xb0, 64, 127, 0, 0x90, 67, 0, 48, 0xb0, 64, 0}))
          .score;
  EXPECT_THAT(sounding(score), ElementsAre(Note{0, 48, 60, 9}, Note{0, 48, 64, 9}, Note{0, 96, 67, 9}));
  expect_kept(score);
}

TEST(Stream, AcrossChunksTheEarlierOneComesFirst) {
  const Bytes right = track({0, 0x90, 72, 9, 48, 72, 0});
  const Bytes left = track({0, 0x90, 48, 9, 48, 48, 0});
  const Bytes pedal = track({48, 0xb0, 64, 127, 48, 64, 0});
  const auto ends = [&](const Bytes& a, const Bytes& b, const Bytes& c) {
    const Score score = read(join({header(1, 3, 96), a, b, c})).score;
    expect_kept(score);
    std::vector<Tick> result;
    for (const Note& note : sounding(score)) result.push_back(note.duration);
    return result;
  };
  EXPECT_THAT(ends(pedal, right, left), ElementsAre(96, 96));
  EXPECT_THAT(ends(right, left, pedal), ElementsAre(48, 48));
}

TEST(Stream, ProgramsOfAChannelInOneChunkKeepTheirPedal) {
  // Two programs on the channel; the second one's note ends before the pedal of the same tick, which the first one's
  // track holds.
  const Score score = read(one_track({0,    0xc0, 1, 0,  0x90, 60, 9, 9,    60, 0,   0,  0xc0, 2, 0,
                                      0x90, 62,   9, 48, 62,   0,  0, 0xb0, 64, 127, 48, 64,   0}))
                          .score;
  ASSERT_THAT(score.tracks, SizeIs(2));
  EXPECT_THAT(sounding(score), ElementsAre(Note{0, 9, 60, 9}, Note{9, 48, 62, 9}));
  expect_kept(score);
}

// --- channel modes

class ModesThatEndNotes : public ::testing::TestWithParam<std::uint8_t> {};

TEST_P(ModesThatEndNotes, InPlaceOfNoteOffs) {
  const std::uint8_t mode = GetParam();
  const ReadResult result = read(one_track(
      {0, 0x90, 60, 9, 0, 64, 9, 24, 0xb0, mode, 0, 24, 0x90, 60, 9, 24, 0xb0, mode, 0, 24, 0x90, 62, 9, 24, 62, 0}));
  EXPECT_EQ(result.warning_count, 0u);
  EXPECT_THAT(result.score.tracks[0].notes,
              ElementsAre(Note{0, 24, 60, 9}, Note{0, 24, 64, 9}, Note{48, 24, 60, 9}, Note{96, 24, 62, 9}));
  EXPECT_THAT(result.score.tracks[0].controls, IsEmpty());
  expect_kept(result.score);
}

TEST_P(ModesThatEndNotes, InAnotherChunkOfTheChannelAndInNoOther) {
  const Bytes notes = track({0, 0x90, 60, 9, 0, 0x91, 62, 9, 96, 0x90, 60, 0, 0, 0x91, 62, 0});
  const Bytes modes = track({24, 0xb0, GetParam(), 0});
  const Bytes other_port = track({0, 0xff, 0x21, 1, 1, 24, 0xb1, GetParam(), 0});
  const Score score = read(join({header(1, 3, 96), notes, modes, other_port})).score;
  ASSERT_THAT(score.tracks, SizeIs(2));
  EXPECT_THAT(score.tracks[0].notes, ElementsAre(Note{0, 24, 60, 9}));
  EXPECT_THAT(score.tracks[1].notes, ElementsAre(Note{0, 96, 62, 9}));
}

INSTANTIATE_TEST_SUITE_P(Numbers, ModesThatEndNotes, ::testing::Values(120, 123, 124, 125, 126, 127));

TEST(Modes, LocalControlEndsNothing) {
  const Score score = read(one_track({0, 0x90, 60, 9, 24, 0xb0, 122, 0, 24, 0x90, 60, 0})).score;
  EXPECT_THAT(score.tracks[0].notes, ElementsAre(Note{0, 48, 60, 9}));
}

TEST(Modes, AllNotesOffLeavesThemToThePedal) {
  const Score score =
      read(one_track({0, 0xb0, 64, 127, 0, 0x90, 60, 9, 24, 0xb0, 123, 0, 48, 64, 0, 24, 0x90, 62, 9, 9, 62, 0})).score;
  EXPECT_THAT(sounding(score), ElementsAre(Note{0, 72, 60, 9}, Note{96, 9, 62, 9}));
}

TEST(Modes, AllSoundOffEndsWhatThePedalHolds) {
  const Score score = read(one_track({0,   0xb0, 64, 127,  0,  0x90, 60, 9,  24, 60, 0,    24, 0xb0,
                                      120, 0,    24, 0x90, 62, 9,    24, 62, 0,  48, 0xb0, 64, 0}))
                          .score;
  EXPECT_THAT(sounding(score), ElementsAre(Note{0, 48, 60, 9}, Note{72, 72, 62, 9}));
  expect_kept(score);
}

TEST(Modes, ResetAllControllersReleasesPedalsAndMovesControllers) {
  const Score score = read(one_track({0,    0xb0, 64, 127, 0,  11, 50, 0,    1,   9, 0,  7,    80, 0, 0xe0, 0,  0x50, 0,
                                      0x90, 60,   9,  24,  60, 0,  24, 0xb0, 121, 0, 24, 0x90, 62, 9, 24,   62, 0}))
                          .score;
  EXPECT_THAT(sounding(score), ElementsAre(Note{0, 48, 60, 9}, Note{72, 24, 62, 9}));
  EXPECT_THAT(
      score.tracks[0].controls,
      ElementsAre(ControlChange{0, 64, 127}, ControlChange{0, 11, 50}, ControlChange{0, 1, 9}, ControlChange{0, 7, 80},
                  ControlChange{48, 1, 0}, ControlChange{48, 11, 127}, ControlChange{48, 64, 0}));
  EXPECT_THAT(score.tracks[0].bends, ElementsAre(PitchBend{0, 0x2800 - 8192}, PitchBend{48, 0}));
  expect_kept(score);
}

TEST(Modes, AtTheBeginningChangeNothing) {
  const Score score =
      read(one_track(join({{0, 0xb0, 120, 0, 0, 121, 0, 0, 123, 0, 0, 7, 90}, test::middle_c()}))).score;
  EXPECT_THAT(score.tracks[0].controls, ElementsAre(ControlChange{0, 7, 90}));
}

// --- ports

TEST(Ports, AChannelBelongsToItsPort) {
  const Bytes piano =
      track({0, 0xff, 0x21, 1, 0, 0, 0xb0, 64, 127, 0, 7, 50, 0, 0xe0, 0, 0, 0, 0x90, 60, 9, 24, 60, 0});
  const Bytes strings = track({0, 0xff, 0x21, 1, 1, 0, 0xc0, 48, 0, 0x90, 72, 9, 24, 72, 0, 72, 74, 9, 24, 74, 0});
  const Score score = read(join({header(1, 2, 96), piano, strings})).score;
  ASSERT_THAT(score.tracks, SizeIs(2));
  EXPECT_EQ(score.tracks[1].port, 1);
  EXPECT_THAT(score.tracks[1].controls, IsEmpty());
  EXPECT_THAT(score.tracks[1].bends, IsEmpty());
  EXPECT_THAT(sounding(score), ElementsAre(Note{0, 120, 60, 9}, Note{0, 24, 72, 9}, Note{96, 24, 74, 9}));
  expect_kept(score);
}

TEST(Ports, ChangeWithinAChunk) {
  const Bytes port0{0, 0xff, 0x21, 1, 0}, port3{0, 0xff, 0x21, 1, 3};
  const Score score = read(one_track(join({port0,
                                           {0, 0x90, 60, 1},
                                           port3,
                                           {0, 0xc0, 5, 5, 0x90, 60, 2},
                                           port0,
                                           {5, 0x90, 60, 0},
                                           port3,
                                           {5, 0x90, 60, 0}})))
                          .score;
  ASSERT_THAT(score.tracks, SizeIs(2));
  EXPECT_THAT(score.tracks[0].notes, ElementsAre(Note{0, 10, 60, 1}));
  EXPECT_EQ(score.tracks[0].program, 0);
  EXPECT_THAT(score.tracks[1].notes, ElementsAre(Note{5, 10, 60, 2}));
  EXPECT_EQ(score.tracks[1].program, 5);
  EXPECT_EQ(score.tracks[1].port, 3);
  EXPECT_EQ(read(write(score, {.format = 0})).score, score);
}

// --- note-offs that are missing

TEST(MissingNoteOff, SpoilsOneNote) {
  Bytes events{0, 0x90, 60, 9, 0x83, 0x60, 60, 9, 0x81, 0x70, 60, 0};  // the first has none
  for (int i = 0; i < 4; ++i) events.insert(events.end(), {0x81, 0x70, 60, 9, 0x81, 0x70, 60, 0});
  const ReadResult result = read(one_track(events));
  std::vector<Note> expected{{0, 240, 60, 9}};
  for (Tick i = 0; i < 5; ++i) expected.push_back({480 + 480 * i, 240, 60, 9});
  EXPECT_EQ(result.score.tracks[0].notes, expected);
  EXPECT_THAT(result.warnings, ElementsAre(WarningAt(24, "C4 on channel 1 is never switched off")));
}

TEST(MissingNoteOff, OfTheLastNoteOfAKey) {
  const ReadResult result = read(one_track({0, 0x90, 60, 9, 9, 60, 0, 9, 60, 8, 9, 62, 7, 9, 62, 0}));
  EXPECT_THAT(result.score.tracks[0].notes, ElementsAre(Note{0, 9, 60, 9}, Note{18, 9, 60, 8}, Note{27, 9, 62, 7}));
}

TEST(MissingNoteOff, TwoOfOneKey) {
  const ReadResult result =
      read(one_track({0, 0x90, 60, 1, 9, 60, 2, 9, 60, 0, 9, 60, 3, 9, 60, 4, 9, 60, 0, 9, 60, 5, 9, 60, 0}));
  EXPECT_THAT(result.score.tracks[0].notes, ElementsAre(Note{0, 9, 60, 1}, Note{9, 9, 60, 2}, Note{27, 9, 60, 3},
                                                        Note{36, 9, 60, 4}, Note{54, 9, 60, 5}));
  EXPECT_EQ(result.warning_count, 2u);
}

// --- percussion

const Bytes kXgOn{0, 0xf0, 8, 0x43, 0x10, 0x4c, 0, 0, 0x7e, 0, 0xf7};
const Bytes kGm2On{0, 0xf0, 5, 0x7e, 0x7f, 9, 3, 0xf7};
const Bytes kGmOn{0, 0xf0, 5, 0x7e, 0x7f, 9, 1, 0xf7};
const Bytes kGsReset{0, 0xf0, 10, 0x41, 0x10, 0x42, 0x12, 0x40, 0, 0x7f, 0, 0x41, 0xf7};

/// A note on channel 5 behind a bank number and a program change.
Score with_bank(const Bytes& start, std::uint8_t bank) {
  const Bytes rest{0, 0xb4, 0, bank, 0, 32, 0, 0, 0xc4, 3, 0, 0x94, 36, 9, 9, 36, 0};
  return read(one_track(join({start, rest}))).score;
}

TEST(Percussion, ByBankAfterXgOrGm2SystemOn) {
  for (const auto& [start, bank] : {std::pair{kXgOn, 127}, {kXgOn, 126}, {kGm2On, 120}}) {
    const Score score = with_bank(start, static_cast<std::uint8_t>(bank));
    EXPECT_TRUE(score.tracks[0].is_drums()) << bank;
    EXPECT_EQ(score.tracks[0].program, 3);
    expect_kept(score);
  }
}

TEST(Percussion, NotByABankThatMeansSomethingElse) {
  EXPECT_FALSE(with_bank({}, 127).tracks[0].is_drums());
  EXPECT_FALSE(with_bank(kGmOn, 127).tracks[0].is_drums());
  EXPECT_FALSE(with_bank(kXgOn, 0).tracks[0].is_drums());
  EXPECT_FALSE(with_bank(kXgOn, 64).tracks[0].is_drums());
  EXPECT_FALSE(with_bank(kGm2On, 121).tracks[0].is_drums());
  EXPECT_FALSE(with_bank(join({kXgOn, kGsReset}), 127).tracks[0].is_drums());
}

TEST(Percussion, BeginsWithTheProgramChange) {
  const Score score =
      read(one_track(join({kXgOn, {0,  0xc4, 3, 0,  0x94, 60, 9,    9, 60, 0,    0,  0xb4, 0, 127, 0, 0x94,
                                   62, 9,    9, 62, 0,    0,  0xc4, 3, 0,  0x94, 36, 9,    9, 36,  0}})))
          .score;
  ASSERT_THAT(score.tracks, SizeIs(2));
  EXPECT_FALSE(score.tracks[0].is_drums());
  EXPECT_THAT(score.tracks[0].notes, SizeIs(2));
  EXPECT_TRUE(score.tracks[1].is_drums());
  expect_kept(score);
}

TEST(Percussion, ByUseForRhythmPart) {
  // Parts 1 and 11 are channels 1 and 12 (counted from 1), part 0 is channel 10.
  const auto rhythm = [](std::uint8_t part, std::uint8_t value) {
    return Bytes{0,    0xf0,  10, 0x41, 0x10, 0x42, 0x12, 0x40, static_cast<std::uint8_t>(0x10 | part),
                 0x15, value, 0,  0xf7};
  };
  const Bytes notes{0, 0x90, 36, 9, 0, 0x9b, 38, 9, 9, 0x90, 36, 0, 0, 0x9b, 38, 0};
  const Score score = read(one_track(join({rhythm(1, 1), rhythm(0x0b, 2), notes, rhythm(1, 0), notes}))).score;
  ASSERT_THAT(score.tracks, SizeIs(3));
  EXPECT_TRUE(score.tracks[0].is_drums());
  EXPECT_TRUE(score.tracks[1].is_drums());
  EXPECT_EQ(score.tracks[1].channel, 11);
  EXPECT_FALSE(score.tracks[2].is_drums());
  expect_kept(score);
}

// --- times

TEST(Times, NinetyMinutesOfTheFinestTicks) {
  Bytes events;
  for (int i = 0; i < 9; ++i) {  // a note every ten minutes: 65534 ticks a second
    const Bytes note{0, 0x90, 60, 9, 0x82, 0x96, 0xab, 0x2c, 60, 0};
    events.insert(events.end(), note.begin(), note.end());
  }
  const ReadResult result = read(join({header(0, 1, 32'767), track(events)}));
  EXPECT_EQ(result.warning_count, 0u);
  const TempoMap time(result.score);
  const Tick step = (2 << 21) + (0x16 << 14) + (0x2b << 7) + 0x2c;
  for (std::size_t i = 0; i < 9; ++i) {
    EXPECT_EQ(result.score.tracks[0].notes[i], (Note{static_cast<Tick>(i) * step, step, 60, 9}));
  }
  expect_kept(result.score);
}

}  // namespace
}  // namespace continuo::midi
