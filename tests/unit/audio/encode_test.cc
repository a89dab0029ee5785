// encode_mp3() against libsndfile's reading of the bytes and against the tone that went in.
#include "continuo/audio/encode.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <numbers>
#include <tuple>

#include "continuo/base/error.h"
#include "continuo/base/file.h"

namespace continuo::audio {
namespace {

Waveform tone(int sample_rate, int channels, double frequency, double seconds) {
  Waveform sound{.sample_rate = sample_rate, .channels = channels};
  const auto frames = static_cast<std::size_t>(seconds * sample_rate);
  for (std::size_t i = 0; i < frames; ++i)
    for (int c = 0; c < channels; ++c)
      sound.samples.push_back(
          static_cast<float>(0.5 * std::sin(2 * std::numbers::pi * frequency * static_cast<double>(i) / sample_rate)));
  return sound;
}

/// Power of one channel at a frequency, as a share of all of its power.
double share_at(const Waveform& sound, double frequency) {
  double in = 0, quadrature = 0, all = 0;
  const auto channels = static_cast<std::size_t>(sound.channels);
  for (std::size_t i = 0; i < sound.frames(); ++i) {
    const double x = sound.samples[i * channels];
    const double angle = 2 * std::numbers::pi * frequency * static_cast<double>(i) / sound.sample_rate;
    in += x * std::cos(angle), quadrature += x * std::sin(angle), all += x * x;
  }
  return 2 * (in * in + quadrature * quadrature) / (static_cast<double>(sound.frames()) * all);
}

TEST(EncodeMp3, IsSmallAndSoundsTheSame) {
  // MP3 has no rate of 5,000 and none of 30,001.
  for (const auto& [rate, channels, in_mp3] :
       {std::tuple{16'000, 1, 16'000}, {44'100, 2, 44'100}, {5'000, 1, 8'000}, {30'001, 2, 32'000}}) {
    const Waveform sound = tone(rate, channels, 440, 3);
    const auto bytes = encode_mp3(sound);
    EXPECT_LT(bytes.size(), sound.samples.size() * 2 / (rate == in_mp3 ? 5 : 1)) << rate;
    EXPECT_EQ(encode_mp3(sound), bytes);
    const auto path = std::filesystem::temp_directory_path() / ("encode-" + std::to_string(::getpid()) + ".mp3");
    write_file_atomically(path, bytes);
    const Waveform read = read_file(path);
    std::filesystem::remove(path);
    EXPECT_EQ(read.sample_rate, in_mp3);
    EXPECT_EQ(read.channels, channels);
    EXPECT_NEAR(read.seconds(), 3, 0.1);
    EXPECT_NEAR(measure(read).rms, 0.5 / std::numbers::sqrt2, 0.02);
    EXPECT_GT(share_at(read, 440), 0.95);
    EXPECT_LT(share_at(read, 660), 0.01);
  }
}

TEST(EncodeMp3, QualityIsPaidForInBytes) {
  Waveform noise{.sample_rate = 44'100};
  std::uint32_t state = 1;
  for (int i = 0; i < 44'100; ++i) {
    state = state * 1'664'525U + 1'013'904'223U;
    noise.samples.push_back(static_cast<float>(state >> 8) / (1 << 24) - 0.5F);
  }
  EXPECT_LT(encode_mp3(noise, 0).size(), encode_mp3(noise, 1).size());
}

TEST(EncodeMp3, RefusesWhatMp3CannotHold) {
  EXPECT_THROW(encode_mp3({.sample_rate = 16'000}), Error);
  EXPECT_THROW(encode_mp3({.channels = 3, .samples = {0, 0, 0}}), Error);
}

}  // namespace
}  // namespace continuo::audio
