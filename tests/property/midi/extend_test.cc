// A file with new music in it has every event that it had.
#include "continuo/midi/extend.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "continuo/base/random.h"
#include "continuo/music/excerpt.h"
#include "property/midi/random_score.h"
#include "unit/midi/smf.h"

namespace continuo::midi {
namespace {

using test::Bytes;

/// The events of each chunk, with their ticks, statuses written out, without End of Track: by a reader of its own.
std::vector<std::vector<std::pair<Tick, Bytes>>> events_of(const Bytes& file) {
  std::vector<std::vector<std::pair<Tick, Bytes>>> chunks;
  std::size_t at = 14;
  const auto number = [&] {
    std::uint64_t value = 0;
    while (true) {
      value = value << 7 | (file.at(at) & 0x7f);
      if (file[at++] < 0x80) return value;
    }
  };
  while (at + 8 <= file.size()) {
    const std::size_t end = at + 8 +
                            (std::size_t{file[at + 4]} << 24 | std::size_t{file[at + 5]} << 16 |
                             std::size_t{file[at + 6]} << 8 | file[at + 7]);
    auto& events = chunks.emplace_back();
    at += 8;
    Tick tick = 0;
    std::uint8_t running = 0;
    while (at < end) {
      tick += static_cast<Tick>(number());
      const std::uint8_t status = file.at(at) >= 0x80 ? file[at++] : running;
      Bytes bytes{status};
      std::size_t length = 2;
      if (status == 0xff) {
        bytes.push_back(file.at(at++));
        length = number();
      } else if (status >= 0xf0) {
        length = number();
      } else if ((status & 0xe0) == 0xc0) {
        length = 1;
      }
      running = status < 0xf0 ? status : 0;
      for (std::size_t i = 0; i < length; ++i) bytes.push_back(file.at(at++));
      if (bytes != Bytes{0xff, 0x2f}) events.emplace_back(tick, bytes);
    }
  }
  return chunks;
}

/// Whether `part` stands in `whole` in its order.
bool stands_in(const std::vector<std::pair<Tick, Bytes>>& part, const std::vector<std::pair<Tick, Bytes>>& whole) {
  auto place = whole.begin();
  for (const auto& event : part) {
    place = std::find(place, whole.end(), event);
    if (place == whole.end()) return false;
    ++place;
  }
  return true;
}

/// Two bars for what `given` has and for an instrument that it lacks.
Fragment some_music(const Score& given, Random& random) {
  Fragment fragment{.music = {.ppq = 480}, .place = end_tick(given), .from = -1};
  for (std::size_t t = 0; t <= std::min<std::size_t>(2, given.tracks.size()); ++t) {
    Track track{.name = "new", .channel = static_cast<std::uint8_t>(t), .program = 77};
    if (t < given.tracks.size()) track = {.channel = given.tracks[t].channel, .program = given.tracks[t].program};
    for (int i = 0; i < 6; ++i)
      track.notes.push_back({random.between(0, 3000), random.between(1, 900),
                             static_cast<std::uint8_t>(random.below(128)),
                             static_cast<std::uint8_t>(1 + random.below(127))});
    fragment.music.tracks.push_back(std::move(track));
  }
  fragment.music.tempos = {{960, 777'777}};
  fragment.music.time_signatures = {{1920, 3, 4}};
  normalise(fragment.music);
  return fragment;
}

TEST(Extend, NewNotesOfASecondPortGoToItsChunk) {
  Score given{.ppq = 480};
  given.tracks = {{.name = "Piano", .channel = 0, .program = 0, .notes = {{0, 480, 60}, {480, 480, 62}}},
                  {.name = "Strings", .channel = 0, .program = 48, .notes = {{0, 480, 60}, {480, 480, 62}}, .port = 1}};
  normalise(given);
  Score whole = given;
  whole.tracks[1].notes.push_back({1920, 240, 72});
  const auto file = write(given);
  const Spliced music = splice(given, new_music(given, given, whole, Alignment::kBars));
  const auto extended = extend(file, music);
  ASSERT_TRUE(extended.has_value());
  const auto before = events_of(file), after = events_of(*extended);
  ASSERT_EQ(after.size(), before.size());
  EXPECT_EQ(after[1], before[1]) << "the piano's chunk";
  EXPECT_GT(after[2].size(), before[2].size());
  EXPECT_EQ(read(*extended).score, music.score);
}

TEST(Extend, RandomFilesKeepTheirEventsAndAreReadAsWhatWasMade) {
  int extended = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Random random(seed, 3);
    const Score score = test::random_score(seed);
    if (end_tick(score) > 1'000'000) continue;
    const Bytes file = write(score, {.running_status = seed % 2 == 0});
    const Spliced music = splice(score, some_music(score, random));
    const auto result = extend(file, music);
    if (!result) continue;
    ++extended;
    const auto before = events_of(file), after = events_of(*result);
    ASSERT_GE(after.size(), before.size());
    for (std::size_t c = 0; c < before.size(); ++c) EXPECT_TRUE(stands_in(before[c], after[c])) << seed << " " << c;
    EXPECT_EQ(note_count(read(*result).score), note_count(music.score)) << seed;
  }
  EXPECT_GT(extended, 150);
}

Bytes file_with_everything() {
  using test::join;
  return join({test::header(1, 2, 96),
               test::track({0x00, 0xff, 0x03, 0x05, 'T',  'i',  't',  'l',  'e',  0x00, 0xff, 0x51, 0x03, 0x05, 0x52,
                            0xa5, 0x00, 0xff, 0x58, 0x04, 0x03, 0x02, 0x18, 0x08, 0x00, 0xff, 0x59, 0x02, 0xfd, 0x01,
                            0x00, 0xff, 0x7f, 0x03, 0x00, 0x00, 0x41, 0x60, 0xff, 0x51, 0x03, 0x05, 0x52, 0xa5}),
               test::track({0x00, 0xff, 0x21, 0x01, 0x01, 0x00, 0xff, 0x03, 0x03, 'V',  'l',  'n',  0x00,
                            0xf0, 0x05, 0x7e, 0x7f, 0x09, 0x01, 0xf7, 0x00, 0xc3, 0x28, 0x00, 0xb3, 0x40,
                            0x7f, 0x00, 0x93, 0x45, 0x40, 0x30, 0xd3, 0x22, 0x00, 0xa3, 0x45, 0x11, 0x30,
                            0x83, 0x45, 0x21, 0x00, 0x93, 0x47, 0x41, 0x60, 0x83, 0x47, 0x22})});
}

TEST(Extend, EventsThatNoScoreHoldsStayWhereTheyStand) {
  const Bytes file = file_with_everything();
  const Score score = read(file).score;
  Fragment fragment{.music = {.ppq = 480}, .at = 960, .place = 192, .from = 480};
  fragment.music.tracks = {{.program = 40, .notes = {{960, 480, 71, 64}}}};
  const auto result = extend(file, splice(score, fragment));
  ASSERT_TRUE(result);
  const auto before = events_of(file), after = events_of(*result);
  ASSERT_EQ(after.size(), 2U);
  EXPECT_EQ(after[0], before[0]);
  EXPECT_TRUE(stands_in(before[1], after[1]));
  EXPECT_EQ(after[1].size(), before[1].size() + 3);  // the note's two and the release of the pedal
}

TEST(Extend, APromptThatIsCutHasItsEventsBeforeTheCut) {
  const Bytes file = file_with_everything();
  const Score score = beginning(read(file).score, 150);
  Fragment fragment{.music = {.ppq = 480}, .at = 480, .place = 96, .from = 480};
  fragment.music.tracks = {{.program = 40, .notes = {{960, 480, 74, 64}}}};
  const auto result = extend(file, splice(score, fragment), {.end = 150});
  ASSERT_TRUE(result);
  std::vector<std::pair<Tick, Bytes>> kept = events_of(file)[1];
  std::erase_if(kept, [](const auto& event) { return event.first >= 150; });
  EXPECT_TRUE(stands_in(kept, events_of(*result)[1]));
  EXPECT_EQ(read(*result).score.tracks[0].notes[1], (Note{96, 54, 0x47, 0x41}));
}

TEST(Extend, AProgramIsGivenAgainWhereTheChannelHasAnother) {
  // One channel, first program 40, then 45; the new notes belong to 40.
  const Bytes file = test::join(
      {test::header(0, 1, 96), test::track({0x00, 0xc0, 0x28, 0x00, 0x90, 0x45, 0x40, 0x60, 0x80, 0x45, 0x40,
                                            0x00, 0xc0, 0x2d, 0x00, 0x90, 0x47, 0x40, 0x60, 0x80, 0x47, 0x40})});
  const Score score = read(file).score;
  Fragment fragment{.music = {.ppq = 96}, .at = 192, .place = 192, .from = 96};
  fragment.music.tracks = {{.program = 40, .notes = {{192, 96, 71, 64}}},
                           {.program = 45, .notes = {{288, 96, 72, 64}}}};
  const auto result = extend(file, splice(score, fragment));
  ASSERT_TRUE(result);
  const auto events = events_of(*result)[0];
  EXPECT_EQ(std::count_if(events.begin(), events.end(), [](const auto& e) { return e.second[0] == 0xc0; }), 4);
}

TEST(Extend, WhatCannotBeKeptIsRefused) {
  const Bytes file = file_with_everything();
  const Score score = read(file).score;
  const Spliced music = splice(score, {});
  EXPECT_TRUE(extend(file, music));
  Bytes longer = file;
  longer.push_back(0);
  EXPECT_FALSE(extend(longer, music));
  Bytes shorter(file.begin(), file.end() - 1);
  EXPECT_FALSE(extend(shorter, music));
  EXPECT_FALSE(extend({}, music));
}

}  // namespace
}  // namespace continuo::midi
