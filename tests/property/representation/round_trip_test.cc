// What holds for every representation and any score: encoding is grammatical, decoding brings it back, and encoding
// again changes nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "continuo/base/random.h"
#include "continuo/representation/representation.h"
#include "property/representation/cases.h"
#include "property/representation/random_score.h"

namespace continuo::representation {
namespace {

using continuo::testing::Case;
using continuo::testing::cases;
using continuo::testing::make_case;
using continuo::testing::random_score;
using continuo::testing::words;

class RoundTrip : public ::testing::TestWithParam<Case> {};

EncodeOptions random_options(Random& random, const Representation& representation) {
  EncodeOptions options;
  options.start = random.below(4) != 0;
  options.end = random.below(4) != 0;
  if (!representation.spec().labels.empty() && random.below(2) == 0) {
    options.label = static_cast<int>(random.below(representation.spec().labels.size()));
  }
  return options;
}

TEST_P(RoundTrip, EncodingAgainGivesTheSameSymbols) {
  const auto representation = make_case(GetParam());
  Random random(1);
  for (int i = 0; i < 200; ++i) {
    const Score score = random_score(random, {.on_grid = i % 2 == 0});
    const EncodeOptions options = random_options(random, *representation);
    const auto symbols = representation->encode(score, options).symbols;
    const Decoding decoding = representation->decode(symbols);
    ASSERT_EQ(decoding.dropped, 0U) << "score " << i << ": " << words(*representation, symbols);
    ASSERT_EQ(decoding.repaired, 0U) << "score " << i << ": " << words(*representation, symbols);
    ASSERT_EQ(decoding.ended, options.end);
    const auto again = representation->encode(decoding.score, options).symbols;
    ASSERT_EQ(again, symbols) << "score " << i << "\n"
                              << words(*representation, symbols) << "\n"
                              << words(*representation, again);
    Score normal = decoding.score;
    normalise(normal);
    ASSERT_EQ(normal, decoding.score) << "a decoded score is in normal form";
    ASSERT_EQ(representation->decode(again).score, decoding.score);
  }
}

TEST_P(RoundTrip, TheMaskAllowsEveryEncoding) {
  const auto representation = make_case(GetParam());
  Random random(2);
  std::vector<std::uint8_t> mask(representation->vocabulary().size());
  for (int i = 0; i < 60; ++i) {
    const Score score = random_score(random, {.on_grid = i % 2 == 0});
    const auto symbols = representation->encode(score, random_options(random, *representation)).symbols;
    if (representation->decode(symbols).score.tracks.empty()) continue;  // nothing encodable in it
    const auto cursor = representation->cursor();
    for (std::size_t at = 0; at < symbols.size(); ++at) {
      cursor->allowed(mask);
      ASSERT_EQ(mask[symbols[at]], 1) << "symbol " << at << ", " << representation->vocabulary().name(symbols[at])
                                      << ", of score " << i << ": " << words(*representation, symbols);
      cursor->advance(symbols[at]);
    }
    EXPECT_EQ(cursor->notes(), note_count(representation->decode(symbols).score));
  }
}

/// Symbols that the grammar allows: a kind of symbol at random (pitches, bars), then one of that kind. After `length`
/// symbols it makes for the end (no new notes while others can be ended), within 500 more.
std::vector<Symbol> sample(const Representation& representation, Random& random, std::size_t length) {
  std::vector<std::uint8_t> mask(representation.vocabulary().size());
  std::vector<Symbol> symbols;
  const auto cursor = representation.cursor();
  while (!cursor->ended() && symbols.size() < length + 500) {
    cursor->allowed(mask);
    std::map<SymbolKind, std::vector<Symbol>> kinds;
    for (std::size_t s = 0; s < mask.size(); ++s) {
      if (mask[s] == 0) continue;
      kinds[representation.describe(static_cast<Symbol>(s)).kind].push_back(static_cast<Symbol>(s));
    }
    if (symbols.size() < length && kinds.size() > 1) kinds.erase(SymbolKind::kEnd);
    if (kinds.empty()) {
      ADD_FAILURE() << "nothing is allowed after " << words(representation, symbols);
      return symbols;
    }
    const auto kind = std::next(kinds.begin(), static_cast<std::ptrdiff_t>(random.below(kinds.size())));
    Symbol choice = kind->second[random.below(kind->second.size())];
    if (symbols.size() >= length) {
      for (const SymbolKind last : {SymbolKind::kNoteOff, SymbolKind::kEnd}) {
        if (kinds.contains(last)) choice = kinds[last].front();
      }
    }
    symbols.push_back(choice);
    cursor->advance(choice);
  }
  return symbols;
}

TEST_P(RoundTrip, WhateverTheMaskAllowsDecodesWithoutFault) {
  const auto representation = make_case(GetParam());
  Random random(3);
  int ended = 0;
  for (int i = 0; i < 50; ++i) {
    const auto symbols = sample(*representation, random, static_cast<std::size_t>(random.between(1, 600)));
    const Decoding decoding = representation->decode(symbols);
    ASSERT_EQ(decoding.dropped, 0U) << words(*representation, symbols);
    ASSERT_EQ(decoding.repaired, 0U) << words(*representation, symbols);
    if (!decoding.ended) continue;
    ++ended;
    EncodeOptions options;
    options.start = symbols.front() == kStart;
    const std::size_t label_at = options.start ? 1 : 0;
    if (symbols[label_at] >= 2 && symbols[label_at] < 2 + representation->spec().labels.size()) {
      options.label = symbols[label_at] - 2;
    }
    const auto again = representation->encode(decoding.score, options).symbols;
    ASSERT_EQ(again.size(), symbols.size()) << words(*representation, symbols) << "\n" << words(*representation, again);
    for (std::size_t at = 0; at < symbols.size(); ++at) {
      if (again[at] == symbols[at]) continue;
      // The one freedom: a note may be given a longer duration than the next stroke of its key leaves it.
      ASSERT_TRUE(continuo::testing::durations_may_be_cut(*representation) &&
                  representation->describe(again[at]).kind == SymbolKind::kDuration && again[at] < symbols[at])
          << representation->vocabulary().name(symbols[at]) << " became "
          << representation->vocabulary().name(again[at]);
    }
  }
  EXPECT_GT(ended, 20);
}

TEST_P(RoundTrip, TheMaskIsExactlyWhatDecodesWithoutFault) {
  const auto representation = make_case(GetParam());
  Random random(6);
  std::vector<std::uint8_t> mask(representation->vocabulary().size());
  for (int i = 0; i < 40; ++i) {
    auto symbols = sample(*representation, random, 1 + random.below(60));
    symbols.resize(1 + random.below(symbols.size()));
    const auto cursor = representation->cursor();
    for (const Symbol symbol : symbols) cursor->advance(symbol);
    if (cursor->ended()) continue;
    cursor->allowed(mask);
    symbols.push_back(0);
    for (std::size_t s = 0; s < mask.size(); ++s) {
      if (s == kEnd) continue;  // always understood, and a fault only where something is unfinished
      symbols.back() = static_cast<Symbol>(s);
      const Decoding decoding = representation->decode(symbols);
      ASSERT_EQ(mask[s] == 1, decoding.dropped + decoding.repaired == 0) << words(*representation, symbols);
    }
  }
}

TEST_P(RoundTrip, ArbitrarySymbolsNeverThrowAndAreCounted) {
  const auto representation = make_case(GetParam());
  Random random(4);
  const auto size = representation->vocabulary().size();
  std::vector<std::uint8_t> mask(size);
  std::size_t faults = 0;
  for (int i = 0; i < 300; ++i) {
    std::vector<Symbol> symbols(random.below(400));
    const std::uint64_t bound = i % 10 == 0 ? 65'536 : size;  // also symbols that do not exist
    for (Symbol& symbol : symbols)
      symbol = static_cast<Symbol>(i % 2 == 0 ? random.below(bound) : 2 + random.below(bound - 2));
    const Decoding decoding = representation->decode(symbols);
    faults += decoding.dropped + decoding.repaired;
    EXPECT_LE(decoding.dropped, 2 * symbols.size());
    const auto cursor = representation->cursor();
    Seconds seconds = 0;
    for (const Symbol symbol : symbols) {
      cursor->advance(symbol);
      cursor->allowed(mask);
      ASSERT_TRUE(std::find(mask.begin(), mask.end(), 1) != mask.end()) << words(*representation, symbols);
      ASSERT_GE(cursor->seconds(), seconds);
      seconds = cursor->seconds();
    }
    EXPECT_EQ(cursor->ended(), decoding.ended);
    // What was decoded is music like any other.
    const auto again = representation->encode(decoding.score).symbols;
    ASSERT_EQ(representation->encode(representation->decode(again).score).symbols, again)
        << words(*representation, again);
  }
  EXPECT_GT(faults, 1000U);
}

TEST_P(RoundTrip, AClonedCursorGoesItsOwnWay) {
  const auto representation = make_case(GetParam());
  Random random(5);
  const auto symbols = sample(*representation, random, 300);
  std::vector<std::uint8_t> mask(representation->vocabulary().size()), other(mask.size());
  const auto cursor = representation->cursor();
  for (const Symbol symbol : symbols) {
    const auto clone = cursor->clone();
    cursor->advance(symbol);
    clone->advance(symbol);
    cursor->allowed(mask);
    clone->allowed(other);
    ASSERT_EQ(mask, other);
    clone->advance(kEnd);
    cursor->allowed(other);
    ASSERT_EQ(mask, other);
  }
}

INSTANTIATE_TEST_SUITE_P(All, RoundTrip, ::testing::ValuesIn(cases()),
                         [](const auto& parameter) { return parameter.param.title; });

}  // namespace
}  // namespace continuo::representation
