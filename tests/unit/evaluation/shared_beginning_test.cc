// How far continuations go along with their prompts.
#include "continuo/evaluation/shared_beginning.h"

#include <gtest/gtest.h>

#include "continuo/music/excerpt.h"
#include "unit/music/build_score.h"

namespace continuo::evaluation {
namespace {

/// Eighths that rise from `low`, `count` of them, from eighth `from` on.
std::vector<Sixteenths> rising(int from, int count, int low) {
  std::vector<Sixteenths> notes;
  for (int i = 0; i < count; ++i) notes.push_back({(from + i) * 2, 2, static_cast<std::uint8_t>(low + i % 24)});
  return notes;
}

Score joined(const std::vector<Sixteenths>& first, const std::vector<Sixteenths>& second) {
  auto all = first;
  all.insert(all.end(), second.begin(), second.end());
  return piano(all);
}

TEST(SharedBeginning, EndsWhereTheNewMusicBegins) {
  const auto prompt = rising(0, 32, 40);
  const Score piece = joined(prompt, rising(32, 32, 80));
  EXPECT_EQ(shared_beginning(piece, piano(prompt)), 32 * 12);
  EXPECT_EQ(shared_beginning(piece, piece), end_tick(piece));
  EXPECT_EQ(shared_beginning(piece, piano(rising(0, 32, 90))), 0);
  EXPECT_EQ(shared_beginning(piece, Score{}), 0);
}

TEST(SharedBeginning, OfALongerPromptOnlyItsBeginningCounts) {
  const Score piece = joined(rising(0, 16, 40), rising(16, 32, 80));
  EXPECT_EQ(shared_beginning(piece, piano(rising(0, 64, 40))), 16 * 12);
}

TEST(SharedBeginning, ForgivesQuantisation) {
  const auto prompt = rising(0, 32, 40);
  Score piece = with_ppq(joined(prompt, rising(32, 32, 80)), 480);
  for (std::size_t i = 1; i < 32; ++i) piece.tracks[0].notes[i].onset += i % 2 == 0 ? 40 : -40;
  piece.tracks[0].notes.erase(piece.tracks[0].notes.begin() + 7);
  EXPECT_EQ(shared_beginning(piece, piano(prompt)), 32 * 240);
}

TEST(SharedBeginning, GoesBySecondsWhereBeatsWereLost) {
  const auto notes = rising(0, 32, 40);
  Score prompt = piano(notes);
  prompt.tempos = {{0, 1'000'000}};
  // The same at half the tempo written in twice the values: as representations of seconds give it back.
  Score piece = piano(notes);
  for (Note& note : piece.tracks[0].notes) note.onset *= 2;
  piece.tracks[0].notes.push_back({32 * 24, 12, 100, 64});
  EXPECT_EQ(shared_beginning(piece, prompt), 32 * 24);
}

TEST(NotesFrom, LeavesTheRestWhereItStands) {
  const Score piece = piano(rising(0, 32, 40));
  const Score rest = notes_from(piece, 16 * 12);
  EXPECT_EQ(note_count(rest), 16U);
  EXPECT_EQ(rest.tracks[0].notes.front().onset, 16 * 12);
  EXPECT_EQ(end_tick(rest), end_tick(piece));
}

}  // namespace
}  // namespace continuo::evaluation
