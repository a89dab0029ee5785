// The ranges of instruments, widened, written and read.
#include "continuo/music/instrument_range.h"

#include <gtest/gtest.h>

#include "continuo/base/error.h"

namespace continuo {
namespace {

TEST(InstrumentRange, OrchestralInstrumentsHaveTheirOpenStringsAndTubes) {
  const InstrumentRanges& ranges = general_midi_ranges();
  EXPECT_EQ(ranges[0], (PitchRange{21, 108}));  // the 88 keys
  EXPECT_EQ(ranges[40].low, 55);                // violin: G3
  EXPECT_EQ(ranges[41].low, 48);                // viola: C3
  EXPECT_EQ(ranges[42].low, 36);                // cello: C2
  EXPECT_EQ(ranges[43], (PitchRange{24, 67}));  // contrabass: C1 to G4
  EXPECT_EQ(ranges[110], ranges[40]);           // a fiddle is a violin
  EXPECT_EQ(ranges[68].low, 58);                // oboe: Bb3
  EXPECT_EQ(ranges[73].low, 59);                // flute: B3
  EXPECT_EQ(ranges[81], (PitchRange{0, 127}));  // a synthesiser
  for (const PitchRange& range : ranges) EXPECT_LE(range.low + 11, range.high);
}

TEST(InstrumentRange, WhatAScoreShowsWidensThem) {
  InstrumentRanges ranges = general_midi_ranges();
  const Score score{.tracks = {{.program = 40, .notes = {{0, 1, 53}, {1, 1, 60}}},
                               {.channel = kDrumChannel, .program = 43, .notes = {{0, 1, 90}}}}};
  widen(ranges, score);
  EXPECT_EQ(ranges[40], (PitchRange{53, 103}));
  EXPECT_EQ(ranges[43], general_midi_ranges()[43]);
  EXPECT_EQ(to_text(ranges), "40:53-103");
}

TEST(InstrumentRange, TextsAreReadAsTheyWereWritten) {
  InstrumentRanges ranges = general_midi_ranges();
  EXPECT_EQ(to_text(ranges), "");
  EXPECT_EQ(ranges_from_text(""), ranges);
  ranges[0] = {0, 127};
  ranges[127] = {12, 60};
  EXPECT_EQ(to_text(ranges), "0:0-127 127:12-60");
  EXPECT_EQ(ranges_from_text(to_text(ranges)), ranges);
  for (const char* text : {"40", "40:", "40:55", "40:55-", "40:103-55", "200:1-2", "40:1-2x", "40:1-2,", ":"})
    EXPECT_THROW(ranges_from_text(text), Error) << text;
}

TEST(InstrumentRange, ACollectionWidensByWhatManyOfItsPiecesShow) {
  RangeSurvey survey;
  const auto piece = [](std::uint8_t program, std::uint8_t low, std::uint8_t high) {
    return Score{.tracks = {{.program = program, .notes = {{0, 1, low}, {1, 1, high}}}}};
  };
  for (int i = 0; i < 10; ++i) {
    survey.add(piece(75, static_cast<std::uint8_t>(40 + i), 80));  // recorders written as pan flutes
    survey.add(piece(40, i < 3 ? 40 : 60, 80));                    // three files with a wrong program
  }
  survey.add(piece(76, 20, 80));  // one piece shows nothing
  const InstrumentRanges ranges = survey.ranges();
  EXPECT_EQ(ranges[75], (PitchRange{43, 96}));
  EXPECT_EQ(ranges[40], general_midi_ranges()[40]);
  EXPECT_EQ(ranges[76], general_midi_ranges()[76]);
}

}  // namespace
}  // namespace continuo
