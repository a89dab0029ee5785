// Broken files: what is used of them, and the warning with its byte offset; and what is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "continuo/base/error.h"
#include "unit/midi/smf.h"

namespace continuo::midi {
namespace {

using test::Bytes;
using test::chunk;
using test::chunk_of_length;
using test::header;
using test::join;
using test::kFirstEvent;
using test::kFirstLength;
using test::middle_c;
using test::middle_c_note;
using test::one_track;
using test::track;
using test::WarningAt;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<Note> notes_of(const ReadResult& result) {
  std::vector<Note> notes;
  for (const Track& each : result.score.tracks) notes.insert(notes.end(), each.notes.begin(), each.notes.end());
  return notes;
}

// --- data bytes

TEST(BadData, KeyAbove127) {
  const ReadResult result = read(one_track(join({{0, 0x93, 0xfd, 0x56, 9, 0x93, 0xfd, 0}, middle_c()})));
  EXPECT_THAT(notes_of(result), ElementsAre(Note{9, 96, 60, 100}));
  EXPECT_THAT(result.warnings, ElementsAre(WarningAt(kFirstEvent + 2, "key above 127")));
}

TEST(BadData, VelocityAbove127) {
  const ReadResult result = read(one_track({0, 0x90, 60, 0x80, 9, 0x80, 60, 0xff}));
  EXPECT_THAT(notes_of(result), ElementsAre(Note{0, 9, 60, 127}));
  EXPECT_THAT(result.warnings, ElementsAre(WarningAt(kFirstEvent + 3, "velocity above 127")));
}

TEST(BadData, ControlProgramAndBend) {
  const ReadResult result = read(one_track(
      join({{0, 0xb0, 0x90, 1, 0, 0xb0, 7, 0x90, 0, 0xc0, 0x90, 0, 0xe0, 0x90, 0, 0, 0xe0, 0, 0x90}, middle_c()})));
  ASSERT_THAT(result.score.tracks, SizeIs(1));
  EXPECT_THAT(result.score.tracks[0].controls, ElementsAre(ControlChange{0, 7, 127}));
  EXPECT_THAT(result.score.tracks[0].bends, IsEmpty());
  EXPECT_EQ(result.score.tracks[0].program, 0);
  EXPECT_THAT(result.warnings,
              ElementsAre(WarningAt(kFirstEvent + 2, "controller number"),
                          WarningAt(kFirstEvent + 7, "controller value"), WarningAt(kFirstEvent + 10, "program number"),
                          WarningAt(kFirstEvent + 13, "pitch bend"), WarningAt(kFirstEvent + 17, "pitch bend")));
}

TEST(BadData, DataBytesWithoutAStatus) {
  const ReadResult result = read(one_track(join({{0, 60, 100, 7, 0x90, 60, 100, 0x60, 60, 0}})));
  EXPECT_THAT(notes_of(result), ElementsAre(middle_c_note()));
  EXPECT_THAT(result.warnings, ElementsAre(WarningAt(kFirstEvent + 1, "3 data bytes without a status")));
}

TEST(BadData, RunningStatusAfterSystemExclusive) {
  const ReadResult result = read(one_track(
      {0, 0x90, 60, 9, 9, 60, 0, 0, 0xf0, 2, 1, 0xf7, 0, 62, 9, 9, 62, 0, 0, 0xff, 1, 0, 0, 64, 9, 9, 64, 0}));
  EXPECT_THAT(notes_of(result), ElementsAre(Note{0, 9, 60, 9}, Note{9, 9, 62, 9}, Note{18, 9, 64, 9}));
  EXPECT_THAT(result.warnings, ElementsAre(WarningAt(kFirstEvent + 13, "running status")));
}

TEST(BadData, SystemMessages) {
  const Bytes messages{0,    0xf1, 0x7f, 0, 0xf2, 1, 2,    0, 0xf3, 5, 0,    0xf4, 0,    0xf5, 0,
                       0xf6, 0,    0xf8, 0, 0xf9, 0, 0xfa, 0, 0xfb, 0, 0xfc, 0,    0xfd, 0,    0xfe};
  const ReadResult result = read(one_track(join({messages, middle_c()})));
  EXPECT_THAT(notes_of(result), ElementsAre(middle_c_note()));
  EXPECT_EQ(result.warning_count, 13u);
  EXPECT_THAT(result.warnings[0], WarningAt(kFirstEvent + 1, "system message"));
  EXPECT_THAT(result.warnings[12], WarningAt(kFirstEvent + messages.size() - 1, "system message"));
}

// --- delta times

TEST(BadDelta, FiveBytesAreAStepBack) {
  // A negative start: what lies before the beginning is moved there, and the rest stays in place.
  const ReadResult result =
      read(one_track({0x8f, 0xff, 0xff, 0xff, 0x20, 0x90, 48, 9, 20, 52, 9, 96, 55, 9, 10, 48, 0, 0, 52, 0, 0, 55, 0}));
  EXPECT_THAT(notes_of(result), ElementsAre(Note{0, 30, 48, 9}, Note{0, 30, 52, 9}, Note{20, 10, 55, 9}));
  EXPECT_THAT(result.warnings, ElementsAre(WarningAt(kFirstEvent, "taken as -96 ticks")));
}

TEST(BadDelta, AStepBackInTheMiddle) {
  const ReadResult result =
      read(one_track({0x60, 0x90, 60, 9, 0x60, 60, 0, 0x8f, 0xff, 0xff, 0xff, 0x50, 62, 9, 0x10, 62, 0}));
  EXPECT_THAT(notes_of(result), ElementsAre(Note{96, 96, 60, 9}, Note{144, 16, 62, 9}));
}

TEST(BadDelta, ManyBytes) {
  const ReadResult result = read(one_track({0x80, 0x80, 0x80, 0x80, 0x80, 0x05, 0x90, 60, 9, 9, 60, 0}));
  EXPECT_THAT(notes_of(result), ElementsAre(Note{5, 9, 60, 9}));
  EXPECT_THAT(result.warnings, ElementsAre(WarningAt(kFirstEvent, "delta time of 6 bytes")));
}

TEST(BadDelta, TimesBeyondBeliefAreLeftOut) {
  Bytes events;
  for (int i = 0; i < 64; ++i) events.insert(events.end(), {0xff, 0xff, 0xff, 0x7f, 0xff, 0x7f, 0x00});
  const auto last = kFirstEvent + events.size();
  events.insert(events.end(), {0, 0x90, 60, 9, 0xff, 0xff, 0xff, 0x7f, 60, 0, 9, 62, 9, 9, 62, 0});
  const ReadResult result = read(one_track(events));
  const Tick late = Tick{64} * ((1 << 28) - 1);
  EXPECT_THAT(notes_of(result), ElementsAre(Note{late, 0, 60, 9}, Note{late + 9, 9, 62, 9}));
  EXPECT_THAT(result.warnings, ElementsAre(WarningAt(last + 4, "delta time of 268435455 ticks: left out")));
}

TEST(BadDelta, TheLongestTimesAreKeptAndCanBeWritten) {
  const ReadResult result =
      read(one_track({0xff, 0xff, 0xff, 0x7f, 0x90, 60, 9, 0xff, 0xff, 0xff, 0x7f, 60, 0, 0x7f, 62, 9, 0x7f, 62, 0}));
  const Tick longest = (1 << 28) - 1;
  EXPECT_THAT(notes_of(result), ElementsAre(Note{longest, longest, 60, 9}, Note{2 * longest + 127, 127, 62, 9}));
  Score far = result.score;
  far.tracks[0].notes[0].onset = 0;  // so that nothing happens for longer than one delta time can say
  far.tracks[0].notes[0].duration = 3 * longest;
  normalise(far);
  for (const bool running_status : {true, false}) {
    EXPECT_EQ(read(write(far, {.running_status = running_status})).score, far);
  }
}

// --- ends of tracks and lengths of chunks

TEST(BadEnd, NoEndOfTrack) {
  const ReadResult result = read(join({header(0, 1, 96), chunk(middle_c())}));
  EXPECT_THAT(notes_of(result), ElementsAre(middle_c_note()));
  EXPECT_THAT(result.warnings, ElementsAre(WarningAt(kFirstEvent + 8, "no End of Track")));
}

TEST(BadEnd, NoEndOfTrackBeforeAnotherTrack) {
  const ReadResult result = read(join({header(1, 2, 96), chunk(middle_c()), track(middle_c())}));
  EXPECT_THAT(notes_of(result), SizeIs(2));
  EXPECT_EQ(result.warning_count, 1u);
}

TEST(BadEnd, TheLastByteIsMissing) {
  Bytes bytes = one_track(middle_c());
  bytes.pop_back();
  const ReadResult result = read(bytes);
  EXPECT_THAT(notes_of(result), ElementsAre(middle_c_note()));
  EXPECT_THAT(result.warnings, ElementsAre(WarningAt(kFirstEvent + 9, "End of Track has a length"),
                                           WarningAt(kFirstLength, "length of 12 is wrong: it has 11")));
}

TEST(BadEnd, EveryTruncationIsUsedAsFarAsItGoes) {
  const Bytes whole =
      join({header(1, 2, 96), track(join({{0, 0xc0, 5}, middle_c(), {0, 0xff, 1, 2, 'h', 'i'}})), track(middle_c())});
  std::size_t refused = 0;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    try {
      const ReadResult result = read(cut);
      EXPECT_GT(result.warning_count, 0u) << size;
      if (size >= kFirstEvent + 7) {
        EXPECT_THAT(result.score.tracks, ::testing::Not(IsEmpty())) << size;
      }
    } catch (const Error& error) {
      ++refused;
      EXPECT_TRUE(error.info().offset.has_value());
      EXPECT_LT(size, kFirstEvent);  // before the first track's events
    }
  }
  EXPECT_EQ(refused, kFirstEvent);
}

TEST(BadEnd, BytesBehindTheEndOfTrack) {
  for (const Bytes& rest :
       {Bytes(8, 0), Bytes{0, 0x90, 60, 100, 9, 0x90, 60}, Bytes{0, 0xb0, 7, 100, 0, 0xb0, 10, 3}}) {
    const ReadResult result =
        read(join({header(1, 2, 96), chunk(join({middle_c(), test::end_of_track(), rest})), track(middle_c())}));
    EXPECT_THAT(notes_of(result), SizeIs(2));
    EXPECT_THAT(result.warnings, ElementsAre(WarningAt(kFirstEvent + 12, "bytes behind the End of Track: left out")));
  }
}

TEST(BadEnd, NotesBehindTheEndOfTrackAreRead) {
  const Bytes name = join({{0, 0xff, 3, 1}, test::text("a")});
  for (const Bytes& end : {Bytes{}, test::end_of_track()}) {
    const ReadResult result =
        read(join({header(1, 2, 96), chunk(join({name, test::end_of_track(), middle_c(), end})), track(middle_c())}));
    EXPECT_THAT(notes_of(result), ElementsAre(middle_c_note(), middle_c_note()));
    EXPECT_EQ(result.score.tracks[0].name, "a");
    EXPECT_THAT(result.warnings, ElementsAre(WarningAt(kFirstEvent + 9, "events behind the End of Track")));
  }
}

TEST(BadEnd, EndOfTrackWithALength) {
  const ReadResult result = read(join({header(0, 1, 96), chunk(join({middle_c(), {0, 0xff, 0x2f, 2, 9, 9}}))}));
  EXPECT_THAT(notes_of(result), SizeIs(1));
  EXPECT_THAT(result.warnings, ElementsAre(WarningAt(kFirstEvent + 9, "End of Track has a length")));
}

class BadLength : public ::testing::TestWithParam<std::uint32_t> {};

TEST_P(BadLength, TheEndOfTrackDecides) {
  const Bytes content = join({middle_c(), test::end_of_track()});
  const Bytes file = join({header(1, 2, 96), chunk_of_length(GetParam(), content), track(middle_c())});
  const ReadResult result = read(file);
  EXPECT_THAT(notes_of(result), ElementsAre(middle_c_note(), middle_c_note()));
  EXPECT_THAT(result.warnings, ElementsAre(WarningAt(kFirstLength, "is wrong: it has 12 bytes")));
}

INSTANTIATE_TEST_SUITE_P(Lengths, BadLength,
                         ::testing::Values(0u, 1u, 5u, 11u, 13u, 20u, 31u, 33u, 1000u, 0x0100'000cu, 0xffff'ffffu));

TEST(BadLengths, ALengthThatSwallowsTheNextTrackExactly) {
  const Bytes content = join({middle_c(), test::end_of_track()});
  const ReadResult result = read(join({header(1, 2, 96), chunk_of_length(32, content), track(middle_c())}));
  EXPECT_THAT(notes_of(result), SizeIs(2));
  EXPECT_THAT(result.warnings, ElementsAre(WarningAt(kFirstLength, "length of 32 is wrong: it has 12")));
}

TEST(BadLengths, AWrongLengthAndNoEndOfTrack) {
  const ReadResult result = read(join({header(1, 2, 96), chunk_of_length(99'999, middle_c()), track(middle_c())}));
  EXPECT_THAT(notes_of(result), SizeIs(2));
  EXPECT_THAT(result.warnings, ElementsAre(WarningAt(kFirstEvent + 8, "no End of Track"),
                                           WarningAt(kFirstLength, "length of 99999 is wrong: it has 8")));
}

TEST(BadLengths, EventsLongerThanTheirTrack) {
  const ReadResult text = read(one_track(join({middle_c(), {0, 0xff, 1, 0x7f, 'a'}})));
  EXPECT_THAT(notes_of(text), SizeIs(1));
  EXPECT_THAT(text.warnings[0], WarningAt(kFirstEvent + 9, "meta event longer than its track"));
  const ReadResult lost = read(one_track(join({middle_c(), {0, 0xf0, 0x8f, 0xff, 0xff, 0xff, 0x7f, 1, 2}})));
  EXPECT_THAT(notes_of(lost), SizeIs(1));
  EXPECT_THAT(lost.warnings[0], WarningAt(kFirstEvent + 9, "system exclusive"));
  const ReadResult found = read(one_track(join({{0, 0xf0, 0x7f, 1, 2, 0xf7}, middle_c()})));
  EXPECT_THAT(notes_of(found), SizeIs(1));
  EXPECT_THAT(found.warnings, ElementsAre(WarningAt(kFirstEvent + 1, "skipped up to its F7")));
}

// --- notes

TEST(BadNotes, HangingNotesLastAsOthersDo) {
  const ReadResult result = read(one_track({0, 0x95, 60, 9, 5, 62, 8, 5, 60, 0, 10, 0xff, 1, 0}));
  EXPECT_THAT(notes_of(result), ElementsAre(Note{0, 10, 60, 9}, Note{5, 10, 62, 8}));
  EXPECT_THAT(result.warnings, ElementsAre(WarningAt(kFirstEvent + 5, "D4 on channel 6 is never switched off")));
}

TEST(BadNotes, HangingNotesWithoutOthersEndWithTheirTrack) {
  const ReadResult result = read(one_track({0, 0x95, 60, 9, 5, 62, 8, 15, 0xff, 1, 0}));
  EXPECT_THAT(notes_of(result), ElementsAre(Note{0, 20, 60, 9}, Note{5, 15, 62, 8}));
  EXPECT_EQ(result.warning_count, 2u);
}

TEST(BadNotes, HangingNotesDoNotReachTheNextTrack) {
  const ReadResult result = read(join({header(1, 2, 96), track({0, 0x90, 60, 9}), track({7, 0x90, 60, 0})}));
  EXPECT_THAT(notes_of(result), ElementsAre(Note{0, 0, 60, 9}));
  EXPECT_EQ(result.warning_count, 2u);
}

TEST(BadNotes, NoteOffsWithoutANote) {
  const ReadResult result = read(one_track(join({{0, 0x80, 60, 0, 0, 0x81, 60, 0, 0, 0x90, 61, 0}, middle_c()})));
  EXPECT_THAT(notes_of(result), ElementsAre(middle_c_note()));
  EXPECT_THAT(result.warnings, ElementsAre(WarningAt(kFirstEvent + 2, "the first of 3 note-offs without a note")));
}

// --- meta events

TEST(BadMeta, ImpossibleValues) {
  const Bytes metas{0, 0xff, 0x51, 3, 0, 0, 0,  0, 0xff, 0x51, 2,    1, 2, 0, 0xff, 0x58, 4,    0, 2, 24, 8,
                    0, 0xff, 0x58, 4, 4, 8, 24, 8, 0,    0xff, 0x59, 2, 8, 0, 0,    0xff, 0x59, 2, 0, 2};
  const ReadResult result = read(one_track(metas));
  EXPECT_THAT(result.score.tempos, IsEmpty());
  EXPECT_THAT(result.score.time_signatures, IsEmpty());
  EXPECT_THAT(result.score.key_signatures, IsEmpty());
  EXPECT_THAT(result.warnings,
              ElementsAre(WarningAt(kFirstEvent + 4, "tempo of 0"), WarningAt(kFirstEvent + 11, "tempo of 2 bytes"),
                          WarningAt(kFirstEvent + 17, "time signature that cannot be"),
                          WarningAt(kFirstEvent + 25, "time signature that cannot be"),
                          WarningAt(kFirstEvent + 33, "key signature"), WarningAt(kFirstEvent + 39, "key signature")));
}

TEST(BadMeta, UnusualLengthsAreUsedWhereTheyCan) {
  const ReadResult result = read(one_track({0, 0xff, 0x51, 4, 0x0f, 0x42, 0x40, 9, 0, 0xff, 0x58, 2, 3, 2}));
  EXPECT_THAT(result.score.tempos, ElementsAre(TempoChange{0, 1'000'000}));
  EXPECT_THAT(result.score.time_signatures, ElementsAre(TimeSignature{0, 3, 4}));
  EXPECT_EQ(result.warning_count, 2u);
}

TEST(BadMeta, TempoInAFileThatCountsFrames) {
  const ReadResult result =
      read(join({header(0, 1, 0xe728), track({0, 0xff, 0x51, 3, 9, 9, 9, 0, 0xff, 0x51, 3, 9, 9, 8})}));
  EXPECT_EQ(result.score.ppq, 1000);
  EXPECT_THAT(result.score.tempos, ElementsAre(TempoChange{0, 1'000'000}));
  EXPECT_THAT(result.warnings, ElementsAre(WarningAt(kFirstEvent + 4, "tempo in a file that counts frames")));
}

// --- headers and chunks

TEST(BadHeader, ZeroTicksPerQuarter) {
  const ReadResult result = read(join({header(0, 1, 0), track(middle_c())}));
  EXPECT_EQ(result.score.ppq, 480);
  EXPECT_THAT(notes_of(result), SizeIs(1));
  EXPECT_THAT(result.warnings, ElementsAre(WarningAt(12, "0 ticks per quarter note")));
}

TEST(BadHeader, SmpteThatCannotBe) {
  const ReadResult no_ticks = read(join({header(0, 1, 0xe700), track(middle_c())}));
  EXPECT_EQ(no_ticks.score.ppq, 480);
  EXPECT_THAT(no_ticks.warnings, ElementsAre(WarningAt(12, "0 ticks per frame")));
  const ReadResult odd = read(join({header(0, 1, 0xf060), track(middle_c())}));
  EXPECT_EQ(odd.score.ppq, 16 * 0x60);
  EXPECT_THAT(odd.score.tempos, ElementsAre(TempoChange{0, 1'000'000}));
  EXPECT_THAT(odd.warnings, ElementsAre(WarningAt(12, "16 frames per second")));
  const ReadResult most = read(join({header(0, 1, 0x80ff), track(middle_c())}));
  EXPECT_EQ(most.score.ppq, 128 * 255);
  EXPECT_EQ(read(write(most.score)).score, most.score);
}

TEST(BadHeader, UnknownFormat) {
  const ReadResult result = read(join({header(3, 1, 96), track(middle_c())}));
  EXPECT_EQ(result.format, 1);
  EXPECT_THAT(result.warnings, ElementsAre(WarningAt(8, "unknown format 3")));
}

TEST(BadHeader, Format0WithTwoTracks) {
  const ReadResult result = read(join({header(0, 2, 96), track(middle_c()), track(middle_c())}));
  EXPECT_THAT(notes_of(result), ElementsAre(middle_c_note(), middle_c_note()));
  EXPECT_THAT(result.warnings, ElementsAre(WarningAt(8, "format 0 with several tracks")));
}

TEST(BadHeader, NumberOfTracks) {
  const ReadResult few = read(join({header(1, 5, 96), track(middle_c())}));
  EXPECT_THAT(few.warnings, ElementsAre(WarningAt(10, "says 5 tracks, the file has 1")));
  const ReadResult many = read(join({header(1, 1, 96), track(middle_c()), track(middle_c())}));
  EXPECT_THAT(notes_of(many), SizeIs(2));
  EXPECT_THAT(many.warnings, ElementsAre(WarningAt(10, "says 1 tracks, the file has 2")));
}

TEST(BadHeader, Lengths) {
  Bytes wrong = one_track(middle_c());
  wrong[7] = 22;
  const ReadResult repaired = read(wrong);
  EXPECT_THAT(notes_of(repaired), SizeIs(1));
  EXPECT_THAT(repaired.warnings, ElementsAre(WarningAt(4, "length of 22 is wrong")));
  Bytes longer = one_track(middle_c());
  longer[7] = 8;
  longer.insert(longer.begin() + 14, {1, 2});
  const ReadResult skipped = read(longer);
  EXPECT_THAT(notes_of(skipped), SizeIs(1));
  EXPECT_THAT(skipped.warnings, ElementsAre(WarningAt(4, "longer than 6 bytes")));
}

TEST(BadChunks, AlienChunksAndJunk) {
  const Bytes junk{1, 2, 3, 4, 5, 6, 7, 8, 9};
  const ReadResult result = read(join({header(1, 2, 96),
                                       chunk({9, 9}, "Junk"),
                                       track(middle_c()),
                                       junk,
                                       track(middle_c()),
                                       chunk({}, "XFIH"),
                                       {0xff, 0xfe}}));
  EXPECT_THAT(notes_of(result), SizeIs(2));
  EXPECT_THAT(result.warnings, ElementsAre(WarningAt(14, "chunk Junk"), WarningAt(44, "9 bytes outside"),
                                           WarningAt(73, "10 bytes outside")));
}

TEST(BadChunks, ZerosAtTheEndGoWithoutSaying) {
  const ReadResult result = read(join({one_track(middle_c()), Bytes(100, 0)}));
  EXPECT_THAT(notes_of(result), SizeIs(1));
  EXPECT_EQ(result.warning_count, 0u);
}

TEST(BadChunks, AnAlienChunkWithAWrongLength) {
  Bytes alien = chunk({9, 9}, "Junk");
  alien[4] = 0x7f;
  const ReadResult result = read(join({header(1, 1, 96), alien, track(middle_c())}));
  EXPECT_THAT(notes_of(result), SizeIs(1));
  EXPECT_THAT(result.warnings, ElementsAre(WarningAt(14, "10 bytes outside")));
}

TEST(BadChunks, BytesBeforeTheHeader) {
  const ReadResult result = read(join({Bytes(128, 0), one_track({0, 0x90, 0xff, 9})}));
  EXPECT_THAT(result.warnings, ElementsAre(WarningAt(0, "128 bytes before the header"),
                                           WarningAt(128 + kFirstEvent + 2, "key above 127")));
}

TEST(BadChunks, RiffWrapperCutOff) {
  const Bytes riff = join({test::text("RIFF"),
                           {0, 0, 0, 0},
                           test::text("RMID"),
                           test::text("data"),
                           {0xff, 0xff, 0xff, 0x7f},
                           one_track(middle_c())});
  const ReadResult result = read(riff);
  EXPECT_THAT(notes_of(result), SizeIs(1));
  EXPECT_THAT(result.warnings, ElementsAre(WarningAt(16, "RIFF wrapper")));
}

// --- what cannot be used

void expect_refused(const Bytes& bytes, std::uint64_t offset, const std::string& part) {
  try {
    read(bytes);
    FAIL() << "read without an error: " << part;
  } catch (const Error& error) {
    EXPECT_EQ(error.info().offset, offset);
    EXPECT_THAT(error.info().message, ::testing::HasSubstr(part));
    EXPECT_FALSE(error.info().hint.empty());
  }
}

TEST(Refused, WhatHasNoHeader) {
  expect_refused({}, 0, "not a Standard MIDI File");
  expect_refused(test::text("MT"), 0, "not a Standard MIDI File");
  expect_refused(test::text("RIFF____RMIDdata"), 0, "not a Standard MIDI File");
  Bytes misspelt = one_track(middle_c());
  misspelt[2] = '0';
  expect_refused(misspelt, 0, "not a Standard MIDI File");
}

TEST(Refused, WhatHasNoTrack) {
  expect_refused(header(1, 1, 96), 14, "no track");
  expect_refused(join({header(1, 1, 96), chunk(middle_c(), "mTrk")}), 14, "no track");
  expect_refused(join({header(1, 1, 96), test::text("MTrk"), {0, 0}}), 14, "no track");
  expect_refused(test::text("MThd123"), 7, "within its MIDI header");
}

TEST(Warnings, AreCountedBeyondTheLimit) {
  Bytes bad;
  for (int i = 0; i < 50; ++i) bad.insert(bad.end(), {0, 0xf5});
  const ReadResult result = read(one_track(bad), {.max_warnings = 7});
  EXPECT_THAT(result.warnings, SizeIs(7));
  EXPECT_EQ(result.warning_count, 50u);
}

}  // namespace
}  // namespace continuo::midi
