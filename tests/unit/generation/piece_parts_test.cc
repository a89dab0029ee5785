// The parts of a piece in the making, each by itself: start, length, rules, backtracking.
#include <gmock/gmock.h>

#include <memory>

#include "continuo/base/error.h"
#include "generation/backtracking.h"
#include "generation/length.h"
#include "generation/rules.h"
#include "generation/start.h"
#include "unit/generation/scripted_model.h"

namespace continuo::generation {
namespace {

using representation::Cursor;
using representation::kEnd;
using representation::kStart;
using representation::Symbol;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// A place that a test writes down.
class PlainCursor final : public Cursor {
 public:
  PlainCursor(int its_bars, Seconds its_seconds = 0) : bars_(its_bars), seconds_(its_seconds) {}
  std::unique_ptr<Cursor> clone() const override { return std::make_unique<PlainCursor>(*this); }
  void advance(Symbol) override {}
  void allowed(std::span<std::uint8_t> mask) const override { std::fill(mask.begin(), mask.end(), std::uint8_t{1}); }
  void preview(Symbol, representation::Preview&) const override {}
  bool ended() const override { return false; }
  int bars() const override { return bars_; }
  Seconds seconds() const override { return seconds_; }
  std::size_t notes() const override { return 0; }

 private:
  int bars_;
  Seconds seconds_;
};

LoadedModel labelled_composer() {
  const std::shared_ptr<const representation::Representation> remi =
      representation::make({.name = "remi", .labels = {"unknown", "Bach"}});
  return {.model = std::make_shared<ScriptedModel>(std::vector<float>(remi->vocabulary().size())),
          .representation = remi};
}

TEST(Starts, ABeginningIsHeardAndWritten) {
  const LoadedModel composer = labelled_composer();
  Random random(1);
  const Opening opening = open_piece(composer, {}, 1, random);
  EXPECT_THAT(opening.heard, ElementsAre(kStart, composer.representation->vocabulary().find("Label_Bach").value()));
  EXPECT_EQ(opening.written, opening.heard);
  EXPECT_FALSE(opening.priming);
}

TEST(Starts, NoiseIsHeardAndIsPartOfThePieceOnlyWhereAsked) {
  const LoadedModel composer = labelled_composer();
  ComposeOptions options{.start = StartKind::kRandom, .random_length = 40};
  Random random(1), again(1);
  const Opening primed = open_piece(composer, options, 0, random);
  EXPECT_THAT(primed.heard, SizeIs(40));
  EXPECT_THAT(primed.heard, Each(Ge(4)));  // no Start, End or label
  EXPECT_THAT(primed.written, SizeIs(2));
  EXPECT_TRUE(primed.priming);
  options.keep_random = true;
  const Opening kept = open_piece(composer, options, 0, again);
  EXPECT_EQ(kept.written, primed.heard);
  EXPECT_FALSE(kept.priming);
}

TEST(Starts, APromptNeedsNotes) {
  const LoadedModel composer = labelled_composer();
  Random random(1);
  EXPECT_THROW(open_piece(composer, {.start = StartKind::kPrompt}, 0, random), Error);
  EXPECT_THROW(open_piece(composer, {.start = StartKind::kPrompt, .prompt = Score{}}, 0, random), Error);
}

TEST(Lengths, AreSharesOfWhatWasAskedForAfterThePrompt) {
  Length seconds({.seconds = 10}, true);
  seconds.begin(PlainCursor(3, 4));
  EXPECT_DOUBLE_EQ(seconds.share(PlainCursor(3, 9), 7), 0.5);
  Length bars({.bars = 8}, true);
  bars.begin(PlainCursor(3, 4));
  EXPECT_DOUBLE_EQ(bars.share(PlainCursor(9, 1000), 7), 0.75);
  Length symbols({.symbols = 20}, true);
  EXPECT_DOUBLE_EQ(symbols.share(PlainCursor(9, 1000), 5), 0.25);
  EXPECT_EQ(symbols.max_symbols(), 20U);
  EXPECT_EQ(bars.max_symbols(), kMaxSymbols);
  EXPECT_DOUBLE_EQ(Length({}, true).share(PlainCursor(0, 60), 0), 0.5);  // of two minutes
}

TEST(Lengths, AreReachedWhereThePieceMayEndOrWhenTidyingTakesTooLong) {
  Length bars({.bars = 4, .stop_at_end = false}, true);
  EXPECT_FALSE(bars.reached(0.99, true));
  EXPECT_TRUE(bars.reached(1, true));
  int waited = 0;
  while (!bars.reached(1, false)) ++waited;
  EXPECT_EQ(waited, 64);
  bars.shorten();
  EXPECT_FALSE(bars.reached(1, false));
  // For the sake of an ending a length in seconds may be exceeded by a tenth; a network that knows no End has none.
  EXPECT_FALSE(Length({.seconds = 10}, true).reached(1.05, true));
  EXPECT_TRUE(Length({.seconds = 10}, true).reached(1.1, true));
  EXPECT_TRUE(Length({.seconds = 10}, false).reached(1, true));
  EXPECT_FALSE(Length({.symbols = 10}, true).reached(2, true));  // these are counted
}

/// Forbids one symbol before the draw, and refuses another after it.
class OneAndOther final : public Constraint {
 public:
  OneAndOther(Symbol masked, Symbol refused) : masked_(masked), refused_(refused) {}
  std::unique_ptr<Constraint> clone() const override { return std::make_unique<OneAndOther>(*this); }
  void mask(const Cursor&, std::span<std::uint8_t> mask) override { mask[masked_] = 0; }
  bool allows(const Cursor&, Symbol symbol) override { return symbol != refused_; }
  void advance(const Cursor&, Symbol, bool) override {}
  void retract(std::size_t) override {}
  const char* reason() const override { return "is one or the other"; }

 private:
  Symbol masked_, refused_;
};

TEST(Rules, MaskBeforeTheDrawAndRefuseAfterIt) {
  const LoadedModel composer = labelled_composer();
  ComposeOptions options{.any_range = true, .allow_loops = true};
  options.constraints.push_back([] { return std::make_unique<OneAndOther>(5, 7); });
  Rules rules(composer, options);
  Rules copy(rules);
  for (Rules* const each : {&rules, &copy}) {
    std::vector<std::uint8_t> mask(10, 0);
    mask[5] = mask[7] = mask[9] = 1;
    int draws = 0;
    const auto highest_but = [&] {
      ++draws;
      EXPECT_EQ(mask[5], 0);
      return static_cast<Symbol>(mask[7] != 0 ? 7 : 9);
    };
    const auto choice = each->choose(PlainCursor(0), mask, highest_but);
    EXPECT_EQ(choice.symbol, 9);
    EXPECT_EQ(choice.blocking, nullptr);
    EXPECT_EQ(draws, 2);
    mask.assign(10, 0);
    mask[7] = 1;
    const auto none = each->choose(PlainCursor(0), mask, [] { return Symbol{7}; });
    ASSERT_NE(none.blocking, nullptr);
    EXPECT_STREQ(none.blocking, "is one or the other");
    mask[5] = 1;
    mask[7] = 0;
    EXPECT_NE(each->choose(PlainCursor(0), mask, [] { return Symbol{0}; }).blocking, nullptr);
  }
}

TEST(Rules, MarksAreNeverChosenAndEndOnlyWhenItMay) {
  const LoadedModel composer = labelled_composer();
  const auto mask_at = [&](const ComposeOptions& options, double share, std::size_t allowed) {
    std::vector<std::uint8_t> mask(allowed, 1);
    Rules(composer, options).mask_control_symbols(mask, share, {});
    return mask;
  };
  EXPECT_THAT(mask_at({}, 0.8, 6), ElementsAre(0, 1, 0, 0, 1, 1));
  EXPECT_THAT(mask_at({}, 0.7, 6), ElementsAre(0, 0, 0, 0, 1, 1));
  EXPECT_THAT(mask_at({.stop_at_end = false}, 0.8, 6), ElementsAre(0, 0, 0, 0, 1, 1));
  EXPECT_THAT(mask_at({}, 0.7, 4), ElementsAre(0, 1, 0, 0));  // nothing else is left
}

TEST(Backtracking, GoesBackByTheBarThenFurtherThenGivesUp) {
  Backtracking backtracking;
  for (int bar = 1; bar <= 9; ++bar) {
    EXPECT_TRUE(backtracking.at_new_bar(PlainCursor(bar)));
    backtracking.add_bar(PlainCursor(bar), static_cast<std::size_t>(10 * bar));
    EXPECT_FALSE(backtracking.at_new_bar(PlainCursor(bar)));
  }
  std::vector<std::size_t> to;
  const auto stuck = [&] { return backtracking.go_back(95, 2); };
  for (auto next = stuck(); next; next = stuck()) {
    to.push_back(*next);
    EXPECT_GT(backtracking.tries(95), 0);
    // Each bar is written again as it was.
    backtracking.retracted(PlainCursor(static_cast<int>(*next / 10)), *next);
    for (int bar = static_cast<int>(*next / 10) + 1; bar <= 9; ++bar)
      backtracking.add_bar(PlainCursor(bar), static_cast<std::size_t>(10 * bar));
  }
  ASSERT_THAT(to, SizeIs(64));
  EXPECT_EQ(to.front(), 90U);
  EXPECT_EQ(to[7], 80U);  // the eighth try
  EXPECT_EQ(to[15], 70U);
  EXPECT_EQ(backtracking.retries(), 65U);
  EXPECT_EQ(backtracking.tries(96), 0);  // beyond it, nothing was in the way
}

TEST(Backtracking, NeverGoesBeforeTheFloor) {
  Backtracking backtracking;
  backtracking.add_bar(PlainCursor(1), 10);
  EXPECT_EQ(backtracking.go_back(15, 12), 12U);
  EXPECT_EQ(backtracking.go_back(15, 3), 10U);
  EXPECT_EQ(backtracking.go_back(9, 3), 3U);
  EXPECT_EQ(backtracking.go_back(3, 3), std::nullopt);
  backtracking.may_end(14);
  backtracking.retracted(PlainCursor(1), 11);
  EXPECT_EQ(backtracking.legal_end(), 11U);
}

}  // namespace
}  // namespace continuo::generation
