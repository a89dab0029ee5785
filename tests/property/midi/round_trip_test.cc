// What is written is read back the same; damaged files are read or refused, never more; the fuzzer's seeds pass.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <tuple>
#include <utility>

#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/midi/midi.h"
#include "continuo/music/time.h"
#include "property/midi/random_score.h"

// The fuzzer's own entry point, so that seeds and damaged files run through the same checks.
#include "../fuzz/midi_fuzz.cc"

namespace continuo::midi {
namespace {

constexpr std::uint64_t kCases = 3'000;

TEST(RoundTrip, EveryScoreInNormalForm) {
  std::size_t notes = 0;
  for (std::uint64_t seed = 0; seed < kCases; ++seed) {
    const Score score = test::random_score(seed);
    notes += note_count(score);
    for (const bool running_status : {true, false}) {
      const ReadResult result = read(write(score, {.running_status = running_status}));
      ASSERT_EQ(result.score, score) << "seed " << seed << ", running status " << running_status;
      ASSERT_EQ(result.warning_count, 0u) << "seed " << seed << ": " << result.warnings[0].text;
      ASSERT_EQ(result.format, 1);
    }
  }
  EXPECT_GT(notes, kCases * 20);
}

/// What format 0 keeps of a score: one nameless track for each line and sound, the controls with the first of a line.
Score as_in_format_0(const Score& score) {
  Score kept = score;
  kept.tracks.clear();
  using Key = std::tuple<int, int, bool>;  // line, program, percussion
  const auto key_of = [](const Track& track) { return Key{track.line(), track.program, track.percussion}; };
  std::map<Key, Track> merged;
  std::vector<Key> order;  // by first note; of those of one tick, by track
  std::vector<std::pair<Tick, std::size_t>> first_notes;
  for (std::size_t t = 0; t < score.tracks.size(); ++t) first_notes.emplace_back(score.tracks[t].notes[0].onset, t);
  std::sort(first_notes.begin(), first_notes.end());
  for (const auto& [onset, t] : first_notes) {
    const Key key = key_of(score.tracks[t]);
    if (std::find(order.begin(), order.end(), key) == order.end()) order.push_back(key);
  }
  std::map<int, std::vector<ControlChange>> controls;
  std::map<int, std::vector<PitchBend>> bends;
  // Notes of one line and pitch share their ends, first in, first out, whatever their program.
  std::map<std::pair<int, int>, std::vector<std::pair<Note, Key>>> of_pitch;
  for (const Track& track : score.tracks) {
    for (const Note& note : track.notes) of_pitch[{track.line(), note.pitch}].emplace_back(note, key_of(track));
    auto& all_controls = controls[track.line()];
    all_controls.insert(all_controls.end(), track.controls.begin(), track.controls.end());
    auto& all_bends = bends[track.line()];
    all_bends.insert(all_bends.end(), track.bends.begin(), track.bends.end());
  }
  for (auto& [pitch, notes] : of_pitch) {
    std::stable_sort(notes.begin(), notes.end(),
                     [](const auto& a, const auto& b) { return a.first.onset < b.first.onset; });
    std::vector<std::pair<Tick, bool>> ends;
    for (const auto& [note, key] : notes) {
      ends.emplace_back(note.onset + note.duration, note.ends_after_pedal || note.duration == 0);
    }
    std::sort(ends.begin(), ends.end());
    for (std::size_t n = 0; n < notes.size(); ++n) {
      Note note = notes[n].first;
      note.duration = ends[n].first - note.onset;
      note.ends_after_pedal = ends[n].second;
      merged[notes[n].second].notes.push_back(note);
    }
  }
  for (const Key& key : order) {
    Track& track = merged[key];
    const int line = std::get<0>(key);
    track.channel = static_cast<std::uint8_t>(line % 16);
    track.port = static_cast<std::uint8_t>(line / 16);
    track.program = static_cast<std::uint8_t>(std::get<1>(key));
    track.percussion = std::get<2>(key);
    track.controls = std::exchange(controls[line], {});
    track.bends = std::exchange(bends[line], {});
    kept.tracks.push_back(track);
  }
  normalise(kept);
  return kept;
}

TEST(RoundTrip, Format0KeepsWhatItSays) {
  for (std::uint64_t seed = 0; seed < kCases; ++seed) {
    const Score score = test::random_score(seed);
    for (const bool running_status : {true, false}) {
      const ReadResult result = read(write(score, {.format = 0, .running_status = running_status}));
      ASSERT_EQ(result.warning_count, 0u) << "seed " << seed;
      ASSERT_EQ(result.format, 0);
      ASSERT_EQ(result.score, as_in_format_0(score)) << "seed " << seed;
    }
  }
}

TEST(RoundTrip, SmpteKeepsSecondsToHalfATick) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Score score = test::random_score(seed);
    std::erase_if(score.tempos, [](const TempoChange& tempo) {
      return tempo.microseconds_per_quarter < 1'000 || tempo.microseconds_per_quarter > 1'000'000;
    });
    if (duration_seconds(score) > 3'600) continue;
    const ReadResult result = read(write(score, {.smpte = WriteOptions::Smpte{25, 40}}));
    ASSERT_EQ(note_count(result.score), note_count(score));
    ASSERT_EQ(result.warning_count, 0u);
    const TempoMap before(score);
    const TempoMap after(result.score);
    for (std::size_t t = 0; t < score.tracks.size(); ++t) {
      std::vector<double> was, is;
      for (const Note& note : score.tracks[t].notes) was.push_back(before.seconds(note.onset));
      for (const Note& note : result.score.tracks[t].notes) is.push_back(after.seconds(note.onset));
      for (std::size_t n = 0; n < was.size(); ++n) ASSERT_NEAR(was[n], is[n], 0.00050001) << "seed " << seed;
    }
  }
}

/// A file with flipped, removed, doubled and inserted bytes.
std::vector<std::uint8_t> damaged(std::vector<std::uint8_t> bytes, Random& random) {
  for (std::uint64_t n = 1 + random.below(8); n > 0 && !bytes.empty(); --n) {
    const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(random.below(bytes.size()));
    constexpr std::uint8_t kNasty[] = {0x00, 0x7f, 0x80, 0xff, 0xf0, 0xf7, 0x90, 0xc0, 0x2f, 0x4d};
    switch (random.below(5)) {
      case 0:
        *place = static_cast<std::uint8_t>(random.below(256));
        break;
      case 1:
        *place = kNasty[random.below(std::size(kNasty))];
        break;
      case 2:
        bytes.erase(place);
        break;
      case 3:
        bytes.insert(place, kNasty[random.below(std::size(kNasty))]);
        break;
      default:
        if (random.below(4) == 0) bytes.erase(place, bytes.end());
        break;
    }
  }
  return bytes;
}

TEST(Damage, WhatIsReadCanBeWrittenAndReadAgain) {
  for (std::uint64_t seed = 0; seed < kCases; ++seed) {
    Random random(seed, 1);
    const auto bytes = damaged(write(test::random_score(seed), {.format = static_cast<int>(random.below(2))}), random);
    EXPECT_EQ(LLVMFuzzerTestOneInput(bytes.data(), bytes.size()), 0);
  }
}

TEST(Damage, FuzzerSeeds) {
  const auto folder = std::filesystem::path(CONTINUO_SOURCE_DIR) / "fuzz" / "corpus" / "midi";
  std::size_t seeds = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const auto bytes = continuo::read_file(entry.path());
    EXPECT_EQ(LLVMFuzzerTestOneInput(bytes.data(), bytes.size()), 0) << entry.path();
    ++seeds;
  }
  EXPECT_GE(seeds, 10u);
}

}  // namespace
}  // namespace continuo::midi
