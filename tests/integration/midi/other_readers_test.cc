// Independent programs on our files, and we on files that they understand: midicsv note for note, midi2abc without a
// complaint. On files of a collection beside the source tree, too, where there is one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "continuo/midi/midi.h"
#include "integration/midi/midicsv.h"
#include "property/midi/random_score.h"

namespace continuo::midi {
namespace {

namespace fs = std::filesystem;
using test::Heard;

/// A file of the test's own, removed at the end.
class ScratchFile {
 public:
  explicit ScratchFile(const std::string& name) : path_(fs::path(CONTINUO_BINARY_DIR) / name) {}
  ~ScratchFile() {
    std::error_code ignored;
    fs::remove(path_, ignored);
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// Music as a composer's program would hold it: voices, drums, pedal, overlaps, lyrics, changes of everything.
Score small_piece() {
  Score score;
  score.tempos = {{0, 600'000}, {3840, 400'000}};
  score.time_signatures = {{0, 3, 4}, {2880, 6, 8}};
  score.key_signatures = {{0, 2, false}, {2880, -3, true}};
  score.texts = {{0, TextKind::kTrackName, "A \"quoted\" title, with a comma"},
                 {0, TextKind::kCopyright, "nobody"},
                 {480, TextKind::kLyric, "la"},
                 {960, TextKind::kMarker, "B\\"},
                 {960, TextKind::kText, "\xc3\xa9"}};
  for (std::uint8_t t = 0; t < 4; ++t) {
    Track track;
    track.name = "voice " + std::to_string(t + 1);
    track.channel = t == 3 ? static_cast<std::uint8_t>(kDrumChannel) : static_cast<std::uint8_t>(t / 2);
    track.program = static_cast<std::uint8_t>(t == 3 ? 0 : 40 + t);
    for (Tick n = 0; n < 24; ++n) {
      const auto pitch = static_cast<std::uint8_t>(t == 3 ? 35 + n % 8 : 48 + 7 * t + (n * 5) % 12);
      track.notes.push_back({240 * n, 240 + 120 * (n % 3), pitch, static_cast<std::uint8_t>(50 + n)});
    }
    track.controls = {{0, 7, 100}, {480, 64, 127}, {960, 64, 0}};
    track.bends = {{240, static_cast<std::int16_t>(100 * t)}, {480, 0}};
    score.tracks.push_back(track);
  }
  normalise(score);
  return score;
}

Heard heard_in(const Score& score) {
  Heard heard;
  for (const Track& track : score.tracks) {
    for (const Note& note : track.notes) {
      heard.notes.emplace_back(track.channel, note.onset, note.pitch, note.duration, note.velocity, track.program);
    }
    for (const auto& control : track.controls) {
      heard.controls.emplace_back(control.tick, track.channel * 128 + control.controller, control.value);
    }
    for (const auto& bend : track.bends) heard.bends.emplace_back(bend.tick, track.channel, bend.value);
  }
  std::sort(heard.notes.begin(), heard.notes.end());
  std::sort(heard.controls.begin(), heard.controls.end());
  std::sort(heard.bends.begin(), heard.bends.end());
  return heard;
}

/// Changes of tempo, metre and key are compared in their normal form.
void expect_same_music(const Heard& heard, const Score& score, bool with_controls) {
  EXPECT_EQ(heard.ppq, score.ppq);
  const Heard ours = heard_in(score);
  EXPECT_EQ(heard.notes, ours.notes);
  if (with_controls) {
    EXPECT_EQ(heard.controls, ours.controls);
    EXPECT_EQ(heard.bends, ours.bends);
  }
  Score changes;
  changes.tempos = heard.tempos;
  changes.time_signatures = heard.time_signatures;
  changes.key_signatures = heard.key_signatures;
  normalise(changes);
  EXPECT_EQ(changes.tempos, score.tempos);
  EXPECT_EQ(changes.time_signatures, score.time_signatures);
  EXPECT_EQ(changes.key_signatures, score.key_signatures);
}

class Midicsv : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!test::has_program("midicsv")) GTEST_SKIP() << "midicsv is not installed";
  }
};

class Midi2abc : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!test::has_program("midi2abc")) GTEST_SKIP() << "midi2abc (package abcmidi) is not installed";
  }
  /// Runs midi2abc and returns the notation. A file in which it finds something wrong makes it say so and fail.
  std::string notation_of(const fs::path& midi_file) {
    const ScratchFile abc("midi2abc_test.abc");
    const auto result = test::run("midi2abc " + test::quoted(midi_file) + " -o " + test::quoted(abc.path()));
    EXPECT_EQ(result.status, 0);
    EXPECT_EQ(result.output, "");
    return fs::exists(abc.path()) ? read_text_file(abc.path()) : "";
  }
};

const WriteOptions kWays[] = {{.format = 1, .running_status = true},
                              {.format = 1, .running_status = false},
                              {.format = 0, .running_status = true},
                              {.format = 0, .running_status = false}};

TEST_F(Midicsv, HearsWhatWeWrite) {
  const ScratchFile file("midicsv_test.mid");
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const Score score = seed == 0 ? small_piece() : test::random_score(seed);
    for (const WriteOptions& way : kWays) {
      SCOPED_TRACE("seed " + std::to_string(seed) + ", format " + std::to_string(way.format));
      write_file(file.path(), score, way);
      const Heard heard = test::hear(file.path());
      EXPECT_EQ(heard.format, way.format);
      EXPECT_EQ(heard.tracks, way.format == 0 ? 1 : static_cast<int>(score.tracks.size()) + 1);
      expect_same_music(heard, way.format == 0 ? read_file(file.path()).score : score, true);
      if (HasFailure()) return;
    }
  }
}

TEST_F(Midicsv, SeesOurTextsAndNames) {
  const ScratchFile file("midicsv_text_test.mid");
  write_file(file.path(), small_piece());
  const Heard heard = test::hear(file.path());
  using Text = std::tuple<int, Tick, std::string, std::string>;
  EXPECT_THAT(heard.texts,
              ::testing::UnorderedElementsAre(Text{1, 0, "Title_t", "A \"quoted\" title, with a comma"},
                                              Text{1, 0, "Copyright_t", "nobody"}, Text{1, 480, "Lyric_t", "la"},
                                              Text{1, 960, "Marker_t", "B\\"}, Text{1, 960, "Text_t", "\xc3\xa9"},
                                              Text{2, 0, "Title_t", "voice 1"}, Text{3, 0, "Title_t", "voice 2"},
                                              Text{4, 0, "Title_t", "voice 3"}, Text{5, 0, "Title_t", "voice 4"}));
}

TEST_F(Midi2abc, TakesWhatWeWrite) {
  const ScratchFile file("midi2abc_test.mid");
  for (const WriteOptions& way : kWays) {
    write_file(file.path(), small_piece(), way);
    const std::string abc = notation_of(file.path());
    EXPECT_THAT(abc, ::testing::HasSubstr("M: 3/4"));
    EXPECT_THAT(abc, ::testing::HasSubstr("K:Eb"));
    EXPECT_THAT(abc, ::testing::HasSubstr("V:"));
  }
}

TEST(Midi2abcTest, WouldSayWhatIsWrong) {
  if (!test::has_program("midi2abc")) GTEST_SKIP() << "midi2abc (package abcmidi) is not installed";
  const ScratchFile file("midi2abc_bad_test.mid");
  auto bytes = write(small_piece());
  bytes.resize(bytes.size() / 2);
  write_file_atomically(file.path(), bytes);
  EXPECT_NE(test::run("midi2abc " + test::quoted(file.path()) + " -o /dev/null").status, 0);
}

/// Every n-th file of the collection beside the source tree, in the order of their names.
std::vector<fs::path> files_of_the_collection(std::size_t how_many) {
  const fs::path folder = fs::path(CONTINUO_SOURCE_DIR) / ".." / "shared" / "corpus";
  std::vector<fs::path> all;
  if (!fs::is_directory(folder)) return all;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".mid") all.push_back(entry.path());
  }
  std::sort(all.begin(), all.end());
  std::vector<fs::path> some;
  for (std::size_t i = 0; i < how_many && !all.empty(); ++i) some.push_back(all[i * all.size() / how_many]);
  return some;
}

TEST_F(Midicsv, HearsWhatWeHearInACollection) {
  const auto files = files_of_the_collection(60);
  if (files.empty()) GTEST_SKIP() << "no collection beside the source tree";
  std::size_t compared = 0;
  for (const fs::path& path : files) {
    SCOPED_TRACE(path.string());
    const ReadResult result = read_file(path);
    if (result.warning_count > 0) continue;  // what is repaired is heard differently
    expect_same_music(test::hear(path), result.score, false);
    if (HasFailure()) return;
    ++compared;
  }
  EXPECT_GE(compared, files.size() * 9 / 10);
}

TEST_F(Midi2abc, TakesACollectionThatWeWroteAgain) {
  const auto files = files_of_the_collection(25);
  if (files.empty()) GTEST_SKIP() << "no collection beside the source tree";
  const ScratchFile file("midi2abc_collection_test.mid");
  for (const fs::path& path : files) {
    SCOPED_TRACE(path.string());
    write_file(file.path(), read_file(path).score);
    EXPECT_THAT(notation_of(file.path()), ::testing::HasSubstr("K:"));
  }
}

}  // namespace
}  // namespace continuo::midi
