// The sustain pedal as longer notes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "continuo/music/score.h"

namespace continuo {
namespace {

using ::testing::ElementsAre;

Score pedalled(std::vector<Note> notes, std::vector<ControlChange> controls) {
  Score score;
  score.tracks.push_back({.name = "",
                          .channel = 0,
                          .program = 0,
                          .notes = std::move(notes),
                          .controls = std::move(controls),
                          .bends = {}});
  return score;
}

TEST(Sustain, HoldsToTheRelease) {
  Score score = pedalled({{0, 10, 60, 64}, {20, 10, 62, 64}, {120, 10, 64, 64}},
                         {{5, 64, 127}, {50, 64, 127}, {100, 64, 0}, {110, 7, 90}});
  apply_sustain(score);
  EXPECT_THAT(score.tracks[0].notes, ElementsAre(Note{0, 100, 60, 64}, Note{20, 80, 62, 64}, Note{120, 10, 64, 64}));
  EXPECT_THAT(score.tracks[0].controls, ElementsAre(ControlChange{110, 7, 90}));
}

TEST(Sustain, EndsAtTheNextOnsetOfThePitch) {
  Score score = pedalled({{0, 10, 60, 64}, {30, 10, 60, 64}, {30, 10, 62, 64}}, {{0, 64, 64}, {100, 64, 63}});
  apply_sustain(score);
  EXPECT_THAT(score.tracks[0].notes, ElementsAre(Note{0, 30, 60, 64}, Note{30, 70, 60, 64}, Note{30, 70, 62, 64}));
}

TEST(Sustain, APedalPressedWhereANoteEndsComesTooLate) {
  Score score = pedalled({{0, 10, 60, 64}}, {{10, 64, 127}, {50, 64, 0}});
  apply_sustain(score);
  EXPECT_THAT(score.tracks[0].notes, ElementsAre(Note{0, 10, 60, 64}));
}

TEST(Sustain, APedalReleasedWhereANoteEndsLetsItEnd) {
  Score score = pedalled({{0, 10, 60, 64}}, {{0, 64, 127}, {10, 64, 0}, {10, 64, 127}, {50, 64, 0}});
  apply_sustain(score);
  EXPECT_THAT(score.tracks[0].notes, ElementsAre(Note{0, 10, 60, 64}));
}

TEST(Sustain, WithoutAReleaseHoldsToTheEndOfTheScore) {
  Score score = pedalled({{0, 10, 60, 64}, {50, 30, 62, 64}}, {{0, 64, 127}});
  apply_sustain(score);
  EXPECT_THAT(score.tracks[0].notes, ElementsAre(Note{0, 80, 60, 64}, Note{50, 30, 62, 64}));
}

TEST(Sustain, ActsOnEveryTrackOfItsChannelAndOnNoOther) {
  Score score = pedalled({{0, 10, 60, 64}}, {{0, 64, 127}, {40, 64, 0}});
  score.tracks.push_back(score.tracks[0]);
  score.tracks[1].controls.clear();
  score.tracks.push_back(score.tracks[1]);
  score.tracks[2].channel = 1;
  apply_sustain(score);
  EXPECT_EQ(score.tracks[0].notes[0].duration, 40);
  EXPECT_EQ(score.tracks[1].notes[0].duration, 40);
  EXPECT_EQ(score.tracks[2].notes[0].duration, 10);
}

}  // namespace
}  // namespace continuo
