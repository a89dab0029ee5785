// Broken files that other readers are tested with, where they lie beside the source tree: what we make of each.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "continuo/base/error.h"
#include "continuo/midi/midi.h"
#include "continuo/music/time.h"

namespace continuo::midi {
namespace {

namespace fs = std::filesystem;

const fs::path kFolder = fs::path(CONTINUO_SOURCE_DIR) / ".." / "shared" / "malformed";

struct Expected {
  const char* file;
  std::size_t notes;
  std::size_t warnings;
  const char* first_warning;  ///< part of it
};
void PrintTo(const Expected& expected, std::ostream* out) { *out << expected.file; }

class Malformed : public ::testing::TestWithParam<Expected> {
 protected:
  void SetUp() override {
    if (!fs::is_directory(kFolder)) GTEST_SKIP() << "no malformed files beside the source tree";
  }
};

TEST_P(Malformed, IsUsed) {
  const ReadResult result = read_file(kFolder / GetParam().file);
  EXPECT_EQ(note_count(result.score), GetParam().notes);
  EXPECT_EQ(result.warning_count, GetParam().warnings);
  if (GetParam().warnings > 0) {
    EXPECT_THAT(result.warnings[0].text, ::testing::HasSubstr(GetParam().first_warning));
  }
  EXPECT_EQ(read(write(result.score)).score, result.score);
}

INSTANTIATE_TEST_SUITE_P(
    Files, Malformed,
    ::testing::Values(
        Expected{"generated__bachjs_-_bwv529_mvt2.mid", 1530, 2, "note-offs without a note"},
        Expected{"generated__giordanog_-_caromioben.mid", 410, 179, "key above 127"},
        Expected{"generated__le_of_songs_op.68_-_8_our_enemies_have_falln_-_lc6793961.mid", 2682, 1, "-96 ticks"},
        Expected{"jazzsoft__test-2-tracks-type-0.mid", 16, 1, "several tracks"},
        Expected{"jazzsoft__test-2-tracks-type-2.mid", 16, 0, ""},
        Expected{"jazzsoft__test-corrupt-file-missing-byte.mid", 8, 2, "End of Track"},
        Expected{"jazzsoft__test-empty.mid", 0, 0, ""},
        Expected{"jazzsoft__test-illegal-message-f1-xx.mid", 8, 1, "system message"},
        Expected{"jazzsoft__test-illegal-message-f3-xx.mid", 8, 1, "system message"},
        Expected{"jazzsoft__test-illegal-message-f5.mid", 8, 1, "system message"},
        Expected{"jazzsoft__test-illegal-message-f8.mid", 8, 1, "system message"},
        Expected{"jazzsoft__test-illegal-message-fa.mid", 8, 1, "system message"},
        Expected{"jazzsoft__test-illegal-message-fc.mid", 8, 1, "system message"},
        Expected{"jazzsoft__test-illegal-message-fe.mid", 8, 1, "system message"},
        Expected{"jazzsoft__test-non-midi-track.mid", 8, 1, "chunk Junk"},
        Expected{"jazzsoft__test-note-on-velocity.mid", 9, 0, ""},
        Expected{"jazzsoft__test-running-status-sysex.mid", 8, 1, "running status"},
        Expected{"jazzsoft__test-silence-end-of-track.mid", 0, 0, ""},
        Expected{"jazzsoft__test-smpte-offset.mid", 8, 0, ""}, Expected{"jazzsoft__test-vlq-2-byte.mid", 8, 0, ""},
        Expected{"jazzsoft__test-vlq-4-byte.mid", 8, 0, ""}, Expected{"midifilejs__midibadformat1.mid", 4, 0, ""},
        Expected{"midifilejs__midibadheaderformat.mid", 4, 1, "unknown format 3"},
        Expected{"midifilejs__midibadheaderlength.mid", 4, 1, "length of 22"},
        Expected{"midifilejs__midibadheadersmtpe.mid", 4, 2, "16 frames per second"},
        Expected{"midifilejs__midibadheadertracksnum.mid", 4, 1, "says 2 tracks"},
        Expected{"midifilejs__midibadtracklength.mid", 4, 1, "length of 16777275"},
        Expected{"midifilejs__midiokformat0.mid", 4, 0, ""}, Expected{"midifilejs__midiokformat1-lyrics.mid", 6, 0, ""},
        Expected{"midifilejs__midiokformat1.mid", 4, 0, ""}, Expected{"midifilejs__midiokformat2.mid", 8, 0, ""}));

class MalformedFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::is_directory(kFolder)) GTEST_SKIP() << "no malformed files beside the source tree";
  }
  Score score_of(const char* file) { return read_file(kFolder / file).score; }
};

TEST_F(MalformedFiles, WithoutAHeaderOrATrackAreRefused) {
  EXPECT_THROW(read_file(kFolder / "midifilejs__midibadheaderchunk.mid"), Error);
  EXPECT_THROW(read_file(kFolder / "midifilejs__midibadtrackhdr.mid"), Error);
}

/// "You must hear a C-Major scale", a quarter note each.
TEST_F(MalformedFiles, ScalesAreWhole) {
  constexpr std::uint8_t kScale[] = {60, 62, 64, 65, 67, 69, 71, 72};
  std::size_t scales = 0;
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("jazzsoft__") || name.find("empty") != std::string::npos ||
        name.find("silence") != std::string::npos || name.find("velocity") != std::string::npos) {
      continue;
    }
    const Score score = read_file(entry.path()).score;
    ASSERT_FALSE(score.tracks.empty()) << name;
    ASSERT_EQ(score.tracks[0].notes.size(), 8u) << name;
    const Tick start = score.tracks[0].notes[0].onset;
    for (std::size_t i = 0; i < 8; ++i) {
      const Note& note = score.tracks[0].notes[i];
      EXPECT_EQ(note.pitch, kScale[i]) << name;
      EXPECT_EQ(note.duration, 96) << name;
      // One file leaves a quarter rest before each note.
      EXPECT_TRUE(note.onset == start + 96 * static_cast<Tick>(i) || name.find("2-tracks-type-0") != std::string::npos)
          << name << " note " << i;
    }
    ++scales;
  }
  EXPECT_EQ(scales, 15u);
}

TEST_F(MalformedFiles, RepairedHeadersGiveTheMusicOfTheGoodFile) {
  const Score good = score_of("midifilejs__midiokformat0.mid");
  EXPECT_EQ(score_of("midifilejs__midibadheaderlength.mid"), good);
  EXPECT_EQ(score_of("midifilejs__midibadtracklength.mid"), good);
  EXPECT_EQ(score_of("midifilejs__midibadheadertracksnum.mid"), good);
}

TEST_F(MalformedFiles, AStepBackInTimeKeepsThePartInPlace) {
  const Score score = score_of("generated__le_of_songs_op.68_-_8_our_enemies_have_falln_-_lc6793961.mid");
  const MeterMap metre(score);
  const Track& piano = score.tracks.back();
  ASSERT_GE(piano.notes.size(), 5u);
  EXPECT_EQ(piano.notes[0].onset, 0);  // the spread chord that begins before the music
  std::size_t on_the_beat = 0;
  for (const Note& note : piano.notes) on_the_beat += note.onset % (score.ppq / 4) == 0;
  EXPECT_GT(on_the_beat, piano.notes.size() * 3 / 4);
}

}  // namespace
}  // namespace continuo::midi
