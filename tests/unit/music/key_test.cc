// Keys of scales, cadences and passages, against what a musician would say.
#include "continuo/music/key.h"

#include <gtest/gtest.h>

#include "unit/music/build_score.h"

namespace continuo {
namespace {

/// Chords of a half each: tonic, subdominant, dominant, tonic, `up` semitones above C.
Score cadence(bool minor, int up) {
  const int third = minor ? 3 : 4;
  std::vector<Sixteenths> notes;
  const auto chord = [&](int at, std::initializer_list<int> pitches) {
    for (const int pitch : pitches) notes.push_back({at * 8, 8, static_cast<std::uint8_t>(48 + up + pitch)});
  };
  chord(0, {0, third, 7});
  chord(1, {5, minor ? 8 : 9, 12});
  chord(2, {7, 11, 14});
  chord(3, {0, third, 7});
  return piano(notes);
}

TEST(Key, OfCadencesInEveryKey) {
  for (int up = 0; up < 12; ++up) {
    for (const bool minor : {false, true}) {
      const Key key = find_key(cadence(minor, up));
      EXPECT_TRUE(key.known);
      EXPECT_EQ(key.tonic, up);
      EXPECT_EQ(key.minor, minor) << up;
      EXPECT_GT(key.fit, 0.8);
    }
  }
}

TEST(Key, OfAPassageLooksAtNoOther) {
  Score score = cadence(false, 0);
  const Tick half = end_tick(score);
  Score second = cadence(true, 4);
  for (Note note : second.tracks[0].notes) {
    note.onset += half;
    score.tracks[0].notes.push_back(note);
  }
  EXPECT_EQ(key_name(find_key(score, 0, half)), "C major");
  EXPECT_EQ(key_name(find_key(score, half)), "E minor");
}

TEST(Key, IsUnknownWithoutPitches) {
  Score drums = cadence(false, 0);
  drums.tracks[0].channel = kDrumChannel;
  for (const Score& score : {Score{}, drums}) {
    EXPECT_FALSE(find_key(score).known);
    EXPECT_EQ(key_name(find_key(score)), "");
  }
  std::vector<Sixteenths> cluster;
  for (int pitch = 60; pitch < 72; ++pitch) cluster.push_back({0, 7, static_cast<std::uint8_t>(pitch)});
  EXPECT_FALSE(find_key(piano(cluster)).known);
}

TEST(Key, HasTheUsualSpelling) {
  EXPECT_EQ(key_name(Key{.tonic = 10, .minor = false, .fit = 1, .known = true}), "B flat major");
  EXPECT_EQ(key_name(Key{.tonic = 1, .minor = true, .fit = 1, .known = true}), "C sharp minor");
  EXPECT_EQ(key_name(KeySignature{.sharps = -3, .minor = true}), "C minor");
  EXPECT_EQ(key_name(KeySignature{.sharps = 7}), "C sharp major");
  EXPECT_EQ(key_name(KeySignature{.sharps = -100}), "C flat major");
}

}  // namespace
}  // namespace continuo
