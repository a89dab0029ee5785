// Collections of sound: any rate and channel count in, one byte a sample out; what is broken is left out with a reason.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <numbers>

#include "continuo/audio/render.h"
#include "continuo/audio/waveform.h"
#include "continuo/base/error.h"
#include "continuo/corpus/dataset.h"
#include "continuo/representation/sound.h"
#include "unit/corpus/fixtures.h"

namespace continuo::corpus {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr double kPi = std::numbers::pi;

/// A tone of `seconds`, after `lead` and before `trail` seconds of silence, the same in every channel.
audio::Waveform tone(double hertz, double seconds, int rate, int channels, double lead = 0, double trail = 0,
                     double gain = 0.1) {
  audio::Waveform wave{.sample_rate = rate, .channels = channels};
  const auto frames = static_cast<int>((lead + seconds + trail) * rate);
  for (int i = 0; i < frames; ++i) {
    const double at = static_cast<double>(i) / rate - lead;
    const double value = at >= 0 && at < seconds ? gain * std::sin(2 * kPi * hertz * at) : 0;
    wave.samples.insert(wave.samples.end(), static_cast<std::size_t>(channels), static_cast<float>(value));
  }
  return wave;
}

std::vector<float> decoded(const Dataset& dataset, const EncodedPiece& piece) {
  const auto representation = representation::make_sound(dataset.spec());
  std::vector<float> samples;
  representation->decoder()->push(piece.symbols.to_vector(), samples);
  return samples;
}

class SoundCollection : public ::testing::Test {
 protected:
  Collection read(double min_seconds = 0) const {
    return scan(folder_ / "music", {.min_seconds = min_seconds, .max_seconds = 300, .sound = true});
  }
  Dataset open(const Collection& collection) const {
    return open_dataset(collection, split(collection), {.name = "mulaw"}, cache());
  }
  const LeftOut* left_out(const Collection& collection, const std::string& name) const {
    for (const LeftOut& file : collection.left_out)
      if (file.name == name) return &file;
    return nullptr;
  }
  fs::path cache() const { return folder_ / "cache"; }
  void write(const std::string& name, const audio::Waveform& wave) const {
    fs::create_directories(folder_ / "music");
    audio::write_file(folder_ / ("music/" + name), wave);
  }
  TemporaryFolder folder_{"sound"};
};

TEST_F(SoundCollection, BringsEverySoundToOneRateChannelAndLoudness) {
  write("a.wav", tone(440, 3, 44'100, 2, 1, 2, 0.02));
  write("b.flac", tone(440, 3, 48'000, 1, 0.5, 0, 0.8));
  write("c.ogg", tone(440, 3, 22'050, 2));
  const Collection collection = read();
  ASSERT_EQ(collection.pieces.size(), 3u);
  for (const Piece& piece : collection.pieces) EXPECT_NEAR(piece.seconds, 3, 0.03) << piece.name;
  const Dataset dataset = open(collection);
  EXPECT_TRUE(dataset.sound());
  EXPECT_EQ(dataset.width(), 256);
  ASSERT_EQ(dataset.pieces().size(), 3u);
  for (const EncodedPiece& piece : dataset.pieces()) {
    EXPECT_EQ(piece.symbols.bytes_per_symbol(), 1);
    EXPECT_NEAR(static_cast<double>(piece.symbols.size()), 48'000, 480) << piece.name;
    const auto samples = decoded(dataset, piece);
    const std::span<const float> middle = std::span(samples).subspan(16'000, 16'000);
    int crossings = 0;
    for (std::size_t i = 1; i < middle.size(); ++i) crossings += (middle[i - 1] < 0) != (middle[i] < 0);
    EXPECT_NEAR(crossings, 880, 2) << piece.name;
    const auto measured = audio::measure({.sample_rate = 16'000, .channels = 1, .samples = samples});
    EXPECT_NEAR(measured.loudness_lufs, -18, 0.5) << piece.name;
  }
}

TEST_F(SoundCollection, TrimsTheEndsAndNeverTheInside) {
  audio::Waveform wave = tone(300, 1, 16'000, 1, 1.5, 2);
  const auto second = tone(500, 1, 16'000, 1, 0, 1);
  wave.samples.insert(wave.samples.end(), second.samples.begin(), second.samples.end());
  write("a.wav", wave);
  const Dataset dataset = open(read());
  ASSERT_EQ(dataset.pieces().size(), 1u);
  EXPECT_NEAR(static_cast<double>(dataset.pieces()[0].symbols.size()), 4 * 16'000, 400);
}

// Above the new Nyquist frequency nothing must come down: a tone at 15 kHz would alias to 1 kHz.
TEST_F(SoundCollection, DoesNotAlias) {
  audio::Waveform wave = tone(1000, 2, 44'100, 1, 0, 0, 0.01);
  const auto high = tone(15'000, 2, 44'100, 1, 0, 0, 0.5);
  for (std::size_t i = 0; i < wave.samples.size(); ++i) wave.samples[i] += high.samples[i];
  write("a.wav", wave);
  write("b.wav", tone(1000, 2, 44'100, 1, 0, 0, 0.01));
  const Dataset dataset = open(read());
  ASSERT_EQ(dataset.pieces().size(), 2u);
  const auto a = decoded(dataset, dataset.pieces()[0]), b = decoded(dataset, dataset.pieces()[1]);
  for (std::size_t i = 8000; i < 24'000; ++i) ASSERT_NEAR(a[i], b[i], 0.03) << i;
}

TEST_F(SoundCollection, LeavesOutWhatCannotBeUsed) {
  write("good.wav", tone(440, 2, 16'000, 1));
  write("short.wav", tone(440, 0.5, 16'000, 1));
  write("silent.wav", tone(440, 2, 16'000, 1, 0, 0, 0));
  std::ofstream(folder_ / "music/empty.wav").close();
  std::ofstream(folder_ / "music/text.flac") << "this is no sound at all";
  audio::Waveform slow = tone(10, 2, 100, 1);
  write("slow.wav", slow);
  const Collection collection = read(1);
  ASSERT_EQ(collection.pieces.size(), 1u);
  EXPECT_EQ(collection.pieces[0].name, "good.wav");
  EXPECT_EQ(left_out(collection, "short.wav")->kind, "too short");
  EXPECT_EQ(left_out(collection, "silent.wav")->kind, "silent");
  EXPECT_EQ(left_out(collection, "empty.wav")->kind, "empty");
  EXPECT_EQ(left_out(collection, "text.flac")->kind, "broken sound");
  EXPECT_THAT(left_out(collection, "slow.wav")->reason, HasSubstr("100 samples a second"));
}

TEST_F(SoundCollection, GroupsTheSameSoundInTwoFormats) {
  write("a.wav", tone(440, 2, 16'000, 1));
  write("b.flac", tone(440, 2, 16'000, 1, 0.5));  // the same samples after silence
  write("c.wav", tone(441, 2, 16'000, 1));
  const Collection collection = read();
  ASSERT_EQ(collection.pieces.size(), 3u);
  EXPECT_EQ(collection.pieces[0].group, collection.pieces[1].group);
  EXPECT_NE(collection.pieces[0].group, collection.pieces[2].group);
}

TEST_F(SoundCollection, RendersScoresBesideSoundFiles) {
  write("a.wav", tone(440, 2, 16'000, 1));
  midi::write_file(folder_ / "music/b.mid", made_up_piece(1, 4));
  const Collection collection = read();
  ASSERT_EQ(collection.pieces.size(), 2u);
  const Dataset dataset = open(collection);
  ASSERT_EQ(dataset.pieces().size(), 2u);
  const EncodedPiece& rendered = dataset.pieces()[1];
  EXPECT_EQ(rendered.name, "b.mid");
  EXPECT_GT(rendered.seconds, 7.9);
  EXPECT_LT(rendered.seconds, 11);
  const auto measured = audio::measure({.sample_rate = 16'000, .channels = 1, .samples = decoded(dataset, rendered)});
  EXPECT_NEAR(measured.loudness_lufs, -18, 1);
  EXPECT_LT(measured.silence_ratio, 0.2);
  const auto bytes = read_file(dataset.path());
  fs::remove(dataset.path());
  EXPECT_EQ(read_file(open(collection).path()), bytes);
}

// Learned from the training part alone, whatever the order in which the pieces are finished; and the sound comes back.
TEST_F(SoundCollection, FramesAreNormalInTheTrainingPartAndComeBack) {
  for (int i = 0; i < 10; ++i) write("piece" + std::to_string(i) + ".wav", tone(200 + 70 * i, 1 + 0.2 * i, 16'000, 1));
  const representation::RepresentationSpec spec{.name = "spectrum", .settings = {{"frame", "256"}}};
  const Collection collection = read();
  const Dataset dataset = open_dataset(collection, split(collection), spec, cache());
  EXPECT_TRUE(dataset.sound());
  EXPECT_EQ(dataset.width(), 256);
  ASSERT_EQ(dataset.pieces().size(), 10u);
  EXPECT_EQ(dataset.spec().statistics.size(), 512u);
  std::vector<double> sums(256), squares(256);
  double frames = 0;
  for (const EncodedPiece& piece : dataset.pieces()) {
    EXPECT_NEAR(static_cast<double>(dataset.steps(piece)), piece.seconds * 125 + 1, 1.01);
    if (piece.part != Part::kTrain) continue;
    for (std::size_t i = 0; i < piece.frames.size(); ++i) {
      sums[i % 256] += piece.frames[i];
      squares[i % 256] += static_cast<double>(piece.frames[i]) * piece.frames[i];
    }
    frames += static_cast<double>(dataset.steps(piece));
  }
  for (std::size_t i = 0; i < 256; ++i) EXPECT_NEAR(sums[i] / frames, 0, 1e-3) << i;
  EXPECT_NEAR(squares[6] / frames, 1, 1e-3);  // near the tones, far above the floor
  const auto representation = representation::make_sound(dataset.spec());
  const auto decoder = representation->decoder();
  std::vector<float> samples;
  const EncodedPiece& piece = dataset.pieces()[3];
  for (std::size_t step = 0; step < dataset.steps(piece); ++step)
    decoder->push_frame(piece.frames.subspan(step * 256, 256), samples);
  int crossings = 0;
  for (std::size_t i = 4001; i <= 20'000; ++i) crossings += (samples[i - 1] < 0) != (samples[i] < 0);
  EXPECT_NEAR(crossings, 820, 2);
  EXPECT_NEAR(audio::measure({.sample_rate = 16'000, .channels = 1, .samples = samples}).loudness_lufs, -18, 0.5);
  const auto bytes = read_file(dataset.path());
  fs::remove(dataset.path());
  EXPECT_EQ(read_file(open_dataset(collection, split(collection), spec, cache()).path()), bytes);
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& file : fs::directory_iterator(cache())) ++files;
  EXPECT_EQ(files, 1u);
}

TEST_F(SoundCollection, AnotherSoundFontIsAnotherDataset) {
  midi::write_file(folder_ / "music/b.mid", made_up_piece(1, 4));
  const fs::path soundfont = folder_ / "own.sf2";
  fs::copy_file(audio::default_soundfont(), soundfont);
  ScanOptions options{.min_seconds = 0, .sound = true, .soundfont = soundfont};
  const Collection own = scan(folder_ / "music", options);
  const fs::path first = open(own).path();
  EXPECT_EQ(open(read()).path(), first);  // the same content under another name
  auto bytes = read_file(soundfont);
  const std::string name = "INAM";
  const auto chunk = std::search(bytes.begin(), bytes.end(), name.begin(), name.end());
  ASSERT_NE(chunk, bytes.end());
  ++chunk[8];  // another name inside
  std::ofstream(soundfont, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  EXPECT_NE(open(own).path(), first);
}

TEST_F(SoundCollection, SaysThatThereAreSoundFilesWhereScoresAreWanted) {
  write("a.wav", tone(440, 2, 16'000, 1));
  try {
    scan(folder_ / "music");
    FAIL() << "an Error is expected";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("1 sound file"));
  }
}

TEST_F(SoundCollection, LeavesNothingBehindWhenInterrupted) {
  write("a.wav", tone(440, 2, 16'000, 1));
  const Collection collection = read();
  std::stop_source source;
  source.request_stop();
  EXPECT_THROW(open_dataset(collection, split(collection), {.name = "mulaw"}, cache(), {}, source.get_token()),
               Interrupted);
  EXPECT_TRUE(!fs::exists(cache()) || fs::is_empty(cache()));
}

TEST(ShortScores, AreGroupedWithExactCopiesOnly) {
  const auto score = [](int pitch) {
    Score made;
    made.tracks.resize(1);
    for (int i = 0; i < 3; ++i)
      made.tracks[0].notes.push_back({i * 480, 480, static_cast<std::uint8_t>(pitch + i), 80});
    return made;
  };
  const std::vector<Fingerprint> prints = {fingerprint(score(60)), fingerprint(score(62)), fingerprint(score(60))};
  EXPECT_THAT(group_duplicates(prints), ::testing::ElementsAre(0, 1, 0));
}

}  // namespace
}  // namespace continuo::corpus
