// Loudness against the reference signals of EBU Tech 3341, and what a listener would notice.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "continuo/audio/waveform.h"
#include "sound.h"

namespace continuo::audio {
namespace {

double amplitude(double decibels) { return std::pow(10, decibels / 20); }

Waveform joined(std::initializer_list<Waveform> parts) {
  Waveform out = *parts.begin();
  out.samples.clear();
  for (const Waveform& part : parts) out.samples.insert(out.samples.end(), part.samples.begin(), part.samples.end());
  return out;
}

TEST(Measure, LoudnessOfTheReferenceSignals) {
  // Tech 3341, test cases 1 to 3: stereo sines of 1000 Hz, to within 0.1 LU.
  EXPECT_NEAR(measure(sine(1000, amplitude(-23), 20, 48'000)).loudness_lufs, -23, 0.1);
  EXPECT_NEAR(measure(sine(1000, amplitude(-33), 20, 48'000)).loudness_lufs, -33, 0.1);
  const auto steps = joined({sine(1000, amplitude(-36), 10, 48'000), sine(1000, amplitude(-23), 60, 48'000),
                             sine(1000, amplitude(-36), 10, 48'000)});
  EXPECT_NEAR(measure(steps).loudness_lufs, -23, 0.1);
}

TEST(Measure, PeakAndRmsOfASine) {
  const auto measured = measure(sine(1000, 0.5, 2));
  EXPECT_NEAR(measured.peak, 0.5, 1e-3);
  EXPECT_NEAR(measured.rms, 0.5 / std::sqrt(2), 1e-4);
  EXPECT_EQ(measured.silence_ratio, 0);
  EXPECT_EQ(measured.clipped_ratio, 0);
}

TEST(Measure, Silence) {
  const auto measured = measure(sine(1000, 0, 2));
  EXPECT_EQ(measured.peak, 0);
  EXPECT_EQ(measured.rms, 0);
  EXPECT_EQ(measured.silence_ratio, 1);
  EXPECT_TRUE(std::isinf(measured.loudness_lufs) && measured.loudness_lufs < 0);
  const auto empty = measure({.sample_rate = 44'100, .channels = 2, .samples = {}});
  EXPECT_EQ(empty.silence_ratio, 1);
  EXPECT_TRUE(std::isinf(empty.loudness_lufs));
  const auto quarter = joined({sine(500, 0.2, 3), sine(500, 0, 1)});
  EXPECT_NEAR(measure(quarter).silence_ratio, 0.25, 0.02);
}

TEST(Measure, Clipping) {
  auto loud = sine(1000, 1.5, 1);
  for (float& sample : loud.samples) sample = std::clamp(sample, -1.0F, 1.0F);
  // A sine of 1.5 is beyond 1 for this share of its period.
  EXPECT_NEAR(measure(loud).clipped_ratio, 1 - 2 / 3.14159265 * std::asin(1 / 1.5), 0.01);
}

TEST(Measure, NotANumberIsNoSound) {
  auto sound = sine(1000, 0.5, 2);
  sound.samples[1000] = std::nanf("");
  const auto measured = measure(sound);
  EXPECT_NEAR(measured.loudness_lufs, measure(sine(1000, 0.5, 2)).loudness_lufs, 0.1);
  EXPECT_NEAR(measured.rms, 0.5 / std::sqrt(2), 1e-3);
}

TEST(Normalise, ReachesTheTarget) {
  for (const double level : {-75.0, -45.0, -30.0, -6.0}) {
    SCOPED_TRACE(level);
    auto sound = sine(997, amplitude(level), 5);
    normalise_loudness(sound);
    EXPECT_NEAR(measure(sound).loudness_lufs, -18, 0.1);
  }
  auto sound = sine(997, 0.1, 5);
  normalise_loudness(sound, -30);
  EXPECT_NEAR(measure(sound).loudness_lufs, -30, 0.05);
}

TEST(Normalise, NeverPassesThePeakLimit) {
  // A click in near silence: its loudness asks for far more gain than its peak allows.
  auto sound = sine(440, amplitude(-50), 5);
  sound.samples[100'000] = 0.5F;
  normalise_loudness(sound, -18);
  const auto measured = measure(sound);
  EXPECT_NEAR(measured.peak, amplitude(-1), 1e-3);
  EXPECT_LT(measured.loudness_lufs, -30);
}

TEST(Normalise, ShortSoundsHaveALoudnessToo) {
  auto sound = sine(1000, 0.01, 0.1);
  EXPECT_NEAR(measure(sound).loudness_lufs, measure(sine(1000, 0.01, 5)).loudness_lufs, 0.5);
  normalise_loudness(sound);
  EXPECT_NEAR(measure(sound).loudness_lufs, -18, 0.1);
}

TEST(Normalise, SilenceStaysSilence) {
  auto sound = sine(1000, 0, 1);
  normalise_loudness(sound);
  EXPECT_EQ(measure(sound).peak, 0);
  Waveform empty{.sample_rate = 44'100, .channels = 2, .samples = {}};
  normalise_loudness(empty);
  EXPECT_TRUE(empty.samples.empty());
}

}  // namespace
}  // namespace continuo::audio
