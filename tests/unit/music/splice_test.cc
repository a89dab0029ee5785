// New music joins given music, of which nothing changes.
#include "continuo/music/splice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "continuo/music/time.h"

namespace continuo {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Two violins and a piano at 172 quarters a minute in 3/4, played a little off the grid, with all that a Score holds.
Score given() {
  Score score{.ppq = 96};
  score.tempos = {{0, 348'837}};
  score.time_signatures = {{0, 3, 4}};
  score.key_signatures = {{0, -3, true}};
  score.texts = {{0, TextKind::kTrackName, "A title"}, {96, TextKind::kLyric, "la"}};
  Track high{.name = "Violin I", .channel = 2, .program = 40}, low{.name = "Violin II", .channel = 3, .program = 40};
  Track piano{.name = "Piano", .channel = 0, .program = 0};
  for (Tick beat = 0; beat < 6; ++beat) {
    high.notes.push_back({beat * 96 + 1, 90, static_cast<std::uint8_t>(79 + beat), 71});
    low.notes.push_back({beat * 96 + 2, 88, static_cast<std::uint8_t>(60 + beat), 73});
  }
  piano.notes = {{0, 50, 48, 33}, {480, 200, 50, 35}};
  piano.controls = {{0, 64, 127}};
  high.bends = {{10, 300}};
  score.tracks = {high, low, piano};
  normalise(score);
  return score;
}

/// The same as a representation with 12 positions a quarter would decode it: merged violins, 480 ticks, another tempo.
Score part() {
  Score score{.ppq = 480};
  score.tempos = {{0, 353'553}};
  score.time_signatures = {{0, 3, 4}};
  Track violin{.name = "Violin", .channel = 1, .program = 40}, piano{.name = "Acoustic Grand Piano"};
  for (Tick beat = 0; beat < 6; ++beat) {
    violin.notes.push_back({beat * 480, 480, static_cast<std::uint8_t>(79 + beat), 72});
    violin.notes.push_back({beat * 480, 480, static_cast<std::uint8_t>(60 + beat), 72});
  }
  piano.notes = {{0, 960, 48, 32}, {2400, 960, 50, 32}};
  score.tracks = {piano, violin};
  normalise(score);
  return score;
}

Score whole_of(const std::vector<std::pair<std::size_t, Note>>& notes) {
  Score whole = part();
  for (const auto& [track, note] : notes) whole.tracks[track].notes.push_back(note);
  normalise(whole);
  return whole;
}

Spliced spliced(const Score& whole) { return splice(given(), new_music(given(), part(), whole, Alignment::kBars)); }

TEST(Splice, WhatIsNewIsTheDifferenceAndTheJointABarLine) {
  const auto fragment = new_music(given(), part(), whole_of({{1, {2880, 480, 70, 72}}}), Alignment::kBars);
  EXPECT_THAT(fragment.music.tracks[0].notes, IsEmpty());
  EXPECT_THAT(fragment.music.tracks[1].notes, ElementsAre(Note{2880, 480, 70, 72}));
  EXPECT_EQ(fragment.at, 1440);
  EXPECT_EQ(fragment.place, 288);
  EXPECT_EQ(fragment.from, 2400);
}

TEST(Splice, NothingOfTheGivenMusicChanges) {
  const auto result = spliced(whole_of({{1, {2880, 480, 70, 72}}, {0, {2880, 960, 45, 60}}}));
  const Score before = given();
  ASSERT_EQ(result.score.tracks.size(), before.tracks.size());
  EXPECT_EQ(result.score.ppq, before.ppq);
  EXPECT_EQ(result.score.tempos, before.tempos);
  EXPECT_EQ(result.score.time_signatures, before.time_signatures);
  EXPECT_EQ(result.score.key_signatures, before.key_signatures);
  EXPECT_EQ(result.score.texts, before.texts);
  for (std::size_t t = 0; t < before.tracks.size(); ++t) {
    const Track &now = result.score.tracks[t], &then = before.tracks[t];
    EXPECT_EQ(now.name, then.name);
    EXPECT_EQ(now.channel, then.channel);
    ASSERT_GE(now.notes.size(), then.notes.size());
    EXPECT_TRUE(std::equal(then.notes.begin(), then.notes.end(), now.notes.begin()));
    EXPECT_TRUE(std::equal(then.controls.begin(), then.controls.end(), now.controls.begin()));
    EXPECT_TRUE(std::equal(then.bends.begin(), then.bends.end(), now.bends.begin()));
  }
  EXPECT_EQ(note_count(result.score), note_count(before) + 2);
}

TEST(Splice, NotesGoToTheTrackWhoseRegisterTheyContinue) {
  const auto result = spliced(whole_of({{1, {2880, 480, 84, 72}},
                                        {1, {2880, 480, 64, 72}},
                                        {1, {3360, 480, 66, 72}},
                                        {1, {3840, 480, 82, 72}},
                                        {1, {4320, 240, 80, 72}},
                                        {1, {4320, 240, 78, 72}}}));
  EXPECT_THAT(result.added.tracks[0].notes,
              ElementsAre(Note{576, 96, 84, 72}, Note{768, 96, 82, 72}, Note{864, 48, 80, 72}));
  EXPECT_THAT(result.added.tracks[1].notes,
              ElementsAre(Note{576, 96, 64, 72}, Note{672, 96, 66, 72}, Note{864, 48, 78, 72}));
  EXPECT_THAT(result.added.tracks[2].notes, IsEmpty());
}

TEST(Splice, ANewInstrumentGetsATrackOnAFreeChannel) {
  Score whole = whole_of({});
  whole.tracks.push_back({.name = "Cello", .channel = 2, .program = 42, .notes = {{2880, 480, 40, 72}}});
  whole.tracks.push_back({.name = "Drums", .channel = kDrumChannel, .notes = {{2880, 480, 40, 72}}});
  normalise(whole);
  const auto result = spliced(whole);
  ASSERT_EQ(result.score.tracks.size(), 5U);
  EXPECT_EQ(result.score.tracks[3].name, "Cello");
  EXPECT_EQ(result.score.tracks[3].channel, 1);
  EXPECT_EQ(result.score.tracks[3].program, 42);
  EXPECT_EQ(result.score.tracks[4].channel, kDrumChannel);
}

TEST(Splice, AKeyThatSoundsAcrossTheJointKeepsItsLength) {
  // The piano's given D sounds from 480 to 680; the new one is shorter than what is left of it.
  const auto result = spliced(whole_of({{0, {2880, 120, 50, 60}}, {0, {2400, 480, 53, 60}}}));
  EXPECT_THAT(result.score.tracks[2].notes,
              ElementsAre(Note{0, 50, 48, 33}, Note{480, 200, 50, 35}, Note{480, 96, 53, 60}, Note{576, 104, 50, 60}));
}

TEST(Splice, APedalOrBendLeftInForceIsReleasedWhereNewNotesBegin) {
  const auto result = spliced(whole_of({{0, {2880, 480, 53, 60}}, {1, {2880, 480, 84, 60}}}));
  EXPECT_THAT(result.added.tracks[2].controls, ElementsAre(ControlChange{576, 64, 0}));
  EXPECT_THAT(result.added.tracks[0].bends, ElementsAre(PitchBend{576, 0}));
  EXPECT_THAT(result.added.tracks[1].bends, IsEmpty());
}

/// A piano on channel 1 of the first port with its pedal down and a bend in force, strings on that of the second.
Score on_two_ports() {
  Score score{.ppq = 480};
  score.tracks = {{.name = "Piano", .channel = 0, .program = 0, .notes = {{0, 480, 60}, {480, 2400, 72}}},
                  {.name = "Strings", .channel = 0, .program = 48, .notes = {{0, 480, 60}, {480, 480, 62}}, .port = 1}};
  score.tracks[0].controls = {{0, 64, 127}};
  score.tracks[0].bends = {{0, 300}};
  normalise(score);
  return score;
}

TEST(Splice, AChannelOfAnotherPortIsAnotherChannel) {
  const Score given = on_two_ports();
  Score whole = given;
  whole.tracks[1].notes.push_back({1920, 240, 72});  // while the piano's own C sounds
  whole.tracks.push_back({.name = "Flute", .channel = 3, .program = 73, .notes = {{1920, 240, 80}}});
  const auto result = splice(given, new_music(given, given, whole, Alignment::kBars));
  ASSERT_EQ(result.score.tracks.size(), 3U);
  const Track& strings = result.added.tracks[1];
  EXPECT_THAT(strings.notes, ElementsAre(Note{1920, 240, 72})) << "not lengthened to the piano's";
  EXPECT_THAT(strings.controls, IsEmpty());
  EXPECT_THAT(strings.bends, IsEmpty());
  EXPECT_EQ(strings.port, 1);
  EXPECT_EQ(result.added.tracks[2].channel, 1) << "the first that is free on the first port";
  EXPECT_EQ(result.added.tracks[2].port, 0);
  EXPECT_EQ(result.score.tracks[0], given.tracks[0]);
  EXPECT_THAT(result.score.tracks[1].notes, ElementsAre(Note{0, 480, 60}, Note{480, 480, 62}, Note{1920, 240, 72}));
}

TEST(Splice, PercussionOfGivenTracksStays) {
  Score given{.ppq = 480};
  given.tracks = {{.name = "Kit", .channel = 4, .program = 16, .notes = {{0, 240, 36}, {480, 240, 38}}}};
  given.tracks[0].percussion = true;
  Score whole = given;
  whole.tracks[0].notes.push_back({1920, 240, 42});
  const auto result = splice(given, new_music(given, given, whole, Alignment::kBars));
  ASSERT_EQ(result.score.tracks.size(), 1U);
  EXPECT_TRUE(result.added.tracks[0].percussion);
  EXPECT_THAT(result.added.tracks[0].notes, ElementsAre(Note{1920, 240, 42}));
}

TEST(Splice, TheTempoHoldsUntilTheMusicChangesIt) {
  Score whole = whole_of({{1, {2880, 480, 84, 72}}, {1, {4320, 480, 84, 72}}, {1, {5760, 480, 84, 72}}});
  EXPECT_THAT(spliced(whole).added.tempos, IsEmpty());
  whole.tempos.push_back({4320, 500'000});
  whole.tempos.push_back({5760, 353'553});  // as the given music was heard: its own tempo
  EXPECT_THAT(spliced(whole).added.tempos, ElementsAre(TempoChange{864, 500'000}, TempoChange{1152, 348'837}));
}

TEST(Splice, TheMetreHoldsUntilTheMusicChangesIt) {
  Score whole = whole_of({{1, {2880, 480, 84, 72}}, {1, {4320, 480, 84, 72}}, {1, {7200, 480, 84, 72}}});
  EXPECT_THAT(spliced(whole).added.time_signatures, IsEmpty());
  whole.time_signatures.push_back({4320, 2, 4});
  EXPECT_THAT(spliced(whole).added.time_signatures, ElementsAre(TimeSignature{864, 2, 4}));
}

TEST(Splice, AMetreThatTheGivenMusicHasLaterDoesNotChangeTheNewBars) {
  Score given_later = given();
  given_later.time_signatures.push_back({576, 4, 4});  // at the end, after its last note
  const Score whole = whole_of({{1, {2880, 480, 84, 72}}, {1, {7200, 480, 84, 72}}});
  const auto result = splice(given_later, new_music(given_later, part(), whole, Alignment::kBars));
  EXPECT_THAT(result.added.time_signatures, ElementsAre(TimeSignature{576, 3, 4}));
  EXPECT_EQ(MeterMap(result.score).bar_at(1440).bar, 5);
}

TEST(Splice, MusicInAGapFitsBetweenTheNotesAroundIt) {
  Score around{.ppq = 480};
  around.tracks = {{.program = 40, .notes = {{0, 1920, 60}, {3840, 1920, 60}, {5760, 480, 62}}}};
  const Fragment gap{
      .music = {.ppq = 24, .tracks = {{.program = 40, .notes = {{0, 96, 64}, {48, 96, 60}, {96, 24, 60}}}}},
      .at = 0,
      .place = 1920,
      .from = 1000};
  const auto result = splice(around, gap);
  EXPECT_THAT(result.score.tracks.at(0).notes, ElementsAre(Note{0, 1920, 60}, Note{1920, 1920, 64}, Note{2880, 960, 60},
                                                           Note{3840, 1920, 60}, Note{5760, 480, 62}));
}

TEST(Splice, ARepresentationOfOneInstrumentGoesOnWithWhateverThereIs) {
  Score guitars{.ppq = 480};
  guitars.tracks = {{.channel = 0, .program = 24, .notes = {{0, 480, 64}, {480, 480, 67}}},
                    {.channel = 1, .program = 32, .notes = {{0, 480, 40}, {480, 480, 43}}}};
  Score heard{.ppq = 500};  // a piano in milliseconds at 120 quarters a minute
  heard.tracks = {{.notes = {{0, 500, 40}, {0, 500, 64}, {500, 500, 43}, {500, 500, 67}}}};
  Score whole = heard;
  whole.tracks[0].notes.insert(whole.tracks[0].notes.end(), {{1000, 250, 41}, {1000, 250, 65}});
  const auto result = splice(guitars, new_music(guitars, heard, whole, Alignment::kSeconds));
  ASSERT_EQ(result.score.tracks.size(), 2U);
  EXPECT_THAT(result.added.tracks[0].notes, ElementsAre(Note{960, 240, 65}));
  EXPECT_THAT(result.added.tracks[1].notes, ElementsAre(Note{960, 240, 41}));
}

}  // namespace
}  // namespace continuo
