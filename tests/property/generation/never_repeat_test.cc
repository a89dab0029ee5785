// Composing under never_repeat(): whatever the model wants, the decoded score has no passage of the collection.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "continuo/evaluation/known_passages.h"
#include "continuo/evaluation/originality.h"
#include "continuo/generation/compose.h"
#include "continuo/midi/midi.h"
#include "property/representation/cases.h"
#include "unit/engine/model_of_past.h"

namespace continuo::generation {
namespace {

using representation::Symbol;

/// A model that has memorised its pieces: after the last `order` symbols comes what came there, almost surely.
std::shared_ptr<engine::Model> copying_model(std::size_t vocabulary, const std::vector<std::vector<Symbol>>& pieces,
                                             std::size_t order, float wish) {
  std::map<std::vector<Symbol>, std::vector<Symbol>> next;
  for (const auto& piece : pieces)
    for (std::size_t i = 0; i + 1 < piece.size(); ++i)
      for (std::size_t n = 1; n <= std::min(order, i + 1); ++n)
        next[{piece.begin() + static_cast<std::ptrdiff_t>(i + 1 - n),
              piece.begin() + static_cast<std::ptrdiff_t>(i + 1)}]
            .push_back(piece[i + 1]);
  return std::make_shared<engine::ModelOfPast>(
      vocabulary, [next = std::move(next), order, wish](std::span<const Symbol> past, std::span<float> logits) {
        std::fill(logits.begin(), logits.end(), 0.0F);
        for (std::size_t n = std::min(order, past.size()); n > 0; --n) {
          const auto known = next.find({past.end() - static_cast<std::ptrdiff_t>(n), past.end()});
          if (known == next.end()) continue;
          for (const Symbol symbol : known->second) logits[symbol] = wish;
          break;
        }
      });
}

struct PlainNote {
  std::int64_t sixteenth = 0;
  int pitch = 0;
  auto operator<=>(const PlainNote&) const = default;
};

/// The notes as the constraint's definition has them, worked out without the code that it uses.
std::vector<PlainNote> plain_notes(const Score& score) {
  std::set<PlainNote> notes;
  for (const Track& track : score.tracks) {
    if (track.channel == 9) continue;
    for (const Note& note : track.notes)
      notes.insert(
          {static_cast<std::int64_t>(std::floor(4.0 * static_cast<double>(note.onset) / score.ppq + 0.5)), note.pitch});
  }
  return {notes.begin(), notes.end()};
}

/// Notes of the longest passage of `piece` that stands in one of `others`, tried pair by pair.
std::size_t longest_copy(const std::vector<PlainNote>& piece, const std::vector<std::vector<PlainNote>>& others) {
  std::size_t longest = 0;
  for (const auto& other : others) {
    for (std::size_t i = 0; i < piece.size(); ++i) {
      for (std::size_t j = 0; j < other.size(); ++j) {
        std::size_t n = 1;
        while (i + n < piece.size() && j + n < other.size() &&
               piece[i + n].pitch - piece[i + n - 1].pitch == other[j + n].pitch - other[j + n - 1].pitch &&
               piece[i + n].sixteenth - piece[i + n - 1].sixteenth ==
                   other[j + n].sixteenth - other[j + n - 1].sixteenth)
          ++n;
        longest = std::max(longest, n);
      }
    }
  }
  return longest;
}

class NeverRepeatTest : public ::testing::TestWithParam<testing::Case> {
 protected:
  void learn(std::uint64_t seed, std::size_t order, float wish) {
    representation_ = testing::make_case(GetParam());
    Random random(seed);
    evaluation::PassageIndex index;
    std::vector<std::vector<Symbol>> pieces;
    collection_.clear();
    for (int i = 0; i < 6; ++i) {
      const Score score = testing::random_score(random, {.max_notes = 150, .on_grid = true, .max_tracks = 3});
      representation::EncodeOptions options;
      if (!representation_->spec().labels.empty()) options.label = 0;
      pieces.push_back(representation_->encode(score, options).symbols);
      index.add("raw", score);
      collection_.push_back(plain_notes(score));
      const Score heard = representation_->decode(pieces.back()).score;
      index.add("heard", heard);
      collection_.push_back(plain_notes(heard));
      if (note_count(heard) > note_count(longest_)) longest_ = heard;
    }
    index.finish();
    index_ = std::move(index);
    composer_ = {.model = copying_model(representation_->vocabulary().size(), pieces, order, wish),
                 .representation = representation_};
  }

  Composition compose(std::size_t notes, ComposeOptions options) {
    options.any_range = true;  // the pieces that are copied are random notes of random instruments
    if (notes > 0) options.constraints = {never_repeat(std::make_shared<evaluation::PassageSet>(index_, notes))};
    return generation::compose(composer_, options);
  }

  std::shared_ptr<const representation::Representation> representation_;
  evaluation::PassageIndex index_;
  std::vector<std::vector<PlainNote>> collection_;
  Score longest_;  ///< the longest piece, as the representation has it
  LoadedModel composer_;
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
      const Score read_back = midi::read(midi::write(piece.score)).score;
      ASSERT_LT(longest_copy(plain_notes(read_back), collection_), notes) << "seed " << seed;
      EXPECT_TRUE(piece.symbols.size() >= 600 || !piece.warnings.empty());
      EXPECT_EQ(piece.symbols, compose(notes, options).symbols) << "not deterministic";
      most = std::max(most, found.notes);
    }
  }
  EXPECT_GE(copied, std::min({std::size_t{9}, written / 4, note_stream(longest_).size() / 2}))
      << "the model that was to copy did not";
  EXPECT_GT(most, 20U) << "nothing was composed";
}

TEST_P(NeverRepeatTest, ThePromptMayBeAPassageButItDoesNotGoOn) {
  for (std::uint64_t seed = 11; note_count(longest_) == 0; ++seed) learn(seed, 30, 40.0F);
  const Score& prompt = longest_;
  const auto before = note_stream(prompt);
  const auto piece = compose(6, {.start = StartKind::kPrompt, .prompt = prompt, .symbols = 120, .stop_at_end = false});
  // Every passage of 6 notes that the collection has is one of the prompt's own.
  const evaluation::PassageSet known(index_, 6);
  const auto stream = note_stream(piece.score);
  const auto steps = steps_of(stream);
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
  const LoadedModel composer{
      .model = copying_model(representation->vocabulary().size(),
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
