// Overviews hold the extremes, the level and the pitch of a sound, however long it is and however it arrives.
#include "continuo/audio/overview.h"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <limits>
#include <numbers>

#include "../src/audio/power_spectrum.h"
#include "continuo/base/error.h"
#include "continuo/base/random.h"
#include "sound.h"

namespace continuo::audio {
namespace {

/// Frequency of the strongest bin of a column.
double pitch(const Overview& overview, std::size_t column) {
  std::size_t best = 0;
  const auto at = [&](std::size_t k) { return overview.power[column * overview.bins() + k]; };
  for (std::size_t k = 0; k < overview.bins(); ++k)
    if (at(k) > at(best)) best = k;
  return static_cast<double>(best) * overview.sample_rate / overview.window;
}

TEST(PowerSpectrumTest, IsTheTransformOfTheDefinition) {
  constexpr int kSize = 64;
  Random random(5);
  std::vector<float> samples(kSize);
  for (float& sample : samples) sample = static_cast<float>(random.normal());
  PowerSpectrum spectrum(kSize);
  const auto power = spectrum(samples);
  ASSERT_EQ(power.size(), 33U);
  for (int k = 0; k <= kSize / 2; ++k) {
    std::complex<double> sum = 0;
    double window_sum = 0;
    for (int n = 0; n < kSize; ++n) {
      const double window = 0.5 - 0.5 * std::cos(2 * std::numbers::pi * n / kSize);
      window_sum += window;
      sum += window * static_cast<double>(samples[static_cast<std::size_t>(n)]) *
             std::polar(1.0, -2 * std::numbers::pi * k * n / kSize);
    }
    const double sides = k == 0 || k == kSize / 2 ? 1 : 2;
    EXPECT_NEAR(static_cast<double>(power[static_cast<std::size_t>(k)]), std::norm(sides * sum / window_sum), 1e-6)
        << k;
  }
}

TEST(PowerSpectrumTest, WindowsLastAboutFortySixMilliseconds) {
  EXPECT_EQ(window_size(44'100), 2048);
  EXPECT_EQ(window_size(48'000), 2048);
  EXPECT_EQ(window_size(22'050), 1024);
  EXPECT_EQ(window_size(16'000), 1024);
  EXPECT_EQ(window_size(8'000), 512);
}

TEST(OverviewTest, ASineHasItsLevelAndItsPitch) {
  const Overview seen = overview(sine(1000, 0.5, 2.0, 16'000, 2));
  EXPECT_EQ(seen.frames, 32'000U);
  EXPECT_DOUBLE_EQ(seen.seconds(), 2);
  ASSERT_GE(seen.envelope.size(), 4096U);
  for (const auto& column : seen.envelope) {
    EXPECT_LE(column.high, 0.5F);
    EXPECT_GE(column.low, -0.5F);
  }
  double squares = 0, frames = 0;
  for (std::size_t i = 0; i < seen.envelope.size(); ++i) {
    const double count = std::min(static_cast<double>(seen.envelope_step),
                                  static_cast<double>(seen.frames) - static_cast<double>(i * seen.envelope_step));
    squares += count * std::pow(static_cast<double>(seen.envelope[i].rms), 2);
    frames += count;
  }
  EXPECT_EQ(frames, 32'000);
  EXPECT_NEAR(std::sqrt(squares / frames), 0.5 / std::sqrt(2), 1e-4);
  const std::size_t middle = seen.columns() / 2;
  EXPECT_NEAR(pitch(seen, middle), 1000, 16'000.0 / seen.window / 2);
  const auto bin = static_cast<std::size_t>(std::lround(1000.0 * seen.window / 16'000));
  EXPECT_NEAR(static_cast<double>(seen.power[middle * seen.bins() + bin]), 0.25, 0.01) << "a full-scale sine has 1";
}

TEST(OverviewTest, ColumnsLieAtTheirTimes) {
  Waveform sound = sine(500, 0.3, 1.0, 16'000, 1);
  const Waveform second = sine(3000, 0.8, 1.0, 16'000, 1);
  sound.samples.insert(sound.samples.end(), second.samples.begin(), second.samples.end());
  const Overview seen = overview(sound);
  const auto column_at = [&](double seconds) {
    return static_cast<std::size_t>(seconds * 16'000 / static_cast<double>(seen.spectrum_step));
  };
  EXPECT_NEAR(static_cast<double>(seen.columns() * seen.spectrum_step), 32'000,
              static_cast<double>(seen.spectrum_step));
  for (const double time : {0.1, 0.9}) EXPECT_NEAR(pitch(seen, column_at(time)), 500, 20) << time;
  for (const double time : {1.1, 1.9}) EXPECT_NEAR(pitch(seen, column_at(time)), 3000, 20) << time;
  const auto extent_at = [&](double seconds) {
    return seen.envelope.at(static_cast<std::size_t>(seconds * 16'000 / static_cast<double>(seen.envelope_step)));
  };
  EXPECT_LE(extent_at(0.5).high, 0.3F);
  EXPECT_GT(extent_at(1.5).high, 0.7F);
}

TEST(OverviewTest, AnHourNeedsNoMoreColumnsAndKeepsASingleClick) {
  constexpr int kLowRate = 1000;
  OverviewMaker maker(kLowRate, 1);
  std::vector<float> minute(60 * kLowRate);
  for (int i = 0; i < 60; ++i) {
    for (std::size_t k = 0; k < minute.size(); ++k)
      minute[k] = 0.1F * std::sin(static_cast<float>(2 * std::numbers::pi * 100.0 * static_cast<double>(k) / kLowRate));
    if (i == 42) minute[30 * kLowRate] = -0.9F;
    maker.add(minute);
  }
  const Overview seen = maker.result();
  EXPECT_EQ(seen.frames, 3'600'000U);
  EXPECT_LE(seen.envelope.size(), 8192U);
  EXPECT_GT(seen.envelope.size(), 4000U);
  EXPECT_LE(seen.columns(), 2048U);
  EXPECT_GT(seen.columns(), 1000U);
  const std::size_t click = (42 * 60 + 30) * kLowRate / static_cast<std::size_t>(seen.envelope_step);
  EXPECT_EQ(seen.envelope.at(click).low, -0.9F);
  EXPECT_NEAR(seen.envelope.at(click + 1).low, -0.1, 0.01);
  for (const std::size_t column : {std::size_t{5}, seen.columns() / 2, seen.columns() - 2}) {
    EXPECT_NEAR(pitch(seen, column), 100, 4);
    const auto bin = static_cast<std::size_t>(std::lround(100.0 * seen.window / kLowRate));
    EXPECT_NEAR(static_cast<double>(seen.power[column * seen.bins() + bin]), 0.01, 0.002) << column;
  }
}

TEST(OverviewTest, BlocksDoNotMatter) {
  Random random(3);
  Waveform sound{.sample_rate = 8000, .channels = 2, .samples = {}};
  for (int i = 0; i < 300'000; ++i) sound.samples.push_back(static_cast<float>(0.2 * random.normal()));
  const Overview whole = overview(sound);
  OverviewMaker maker(8000, 2);
  for (std::size_t at = 0; at < sound.samples.size();) {
    const std::size_t count = std::min<std::size_t>(2 * (1 + random.below(5000)), sound.samples.size() - at);
    maker.add(std::span(sound.samples).subspan(at, count));
    (void)maker.result();
    at += count;
  }
  const Overview parts = maker.result();
  EXPECT_EQ(parts.power, whole.power);
  EXPECT_EQ(parts.spectrum_step, whole.spectrum_step);
  ASSERT_EQ(parts.envelope.size(), whole.envelope.size());
  for (std::size_t i = 0; i < whole.envelope.size(); ++i) {
    EXPECT_EQ(parts.envelope[i].low, whole.envelope[i].low);
    EXPECT_EQ(parts.envelope[i].rms, whole.envelope[i].rms);
  }
}

TEST(OverviewTest, OddSoundsHaveOverviewsToo) {
  const Overview nothing = overview({.sample_rate = 8000, .channels = 1, .samples = {}});
  EXPECT_EQ(nothing.frames, 0U);
  EXPECT_TRUE(nothing.envelope.empty());
  EXPECT_EQ(nothing.columns(), 0U);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const Overview one = overview({.sample_rate = 8000, .channels = 1, .samples = {nan}});
  ASSERT_EQ(one.envelope.size(), 1U);
  EXPECT_EQ(one.envelope[0].high, 0.0F);
  EXPECT_EQ(one.columns(), 1U);
  EXPECT_THROW(OverviewMaker(0, 1), Error);
  EXPECT_THROW(OverviewMaker(8000, 0), Error);
}

}  // namespace
}  // namespace continuo::audio
