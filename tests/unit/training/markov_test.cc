// Counting n-grams: the table holds what a plain count of every n-gram finds, and predicts what the formula says.
#include "training/markov.h"

#include <gmock/gmock.h>

#include <cmath>
#include <map>

#include "continuo/base/error.h"
#include "continuo/base/random.h"
#include "continuo/engine/engine.h"

namespace continuo::training {
namespace {

using representation::Symbol;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

std::vector<ExamplePiece> pieces_of(const std::vector<std::vector<Symbol>>& symbols) {
  std::vector<ExamplePiece> pieces;
  for (const auto& each : symbols)
    pieces.push_back({.symbols = each, .label = 0, .context = 0, .frames = {}, .width = 0});
  return pieces;
}

std::shared_ptr<const engine::Model> model_of(weights::MarkovSpec spec, const std::vector<std::vector<Symbol>>& symbols,
                                              int vocabulary) {
  auto tensors = count_ngrams(spec, pieces_of(symbols));
  return engine::Model::create(weights::ModelFile::parse(
      weights::serialise({.network = {vocabulary, 0, spec}, .metadata = {}, .tensors = std::move(tensors)})));
}

std::vector<std::vector<Symbol>> random_pieces(std::uint64_t seed) {
  Random random(seed);
  std::vector<std::vector<Symbol>> pieces(12);
  for (auto& piece : pieces) {
    piece.push_back(0);
    for (int i = 0; i < 90; ++i)  // some continuations far more often than others
      piece.push_back(static_cast<Symbol>((piece.back() * 3 + random.below(1 + random.below(6))) % 9));
  }
  return pieces;
}

TEST(CountNgrams, OfAShortSequenceByHand) {
  weights::MarkovSpec spec{.order = 1};
  const std::vector<std::vector<Symbol>> symbols = {{0, 1, 2, 1, 2}, {0, 1}};
  const auto tensors = count_ngrams(spec, pieces_of(symbols));
  EXPECT_THAT(tensors.at("level.1.symbol"), ElementsAre(0, 1, 2));
  EXPECT_THAT(tensors.at("level.1.count"), ElementsAre(0, 3, 2)) << "what only begins a piece was never predicted";
  EXPECT_THAT(tensors.at("level.1.first"), ElementsAre(0, 1, 2));
  EXPECT_THAT(tensors.at("level.2.symbol"), ElementsAre(1, 2, 1));
  EXPECT_THAT(tensors.at("level.2.count"), ElementsAre(2, 2, 1));
  EXPECT_THAT(spec.entries, ElementsAre(3, 3));
}

/// Witten and Bell's estimate from a map of all n-grams.
double estimate(const std::map<std::vector<Symbol>, double>& counts, std::vector<Symbol> context, Symbol symbol,
                int vocabulary) {
  double shorter = 1.0 / vocabulary;
  if (!context.empty()) shorter = estimate(counts, {context.begin() + 1, context.end()}, symbol, vocabulary);
  double total = 0;
  double kinds = 0;
  double own = 0;
  for (int w = 0; w < vocabulary; ++w) {
    context.push_back(static_cast<Symbol>(w));
    const auto found = counts.find(context);
    context.pop_back();
    if (found == counts.end()) continue;
    total += found->second;
    kinds += 1;
    if (w == symbol) own = found->second;
  }
  return total > 0 ? (own + kinds * shorter) / (total + kinds) : shorter;
}

TEST(CountNgrams, PredictsWhatAPlainCountSays) {
  constexpr int kVocabulary = 11;
  const auto symbols = random_pieces(3);
  for (const int order : {1, 2, 4}) {
    std::map<std::vector<Symbol>, double> counts;
    for (const auto& piece : symbols)
      for (std::size_t end = 1; end < piece.size(); ++end)
        for (std::size_t length = 0; length <= std::min<std::size_t>(end, static_cast<std::size_t>(order)); ++length)
          counts[{piece.begin() + static_cast<std::ptrdiff_t>(end - length),
                  piece.begin() + static_cast<std::ptrdiff_t>(end + 1)}] += 1;
    const auto model = model_of({.order = order}, symbols, kVocabulary);
    const auto stream = model->new_stream();
    std::vector<Symbol> past;
    for (const Symbol symbol : {0, 1, 3, 0, 10, 4, 5, 6, 0, 2}) {
      past.push_back(static_cast<Symbol>(symbol));
      if (past.size() > static_cast<std::size_t>(order)) past.erase(past.begin());
      const auto logits = stream->step(static_cast<Symbol>(symbol));
      double sum = 0;
      for (int w = 0; w < kVocabulary; ++w) {
        const double p = std::exp(static_cast<double>(logits[static_cast<std::size_t>(w)]));
        EXPECT_NEAR(p, estimate(counts, past, static_cast<Symbol>(w), kVocabulary), 1e-6) << order << ' ' << w;
        sum += p;
      }
      EXPECT_NEAR(sum, 1, 1e-5);
    }
  }
}

TEST(CountNgrams, KeepsTheMostFrequentWhereThereIsRoomForFewer) {
  const auto symbols = random_pieces(4);
  weights::MarkovSpec all{.order = 3};
  weights::MarkovSpec some{.order = 3, .max_entries = 40};
  const auto everything = count_ngrams(all, pieces_of(symbols));
  const auto kept = count_ngrams(some, pieces_of(symbols));
  ASSERT_GT(all.entries[3], 40);
  EXPECT_EQ(some.entries[2], 40);
  auto counts = everything.at("level.3.count");
  std::ranges::sort(counts, std::greater<>());
  auto most = kept.at("level.3.count");
  std::ranges::sort(most, std::greater<>());
  counts.resize(40);
  EXPECT_EQ(most, counts);
  EXPECT_NO_THROW(weights::serialise({.network = {9, 0, some}, .metadata = {}, .tensors = kept}));
}

TEST(CountNgrams, RefusesPiecesThatAreTooShort) {
  weights::MarkovSpec spec{.order = 4};
  const std::vector<std::vector<Symbol>> symbols = {{0, 1, 2}};
  EXPECT_THAT([&] { count_ngrams(spec, pieces_of(symbols)); }, ThrowsMessage<Error>(HasSubstr("network.order to 2")));
}

TEST(CountNgrams, CanBeInterrupted) {
  weights::MarkovSpec spec;
  std::stop_source stop;
  stop.request_stop();
  const auto symbols = random_pieces(5);
  EXPECT_THROW(count_ngrams(spec, pieces_of(symbols), {}, stop.get_token()), Interrupted);
}

}  // namespace
}  // namespace continuo::training
