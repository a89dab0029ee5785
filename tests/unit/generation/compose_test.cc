// What composing does around the network: starts, lengths, endings, grammar, warnings. The network is a scripted one.
#include "continuo/generation/compose.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "continuo/base/error.h"
#include "generation/closing.h"
#include "unit/engine/model_of_past.h"
#include "unit/generation/scripted_model.h"

namespace continuo::generation {
namespace {

using representation::kEnd;
using representation::kStart;
using representation::Symbol;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class ComposeTest : public ::testing::Test {
 protected:
  /// A composer whose network gives every symbol the same probability but for the given ones.
  LoadedModel composer(const std::vector<std::pair<std::string, float>>& favourites = {},
                       const std::vector<std::string>& labels = {}) {
    representation_ = representation::make({.name = "remi", .labels = labels});
    std::vector<float> logits(representation_->vocabulary().size(), 0.0F);
    for (const auto& [name, logit] : favourites) logits.at(representation_->vocabulary().find(name).value()) = logit;
    model_ = std::make_shared<ScriptedModel>(std::move(logits));
    return {.model = model_, .representation = representation_};
  }

  std::shared_ptr<const representation::Representation> representation_;
  std::shared_ptr<ScriptedModel> model_;
};

Score scale() {
  Score score{.ppq = 480};
  Track track;
  for (int i = 0; i < 8; ++i)
    track.notes.push_back(
        {.onset = i * 480, .duration = 480, .pitch = static_cast<std::uint8_t>(60 + i), .velocity = 80});
  score.tracks.push_back(track);
  return score;
}

TEST_F(ComposeTest, TheSameSeedGivesTheSamePieceAndAnotherSeedAnother) {
  const auto c = composer();
  const auto first = compose(c, {.symbols = 200, .stop_at_end = false});
  EXPECT_EQ(first.symbols, compose(c, {.symbols = 200, .stop_at_end = false}).symbols);
  EXPECT_NE(first.symbols, compose(c, {.symbols = 200, .stop_at_end = false, .seed = 2}).symbols);
  EXPECT_NE(first.symbols, compose(c, {.symbols = 200, .stop_at_end = false, .stream = 1}).symbols);
}

TEST_F(ComposeTest, GrammarKeepsEvenAnUntrainedModelMusical) {
  const auto piece = compose(composer(), {.symbols = 2000, .stop_at_end = false});
  EXPECT_EQ(piece.generated, 2000U);
  EXPECT_EQ(piece.dropped, 0U);
  EXPECT_EQ(piece.repaired, 1U * (piece.repaired > 0));  // at most the note in which an exact number of symbols ends
  EXPECT_GT(note_count(piece.score), 100U);
}

TEST_F(ComposeTest, WithoutGrammarForbiddenSymbolsAreCountedAndSaid) {
  const auto piece = compose(composer(), {.symbols = 500, .stop_at_end = false, .mask_grammar = false});
  EXPECT_GT(piece.dropped + piece.repaired, 50U);
  EXPECT_THAT(piece.warnings, Contains(HasSubstr("the grammar forbids")));
}

/// In 4/4 at 110.04 quarters a minute, which nothing changes: a bar lasts 2.18 seconds.
void fill_steady(const representation::Vocabulary& vocabulary, float bar, std::span<float> logits) {
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const auto& name = vocabulary.name(static_cast<Symbol>(i));
    const bool steady = name == "TimeSig_4/4" || name == "Tempo_110.04";
    logits[i] = steady ? -50.0F : name.starts_with("TimeSig") || name.starts_with("Tempo") ? -100.0F : 0.0F;
  }
  logits[vocabulary.find("Bar_None").value()] = bar;
}

TEST_F(ComposeTest, AnEndingNearTheLengthIsSoughtAndFound) {
  LoadedModel c = composer();
  std::vector<float> logits(c.representation->vocabulary().size());
  fill_steady(c.representation->vocabulary(), 5, logits);
  logits[kEnd] = 1;
  c.model = std::make_shared<ScriptedModel>(logits);
  int ended = 0, ended_at_once = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const auto piece = compose(c, {.seconds = 30, .seed = seed});
    ended += piece.ended ? 1 : 0;
    ended_at_once += compose(c, {.seconds = 30, .ending_tries = 0, .seed = seed}).ended ? 1 : 0;
    EXPECT_EQ(piece.symbols.back() == kEnd, piece.ended);
    EXPECT_EQ(piece.symbols, compose(c, {.seconds = 30, .seed = seed}).symbols);
    const auto cursor = representation_->cursor();
    for (const Symbol symbol : piece.symbols) cursor->advance(symbol);
    EXPECT_GE(cursor->seconds(), 0.75 * 30);
    EXPECT_LE(cursor->seconds(), 1.1 * 30 + 20);  // such a network leaps over bars
    EXPECT_EQ(piece.dropped + piece.repaired, 0U);
  }
  EXPECT_LT(ended_at_once, 10);
  EXPECT_GT(ended, 20);
}

TEST_F(ComposeTest, PiecesCloseInTheirHomeKey) {
  LoadedModel c = composer();
  const auto& vocabulary = c.representation->vocabulary();
  std::vector<float> logits(vocabulary.size());
  fill_steady(vocabulary, 2, logits);
  for (std::size_t s = 0; s < logits.size(); ++s) {
    const auto& meaning = vocabulary.meanings()[s];
    const double quarters = meaning.quotient();
    if (meaning.kind == representation::SymbolKind::kDuration) logits[s] = quarters == 1 || quarters == 2 ? 0 : -50.0F;
    if (meaning.kind == representation::SymbolKind::kPosition)
      logits[s] = std::floor(quarters) == quarters ? 0 : -50.0F;
    if (meaning.kind != representation::SymbolKind::kPitch) continue;
    const bool in_c = std::string_view("x.x.xx.x.x.x")[static_cast<std::size_t>(meaning.value) % 12] == 'x';
    logits[s] = !in_c ? -50.0F : meaning.value % 12 == 0 ? 1.0F : meaning.value % 12 == 7 ? 0.6F : 0.0F;
  }
  logits[kEnd] = 1;
  c.model = std::make_shared<ScriptedModel>(logits);
  int closed = 0, closed_anyhow = 0, ended = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const auto closes = [&](const Composition& piece) {
      Closing closing(c.representation);
      closing.find_home(piece.symbols);
      return closing.judge(piece.symbols, 0) == Close::kHome ? 1 : 0;
    };
    const auto piece = compose(c, {.seconds = 40, .seed = seed});
    closed += closes(piece);
    ended += piece.ended ? 1 : 0;
    closed_anyhow += closes(compose(c, {.seconds = 40, .any_ending = true, .seed = seed}));
  }
  EXPECT_GE(closed, 15);
  EXPECT_GE(ended, 15);
  EXPECT_LT(closed_anyhow, 8);
}

TEST_F(ComposeTest, WhatNeverEndsStopsWhereEndWasMostProbable) {
  const std::shared_ptr<const representation::Representation> remi = representation::make({.name = "remi"});
  const auto& vocabulary = remi->vocabulary();
  const auto symbol = [&](const char* name) { return vocabulary.find(name).value(); };
  const Symbol bar = symbol("Bar_None");
  // One note at the beginning of each bar of 2.18 seconds.
  const auto model = std::make_shared<engine::ModelOfPast>(
      vocabulary.size(), [&](std::span<const std::uint16_t> past, std::span<float> logits) {
        std::fill(logits.begin(), logits.end(), 0.0F);
        logits[bar] = 50;
        for (const char* name :
             {"TimeSig_4/4", "Position_0", "Tempo_110.04", "Program_0", "Pitch_60", "Velocity_75", "Duration_1.0.12"})
          logits[symbol(name)] = 100;
        logits[kEnd] = std::count(past.begin(), past.end(), bar) == 10 ? -40.0F : -60.0F;
      });
  const auto piece = compose({.model = model, .representation = remi}, {.seconds = 20, .ending_tries = 3});
  EXPECT_FALSE(piece.ended);
  EXPECT_EQ(piece.symbols.back(), symbol("Duration_1.0.12"));
  EXPECT_EQ(std::count(piece.symbols.begin(), piece.symbols.end(), bar), 10);
  EXPECT_EQ(note_count(piece.score), 10U);
  EXPECT_EQ(piece.generated + 1, piece.symbols.size());  // all but Start
}

TEST_F(ComposeTest, LengthInBarsIsMetAndEndsCleanly) {
  const auto piece = compose(composer(), {.bars = 5, .stop_at_end = false});
  const auto cursor = representation_->cursor();
  for (const Symbol symbol : piece.symbols) cursor->advance(symbol);
  EXPECT_EQ(cursor->bars(), 4);  // and the fifth, which has begun
  EXPECT_EQ(piece.repaired, 0U);
}

TEST_F(ComposeTest, LengthInSecondsIsMet) {
  const auto piece = compose(composer(), {.seconds = 20, .stop_at_end = false});
  const auto cursor = representation_->cursor();
  for (const Symbol symbol : piece.symbols) cursor->advance(symbol);
  EXPECT_GE(cursor->seconds(), 20);
  EXPECT_LT(cursor->seconds(), 45);  // an untrained model leaps by bars of any length
}

TEST_F(ComposeTest, ThePieceEndsByItselfButNotBeforeItMay) {
  const auto piece = compose(composer({{"End", 20.0F}}), {.bars = 8});
  EXPECT_TRUE(piece.ended);
  EXPECT_EQ(piece.symbols.back(), kEnd);
  const auto cursor = representation_->cursor();
  for (const Symbol symbol : piece.symbols) cursor->advance(symbol);
  EXPECT_EQ(cursor->bars(), 8);
  EXPECT_FALSE(compose(composer({{"End", 20.0F}}), {.bars = 8, .stop_at_end = false}).ended);
}

TEST_F(ComposeTest, RandomStartPrimesTheNetworkAndIsLeftOut) {
  const auto c = composer();
  const auto piece = compose(c, {.start = StartKind::kRandom, .symbols = 50, .stop_at_end = false});
  const auto receptive_field = static_cast<std::size_t>(c.model->spec().receptive_field());
  ASSERT_EQ(model_->fed.size(), receptive_field + 50);
  EXPECT_THAT(
      std::vector<Symbol>(model_->fed.begin(), model_->fed.begin() + static_cast<std::ptrdiff_t>(receptive_field)),
      ::testing::Each(Ge(2)));
  EXPECT_EQ(piece.symbols.size(), 51U);  // Start and the fifty
  EXPECT_EQ(piece.dropped, 0U);
  const auto kept = compose(
      c, {.start = StartKind::kRandom, .random_length = 30, .keep_random = true, .symbols = 50, .stop_at_end = false});
  EXPECT_EQ(kept.symbols.size(), 80U);
}

TEST_F(ComposeTest, APromptIsFedAndIsPartOfTheResult) {
  const auto piece =
      compose(composer(), {.start = StartKind::kPrompt, .prompt = scale(), .bars = 2, .stop_at_end = false});
  const auto prompt = representation_->encode(scale(), {.end = false}).symbols;
  ASSERT_GT(piece.symbols.size(), prompt.size());
  EXPECT_TRUE(std::equal(prompt.begin(), prompt.end(), piece.symbols.begin()));
  EXPECT_TRUE(std::equal(prompt.begin(), prompt.end(), model_->fed.begin()));
  const auto& notes = piece.score.tracks.at(0).notes;
  ASSERT_GE(notes.size(), 8U);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(notes[static_cast<std::size_t>(i)].pitch, 60 + i);
  EXPECT_THROW(compose(composer(), {.start = StartKind::kPrompt, .prompt = Score{}}), Error);
  EXPECT_THROW(compose(composer(), {.start = StartKind::kPrompt}), Error);
}

TEST_F(ComposeTest, ArgmaxLoopsAreSaidWithAWayOut) {
  const auto piece =
      compose(composer({{"Bar_None", 20.0F}}), {.sampling = {.argmax = true}, .symbols = 400, .stop_at_end = false});
  EXPECT_THAT(piece.warnings, Contains(AllOf(HasSubstr("repeated"), HasSubstr("temperature"))));
}

TEST_F(ComposeTest, StylesAreFoundByNameAndReachTheNetwork) {
  const auto c = composer({}, {"unknown", "Bach", "Chopin"});
  const auto piece = compose(c, {.symbols = 5, .label = "chopin"});
  EXPECT_EQ(model_->label, 2);
  EXPECT_THAT(piece.symbols, Contains(representation_->vocabulary().find("Label_Chopin").value()));
  try {
    compose(c, {.label = "Satie"});
    FAIL() << "an unknown style was accepted";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("Bach, Chopin"));
  }
  EXPECT_THROW(compose(composer(), {.label = "Bach"}), Error);
}

TEST_F(ComposeTest, LengthsThatAreNoneAreRefusedAndAStopIsHeeded) {
  EXPECT_THROW(compose(composer(), {.seconds = -1}), Error);
  EXPECT_THROW(compose(composer(), {.bars = 0}), Error);
  std::stop_source source;
  source.request_stop();
  EXPECT_THROW(compose(composer(), {}, {}, source.get_token()), Interrupted);
}

}  // namespace
}  // namespace continuo::generation
