// Which music closes, at home or elsewhere, against what a musician would say.
#include "generation/closing.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "unit/music/build_score.h"

namespace continuo::generation {
namespace {

using representation::Symbol;
using representation::SymbolKind;

/// Chords of a half each, `up` semitones above C: I IV V I.
void add_cadence(std::vector<Sixteenths>& notes, int up) {
  const int at = static_cast<int>(notes.size()) / 4 * 8;  // four notes a chord
  const std::array<std::array<int, 4>, 4> chords = {
      {{0, 16, 19, 24}, {5, 17, 21, 24}, {7, 14, 19, 23}, {0, 16, 19, 24}}};
  for (std::size_t i = 0; i < chords.size(); ++i)
    for (const int pitch : chords[i])
      notes.push_back({at + static_cast<int>(i) * 8, 8, static_cast<std::uint8_t>(40 + up + pitch)});
}

class ClosingTest : public ::testing::Test {
 protected:
  /// The symbols of `notes`, without End.
  std::vector<Symbol> symbols_of(const std::vector<Sixteenths>& notes) const {
    auto symbols = remi_->encode(piano(notes)).symbols;
    if (symbols.back() == representation::kEnd) symbols.pop_back();
    return symbols;
  }
  Close judge(const std::vector<Sixteenths>& notes, int bars = 0) const {
    Closing closing(remi_);
    const auto symbols = symbols_of(notes);
    closing.find_home(symbols);
    return closing.judge(symbols, bars);
  }

  const std::shared_ptr<const representation::Representation> remi_ = representation::make({.name = "remi"});
};

TEST_F(ClosingTest, OnTheTonicOfTheFirstBars) {
  std::vector<Sixteenths> notes;
  for (int i = 0; i < 8; ++i) add_cadence(notes, 0);
  EXPECT_EQ(judge(notes), Close::kHome);
  notes.resize(notes.size() - 4);  // ends on the dominant
  EXPECT_EQ(judge(notes), Close::kNone);
}

TEST_F(ClosingTest, NotWithAnotherNoteInTheBass) {
  std::vector<Sixteenths> notes;
  for (int i = 0; i < 8; ++i) add_cadence(notes, 0);
  notes[notes.size() - 4].pitch = 44;  // E below C, E and G
  EXPECT_EQ(judge(notes), Close::kNone);
}

TEST_F(ClosingTest, NotOffTheBeatNorInPassing) {
  std::vector<Sixteenths> notes;
  for (int i = 0; i < 8; ++i) add_cadence(notes, 0);
  auto late = notes, brief = notes;
  for (std::size_t i = notes.size() - 4; i < notes.size(); ++i) {
    late[i].onset += 2;
    brief[i].duration = 2;
  }
  EXPECT_EQ(judge(late), Close::kNone);
  EXPECT_EQ(judge(brief), Close::kNone);
}

TEST_F(ClosingTest, ElsewhereWhereTheKeyHasChanged) {
  std::vector<Sixteenths> notes;
  for (int i = 0; i < 8; ++i) add_cadence(notes, i < 4 ? 0 : 6);
  EXPECT_EQ(judge(notes), Close::kElsewhere);
}

TEST_F(ClosingTest, AnywhereWithoutAClearKey) {
  std::vector<Sixteenths> notes;
  for (int i = 0; i < 64; ++i) notes.push_back({i * 4, 4, static_cast<std::uint8_t>(48 + i % 12)});
  EXPECT_EQ(judge(notes), Close::kHome);
}

TEST_F(ClosingTest, NotesBeyondTheLastBarAreNotHeard) {
  std::vector<Sixteenths> notes;
  for (int i = 0; i < 8; ++i) add_cadence(notes, 0);
  EXPECT_EQ(judge(notes), Close::kHome);
  const int bars = 16;
  notes.push_back({bars * 16, 16, 42});  // an F sharp in one bar more
  EXPECT_EQ(judge(notes), Close::kNone);
  EXPECT_EQ(judge(notes, bars), Close::kHome);
}

TEST_F(ClosingTest, LeansTowardsTheScaleOfTheHomeKey) {
  std::vector<Sixteenths> notes;
  for (int i = 0; i < 4; ++i) add_cadence(notes, 0);  // E major
  Closing closing(remi_);
  closing.find_home(symbols_of(notes));
  ASSERT_TRUE(closing.home());
  EXPECT_EQ(key_name(*closing.home()), "E major");
  std::vector<float> logits(remi_->vocabulary().size(), 0.0F);
  closing.lean(logits, 2);
  const std::vector<int> outside = {0, 2, 5, 7, 10};  // C, D, F, G, B flat
  for (std::size_t s = 0; s < logits.size(); ++s) {
    const auto& meaning = remi_->vocabulary().meanings()[s];
    const bool leans = meaning.kind == SymbolKind::kPitch &&
                       std::find(outside.begin(), outside.end(), meaning.value % 12) != outside.end();
    EXPECT_EQ(logits[s], leans ? -2.0F : 0.0F) << s;
  }
}

}  // namespace
}  // namespace continuo::generation
