// Instruments play what they have: counted in what was composed, with numbers of the test's own.
#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "continuo/generation/compose.h"
#include "unit/generation/scripted_model.h"

namespace continuo::generation {
namespace {

/// Every symbol of music as probable as any other, End never.
LoadedModel composer(const representation::RepresentationSpec& spec) {
  LoadedModel result;
  result.representation = representation::make(spec);
  std::vector<float> logits(result.representation->vocabulary().size(), 0.0F);
  logits[representation::kEnd] = -50.0F;
  result.model = std::make_shared<ScriptedModel>(std::move(logits));
  return result;
}

/// Lowest and highest key by program.
const std::map<int, std::pair<int, int>> kKnown = {{0, {21, 108}}, {40, {55, 103}}, {41, {48, 93}},
                                                   {43, {24, 67}}, {68, {58, 93}},  {71, {49, 96}}};

struct Count {
  int notes = 0, outside = 0;
};

Count count(const Score& score) {
  Count count;
  for (const Track& track : score.tracks) {
    const auto range = kKnown.find(track.program);
    if (track.is_drums() || range == kKnown.end()) continue;
    for (const Note& note : track.notes) {
      ++count.notes;
      count.outside += note.pitch < range->second.first || note.pitch > range->second.second ? 1 : 0;
    }
  }
  return count;
}

TEST(InRange, NoNoteOfAnyInstrumentLiesBeyondItsRange) {
  const LoadedModel remi = composer({.name = "remi"});
  Count kept, free;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const auto piece = compose(remi, {.symbols = 4000, .stop_at_end = false, .seed = seed});
    EXPECT_EQ(piece.retries, 0U);
    const auto one = count(piece.score),
               other =
                   count(compose(remi, {.symbols = 4000, .stop_at_end = false, .any_range = true, .seed = seed}).score);
    kept.notes += one.notes;
    kept.outside += one.outside;
    free.notes += other.notes;
    free.outside += other.outside;
  }
  EXPECT_GT(kept.notes, 100);
  EXPECT_EQ(kept.outside, 0);
  EXPECT_GT(free.outside, 50);
}

TEST(InRange, EveryNoteMayHaveAProgramOfItsOwn) {
  const LoadedModel remi = composer({.name = "remi", .settings = {{"program", "every-note"}}});
  for (std::uint64_t seed = 1; seed <= 6; ++seed)
    EXPECT_EQ(count(compose(remi, {.symbols = 3000, .stop_at_end = false, .seed = seed}).score).outside, 0);
}

TEST(InRange, ARepresentationOfOneInstrumentKeepsToItsRange) {
  const LoadedModel events = composer({.name = "events", .settings = {{"program", "40"}}});
  const auto kept = count(compose(events, {.symbols = 3000, .stop_at_end = false}).score);
  EXPECT_GT(kept.notes, 300);
  EXPECT_EQ(kept.outside, 0);
  EXPECT_GT(count(compose(events, {.symbols = 3000, .stop_at_end = false, .any_range = true}).score).outside, 100);
}

TEST(InRange, WhatThePromptHasMayComeAgainAndTheModelMayWiden) {
  LoadedModel remi = composer({.name = "remi"});
  Score prompt{.ppq = 480};
  prompt.tracks = {{.program = 43, .notes = {{0, 480, 30, 64}, {480, 480, 80, 64}}}};
  const auto highest = [&](const Composition& piece) {
    int key = 0;
    for (const Track& track : piece.score.tracks)
      for (const Note& note : track.notes)
        if (track.program == 43 && note.onset > 480) key = std::max<int>(key, note.pitch);
    return key;
  };
  const auto go_on = [&] {
    return compose(remi, {.start = StartKind::kPrompt, .prompt = prompt, .symbols = 20'000, .stop_at_end = false});
  };
  EXPECT_GT(highest(go_on()), 67);
  EXPECT_LE(highest(go_on()), 80);
  remi.ranges = ranges_from_text("43:20-90");
  EXPECT_GT(highest(go_on()), 80);
  EXPECT_LE(highest(go_on()), 90);
}

}  // namespace
}  // namespace continuo::generation
