// What was wished for holds for every note, as the notes themselves say; what contradicts itself is refused.
#include "continuo/generation/wishes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "continuo/base/error.h"
#include "continuo/base/random.h"
#include "unit/generation/scripted_model.h"

namespace continuo::generation {
namespace {

using ::testing::HasSubstr;

LoadedModel uniform_composer(const representation::RepresentationSpec& spec = {.name = "remi"}) {
  LoadedModel result;
  result.representation = representation::make(spec);
  std::vector<float> logits(result.representation->vocabulary().size(), 0.0F);
  logits[representation::kEnd] = -50.0F;
  result.model = std::make_shared<ScriptedModel>(std::move(logits));
  return result;
}

Score composed(const Wishes& wishes, std::uint64_t seed, const LoadedModel& with = uniform_composer()) {
  ComposeOptions options{.symbols = 1500, .stop_at_end = false, .seed = seed};
  add_wishes(wishes, with, options);
  const auto piece = compose(with, options);
  EXPECT_THAT(piece.warnings, ::testing::IsEmpty());
  EXPECT_GT(note_count(piece.score), 100U);
  return piece.score;
}

TEST(Wishes, AreKeptToTheNoteWhateverIsAskedForTogether) {
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    Random random(seed, 17);
    Wishes wishes;
    const bool with_key = random.below(2) == 0, with_programs = random.below(2) == 0;
    if (with_key) wishes.pitch_classes = static_cast<std::uint16_t>(1U << random.below(12) | 1U << random.below(12));
    if (with_programs) wishes.programs = {40, static_cast<int>(random.below(40))};
    wishes.drums = with_programs && random.below(2) == 0;
    const double slowest = 40.0 + static_cast<double>(random.below(100));
    if (random.below(2) == 0) wishes.tempo = {slowest, slowest * 1.3};
    if (random.below(2) == 0) wishes.metre = {3, random.below(2) == 0 ? 4 : 8};
    const Score score = composed(wishes, seed);
    for (const Track& track : score.tracks) {
      const std::set<int> programs(wishes.programs.begin(), wishes.programs.end());
      EXPECT_TRUE(!with_programs || (track.is_drums() ? wishes.drums : programs.count(track.program) > 0));
      for (const Note& note : track.notes)
        EXPECT_TRUE(!with_key || track.is_drums() || (wishes.pitch_classes >> note.pitch % 12 & 1) != 0);
    }
    for (const TempoChange& tempo : score.tempos)
      if (wishes.tempo) {
        EXPECT_GE(60e6 / tempo.microseconds_per_quarter, wishes.tempo->first);
        EXPECT_LE(60e6 / tempo.microseconds_per_quarter, wishes.tempo->second);
      }
    if (wishes.metre) {
      ASSERT_EQ(score.time_signatures.size(), 1U);
      EXPECT_EQ(score.time_signatures[0], (TimeSignature{0, wishes.metre->first, wishes.metre->second}));
    }
  }
}

std::string refusal(const Wishes& wishes, const LoadedModel& with = uniform_composer()) {
  try {
    ComposeOptions options;
    add_wishes(wishes, with, options);
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was refused";
}

TEST(Wishes, WhatCannotBeIsRefusedBeforeTheFirstNote) {
  LoadedModel narrow = uniform_composer();
  narrow.ranges = ranges_from_text("47:36-40");
  EXPECT_THAT(refusal({.pitch_classes = 1 << 6, .programs = {47}}, narrow), HasSubstr("Timpani"));
  EXPECT_THAT(refusal({.pitch_classes = 1 << 4, .programs = {47}}, narrow), HasSubstr("nothing was refused"));
  EXPECT_THAT(refusal({.programs = {128}}), HasSubstr("128"));
  EXPECT_THAT(refusal({.tempo = {{1000, 2000}}}), HasSubstr("tempo"));
  EXPECT_THAT(refusal({.tempo = {{100, 90}}}), HasSubstr("tempo"));
  EXPECT_THAT(refusal({.metre = {{99, 4}}}), HasSubstr("metre"));
  EXPECT_THAT(refusal({.metre = {{3, 4}}}, uniform_composer({.name = "events"})), HasSubstr("metre"));
}

TEST(Wishes, KeysAndInstrumentsAreReadAsPeopleWriteThem) {
  EXPECT_EQ(pitch_classes_of_key("C major"), 0b1010'1011'0101);
  EXPECT_EQ(pitch_classes_of_key("C"), pitch_classes_of_key("c Major"));
  EXPECT_EQ(pitch_classes_of_key("Am"), pitch_classes_of_key("A minor"));
  EXPECT_EQ(pitch_classes_of_key("A minor"), pitch_classes_of_key("C major") | 1 << 6 | 1 << 8);
  EXPECT_EQ(pitch_classes_of_key("Gb"), pitch_classes_of_key("F# major"));
  EXPECT_EQ(pitch_classes_of_key("Bb minor"), pitch_classes_of_key("A# minor"));
  for (const char* text : {"", "H", "C dorian", "minor", "Cx"}) EXPECT_THROW(pitch_classes_of_key(text), Error) << text;
  EXPECT_EQ(program_of_name("violin"), 40);
  EXPECT_EQ(program_of_name("42"), 42);
  EXPECT_EQ(program_of_name("Acoustic Grand Piano"), 0);
  EXPECT_EQ(program_of_name("harpsi"), 6);
  EXPECT_EQ(program_of_name("Piano"), 0);
  EXPECT_EQ(program_of_name("double bass"), 43);
  EXPECT_EQ(program_of_name("strings"), 48);
  EXPECT_THROW(program_of_name("sax"), Error);  // there are four
  EXPECT_THROW(program_of_name("kazoo"), Error);
}

}  // namespace
}  // namespace continuo::generation
