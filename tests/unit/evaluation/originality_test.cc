// Passages found again: against a search by hand, planted copies, hostile index files.
#include "continuo/evaluation/originality.h"

#include <gtest/gtest.h>

#include <unistd.h>
#include <algorithm>
#include <filesystem>

#include <numeric>

#include "../src/evaluation/suffix_array.h"
#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/base/random.h"

namespace continuo::evaluation {
namespace {

namespace fs = std::filesystem;

Score tune(Random& random, int notes, int pitches = 12) {
  Score score{.ppq = 480};
  Track low, high;
  high.program = 40;
  Tick at = 0;
  for (int i = 0; i < notes; ++i) {
    at += 120 * random.between(0, 4);
    (i % 3 == 0 ? low : high)
        .notes.push_back({at, 120, static_cast<std::uint8_t>(random.between(60, 59 + pitches)), 64});
  }
  score.tracks = {low, high};
  normalise(score);
  return score;
}

/// Notes of the longest run that `piece` shares with one of `others`, tried pair by pair.
std::size_t longest_by_hand(const Score& piece, const std::vector<Score>& others) {
  const auto own = note_stream(piece);
  std::size_t longest = own.empty() ? 0 : 1;
  for (const Score& other : others) {
    const auto theirs = note_stream(other);
    for (std::size_t i = 0; i < own.size(); ++i) {
      for (std::size_t j = 0; j < theirs.size(); ++j) {
        std::size_t n = 1;
        while (i + n < own.size() && j + n < theirs.size() &&
               own[i + n].pitch - own[i].pitch == theirs[j + n].pitch - theirs[j].pitch &&
               own[i + n].sixteenth - own[i + n - 1].sixteenth == theirs[j + n].sixteenth - theirs[j + n - 1].sixteenth)
          ++n;
        longest = std::max(longest, n);
      }
    }
  }
  return longest;
}

PassageIndex index_of(const std::vector<Score>& scores) {
  PassageIndex index;
  for (std::size_t i = 0; i < scores.size(); ++i) index.add("piece " + std::to_string(i), scores[i]);
  index.finish();
  return index;
}

TEST(SuffixArray, IsThatOfSortingSuffixes) {
  Random random(1);
  for (int i = 0; i < 200; ++i) {
    std::vector<std::uint16_t> text(random.below(80));
    const std::uint64_t letters = 1 + random.below(4);
    for (auto& letter : text) letter = static_cast<std::uint16_t>(random.below(letters) * (i % 5 == 0 ? 21'845 : 1));
    std::vector<std::uint32_t> sorted(text.size());
    std::iota(sorted.begin(), sorted.end(), 0U);
    std::sort(sorted.begin(), sorted.end(), [&](std::uint32_t a, std::uint32_t b) {
      return std::lexicographical_compare(text.begin() + a, text.end(), text.begin() + b, text.end());
    });
    ASSERT_EQ(suffix_array(text), sorted);
    EXPECT_TRUE(is_suffix_array(text, sorted));
    if (sorted.size() < 2) continue;
    std::swap(sorted[random.below(sorted.size() / 2)], sorted.back());
    EXPECT_FALSE(is_suffix_array(text, sorted));
  }
}

TEST(NoteStream, IsByOnsetThenPitchAndKnowsNoTracksDrumsOrTempo) {
  Score score{.ppq = 96};
  score.tempos = {{0, 300'000}};
  score.tracks = {{.program = 5, .notes = {{0, 10, 64, 1}, {23, 10, 60, 1}, {36, 9, 61, 1}}},
                  {.program = 7, .notes = {{0, 10, 60, 1}, {1, 5, 64, 1}, {12, 8, 70, 1}}},
                  {.channel = kDrumChannel, .notes = {{0, 1, 36, 1}}}};
  const std::vector<StreamNote> expected = {{0, 60}, {0, 64}, {1, 60}, {1, 70}, {2, 61}};
  EXPECT_EQ(note_stream(score), expected);  // 12 of 24 ticks are half a sixteenth, which goes up
}

TEST(Originality, TheLongestRunIsThatFoundByHand) {
  Random random(2);
  for (int i = 0; i < 60; ++i) {
    std::vector<Score> others;
    for (int k = 0; k < 4; ++k) others.push_back(tune(random, static_cast<int>(random.below(60)), 2 + i % 3));
    const auto index = index_of(others);
    const Score piece = tune(random, static_cast<int>(random.below(60)), 2 + i % 3);
    ASSERT_EQ(originality(piece, index).longest, longest_by_hand(piece, others));
  }
}

TEST(Originality, ATransposedPassageInAnotherTempoAndResolutionIsFoundWithItsPieceAndBars) {
  Random random(3);
  std::vector<Score> others;
  for (int k = 0; k < 20; ++k) others.push_back(tune(random, 200, 40));
  const auto index = index_of(others);
  // Bars 4 to 7 of piece 13 in bars 2 to 5 of an own piece, a third higher.
  Score piece{.ppq = 960, .tempos = {{0, 777'777}}};
  Track track;
  std::size_t copied = 0;
  for (int i = 0; i < 16; ++i) track.notes.push_back({i * 240, 100, static_cast<std::uint8_t>(30 + i * i % 23), 64});
  for (const Track& source : others[13].tracks) {
    for (Note note : source.notes) {
      const Tick bar = 4 * 480;
      if (note.onset < 4 * bar || note.onset >= 8 * bar) continue;
      note.onset = 2 * (note.onset - 3 * bar);
      note.pitch = static_cast<std::uint8_t>(note.pitch + 4);
      track.notes.push_back(note);
    }
  }
  piece.tracks = {track};
  normalise(piece);
  copied = note_stream(piece).size() - 16;
  const Originality result = originality(piece, index);
  ASSERT_NE(result.longest_run(), nullptr);
  const evaluation::Run& run = *result.longest_run();
  EXPECT_EQ(run.notes, copied);
  EXPECT_EQ(run.piece, "piece 13");
  EXPECT_EQ(run.bar, 4);
  EXPECT_EQ(run.first_bar, 1);
  EXPECT_EQ(run.last_bar, 4);
  ASSERT_EQ(result.bars.size(), 5U);
  for (std::size_t bar = 1; bar < 5; ++bar) {
    EXPECT_EQ(&result.runs.at(result.bars[bar].run), &run);
    EXPECT_EQ(result.bars[bar].shared, result.bars[bar].notes);
  }
  EXPECT_EQ(result.covered(copied), copied);
  EXPECT_LT(originality(tune(random, 200, 40), index).longest, 8U);  // and none is found where there is none
}

TEST(Originality, WithoutNotesOrCollectionThereIsNothingToFind) {
  Random random(4);
  const Score piece = tune(random, 30);
  EXPECT_EQ(originality(Score{}, index_of({piece})).longest, 0U);
  EXPECT_EQ(originality(piece, index_of({})).longest, 1U);
  EXPECT_EQ(originality(piece, index_of({})).longest_run(), nullptr);
  EXPECT_EQ(originality(piece, index_of({piece})).longest, note_stream(piece).size());
}

class IndexFile : public ::testing::Test {
 protected:
  IndexFile() : path_(fs::path(::testing::TempDir()) / ("passages-" + std::to_string(::getpid()))) {}
  ~IndexFile() override { fs::remove(path_); }
  fs::path path_;
};

TEST_F(IndexFile, ReadsBackAsItWas) {
  Random random(6);
  const Score piece = tune(random, 80);
  const auto index = index_of({tune(random, 70), piece, Score{}});
  index.write(path_);
  const PassageIndex again(path_);
  EXPECT_EQ(again.pieces(), 3U);
  ASSERT_TRUE(std::ranges::equal(again.steps(), index.steps()));
  const auto result = originality(piece, again);
  EXPECT_EQ(result.longest, note_stream(piece).size());
  EXPECT_EQ(result.longest_run()->piece, "piece 1");
}

TEST_F(IndexFile, DamagedOrCutItIsRefusedAndNeverTrusted) {
  Random random(7);
  index_of({tune(random, 40), tune(random, 40)}).write(path_);
  const auto bytes = read_file(path_);
  for (std::size_t i = 0; i < bytes.size(); i += 1 + i / 12) {
    auto damaged = bytes;
    damaged[i] ^= static_cast<std::uint8_t>(1 << (i % 8));
    write_file_atomically(path_, std::span<const std::uint8_t>(damaged));
    EXPECT_THROW(PassageIndex{path_}, Error) << "byte " << i;
    write_file_atomically(path_, std::span<const std::uint8_t>(bytes).first(i));
    EXPECT_THROW(PassageIndex{path_}, Error) << "cut at " << i;
  }
}

}  // namespace
}  // namespace continuo::evaluation
