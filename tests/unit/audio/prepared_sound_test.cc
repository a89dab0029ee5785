// Sound on its way to a network: one rate, one channel, one loudness, no silence at its ends.
#include "continuo/audio/prepared_sound.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "continuo/base/error.h"

namespace continuo::audio {
namespace {

/// A sound that a test writes down, handed out in blocks of odd lengths.
class WrittenSource final : public SoundSource {
 public:
  WrittenSource(int sample_rate, int channels, std::vector<float> samples)
      : sample_rate_(sample_rate), channels_(channels), samples_(std::move(samples)) {}
  int sample_rate() const override { return sample_rate_; }
  int channels() const override { return channels_; }
  Seconds stated_seconds() const override { return 0; }
  bool next(std::vector<float>& block) override {
    const std::size_t count = std::min(samples_.size() - at_, 997 * static_cast<std::size_t>(channels_));
    block.assign(samples_.begin() + static_cast<std::ptrdiff_t>(at_),
                 samples_.begin() + static_cast<std::ptrdiff_t>(at_ + count));
    at_ += count;
    return count > 0;
  }

 private:
  int sample_rate_, channels_;
  std::vector<float> samples_;
  std::size_t at_ = 0;
};

std::vector<float> tone(int rate, double hz, double seconds, double amplitude) {
  std::vector<float> samples(static_cast<std::size_t>(seconds * rate));
  for (std::size_t i = 0; i < samples.size(); ++i)
    samples[i] = static_cast<float>(amplitude * std::sin(2 * std::numbers::pi * hz * static_cast<double>(i) / rate));
  return samples;
}

std::vector<float> all_of(PreparedSound& sound) {
  std::vector<float> samples, block;
  while (sound.next(block)) samples.insert(samples.end(), block.begin(), block.end());
  return samples;
}

TEST(PreparedSound, TrimsTheEndsAndKeepsSilenceInside) {
  std::vector<float> samples(4000, 0.0F);  // half a second
  const auto note = tone(8000, 400, 0.5, 0.2);
  samples.insert(samples.end(), note.begin(), note.end());
  samples.insert(samples.end(), 2000, 0.0F);
  samples.insert(samples.end(), note.begin(), note.end());
  samples.insert(samples.end(), 6000, 0.0F);
  WrittenSource source(8000, 1, samples);
  PreparedSound sound(source, {.sample_rate = 8000}, ::testing::TempDir());
  EXPECT_NEAR(static_cast<double>(sound.samples()), 10'000, 160) << "in steps of 10 ms";
  const auto kept = all_of(sound);
  ASSERT_EQ(kept.size(), sound.samples());
  EXPECT_TRUE(std::all_of(kept.begin() + 4200, kept.begin() + 5800, [](float sample) { return sample == 0; }));
  sound.rewind();
  EXPECT_EQ(all_of(sound), kept);
}

TEST(PreparedSound, QuietAndLoudSoundsComeOutAlike) {
  for (const double amplitude : {0.001, 0.05, 0.9}) {
    WrittenSource source(16'000, 1, tone(16'000, 1000, 3, amplitude));
    PreparedSound sound(source, {.sample_rate = 16'000, .loudness_lufs = -18}, ::testing::TempDir());
    const Waveform made{.sample_rate = 16'000, .channels = 1, .samples = all_of(sound)};
    EXPECT_NEAR(measure(made).loudness_lufs, -18, 0.3) << amplitude;
  }
}

TEST(PreparedSound, ResamplesWithoutAliases) {
  // 1 kHz and, beyond the new Nyquist frequency, 6 kHz, in opposite channels for half of the level.
  const auto low = tone(44'100, 1000, 2, 0.2), high = tone(44'100, 6000, 2, 0.2);
  std::vector<float> both;
  for (std::size_t i = 0; i < low.size(); ++i) both.insert(both.end(), {low[i] + high[i], low[i] + high[i]});
  WrittenSource source(44'100, 2, both);
  PreparedSound sound(source, {.sample_rate = 8000}, ::testing::TempDir());
  EXPECT_NEAR(sound.seconds(), 2, 0.02);
  const auto samples = all_of(sound);
  double at_1000 = 0, at_2000 = 0;  // 6 kHz would fold down to 2 kHz
  for (const auto& [hz, power] : {std::pair{1000.0, &at_1000}, std::pair{2000.0, &at_2000}}) {
    double real = 0, imaginary = 0;
    for (std::size_t i = 1000; i < 15'000; ++i) {
      const double angle = 2 * std::numbers::pi * hz * static_cast<double>(i) / 8000;
      real += static_cast<double>(samples[i]) * std::cos(angle);
      imaginary += static_cast<double>(samples[i]) * std::sin(angle);
    }
    *power = real * real + imaginary * imaginary;
  }
  EXPECT_GT(at_1000, 1e8 * at_2000);
}

TEST(PreparedSound, SilenceIsEmpty) {
  WrittenSource source(8000, 2, std::vector<float>(16'000, 0.0F));
  PreparedSound sound(source, {.sample_rate = 16'000}, ::testing::TempDir());
  EXPECT_EQ(sound.samples(), 0U);
  EXPECT_TRUE(all_of(sound).empty());
}

TEST(PreparedSound, RefusesRatesThatCannotBe) {
  WrittenSource source(8000, 1, tone(8000, 400, 0.1, 0.2));
  EXPECT_THROW(PreparedSound(source, {.sample_rate = 10}, ::testing::TempDir()), Error);
  WrittenSource odd(900'000, 1, tone(8000, 400, 0.1, 0.2));
  EXPECT_THROW(PreparedSound(odd, {.sample_rate = 8000}, ::testing::TempDir()), Error);
}

TEST(PreparedSound, MixesChannelsToTheirMean) {
  std::vector<float> mono;
  mix_to_mono(std::vector<float>{0.5F, -0.25F, 1.0F, 0.0F}, 2, mono);
  EXPECT_THAT(mono, ::testing::ElementsAre(0.125F, 0.5F));
}

}  // namespace
}  // namespace continuo::audio
