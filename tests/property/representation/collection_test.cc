// The same properties on real files, where a collection of them lies beside the project.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "continuo/midi/midi.h"
#include "continuo/representation/representation.h"
#include "continuo/representation/sound.h"

namespace continuo::representation {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kEvery = 60;  // of some 4,800 files

std::vector<Score> sample_of_files() {
  const fs::path folder = fs::path(CONTINUO_SOURCE_DIR) / ".." / "shared" / "corpus";
  std::vector<fs::path> paths;
  std::error_code none;
  for (const auto& entry : fs::recursive_directory_iterator(folder, none)) {
    if (entry.path().extension() == ".mid") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<Score> scores;
  for (std::size_t i = 0; i < paths.size(); i += kEvery) scores.push_back(midi::read_file(paths[i]).score);
  return scores;
}

/// Notes that the losses say are gone: those that are left out or merged.
std::size_t notes_lost(const Encoding& encoding) {
  std::size_t count = 0;
  for (const Loss& loss : encoding.losses) {
    const bool gone = loss.what.find("left out") != std::string::npos || loss.what.find("merged") != std::string::npos;
    if (gone && loss.noun == "note") count += loss.count;
  }
  return count;
}

/// Quarter notes from the start to the end of the last note that is not a drum's.
double quarters(const Score& score) {
  Tick end = 0;
  for (const Track& track : score.tracks) {
    if (track.is_drums()) continue;
    for (const Note& note : track.notes) end = std::max(end, note.onset + note.duration);
  }
  return static_cast<double>(end) / score.ppq;
}

class Collection : public ::testing::TestWithParam<std::string> {};

TEST_P(Collection, RealMusicComesBack) {
  const std::vector<Score> scores = sample_of_files();
  if (scores.empty()) GTEST_SKIP() << "there is no collection of MIDI files beside the project";
  const auto representation = fit({.name = GetParam()}, scores.size(), [&](std::size_t i) { return scores[i]; });
  std::vector<std::uint8_t> mask(representation->vocabulary().size());
  for (const Score& score : scores) {
    const Encoding encoding = representation->encode(score);
    const auto& symbols = encoding.symbols;
    const Decoding decoding = representation->decode(symbols);
    ASSERT_EQ(decoding.dropped + decoding.repaired, 0U);
    ASSERT_EQ(representation->encode(decoding.score).symbols, symbols);
    // Nor does anything change on the way through a file.
    ASSERT_EQ(representation->encode(midi::read(midi::write(decoding.score)).score).symbols, symbols);
    const auto cursor = representation->cursor();
    for (const Symbol symbol : symbols) {
      cursor->allowed(mask);
      ASSERT_EQ(mask[symbol], 1) << representation->vocabulary().name(symbol);
      cursor->advance(symbol);
    }
    ASSERT_EQ(cursor->notes(), note_count(decoding.score));
    const TimeBase base = time_base(GetParam());
    if (base == TimeBase::kOrder) continue;
    if (base == TimeBase::kFrames) {  // neither tempo nor repeated notes are kept
      EXPECT_NEAR(quarters(decoding.score), quarters(score), 0.5);
      continue;
    }
    EXPECT_NEAR(duration_seconds(decoding.score) / duration_seconds(score), 1.0, 0.08);
    EXPECT_EQ(note_count(decoding.score) + notes_lost(encoding), note_count(score)) << "a loss was not stated";
  }
}

std::vector<std::string> score_representations() {
  std::vector<std::string> names = representation_names();
  std::erase_if(names, [](const std::string& name) { return reads_sound(name); });
  return names;
}

INSTANTIATE_TEST_SUITE_P(All, Collection, ::testing::ValuesIn(score_representations()), [](const auto& parameter) {
  std::string title = parameter.param;
  std::replace(title.begin(), title.end(), '-', '_');
  return title;
});

}  // namespace
}  // namespace continuo::representation
