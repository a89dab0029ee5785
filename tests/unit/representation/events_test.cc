// events: what is written for known music, what becomes of broken sequences, and tempo variation.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "continuo/base/error.h"
#include "unit/representation/build_score.h"

namespace continuo::representation {
namespace {

using continuo::testing::made;
using continuo::testing::piano;
using continuo::testing::symbols;
using continuo::testing::texts_of;
using continuo::testing::words;
using ::testing::ElementsAre;

TEST(Events, WritesTimeInSecondsByTheTempoMap) {
  Score score = piano({{0, 480, 60, 64}, {0, 960, 64, 64}, {480, 480, 60, 100}});
  score.tempos = {{0, 500'000}, {480, 2'000'000}};
  const auto events = made("events");
  EXPECT_EQ(words(*events, events->encode(score).symbols),
            "Start Velocity_63 NoteOn_60 NoteOn_64 TimeShift_500ms NoteOff_60 Velocity_99 NoteOn_60 "
            "TimeShift_1000ms TimeShift_1000ms NoteOff_60 NoteOff_64 End");
  EXPECT_EQ(events->vocabulary().size(), 2U + 128 + 128 + 100 + 32);
}

TEST(Events, DecodesToMilliseconds) {
  const auto events = made("events", {{"program", "19"}});
  const Decoding decoding = events->decode(
      symbols(*events, "Start TimeShift_250ms Velocity_127 NoteOn_60 TimeShift_1000ms TimeShift_10ms NoteOff_60 End"));
  ASSERT_EQ(decoding.score.tracks.size(), 1U);
  EXPECT_EQ(decoding.score.tracks[0].program, 19);
  EXPECT_THAT(decoding.score.tracks[0].notes, ElementsAre(Note{250, 1010, 60, 127}));
  EXPECT_DOUBLE_EQ(duration_seconds(decoding.score), 1.26);
}

TEST(Events, ExtendsNotesByThePedal) {
  Score score = piano({{0, 240, 60, 64}, {1920, 480, 64, 64}});
  score.tracks[0].controls = {{100, 64, 127}, {960, 64, 0}};
  const auto length = [&](const Representation& events) {
    return events.decode(events.encode(score).symbols).score.tracks[0].notes[0].duration;
  };
  EXPECT_EQ(length(*made("events")), 1000);
  EXPECT_EQ(length(*made("events", {{"sustain", "ignore"}})), 250);
}

TEST(Events, SaysWhatItLeavesOut) {
  Score score = piano({{0, 960, 60, 64}, {1, 960, 60, 64}, {480, 480, 60, 64}, {480 * 200, 480, 62, 64}});
  Track drums;
  drums.channel = kDrumChannel;
  drums.notes = {{0, 10, 36, 64}};
  score.tracks.push_back(drums);
  const Encoding encoding = made("events")->encode(score);
  EXPECT_THAT(
      texts_of(encoding.losses),
      ElementsAre("1 note of drums left out", "1 note merged with others that begin on the same key",
                  "1 note shortened where the same key is struck again", "1 pause without any event shortened"));
}

TEST(Events, MendsWhatTheGrammarForbids) {
  const auto events = made("events");
  struct Expected {
    const char* text;
    std::size_t dropped, repaired, notes;
  };
  for (const auto& [text, dropped, repaired, notes] : {
           Expected{"Velocity_63 NoteOn_60 TimeShift_10ms NoteOff_60 End", 0, 0, 1},
           Expected{"Velocity_63 NoteOn_60 TimeShift_10ms End", 0, 1, 1},                    // hanging at the end
           Expected{"Velocity_63 NoteOn_60 TimeShift_10ms", 0, 0, 1},                        // cut off: nobody's fault
           Expected{"NoteOff_60 Velocity_63 NoteOn_60 TimeShift_10ms NoteOff_60", 1, 0, 1},  // nothing to end
           Expected{"NoteOn_60 TimeShift_10ms NoteOff_60", 0, 1, 1},                         // no velocity
           Expected{"Velocity_63 NoteOn_60 NoteOn_60 TimeShift_10ms NoteOff_60", 1, 0, 1},
           Expected{"Velocity_63 NoteOn_60 NoteOff_60 TimeShift_10ms NoteOff_60", 1, 0, 1},  // no time to sound
           Expected{"Velocity_63 NoteOn_60 TimeShift_10ms NoteOn_60 TimeShift_10ms NoteOff_60", 0, 1, 2},
           Expected{"Velocity_63 NoteOn_60 TimeShift_10ms TimeShift_10ms NoteOff_60", 0, 1, 1},
           Expected{"Velocity_63 NoteOn_62 NoteOn_60 TimeShift_10ms NoteOff_60 NoteOff_62", 0, 1, 2},
           Expected{"Velocity_63 Velocity_127 NoteOn_60 TimeShift_10ms NoteOff_60", 1, 0, 1},
           Expected{"Start Start Velocity_63 NoteOn_60 TimeShift_10ms NoteOff_60 End NoteOn_64", 2, 0, 1},
       }) {
    const Decoding decoding = events->decode(symbols(*events, text));
    EXPECT_EQ(decoding.dropped, dropped) << text;
    EXPECT_EQ(decoding.repaired, repaired) << text;
    EXPECT_EQ(note_count(decoding.score), notes) << text;
  }
}

TEST(Events, VariesPitchAndTempo) {
  const auto events = made("events");
  const auto given = symbols(
      *events,
      "Velocity_63 NoteOn_60 TimeShift_1000ms TimeShift_500ms NoteOff_60 TimeShift_10ms NoteOn_61 TimeShift_10ms");
  std::vector<Symbol> varied;
  ASSERT_TRUE(events->augment(given, {.semitones = 2, .tempo_factor = 2}, varied));
  EXPECT_EQ(words(*events, varied),
            "Velocity_63 NoteOn_62 TimeShift_750ms NoteOff_62 TimeShift_10ms NoteOn_63 TimeShift_10ms");
  ASSERT_TRUE(events->augment(given, {.tempo_factor = 0.5}, varied));
  EXPECT_EQ(
      words(*events, varied),
      "Velocity_63 NoteOn_60 TimeShift_1000ms TimeShift_1000ms TimeShift_1000ms NoteOff_60 TimeShift_20ms NoteOn_61 "
      "TimeShift_20ms");
  EXPECT_FALSE(events->augment(given, {.semitones = 70}, varied));
  ASSERT_TRUE(events->augment(given, {}, varied));
  EXPECT_EQ(varied, given);
}

TEST(Events, CountsTime) {
  const auto events = made("events");
  const auto cursor = events->cursor();
  for (const Symbol symbol : symbols(*events,
                                     "Start Velocity_63 NoteOn_60 TimeShift_1000ms TimeShift_1000ms "
                                     "TimeShift_500ms NoteOff_60")) {
    cursor->advance(symbol);
  }
  EXPECT_DOUBLE_EQ(cursor->seconds(), 2.5);
  EXPECT_EQ(cursor->bars(), 1);
  EXPECT_EQ(cursor->notes(), 1U);
}

}  // namespace
}  // namespace continuo::representation
