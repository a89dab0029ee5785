// notes: fitting, names of notes and chords, decoding, variation.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../src/representation/pitch_classes.h"
#include "continuo/base/error.h"
#include "unit/representation/build_score.h"

namespace continuo::representation {
namespace {

using continuo::testing::piano;
using continuo::testing::symbols;
using continuo::testing::texts_of;
using continuo::testing::words;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// C major and E minor chords, an octave, single notes; an onset a quarter.
Score progression() {
  return piano({{0, 480, 48, 64},
                {0, 480, 64, 64},
                {0, 480, 67, 64},
                {480, 480, 60, 64},
                {960, 480, 52, 64},
                {960, 480, 67, 64},
                {960, 480, 71, 64},
                {1440, 480, 43, 64},
                {1440, 480, 55, 64},
                {1920, 960, 60, 64},
                {2880, 240, 66, 64}});
}

std::unique_ptr<Representation> fitted(std::map<std::string, std::string> settings, const Score& score) {
  return fit({.name = "notes", .settings = std::move(settings)}, 1, [&](std::size_t) { return score; });
}

TEST(Notes, NamesNotesAndChords) {
  const auto notes = fitted({{"min_count", "1"}}, progression());
  EXPECT_THAT(notes->spec().vocabulary, ElementsAre("C4", "F#4", "7", "0.4.7", "4.7.11"));
  EXPECT_EQ(words(*notes, notes->encode(progression()).symbols), "Start 0.4.7 C4 4.7.11 7 C4 F#4 End");
}

TEST(Notes, KeepsOnlyWhatOccursOftenEnough) {
  const auto notes = fitted({{"min_count", "2"}}, progression());
  EXPECT_THAT(notes->spec().vocabulary, ElementsAre("C4"));
  const Encoding encoding = notes->encode(progression());
  EXPECT_EQ(words(*notes, encoding.symbols), "Start C4 C4 End");
  EXPECT_THAT(texts_of(encoding.losses),
              ElementsAre("4 onsets left out, whose note or chord is not in the vocabulary"));
  EXPECT_THROW(fitted({{"min_count", "3"}}, progression()), Error);
  EXPECT_THROW(fitted({}, Score{}), Error);
}

TEST(Notes, PlaysOneSymbolAStep) {
  const auto notes = fitted({{"min_count", "1"}, {"step", "0.5"}, {"tempo", "60"}}, progression());
  const Score score = notes->decode(symbols(*notes, "Start 4.7.11 F#4 7 End")).score;
  ASSERT_EQ(score.tracks.size(), 1U);
  EXPECT_THAT(score.tracks[0].notes,
              ElementsAre(Note{0, 240, 64, 64}, Note{0, 240, 67, 64}, Note{0, 240, 71, 64}, Note{240, 240, 66, 64},
                          Note{480, 240, 55, 64}, Note{480, 240, 67, 64}));
  EXPECT_DOUBLE_EQ(duration_seconds(score), 1.5);
}

TEST(Notes, WritesTheTimeToTheNextOnsetWhenDurationsAreOn) {
  const auto notes = fitted({{"min_count", "1"}, {"durations", "on"}}, progression());
  const auto encoded = notes->encode(progression()).symbols;
  EXPECT_EQ(
      words(*notes, encoded),
      "Start 0.4.7 Duration_1.0.12 C4 Duration_1.0.12 4.7.11 Duration_1.0.12 7 Duration_1.0.12 C4 Duration_2.0.12 "
      "F#4 Duration_0.6.12 End");
  EXPECT_EQ(duration_seconds(notes->decode(encoded).score), duration_seconds(progression()));
  const Decoding repaired =
      notes->decode(symbols(*notes, "Duration_1.0.12 C4 C4 Duration_2.0.12 Duration_1.0.12 F#4 End"));
  EXPECT_EQ(repaired.dropped, 2U);
  EXPECT_EQ(repaired.repaired, 2U);
  EXPECT_THAT(repaired.score.tracks[0].notes,
              ElementsAre(Note{0, 480, 60, 64}, Note{480, 960, 60, 64}, Note{1440, 480, 66, 64}));
}

TEST(Notes, ReadsPianosOnlyWhenAsked) {
  Score score = progression();
  Track violin;
  violin.program = 40;
  violin.channel = 1;
  violin.notes = {{480, 480, 81, 64}};
  score.tracks.push_back(violin);
  EXPECT_THAT(fitted({{"min_count", "1"}}, score)->spec().vocabulary, ::testing::Contains("9.0"));
  const auto pianos = fitted({{"min_count", "1"}, {"instruments", "piano"}}, score);
  EXPECT_THAT(pianos->spec().vocabulary, ::testing::Not(::testing::Contains("9.0")));
  EXPECT_THAT(texts_of(pianos->encode(score).losses), ElementsAre("1 note of other instruments than pianos left out"));
}

TEST(Notes, VariesPitchWhereTheVocabularyAllows) {
  Score score = piano({{0, 480, 60, 64},
                       {480, 480, 60, 64},
                       {480, 480, 64, 64},
                       {960, 480, 62, 64},
                       {1440, 480, 62, 64},
                       {1440, 480, 66, 64}});
  const auto notes = fitted({{"min_count", "1"}}, score);
  std::vector<Symbol> varied;
  ASSERT_TRUE(notes->augment(symbols(*notes, "Start C4 0.4 End"), {.semitones = 2}, varied));
  EXPECT_EQ(words(*notes, varied), "Start D4 2.6 End");
  EXPECT_FALSE(notes->augment(symbols(*notes, "Start C4"), {.semitones = 1}, varied));
  EXPECT_FALSE(notes->augment(symbols(*notes, "Start C4"), {.semitones = 100}, varied));

  // One in sixteen may have no symbol in the new key: it is left out, as encoding the transposed music would do.
  std::string many = "Start";
  for (int i = 0; i < 13; ++i) many += " C4";
  EXPECT_FALSE(notes->augment(symbols(*notes, many + " D4"), {.semitones = 2}, varied)) << "one in fifteen";
  ASSERT_TRUE(notes->augment(symbols(*notes, many + " D4 C4"), {.semitones = 2}, varied));
  EXPECT_EQ(varied.size(), 15U);
  EXPECT_FALSE(notes->augment(symbols(*notes, many + " D4 D4 C4"), {.semitones = 2}, varied)) << "two in seventeen";
}

TEST(Notes, RefusesAVocabularyThatIsNone) {
  const auto refuse = [](std::vector<std::string> vocabulary) {
    try {
      make({.name = "notes", .vocabulary = std::move(vocabulary)});
      return std::string("accepted");
    } catch (const Error& error) {
      return std::string(error.what());
    }
  };
  EXPECT_THAT(refuse({}), HasSubstr("no vocabulary"));
  EXPECT_THAT(refuse({"C4", "H4"}), HasSubstr("neither a note nor a chord"));
  EXPECT_THAT(refuse({"7.4.11"}), HasSubstr("neither"));  // not in normal order
  EXPECT_THAT(refuse({"C4", "C4"}), HasSubstr("twice"));
  EXPECT_EQ(refuse({"C4", "4.7.11"}), "accepted");
}

TEST(PitchClasses, NormalOrderIsTheTightestRotation) {
  const auto order = [](std::initializer_list<int> classes) {
    PitchClasses set = 0;
    for (const int p : classes) set = static_cast<PitchClasses>(set | 1 << p);
    return normal_order(set);
  };
  EXPECT_THAT(order({0, 4, 7}), ElementsAre(0, 4, 7));
  EXPECT_THAT(order({0, 4, 9}), ElementsAre(9, 0, 4));          // A minor
  EXPECT_THAT(order({0, 5, 9}), ElementsAre(5, 9, 0));          // F major
  EXPECT_THAT(order({2, 5, 7, 11}), ElementsAre(11, 2, 5, 7));  // a dominant seventh
  EXPECT_THAT(order({0, 3, 6, 9}), ElementsAre(0, 3, 6, 9));    // no rotation is tighter than another
  EXPECT_THAT(order({11}), ElementsAre(11));
  EXPECT_THAT(order({0, 11}), ElementsAre(11, 0));
}

TEST(PitchClasses, EverySetHasItsName) {
  for (int set = 1; set < kPitchClassSets; ++set) {
    const auto classes = static_cast<PitchClasses>(set);
    ASSERT_EQ(parse_chord(chord_name(classes)), classes);
    ASSERT_EQ(transposed(transposed(classes, 5), -5), classes);
    ASSERT_EQ(transposed(classes, 12), classes);
  }
  for (const char* text : {"", ".", "0.", ".0", "12", "0..4", "00", "0.4.4", "4.0", "0 4", "-1"}) {
    EXPECT_EQ(parse_chord(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace continuo::representation
