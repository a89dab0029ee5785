// The normal form of scores, and what is computed from their notes.
#include "continuo/music/score.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "continuo/base/error.h"
#include "continuo/base/random.h"

namespace continuo {
namespace {

using ::testing::ElementsAre;

Score one_track(std::vector<Note> notes) {
  Score score;
  score.tracks.push_back(
      {.name = "a", .channel = 0, .program = 0, .notes = std::move(notes), .controls = {}, .bends = {}});
  return score;
}

TEST(Normalise, OrdersNotesByOnsetPitchDurationVelocity) {
  Score score = one_track({{10, 5, 60, 64}, {0, 5, 62, 64}, {0, 5, 60, 90}, {0, 5, 60, 10}});
  normalise(score);
  EXPECT_THAT(score.tracks[0].notes,
              ElementsAre(Note{0, 5, 60, 10}, Note{0, 5, 60, 90}, Note{0, 5, 62, 64}, Note{10, 5, 60, 64}));
}

TEST(Normalise, SortsFarDisorderedNotes) {
  Random random(7);
  std::vector<Note> notes;
  for (int i = 0; i < 2000; ++i) {
    notes.push_back({random.between(0, 5000), 10, static_cast<std::uint8_t>(random.below(128)), 64});
  }
  Score score = one_track(notes);
  normalise(score);
  EXPECT_TRUE(std::is_sorted(score.tracks[0].notes.begin(), score.tracks[0].notes.end(), note_before));
  EXPECT_EQ(note_count(score), 2000u);
}

TEST(Normalise, OverlappingNotesOfOnePitchEndFirstInFirstOut) {
  Score score = one_track({{0, 10, 60, 1}, {5, 3, 60, 2}, {6, 1, 61, 3}});
  normalise(score);
  EXPECT_THAT(score.tracks[0].notes, ElementsAre(Note{0, 8, 60, 1}, Note{5, 5, 60, 2}, Note{6, 1, 61, 3}));
}

TEST(Normalise, LastChangeOfATickWinsAndRepetitionsGo) {
  Score score = one_track({{0, 1, 60, 64}});
  score.tempos = {{480, 400'000}, {0, 600'000}, {0, 700'000}, {960, 400'000}};
  score.time_signatures = {{0, 4, 4}, {1920, 3, 4}, {4000, 3, 4}, {5000, 6, 8}, {5000, 2, 2}};
  score.key_signatures = {{0, 0, false}, {10, 0, true}, {20, 0, true}};
  normalise(score);
  EXPECT_THAT(score.tempos, ElementsAre(TempoChange{0, 700'000}, TempoChange{480, 400'000}));
  EXPECT_THAT(score.time_signatures, ElementsAre(TimeSignature{1920, 3, 4}, TimeSignature{5000, 2, 2}));
  EXPECT_THAT(score.key_signatures, ElementsAre(KeySignature{0, 0, false}, KeySignature{10, 0, true}));
}

TEST(Normalise, WhatIsInForceAnywayIsNotAChange) {
  Score score = one_track({{0, 1, 60, 64}});
  score.tempos = {{0, kDefaultTempo}};
  score.time_signatures = {{0, 4, 4}};
  normalise(score);
  EXPECT_EQ(score, one_track({{0, 1, 60, 64}}));
  score.tempos = {{0, 400'000}, {480, kDefaultTempo}};
  normalise(score);
  EXPECT_EQ(score.tempos.size(), 2u);
}

TEST(Normalise, TextsKeepTheirOrderWithinATick) {
  Score score;
  score.texts = {{5, TextKind::kLyric, "b"}, {0, TextKind::kLyric, "z"}, {5, TextKind::kLyric, "a"}};
  normalise(score);
  EXPECT_THAT(score.texts, ElementsAre(TextEvent{0, TextKind::kLyric, "z"}, TextEvent{5, TextKind::kLyric, "b"},
                                       TextEvent{5, TextKind::kLyric, "a"}));
}

TEST(Normalise, ControlsWithoutNotesJoinTheFirstSoundingTrackOfTheirChannel) {
  Score score;
  score.tracks = {
      {.name = "setup", .channel = 3, .program = 0, .notes = {}, .controls = {{0, 7, 100}}, .bends = {{4, 12}}},
      {.name = "other", .channel = 1, .program = 0, .notes = {{0, 1, 60, 64}}, .controls = {}, .bends = {}},
      {.name = "first", .channel = 3, .program = 5, .notes = {{0, 1, 60, 64}}, .controls = {{0, 7, 90}}, .bends = {}},
      {.name = "second", .channel = 3, .program = 5, .notes = {{0, 1, 60, 64}}, .controls = {{1, 1, 1}}, .bends = {}},
      {.name = "lost", .channel = 4, .program = 0, .notes = {}, .controls = {{0, 7, 100}}, .bends = {}},
      {.name = "late", .channel = 3, .program = 0, .notes = {}, .controls = {{0, 7, 80}}, .bends = {}}};
  normalise(score);
  ASSERT_EQ(score.tracks.size(), 3u);
  EXPECT_EQ(score.tracks[0].name, "other");
  EXPECT_TRUE(score.tracks[0].controls.empty());
  EXPECT_EQ(score.tracks[1].name, "first");
  EXPECT_THAT(score.tracks[1].controls,
              ElementsAre(ControlChange{0, 7, 100}, ControlChange{0, 7, 90}, ControlChange{0, 7, 80}));
  EXPECT_THAT(score.tracks[1].bends, ElementsAre(PitchBend{4, 12}));
  EXPECT_THAT(score.tracks[2].controls, ElementsAre(ControlChange{1, 1, 1}));
}

TEST(Normalise, IsIdempotent) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Random random(seed);
    Score score;
    for (std::uint64_t t = random.below(4); t > 0; --t) {
      Track track;
      track.channel = static_cast<std::uint8_t>(random.below(3));
      for (std::uint64_t n = random.below(20); n > 0; --n) {
        track.notes.push_back({random.between(0, 30), random.between(0, 12),
                               static_cast<std::uint8_t>(60 + random.below(3)),
                               static_cast<std::uint8_t>(1 + random.below(4))});
      }
      if (random.below(2) == 0) track.controls.push_back({random.between(0, 30), 64, 127});
      score.tracks.push_back(track);
    }
    for (std::uint64_t n = random.below(5); n > 0; --n) {
      score.tempos.push_back({random.between(0, 3), random.below(2) == 0 ? kDefaultTempo : 300'000});
    }
    normalise(score);
    Score again = score;
    normalise(again);
    EXPECT_EQ(score, again) << "seed " << seed;
  }
}

TEST(Score, CountsAndEnds) {
  EXPECT_EQ(note_count(Score{}), 0u);
  EXPECT_EQ(end_tick(Score{}), 0);
  Score score = one_track({{0, 480, 60, 64}, {240, 960, 64, 64}});
  EXPECT_EQ(note_count(score), 2u);
  EXPECT_EQ(end_tick(score), 1200);
  EXPECT_DOUBLE_EQ(duration_seconds(score), 1.25);
  score.tempos = {{480, 1'000'000}};
  EXPECT_DOUBLE_EQ(duration_seconds(score), 0.5 + 1.5);
}

TEST(WithPpq, RoundsToTheNearestTickAndKeepsNotesAudible) {
  Score score = one_track({{0, 479, 60, 64}, {1, 1, 62, 64}, {480, 0, 64, 64}, {241, 240, 65, 64}});
  score.tempos = {{719, 400'000}};
  score.time_signatures = {{1920, 3, 4}};
  score.texts = {{482, TextKind::kMarker, "m"}};
  score.tracks[0].controls = {{479, 64, 127}};
  normalise(score);
  const Score coarse = with_ppq(score, 24);
  EXPECT_EQ(coarse.ppq, 24);
  EXPECT_THAT(coarse.tracks[0].notes,
              ElementsAre(Note{0, 24, 60, 64}, Note{0, 1, 62, 64}, Note{12, 12, 65, 64}, Note{24, 0, 64, 64, true}));
  EXPECT_EQ(coarse.tempos[0].tick, 36);
  EXPECT_EQ(coarse.time_signatures[0].tick, 96);
  EXPECT_EQ(coarse.texts[0].tick, 24);
  EXPECT_EQ(coarse.tracks[0].controls[0].tick, 24);
  EXPECT_EQ(with_ppq(with_ppq(score, 960), 480), score);
  EXPECT_THROW(with_ppq(score, 0), Error);
  EXPECT_THROW(with_ppq(score, 40'000), Error);
}

TEST(WithPpq, SurvivesHugeTicks) {
  Score score = one_track({{std::int64_t{1} << 60, 1, 60, 64}});
  score.ppq = 1;
  EXPECT_GT(with_ppq(score, 32'767).tracks[0].notes[0].onset, 0);
}

TEST(Names, FollowTheFieldsConventions) {
  EXPECT_EQ(pitch_name(60), "C4");
  EXPECT_EQ(pitch_name(54), "F#3");
  EXPECT_EQ(pitch_name(0), "C-1");
  EXPECT_EQ(pitch_name(21), "A0");
  EXPECT_EQ(pitch_name(127), "G9");
  EXPECT_STREQ(program_name(0), "Acoustic Grand Piano");
  EXPECT_STREQ(program_name(40), "Violin");
  EXPECT_STREQ(program_name(73), "Flute");
  EXPECT_STREQ(program_name(127), "Gunshot");
  EXPECT_STREQ(program_name(128), "Unknown");
  EXPECT_STREQ(program_name(-1), "Unknown");
}

}  // namespace
}  // namespace continuo
