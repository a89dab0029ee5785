// Sound files: what is written is read back, other programs agree, and failures leave nothing behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sndfile.h>
#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <limits>

#include "continuo/audio/sound_source.h"
#include "continuo/audio/waveform.h"
#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/base/random.h"
#include "sound.h"

namespace continuo::audio {
namespace {

using SoundFile = SoundTest;
using ::testing::HasSubstr;

/// Noise on the grid of 16-bit values, extremes included.
Waveform noise(int channels, std::size_t frames, int rate = 44'100) {
  Waveform waveform{.sample_rate = rate, .channels = channels, .samples = {}};
  Random random(7);
  for (std::size_t i = 0; i < frames * static_cast<std::size_t>(channels); ++i)
    waveform.samples.push_back(static_cast<float>(random.between(-32768, 32767)) / 32768.0F);
  waveform.samples.front() = -1.0F;
  waveform.samples.back() = 32767.0F / 32768.0F;
  return waveform;
}

TEST_F(SoundFile, WavAndFlacHoldSixteenBitsExactly) {
  for (const char* name : {"a.wav", "a.flac", "A.WAV"}) {
    for (const int channels : {1, 2}) {
      SCOPED_TRACE(std::string(name) + ", channels " + std::to_string(channels));
      const Waveform written = noise(channels, 30'011, 22'050);
      write_file(file(name), written);
      const Waveform read = read_file(file(name));
      EXPECT_EQ(read.sample_rate, 22'050);
      EXPECT_EQ(read.channels, channels);
      EXPECT_EQ(read.samples, written.samples);
    }
  }
}

TEST_F(SoundFile, VorbisSoundsTheSame) {
  const Waveform written = sine(440, 0.5, 3);
  write_file(file("a.ogg"), written);
  const Waveform read = read_file(file("a.ogg"));
  EXPECT_EQ(read.sample_rate, 44'100);
  EXPECT_EQ(read.channels, 2);
  ASSERT_EQ(read.samples.size(), written.samples.size());
  double error = 0, energy = 0;
  for (std::size_t i = 0; i < read.samples.size(); ++i) {
    error += std::pow(static_cast<double>(read.samples[i] - written.samples[i]), 2);
    energy += std::pow(static_cast<double>(written.samples[i]), 2);
  }
  EXPECT_GT(10 * std::log10(energy / error), 25) << "signal to noise in dB";
}

TEST_F(SoundFile, TheSameSoundMakesTheSameVorbisFile) {
  const Waveform written = sine(440, 0.5, 2);
  write_file(file("a.ogg"), written);
  write_file(file("b.ogg"), written);
  const auto first = continuo::read_file(file("a.ogg"));
  EXPECT_EQ(first, continuo::read_file(file("b.ogg")));
  write_file(file("c.ogg"), sine(220, 0.5, 2));
  const auto serial = [](const std::vector<std::uint8_t>& bytes) {
    return std::vector<std::uint8_t>(bytes.begin() + 14, bytes.begin() + 18);
  };
  EXPECT_NE(serial(first), serial(continuo::read_file(file("c.ogg")))) << "streams that are joined stay apart";
}

TEST_F(SoundFile, LongVorbisIsEncodedInPieces) {
  const Waveform written = sine(220, 0.3, 240, 22'050);  // more than libsndfile takes in one write
  write_file(file("a.ogg"), written);
  EXPECT_EQ(read_file(file("a.ogg")).frames(), written.frames());
}

TEST_F(SoundFile, ValuesBeyondFullScaleAreClippedAndNonNumbersAreSilent) {
  Waveform waveform{.sample_rate = 8000, .channels = 1, .samples = {}};
  waveform.samples = {2.0F, -3.0F, std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                      0.5F};
  write_file(file("a.wav"), waveform);
  const auto read = read_file(file("a.wav")).samples;
  EXPECT_EQ(read, (std::vector<float>{32767.0F / 32768, -1.0F, 0.0F, 32767.0F / 32768, 0.5F}));
}

TEST_F(SoundFile, FloatingPointFilesWithNonNumbersAreReadAsNumbers) {
  SF_INFO info{};
  info.samplerate = 8000;
  info.channels = 1;
  info.format = SF_FORMAT_WAV | SF_FORMAT_FLOAT;
  SNDFILE* handle = sf_open(file("a.wav").c_str(), SFM_WRITE, &info);
  ASSERT_NE(handle, nullptr);
  const float values[] = {0.25F, std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity(),
                          1.5F};
  sf_write_float(handle, values, 4);
  sf_close(handle);
  EXPECT_EQ(read_file(file("a.wav")).samples, (std::vector<float>{0.25F, 0, 0, 1.5F}));
}

TEST_F(SoundFile, TheKinOfWavIsRead) {
  const Waveform written = noise(2, 5'003, 22'050);
  for (const auto& [name, format] : {std::pair{"a.w64", SF_FORMAT_W64},
                                     {"a.caf", SF_FORMAT_CAF},
                                     {"a.rf64", SF_FORMAT_RF64},
                                     {"a.au", SF_FORMAT_AU},
                                     {"a.aiff", SF_FORMAT_AIFF}}) {
    SCOPED_TRACE(name);
    SF_INFO info{};
    info.samplerate = 22'050;
    info.channels = 2;
    info.format = format | SF_FORMAT_PCM_16;
    SNDFILE* handle = sf_open(file(name).c_str(), SFM_WRITE, &info);
    ASSERT_NE(handle, nullptr);
    std::vector<short> samples;
    for (const float sample : written.samples) samples.push_back(static_cast<short>(std::lrint(sample * 32768)));
    ASSERT_EQ(sf_write_short(handle, samples.data(), static_cast<sf_count_t>(samples.size())),
              static_cast<sf_count_t>(samples.size()));
    sf_close(handle);
    const Waveform read = read_file(file(name));
    EXPECT_EQ(read.sample_rate, 22'050);
    EXPECT_EQ(read.channels, 2);
    EXPECT_EQ(read.samples, written.samples);
    const auto& known = sound_extensions();
    EXPECT_TRUE(std::binary_search(known.begin(), known.end(), file(name).extension().string()));
  }
}

TEST_F(SoundFile, EmptySoundIsAFileToo) {
  for (const char* name : {"a.wav", "a.flac", "a.ogg"}) {
    SCOPED_TRACE(name);
    write_file(file(name), {.sample_rate = 44'100, .channels = 2, .samples = {}});
    EXPECT_TRUE(std::filesystem::exists(file(name)));
  }
  EXPECT_EQ(read_file(file("a.wav")).frames(), 0U);
}

TEST_F(SoundFile, SoxAgrees) {
  if (!has_tool("sox")) GTEST_SKIP() << "sox is not installed";
  write_file(file("a.wav"), sine(1000, 0.5, 2, 48'000));
  write_file(file("a.flac"), sine(1000, 0.5, 2, 48'000));
  for (const char* name : {"a.wav", "a.flac"}) {
    const std::string about = output_of("sox --i " + file(name).string());
    EXPECT_THAT(about, HasSubstr("Channels       : 2"));
    EXPECT_THAT(about, HasSubstr("Sample Rate    : 48000"));
    EXPECT_THAT(about, HasSubstr("Precision      : 16-bit"));
    EXPECT_THAT(about, HasSubstr("96000 samples"));
    const std::string numbers = output_of("sox " + file(name).string() + " -n stat");
    EXPECT_THAT(numbers, HasSubstr("Maximum amplitude:     0.500000"));
    EXPECT_THAT(numbers, HasSubstr("RMS     amplitude:     0.35355"));
  }
}

TEST_F(SoundFile, FfprobeAgrees) {
  if (!has_tool("ffprobe")) GTEST_SKIP() << "ffprobe is not installed";
  write_file(file("a.ogg"), sine(1000, 0.5, 2, 44'100));
  const std::string about =
      output_of("ffprobe -v error -show_entries stream=codec_name,sample_rate,channels:format=duration -of csv " +
                file("a.ogg").string());
  EXPECT_THAT(about, HasSubstr("vorbis,44100,2"));
  EXPECT_THAT(about, HasSubstr("2.000000"));
}

TEST_F(SoundFile, ErrorsSayWhatToDo) {
  const auto hint_of = [](const auto& action) -> std::string {
    try {
      action();
    } catch (const Error& error) {
      EXPECT_FALSE(error.info().path.empty());
      return error.info().message + " | " + error.info().hint;
    }
    return "no error";
  };
  EXPECT_THAT(hint_of([&] { write_file(file("a.mp3"), sine(440, 0.1, 0.1)); }), HasSubstr(".wav, .flac or .ogg"));
  EXPECT_THAT(hint_of([&] { read_file(file("none.wav")); }), HasSubstr("no such file"));
  EXPECT_THAT(hint_of([&] { read_file(folder_); }), HasSubstr("is a folder"));
  write_file_atomically(file("text.wav"), std::string_view("this is no sound"));
  EXPECT_THAT(hint_of([&] { read_file(file("text.wav")); }), HasSubstr("cannot be read as sound"));
  EXPECT_THAT(hint_of([&] { write_file(file("a.wav"), {.sample_rate = 0, .channels = 1, .samples = {}}); }),
              HasSubstr("cannot hold"));
  EXPECT_THAT(hint_of([&] { write_file(file("a.flac"), {.sample_rate = 44'100, .channels = 9, .samples = {}}); }),
              HasSubstr("cannot hold 9 channels"));
  EXPECT_THAT(hint_of([&] {
                write_file(file("a.wav"), {.sample_rate = 8000, .channels = 2, .samples = {0, 0, 0}});
              }),
              HasSubstr("no whole frames"));
  EXPECT_EQ(files(), 1U) << "only the text file";
  EXPECT_TRUE(is_audio_path("x.Ogg"));
  EXPECT_FALSE(is_audio_path("x.mid"));
  EXPECT_FALSE(is_audio_path("wav"));
}

TEST_F(SoundFile, AFullDiskLeavesTheOldSoundAndNoRest) {
  const Waveform old_sound = sine(440, 0.5, 0.2);
  const Waveform new_sound = noise(2, 200'000);
  for (const char* name : {"a.wav", "a.flac", "a.ogg"}) {
    SCOPED_TRACE(name);
    write_file(file(name), old_sound);
    const auto before = continuo::read_file(file(name));
    struct rlimit unlimited {};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &unlimited), 0);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    struct rlimit small = unlimited;
    small.rlim_cur = 100'000;
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    std::string message;
    try {
      write_file(file(name), new_sound);
    } catch (const Error& error) {
      message = error.what();
    }
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &unlimited), 0);
    std::signal(SIGXFSZ, handler);
    EXPECT_THAT(message, HasSubstr(name));
    EXPECT_THAT(message, HasSubstr("disk"));
    EXPECT_EQ(continuo::read_file(file(name)), before);
  }
  EXPECT_EQ(files(), 3U);
}

}  // namespace
}  // namespace continuo::audio
