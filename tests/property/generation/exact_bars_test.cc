// A length in bars is exact: counted in the MIDI file that is written, by a counter that shares nothing with composing.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "continuo/generation/compose.h"
#include "continuo/midi/midi.h"
#include "continuo/music/time.h"
#include "unit/generation/scripted_model.h"

namespace continuo::generation {
namespace {

using representation::Symbol;

struct BarCount {
  int begun = 0;     ///< bars in which or before which a note begins
  int sounding = 0;  ///< bars in which or before which a note sounds
  bool last_has_onset = false;
};

/// Walks from bar to bar: one lasts as its signature says, or to the next signature.
BarCount count_bars(const Score& composed) {
  const Score score = midi::read(midi::write(composed)).score;
  std::vector<Tick> onsets;
  Tick end = 0;
  for (const Track& track : score.tracks)
    for (const Note& note : track.notes) {
      onsets.push_back(note.onset);
      end = std::max({end, note.onset + note.duration, note.onset + 1});
    }
  std::sort(onsets.begin(), onsets.end());
  BarCount count;
  Tick bar = 0;
  std::size_t next = 0;
  int numerator = 4, denominator = 4;
  while (bar < end) {
    for (; next < score.time_signatures.size() && score.time_signatures[next].tick <= bar; ++next) {
      numerator = score.time_signatures[next].numerator;
      denominator = score.time_signatures[next].denominator;
    }
    Tick bar_end = bar + Tick{4} * score.ppq * numerator / denominator;
    if (next < score.time_signatures.size()) bar_end = std::min(bar_end, score.time_signatures[next].tick);
    ++count.sounding;
    count.last_has_onset =
        std::lower_bound(onsets.begin(), onsets.end(), bar) != std::lower_bound(onsets.begin(), onsets.end(), bar_end);
    if (count.last_has_onset) count.begun = count.sounding;
    bar = bar_end;
  }
  return count;
}

LoadedModel composer(const representation::RepresentationSpec& spec,
                     const std::vector<std::pair<std::string, float>>& favourites) {
  LoadedModel result;
  result.representation = representation::make(spec);
  std::vector<float> logits(result.representation->vocabulary().size(), 0.0F);
  for (const auto& [name, logit] : favourites)
    logits.at(result.representation->vocabulary().find(name).value()) = logit;
  result.model = std::make_shared<ScriptedModel>(std::move(logits));
  return result;
}

Score melody(int ppq, TimeSignature metre, int notes, Tick last) {
  Score score{.ppq = ppq, .time_signatures = {metre}};
  Track track{.program = 40};
  for (int i = 0; i < notes; ++i)
    track.notes.push_back({.onset = i * ppq,
                           .duration = i + 1 < notes ? ppq : last,
                           .pitch = static_cast<std::uint8_t>(60 + i % 12),
                           .velocity = 80});
  score.tracks.push_back(std::move(track));
  return score;
}

TEST(ExactBars, APieceFromItsBeginningHasThemWhateverTheMetreDoes) {
  const auto eager = composer({.name = "remi"}, {{"Bar_None", 4.0F}, {"End", 3.0F}});
  const auto slow = composer({.name = "remi"}, {{"Bar_None", 1.0F}});
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const int bars = 1 + static_cast<int>(seed % 7);
    for (const bool stop : {true, false}) {
      const LoadedModel& one = seed % 5 == 0 ? slow : eager;
      const auto piece = compose(one, {.bars = bars, .ending_tries = 3, .stop_at_end = stop, .seed = seed});
      const auto count = count_bars(piece.score);
      EXPECT_EQ(count.begun, bars) << seed;
      EXPECT_EQ(count.sounding, bars) << seed;
      EXPECT_TRUE(count.last_has_onset) << seed;
      EXPECT_EQ(piece.repaired + piece.dropped, 0U);
      EXPECT_TRUE(stop || !piece.ended);
    }
  }
}

TEST(ExactBars, AfterAPromptAreThoseOfTheNewMusic) {
  const auto one = composer({.name = "remi"}, {{"Bar_None", 4.0F}, {"End", 2.0F}});
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const int notes = 1 + static_cast<int>(seed % 9);
    const TimeSignature metre{0, seed % 2 == 0 ? 3 : 4, 4};
    const Score prompt = melody(480, metre, notes, 480);
    const int before = (notes + metre.numerator - 1) / metre.numerator;
    const int bars = 1 + static_cast<int>(seed % 4);
    const auto piece = compose(one, {.start = StartKind::kPrompt,
                                     .prompt = prompt,
                                     .bars = bars,
                                     .ending_tries = 2,
                                     .stop_at_end = seed % 3 != 0,
                                     .seed = seed});
    const auto count = count_bars(piece.score);
    EXPECT_EQ(count.begun, before + bars) << seed;
    EXPECT_EQ(count.sounding, before + bars) << seed;
    EXPECT_TRUE(count.last_has_onset);
  }
}

TEST(ExactBars, TheLastBarAfterAPromptIsWrittenToItsEnd) {
  const auto one = composer({.name = "remi"}, {{"Bar_None", 1.0F}});
  std::size_t last = 0, before_last = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const Score prompt = melody(480, {0, 4, 4}, 8, 480);
    const auto piece =
        compose(one, {.start = StartKind::kPrompt, .prompt = prompt, .bars = 3, .stop_at_end = false, .seed = seed});
    const MeterMap metre(piece.score);
    for (const Track& track : piece.score.tracks) {
      for (const Note& note : track.notes) {
        const int bar = metre.bar_at(note.onset).bar;
        last += bar == 4 ? 1 : 0;
        before_last += bar == 3 ? 1 : 0;
      }
    }
  }
  EXPECT_GT(before_last, 80U);
  EXPECT_GT(2 * last, before_last);
}

TEST(ExactBars, WithoutMetreTheyHaveFourQuarters) {
  for (const char* name : {"events", "frames"}) {
    const auto one = composer({.name = name}, {});
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      const int bars = 1 + static_cast<int>(seed % 3);
      const auto piece = compose(one, {.bars = bars, .stop_at_end = false, .seed = seed});
      const auto count = count_bars(piece.score);
      EXPECT_EQ(count.begun, bars) << name << seed;
      EXPECT_EQ(count.sounding, bars) << name << seed;
    }
  }
}

}  // namespace
}  // namespace continuo::generation
