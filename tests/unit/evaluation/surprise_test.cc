// Bits of notes: they sum up to those of the symbols, belong where they should, and wrong notes have the most.
#include "continuo/evaluation/surprise.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "continuo/base/error.h"
#include "continuo/base/random.h"
#include "continuo/evaluation/likelihood.h"
#include "continuo/music/time.h"
#include "unit/engine/model_of_past.h"

namespace continuo::evaluation {
namespace {

using representation::Representation;
using representation::Symbol;

/// Counted: the next symbol after the last `order` ones, as often as it came there, with 1/100 added for each symbol;
/// where these never came, after fewer.
engine::ModelOfPast::Logits counted(const std::vector<std::vector<Symbol>>& pieces, std::size_t order) {
  std::map<std::vector<Symbol>, std::map<Symbol, int>> counts;
  for (const auto& piece : pieces)
    for (std::size_t i = 1; i < piece.size(); ++i)
      for (std::size_t n = 0; n <= std::min(order, i); ++n) {
        const auto end = piece.begin() + static_cast<std::ptrdiff_t>(i);
        ++counts[{end - static_cast<std::ptrdiff_t>(n), end}][piece[i]];
      }
  return [counts = std::move(counts), order](std::span<const Symbol> past, std::span<float> logits) {
    std::fill(logits.begin(), logits.end(), std::log(0.01F));
    for (std::size_t n = std::min(order, past.size()); n + 1 > 0; --n) {
      const auto known = counts.find({past.end() - static_cast<std::ptrdiff_t>(n), past.end()});
      if (known == counts.end()) continue;
      for (const auto& [next, count] : known->second) logits[next] = std::log(static_cast<float>(count) + 0.01F);
      break;
    }
  };
}

/// By heart: what comes at each place of one piece.
engine::ModelOfPast::Logits by_heart(const std::vector<Symbol>& piece) {
  return [piece](std::span<const Symbol> past, std::span<float> logits) {
    std::fill(logits.begin(), logits.end(), std::log(0.01F));
    if (past.size() < piece.size()) logits[piece[past.size()]] = std::log(5.0F);
  };
}

/// Two voices of broken chords and a bass that go round in eight bars.
Score chorale(int rounds) {
  constexpr std::array<int, 8> kRoots = {60, 65, 67, 60, 57, 62, 67, 60};
  Score score{.ppq = 480};
  Track high{.name = "Right hand"}, low{.name = "Cello", .channel = 1, .program = 42};
  for (int bar = 0; bar < 8 * rounds; ++bar) {
    const int root = kRoots[static_cast<std::size_t>(bar % 8)];
    const Tick at = bar * 1920;
    low.notes.push_back({at, 1920, static_cast<std::uint8_t>(root - 24), 64});
    for (int i = 0; i < 8; ++i)
      high.notes.push_back({at + i * 240, 240,
                            static_cast<std::uint8_t>(root + std::array{0, 4, 7, 12}[static_cast<std::size_t>(i % 4)]),
                            64});
  }
  score.tracks = {high, low};
  normalise(score);
  return score;
}

class SurpriseTest : public ::testing::TestWithParam<const char*> {
 protected:
  void learn(const Score& score, std::size_t order) {
    prepare(score);
    model_ = std::make_unique<engine::ModelOfPast>(vocabulary(), counted({symbols_}, order));
  }
  void learn_by_heart(const Score& score) {
    prepare(score);
    model_ = std::make_unique<engine::ModelOfPast>(vocabulary(), by_heart(symbols_));
  }
  std::unique_ptr<Representation> representation_;
  std::unique_ptr<engine::ModelOfPast> model_;

 private:
  void prepare(const Score& score) {
    representation_ = representation::make({.name = GetParam()});
    symbols_ = representation_->encode(score).symbols;
  }
  std::size_t vocabulary() const { return representation_->vocabulary().size(); }
  std::vector<Symbol> symbols_;
};

TEST_P(SurpriseTest, TheBitsOfNotesAndTheRestAreThoseOfTheSymbols) {
  const Score score = chorale(2);
  learn(score, 2);
  const Surprise result = surprise(*model_, *representation_, score);
  const auto symbols = representation_->encode(score).symbols;
  const engine::Model* const model = model_.get();
  const auto expected = likelihood(std::span(&model, 1), std::vector<LabelledSequence>{{.symbols = symbols}});
  EXPECT_EQ(result.symbols, symbols.size() - 1);
  EXPECT_NEAR(result.bits, expected[0].bits * static_cast<double>(result.symbols), 1e-6);
  double sum = result.rest;
  for (const NoteSurprise& note : result.notes) {
    EXPECT_GE(note.own, note.beginning);
    EXPECT_GE(note.share, 0);
    sum += note.bits();
  }
  EXPECT_NEAR(sum, result.bits, 1e-6);
  EXPECT_LT(result.rest, 0.01 * result.bits + 20);
  EXPECT_EQ(result.notes.size(), note_count(score));
  for (std::size_t t = 0; t < score.tracks.size(); ++t) {
    for (std::size_t i = 0; i < score.tracks[t].notes.size(); ++i) {
      ASSERT_NE(result.of_score[t][i], Surprise::npos);
      const auto& begin = result.notes[result.of_score[t][i]].note;
      const Note& note = score.tracks[t].notes[i];
      EXPECT_EQ(begin.pitch, note.pitch);
      EXPECT_EQ(begin.tick * score.ppq, note.onset * result.ppq);
    }
  }
}

TEST_P(SurpriseTest, WrongNotesComeOutOnTopWithTheRightOnesInstead) {
  const Score known = chorale(6);
  learn_by_heart(known);
  Random random(5);
  for (int trial = 0; trial < 10; ++trial) {
    Score score = known;
    std::vector<std::pair<Tick, int>> wrong;
    std::map<std::pair<Tick, int>, int> right;
    auto& notes = score.tracks[0].notes;
    for (std::size_t i = 20 + random.below(20); i + 20 < notes.size(); i += 60 + random.below(30)) {
      const int before = notes[i].pitch;
      notes[i].pitch = static_cast<std::uint8_t>(before + (random.below(2) == 0 ? 1 : -2));
      wrong.emplace_back(notes[i].onset, notes[i].pitch);
      right[wrong.back()] = before;
    }
    ASSERT_GE(wrong.size(), 3U);
    const Surprise result = surprise(*model_, *representation_, score);
    std::vector<std::pair<double, std::pair<Tick, int>>> ranked;
    for (std::size_t i = 0; i < notes.size(); ++i) {
      const auto& note = result.notes[result.of_score[0][i]];
      ranked.push_back({-note.beginning, {notes[i].onset, notes[i].pitch}});
      const auto place = right.find(ranked.back().second);
      if (place == right.end()) continue;
      ASSERT_FALSE(note.instead.empty());
      const std::string name = representation_->vocabulary().name(note.instead[0].symbol);
      EXPECT_EQ(name.substr(name.find('_')), "_" + std::to_string(place->second)) << name;
      EXPECT_GT(note.instead[0].probability, 0.3);
      EXPECT_TRUE(std::is_sorted(note.instead.begin(), note.instead.end(),
                                 [](const auto& a, const auto& b) { return a.probability > b.probability; }));
    }
    std::sort(ranked.begin(), ranked.end());
    std::vector<std::pair<Tick, int>> top;
    for (std::size_t i = 0; i < wrong.size(); ++i) top.push_back(ranked[i].second);
    EXPECT_THAT(top, ::testing::UnorderedElementsAreArray(wrong));
  }
}

INSTANTIATE_TEST_SUITE_P(Representations, SurpriseTest, ::testing::Values("remi", "events"),
                         [](const auto& parameter) { return std::string(parameter.param); });

TEST(Surprise, EventsFindTheirNotesThroughChangesOfTempo) {
  Score score = chorale(1);
  score.tempos = {{0, 400'000}, {1920, 900'000}, {5000, 350'000}};
  const auto representation = representation::make({.name = "events"});
  const engine::ModelOfPast model(representation->vocabulary().size(),
                                  counted({representation->encode(score).symbols}, 3));
  const Surprise result = surprise(model, *representation, score);
  const TempoMap clock(score);
  for (std::size_t t = 0; t < score.tracks.size(); ++t)
    for (std::size_t i = 0; i < score.tracks[t].notes.size(); ++i) {
      ASSERT_NE(result.of_score[t][i], Surprise::npos);
      const auto& begin = result.notes[result.of_score[t][i]].note;
      EXPECT_EQ(begin.pitch, score.tracks[t].notes[i].pitch);
      EXPECT_NEAR(static_cast<double>(begin.tick) / 1000, clock.seconds(score.tracks[t].notes[i].onset), 0.0051);
    }
}

TEST(Surprise, WhatCannotBeReadIsRefusedWithAWayOut) {
  const auto remi = representation::make({.name = "remi"});
  const engine::ModelOfPast model(remi->vocabulary().size(), counted({}, 1));
  EXPECT_THROW(surprise(model, *remi, Score{}), Error);
  EXPECT_THROW(surprise(engine::ModelOfPast(7, counted({}, 1)), *remi, chorale(1)), Error);
  const auto notes = representation::fit({.name = "notes", .settings = {{"min_count", "1"}}}, 1,
                                         [](std::size_t) { return chorale(1); });
  EXPECT_THROW(surprise(engine::ModelOfPast(notes->vocabulary().size(), counted({}, 1)), *notes, chorale(1)), Error);
}

}  // namespace
}  // namespace continuo::evaluation
