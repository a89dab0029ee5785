// Composing under never_repeat(): whatever the model wants, the decoded score has no passage of the collection.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "continuo/evaluation/originality.h"
#include "continuo/generation/compose.h"
#include "property/representation/cases.h"

namespace continuo::generation {
namespace {

using representation::Symbol;

/// A model that knows its pieces by heart: after the last `order` symbols comes what came there, almost surely.
class CopyingModel : public engine::Model {
 public:
  CopyingModel(std::size_t vocabulary, const std::vector<std::vector<Symbol>>& pieces, std::size_t order, float wish)
      : Model({.vocabulary_size = static_cast<int>(vocabulary), .network = weights::LstmSpec{}}, {}),
        order_(order),
        wish_(wish) {
    for (const auto& piece : pieces)
      for (std::size_t i = 0; i + 1 < piece.size(); ++i)
        for (std::size_t n = 1; n <= std::min(order, i + 1); ++n)
          next_[{piece.begin() + static_cast<std::ptrdiff_t>(i + 1 - n),
                 piece.begin() + static_cast<std::ptrdiff_t>(i + 1)}]
              .push_back(piece[i + 1]);
  }
  std::unique_ptr<engine::Stream> new_stream() const override { return std::make_unique<Reciting>(*this); }
  std::unique_ptr<engine::Batch> new_batch(int) const override { return nullptr; }
  std::size_t stream_bytes() const noexcept override { return 0; }
  std::size_t weight_bytes() const noexcept override { return 0; }
  std::vector<float> recompute(std::span<const std::uint16_t>, int) const override { return {}; }
  std::vector<float> recompute(std::span<const float>, int) const override { return {}; }

 private:
  class Reciting : public engine::Stream {
   public:
    explicit Reciting(const CopyingModel& model)
        : model_(model), logits_(static_cast<std::size_t>(model.vocabulary_size())) {}
    std::span<const float> step(std::uint16_t symbol) noexcept override {
      past_.push_back(symbol);
      std::fill(logits_.begin(), logits_.end(), 0.0F);
      for (std::size_t n = std::min(model_.order_, past_.size()); n > 0; --n) {
        const auto known = model_.next_.find({past_.end() - static_cast<std::ptrdiff_t>(n), past_.end()});
        if (known == model_.next_.end()) continue;
        for (const Symbol next : known->second) logits_[next] = model_.wish_;
        break;
      }
      return logits_;
    }
    std::span<const float> step(std::span<const float>) noexcept override { return logits_; }
    void reset() noexcept override { past_.clear(); }
    void set_label(int) noexcept override {}

   private:
    const CopyingModel& model_;
    std::vector<Symbol> past_;
    std::vector<float> logits_;
  };

  std::size_t order_;
  float wish_;
  std::map<std::vector<Symbol>, std::vector<Symbol>> next_;
};

class NeverRepeatTest : public ::testing::TestWithParam<testing::Case> {
 protected:
  void learn(std::uint64_t seed, std::size_t order, float wish) {
    representation_ = testing::make_case(GetParam());
    Random random(seed);
    evaluation::PassageIndex index;
    std::vector<std::vector<Symbol>> pieces;
    for (int i = 0; i < 6; ++i) {
      const Score score = testing::random_score(random, {.max_notes = 150, .on_grid = true, .max_tracks = 3});
      representation::EncodeOptions options;
      if (!representation_->spec().labels.empty()) options.label = 0;
      pieces.push_back(representation_->encode(score, options).symbols);
      index.add("raw", score);
      const Score heard = representation_->decode(pieces.back()).score;
      index.add("heard", heard);
      if (note_count(heard) > note_count(longest_)) longest_ = heard;
    }
    index.finish();
    index_ = std::move(index);
    composer_ = {.model = std::make_shared<CopyingModel>(representation_->vocabulary().size(), pieces, order, wish),
                 .representation = representation_};
  }

  Composition compose(std::size_t notes, ComposeOptions options) {
    if (notes > 0) options.constraints = {never_repeat(std::make_shared<evaluation::PassageSet>(index_, notes))};
    return generation::compose(composer_, options);
  }

  std::shared_ptr<const representation::Representation> representation_;
  evaluation::PassageIndex index_;
  Score longest_;  ///< the longest piece, as the representation has it
  Composer composer_;
};

TEST_P(NeverRepeatTest, NoPassageOfTheCollectionIsLeftInWhatIsComposed) {
  std::size_t most = 0, copied = 0, written = 0;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    for (const std::size_t notes : {6U, 9U}) {
      learn(seed, seed % 2 == 0 ? 4 : 30, seed % 2 == 0 ? 6.0F : 40.0F);
      ComposeOptions options{.sampling = {.argmax = seed == 3}, .symbols = 600, .stop_at_end = false, .seed = seed};
      options.mask_grammar = seed != 4;
      const auto free = evaluation::originality(compose(0, options).score, index_);
      copied = std::max(copied, free.longest);
      written = std::max(written, free.notes);
      const auto piece = compose(notes, options);
      const auto found = evaluation::originality(piece.score, index_);
      ASSERT_LT(found.longest, notes) << "seed " << seed;
      EXPECT_TRUE(piece.symbols.size() >= 600 || !piece.warnings.empty());
      EXPECT_EQ(piece.symbols, compose(notes, options).symbols) << "not deterministic";
      most = std::max(most, found.notes);
    }
  }
  EXPECT_GE(copied, std::min({std::size_t{9}, written / 4, evaluation::note_stream(longest_).size() / 2}))
      << "the model that was to copy did not";
  EXPECT_GT(most, 20U) << "nothing was composed";
}

TEST_P(NeverRepeatTest, ThePromptMayBeAPassageButItDoesNotGoOn) {
  for (std::uint64_t seed = 11; note_count(longest_) == 0; ++seed) learn(seed, 30, 40.0F);
  const Score& prompt = longest_;
  const auto before = evaluation::note_stream(prompt);
  const auto piece = compose(6, {.start = StartKind::kPrompt, .prompt = prompt, .symbols = 120, .stop_at_end = false});
  // Every passage of 6 notes that the collection has is one of the prompt's own.
  const evaluation::PassageSet known(index_, 6);
  const auto stream = evaluation::note_stream(piece.score);
  const auto steps = evaluation::steps_of(stream);
  for (std::size_t i = 0; i + 6 <= stream.size(); ++i) {
    if (!known.contains(std::span(steps).subspan(i + 1, 5))) continue;
    for (std::size_t k = i; k < i + 6; ++k)
      EXPECT_TRUE(std::find(before.begin(), before.end(), stream[k]) != before.end()) << "note " << k;
  }
}

INSTANTIATE_TEST_SUITE_P(All, NeverRepeatTest, ::testing::ValuesIn(testing::cases()),
                         [](const auto& parameter) { return parameter.param.title; });

TEST(NeverRepeat, WhereEverythingWouldBeACopyThePieceEndsBeforeAndSaysSo) {
  // Two notes in all are known to the representation, and the collection has every row of six of them.
  Score score{.ppq = 480};
  Track track;
  for (int i = 0; i < 64 * 6; ++i)
    track.notes.push_back({i * 480, 480, static_cast<std::uint8_t>(60 + (i / 6 >> i % 6 & 1)), 64});
  score.tracks = {track};
  const std::shared_ptr<const representation::Representation> representation =
      representation::fit({.name = "notes", .settings = {{"min_count", "1"}}}, 1, [&](std::size_t) { return score; });
  evaluation::PassageIndex index;
  index.add("all", representation->decode(representation->encode(score).symbols).score);
  index.finish();
  const Composer composer{.model = std::make_shared<CopyingModel>(
                              representation->vocabulary().size(),
                              std::vector<std::vector<Symbol>>{representation->encode(score).symbols}, 3, 1.0F),
                          .representation = representation};
  const auto piece =
      compose(composer, {.symbols = 200,
                         .stop_at_end = false,
                         .constraints = {never_repeat(std::make_shared<evaluation::PassageSet>(index, 6))}});
  EXPECT_LT(evaluation::originality(piece.score, index).longest, 6U);
  EXPECT_GT(piece.retries, 10U);
  EXPECT_THAT(piece.warnings, ::testing::Contains(::testing::HasSubstr("the piece ends early")));
}

}  // namespace
}  // namespace continuo::generation
