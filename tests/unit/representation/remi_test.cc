// remi: what is written for known music, what becomes of broken sequences, and of music that does not fit.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "continuo/base/error.h"
#include "continuo/music/time.h"
#include "unit/representation/build_score.h"

namespace continuo::representation {
namespace {

using continuo::testing::made;
using continuo::testing::piano;
using continuo::testing::symbols;
using continuo::testing::texts_of;
using continuo::testing::words;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string encoded(const Representation& remi, const Score& score) { return words(remi, remi.encode(score).symbols); }

TEST(Remi, WritesAnUpbeatThreeFourAndAChord) {
  Score score =
      piano({{0, 480, 67, 80}, {480, 960, 60, 80}, {480, 960, 64, 80}, {480, 240, 67, 64}, {1440, 160, 72, 64}});
  score.time_signatures = {{0, 1, 4}, {480, 3, 4}};
  score.tempos = {{0, 1'000'000}};
  EXPECT_EQ(encoded(*made("remi"), score),
            "Start Bar_None TimeSig_1/4 Position_0 Tempo_60.00 Program_0 Pitch_67 Velocity_79 Duration_1.0.12 "
            "Bar_None TimeSig_3/4 Position_0 Pitch_60 Duration_2.0.12 Pitch_64 Duration_2.0.12 "
            "Pitch_67 Velocity_63 Duration_0.6.12 Position_24 Pitch_72 Duration_0.4.12 End");
}

TEST(Remi, KnowsItsVocabulary) {
  const auto remi = made("remi", {}, {"unknown", "Bach"});
  const Vocabulary& vocabulary = remi->vocabulary();
  EXPECT_EQ(vocabulary.name(0), "Start");
  EXPECT_EQ(vocabulary.name(1), "End");
  EXPECT_EQ(vocabulary.name(2), "Label_unknown");
  EXPECT_EQ(vocabulary.name(3), "Label_Bach");
  EXPECT_EQ(vocabulary.name(4), "Bar_None");
  for (const char* name : {"TimeSig_6/8", "TimeSig_3/1", "Position_143", "Tempo_120.00", "Program_-1", "Program_127",
                           "Pitch_21", "Pitch_108", "PitchDrum_38", "Velocity_3", "Velocity_15", "Velocity_127",
                           "Duration_0.1.12", "Duration_32.0.12"}) {
    EXPECT_TRUE(vocabulary.find(name)) << name;
  }
  EXPECT_FALSE(vocabulary.find("Pitch_20"));
  EXPECT_EQ(vocabulary.size(), 590U);
}

TEST(Remi, WritesALabelWhereAskedFor) {
  const auto remi = made("remi", {}, {"unknown", "Bach"});
  const Score score = piano({{0, 480, 60, 63}});
  EXPECT_THAT(words(*remi, remi->encode(score, {.label = 1}).symbols), HasSubstr("Start Label_Bach Bar_None"));
  EXPECT_EQ(remi->encode(score, {.start = false, .end = false}).symbols.front(), remi->vocabulary().find("Bar_None"));
  EXPECT_THROW(remi->encode(score, {.label = 2}), Error);
}

TEST(Remi, PutsDrumsLastAndSortsProgramsAndPitches) {
  Score score = piano({{0, 480, 60, 63}, {0, 480, 55, 63}}, 40);
  Track drums;
  drums.channel = kDrumChannel;
  drums.notes = {{0, 60, 38, 63}};
  Track flute;
  flute.channel = 1;
  flute.program = 0;
  flute.notes = {{0, 480, 76, 63}};
  score.tracks.push_back(drums);
  score.tracks.push_back(flute);
  EXPECT_THAT(encoded(*made("remi"), score),
              HasSubstr("Program_0 Pitch_76 Velocity_63 Duration_1.0.12 Program_40 Pitch_55 Duration_1.0.12 "
                        "Pitch_60 Duration_1.0.12 Program_-1 PitchDrum_38 Duration_0.2.12 End"));
  EXPECT_THAT(encoded(*made("remi", {{"program", "every-note"}, {"velocity", "every-note"}}), score),
              HasSubstr("Program_40 Pitch_55 Velocity_63 Duration_1.0.12 Program_40 Pitch_60 Velocity_63"));
  const Encoding one = made("remi", {{"program", "off"}})->encode(score);
  EXPECT_THAT(texts_of(one.losses), ElementsAre("1 note of drums left out"));
}

TEST(Remi, ReadsShortenedQuartersAsQuarters) {
  // A common notation program holds notes for 95 % of their value.
  const auto remi = made("remi");
  for (const auto& [ticks, name] : {std::pair{455, "Duration_1.0.12"},
                                    {227, "Duration_0.6.12"},
                                    {911, "Duration_2.0.12"},
                                    {683, "Duration_1.6.12"},
                                    {1367, "Duration_3.0.12"},
                                    {1823, "Duration_4.0.12"},
                                    {113, "Duration_0.3.12"},
                                    {0, "Duration_0.1.12"},
                                    {1'000'000, "Duration_32.0.12"}}) {
    EXPECT_THAT(encoded(*remi, piano({{0, ticks, 60, 63}})), HasSubstr(name)) << ticks;
  }
}

TEST(Remi, GivesABarThatASignatureCutsShortOneOfItsOwn) {
  Score score = piano({{0, 480, 60, 63}, {2400, 480, 62, 63}, {2880, 480, 64, 63}});
  score.time_signatures = {{0, 4, 4}, {2880, 3, 8}};
  const auto remi = made("remi");
  EXPECT_EQ(encoded(*remi, score),
            "Start Bar_None TimeSig_4/4 Position_0 Tempo_120.00 Program_0 Pitch_60 Velocity_63 Duration_1.0.12 "
            "Bar_None TimeSig_2/4 Position_12 Pitch_62 Duration_1.0.12 "
            "Bar_None TimeSig_3/8 Position_0 Pitch_64 Duration_1.0.12 End");
  const Score back = remi->decode(remi->encode(score).symbols).score;
  EXPECT_EQ(back.tracks[0].notes, score.tracks[0].notes);
}

TEST(Remi, WritesLongCadenzaBarsAsCommonTime) {
  Score score = piano({{0, 480, 60, 63}, {37 * 480, 480, 62, 63}});
  score.time_signatures = {{0, 37, 4}, {37 * 480, 3, 4}};
  const auto remi = made("remi");
  const Encoding encoding = remi->encode(score);
  EXPECT_THAT(texts_of(encoding.losses), ElementsAre("1 time signature outside the vocabulary written as 4/4"));
  EXPECT_EQ(remi->decode(encoding.symbols).score.tracks[0].notes, score.tracks[0].notes);
}

TEST(Remi, KeepsTheTimeBetweenNotesWhenTheTempoChangesThere) {
  // A fermata: the tempo halves within a note and comes back before the next.
  Score score = piano({{0, 1920, 60, 63}, {1920, 480, 62, 63}});
  score.tempos = {{0, 500'000}, {960, 1'000'000}, {1920, 500'000}};
  const auto remi = made("remi");
  const Score back = remi->decode(remi->encode(score).symbols).score;
  EXPECT_NEAR(TempoMap(back).seconds(1920), 3.0, 0.1);  // not 2, as by the tempo at its onset
  EXPECT_NEAR(duration_seconds(back), 3.5, 0.1);
}

TEST(Remi, DoesNotFlickerBetweenTwoTempos) {
  Score score = piano({});
  score.tracks.emplace_back();
  for (int i = 0; i < 64; ++i) {
    score.tracks[0].notes.push_back({i * 480, 480, 60, 63});
    // Half a step from one tempo of the grid, now on this side of the middle, now on that.
    score.tempos.push_back({i * 480, static_cast<std::uint32_t>(60e6 / (125.2 + 0.5 * (i % 2)))});
  }
  const auto remi = made("remi");
  int tempos = 0;
  for (const Symbol symbol : remi->encode(score).symbols)
    tempos += remi->vocabulary().name(symbol).starts_with("Tempo");
  EXPECT_EQ(tempos, 1);
}

TEST(Remi, SaysWhatItLeavesOut) {
  Score score = piano({{0, 480, 20, 63}, {0, 480, 109, 63}, {0, 480, 60, 63}, {5, 960, 60, 90}, {480, 480, 60, 90}});
  const auto remi = made("remi");
  const Encoding encoding = remi->encode(score);
  EXPECT_THAT(texts_of(encoding.losses),
              ElementsAre("2 notes beyond the pitch range left out",
                          "1 note merged with others that begin on the same pitch, program and position",
                          "1 note shortened where the same key is struck again"));
  EXPECT_THAT(words(*remi, encoding.symbols), HasSubstr("Pitch_60 Velocity_91 Duration_1.0.12 Position_12"));
}

TEST(Remi, ShortensEndlessSilence) {
  const auto remi = made("remi");
  const Encoding encoding =
      remi->encode(piano({{0, 480, 60, 63}, {Tick{1} << 39, 480, 62, 63}, {Tick{1} << 41, 480, 64, 63}}));
  EXPECT_LT(encoding.symbols.size(), 60U);
  EXPECT_THAT(texts_of(encoding.losses),
              ElementsAre("1 note beyond the end of time left out", "1 silence of more than 32 bars shortened"));
}

TEST(Remi, ReadsAnEmptyScore) {
  const auto remi = made("remi");
  const Encoding encoding = remi->encode(Score{});
  EXPECT_THAT(encoding.symbols, ElementsAre(kStart, kEnd));
  const Decoding decoding = remi->decode(encoding.symbols);
  EXPECT_TRUE(decoding.ended);
  EXPECT_EQ(decoding.dropped + decoding.repaired, 0U);
  EXPECT_THAT(decoding.score.tracks, IsEmpty());
  EXPECT_THAT(remi->decode({}).score.tracks, IsEmpty());
  Score bad;
  bad.ppq = 0;
  EXPECT_THROW(remi->encode(bad), Error);
}

TEST(Remi, MendsWhatTheGrammarForbids) {
  const auto remi = made("remi");
  struct Expected {
    const char* text;
    std::size_t dropped, repaired, notes;
  };
  const std::string start = "Start Bar_None TimeSig_4/4 Position_0 Tempo_120.00 Program_0 ";
  for (const auto& [text, dropped, repaired, notes] : {
           Expected{"Pitch_60 Velocity_63 Duration_1.0.12 End", 0, 0, 1},
           Expected{"Pitch_60 Velocity_63 End", 0, 1, 1},                                  // no duration
           Expected{"Pitch_60 Duration_1.0.12 End", 0, 1, 1},                              // no velocity
           Expected{"Duration_1.0.12 Pitch_60 Velocity_63 Duration_1.0.12 End", 1, 0, 1},  // a duration too early
           Expected{"Pitch_60 Velocity_63 Duration_1.0.12 Duration_1.0.12 End", 1, 0, 1},  // one too many
           Expected{"Pitch_60 Velocity_63 Duration_1.0.12 Pitch_60 Duration_1.0.12 End", 2, 0, 1},  // the same again
           Expected{"Pitch_60 Velocity_63 Duration_1.0.12 Program_0 Pitch_62 Duration_1.0.12 End", 1, 0, 2},
           Expected{"Pitch_60 Velocity_63 Duration_1.0.12 Position_0 Pitch_60 Duration_1.0.12 End", 0, 1, 2},  // a bar
           Expected{"Pitch_60 Velocity_63 Duration_1.0.12 Position_99 End", 1, 0, 1},        // beyond the bar
           Expected{"PitchDrum_38 Velocity_63 Duration_1.0.12 End", 4, 0, 0},                // a drum on a piano
           Expected{"Pitch_60 Velocity_63 Duration_1.0.12 End Bar_None Bar_None", 2, 0, 1},  // after the end
           Expected{"Pitch_60", 0, 0, 0},  // cut off within a note: nobody's fault
       }) {
    const Decoding decoding = remi->decode(symbols(*remi, start + text));
    EXPECT_EQ(decoding.dropped, dropped) << text;
    EXPECT_EQ(decoding.repaired, repaired) << text;
    EXPECT_EQ(note_count(decoding.score), notes) << text;
  }
  EXPECT_EQ(note_count(remi->decode(symbols(*remi, "Position_0 Pitch_60 Velocity_63 Duration_1.0.12")).score), 1U);
}

TEST(Remi, CountsBarsNotesAndSeconds) {
  const auto remi = made("remi");
  const auto cursor = remi->cursor();
  const auto go = [&](const char* text) {
    for (const Symbol symbol : symbols(*remi, text)) cursor->advance(symbol);
  };
  go("Start Bar_None TimeSig_3/4 Position_12 Tempo_60.00 Program_0 Pitch_60 Velocity_63 Duration_1.0.12");
  EXPECT_EQ(cursor->bars(), 0);
  EXPECT_EQ(cursor->notes(), 1U);
  EXPECT_NEAR(cursor->seconds(), 1.0, 1e-6);
  go("Bar_None Position_0 Tempo_120.00 Pitch_60 Duration_1.0.12 Position_12 Pitch_62 Duration_1.0.12");
  EXPECT_EQ(cursor->bars(), 1);
  EXPECT_NEAR(cursor->seconds(), 3.5, 1e-6);
  EXPECT_FALSE(cursor->ended());
  go("End");
  EXPECT_TRUE(cursor->ended());
  EXPECT_EQ(cursor->bars(), 2);
  EXPECT_EQ(cursor->notes(), 3U);
  std::vector<std::uint8_t> wrong(3);
  EXPECT_THROW(cursor->allowed(wrong), Error);
}

TEST(Remi, VariesPitchAndTempo) {
  const auto remi = made("remi");
  const auto given = symbols(*remi, "Bar_None Position_0 Tempo_120.00 Program_-1 PitchDrum_38 Pitch_100 Velocity_63");
  std::vector<Symbol> varied;
  ASSERT_TRUE(remi->augment(given, {.semitones = 8, .tempo_factor = 2}, varied));
  EXPECT_EQ(words(*remi, varied), "Bar_None Position_0 Tempo_240.00 Program_-1 PitchDrum_38 Pitch_108 Velocity_63");
  EXPECT_FALSE(remi->augment(given, {.semitones = 9}, varied));
  EXPECT_FALSE(remi->augment(given, {.tempo_factor = 3}, varied));
  EXPECT_THROW(remi->augment(given, {.tempo_factor = 0}, varied), Error);
}

TEST(Remi, EncodesATransposedScoreAsTransposedSymbols) {
  const auto remi = made("remi");
  Score score = piano({{0, 480, 60, 63}, {0, 480, 64, 80}, {720, 480, 67, 63}});
  std::vector<Symbol> varied;
  ASSERT_TRUE(remi->augment(remi->encode(score).symbols, {.semitones = -5}, varied));
  for (Note& note : score.tracks[0].notes) note.pitch = static_cast<std::uint8_t>(note.pitch - 5);
  EXPECT_EQ(remi->encode(score).symbols, varied);
}

TEST(Remi, ExtendsNotesByThePedalWhenAsked) {
  Score score = piano({{0, 240, 60, 63}});
  score.tracks[0].controls = {{100, 64, 127}, {960, 64, 0}};
  EXPECT_THAT(encoded(*made("remi"), score), HasSubstr("Duration_0.6.12"));
  EXPECT_THAT(encoded(*made("remi", {{"sustain", "extend"}}), score), HasSubstr("Duration_2.0.12"));
}

TEST(Losses, OfWhatNoNoteShowsAreCounted) {
  Score score;
  score.tempos = {{0, 5'000'000}, {960, 500'000}, {1'000'000, 5'000'000}};  // 12 a minute; the last after the music
  score.key_signatures = {{0, 2, false}, {960, -1, true}};
  score.tracks.resize(1);
  score.tracks[0].notes = {{0, 480, 60, 90}, {480, 480 * 64, 62, 90}};
  score.tracks[0].controls = {{0, 64, 127}, {480, 64, 0}, {480, 7, 90}};
  normalise(score);
  EXPECT_THAT(texts_of(make({.name = "remi"})->encode(score).losses),
              ::testing::UnorderedElementsAre("1 tempo beyond the range written as the nearest in it",
                                              "2 key signatures left out", "2 changes of the sustain pedal left out",
                                              "1 note longer than the longest shortened"));
  EXPECT_THAT(texts_of(make({.name = "events"})->encode(score).losses),
              ::testing::ElementsAre("1 pause without any event shortened", "2 key signatures left out"));
  EXPECT_THAT(texts_of(make({.name = "frames"})->encode(score).losses),
              ::testing::ElementsAre("2 key signatures left out", "2 changes of the sustain pedal left out"));
}

}  // namespace
}  // namespace continuo::representation
