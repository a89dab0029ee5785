// For sequences of every representation, within the grammar and beyond it: what was settled early is what the whole
// sequence says.
#include "continuo/representation/score_decoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

#include "continuo/music/time.h"
#include "property/representation/cases.h"

namespace continuo::testing {
namespace {

using representation::SettledNote;
using representation::Symbol;
using Facts = std::tuple<Tick, Tick, int, int, int, bool, Seconds, Seconds>;

Facts facts(const Note& note, int program, bool drums, Seconds begin, Seconds end) {
  return {note.onset, note.duration, note.pitch, note.velocity, program, drums, begin, end};
}

std::vector<Facts> facts_of(const Score& score) {
  std::vector<Facts> all;
  const TempoMap tempo(score);
  for (const Track& track : score.tracks)
    for (const Note& note : track.notes)
      all.push_back(facts(note, track.is_drums() ? 0 : track.program, track.is_drums(), tempo.seconds(note.onset),
                          tempo.seconds(note.onset + note.duration)));
  std::sort(all.begin(), all.end());
  return all;
}

std::vector<Symbol> random_sequence(const representation::Representation& representation, Random& random,
                                    bool grammar) {
  std::vector<Symbol> symbols;
  const auto cursor = representation.cursor();
  std::vector<std::uint8_t> mask(representation.vocabulary().size(), 1);
  for (std::size_t length = 100 + random.below(400); symbols.size() < length && !cursor->ended();) {
    const auto symbol = static_cast<Symbol>(random.below(mask.size()));
    if (grammar) {
      cursor->allowed(mask);
      if (mask[symbol] == 0 || (symbol == representation::kEnd && random.below(20) > 0)) continue;
    }
    symbols.push_back(symbol);
    cursor->advance(symbol);
  }
  return symbols;
}

class ScoreDecoderProperty : public ::testing::TestWithParam<Case> {};

TEST_P(ScoreDecoderProperty, WhatWasSettledEarlyIsWhatTheWholeSequenceSays) {
  const std::shared_ptr<const representation::Representation> representation = make_case(GetParam());
  Random random(7);
  std::size_t early = 0;
  for (int round = 0; round < 30; ++round) {
    const auto symbols = random_sequence(*representation, random, round % 2 == 0);
    representation::ScoreDecoder decoder(representation);
    std::vector<Facts> settled;
    for (std::size_t at = 0; at < symbols.size();) {
      const std::size_t more = std::min<std::size_t>(symbols.size() - at, 1 + random.below(40));
      decoder.push(std::span(symbols).subspan(at, more));
      at += more;
      if (at == symbols.size()) decoder.finish();
      for (const SettledNote& one : decoder.take())
        settled.push_back(facts(one.note, one.program, one.drums, one.begin, one.end));
      if (at < symbols.size()) early = std::max(early, settled.size());
      ASSERT_TRUE(decoder.take().empty());
    }
    std::sort(settled.begin(), settled.end());
    ASSERT_EQ(settled, facts_of(representation->decode(symbols).score)) << words(*representation, symbols);
  }
  EXPECT_GT(early, 5U);
}

INSTANTIATE_TEST_SUITE_P(All, ScoreDecoderProperty, ::testing::ValuesIn(cases()),
                         [](const auto& which) { return which.param.title; });

}  // namespace
}  // namespace continuo::testing
