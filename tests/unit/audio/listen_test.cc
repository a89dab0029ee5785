// Sounds whose numbers are known are heard as such, and what is wrong with others is said.
#include "continuo/audio/listen.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <numbers>

#include "continuo/base/error.h"
#include "continuo/base/random.h"

namespace continuo::audio {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int kRate = 16'000;

Listening hear(double seconds, const std::function<double(double)>& value, std::size_t block = 1000) {
  std::vector<float> samples;
  for (int i = 0; i < static_cast<int>(seconds * kRate); ++i)
    samples.push_back(static_cast<float>(value(static_cast<double>(i) / kRate)));
  Listener listener(kRate, 1);
  for (std::size_t at = 0; at < samples.size(); at += block)
    listener.add(std::span(samples).subspan(at, std::min(block, samples.size() - at)));
  return listener.result();
}

double sine_at(double hz, double time) { return std::sin(2 * std::numbers::pi * hz * time); }

TEST(Listen, AToneHasItsFrequencyAndRepeats) {
  const Listening heard = hear(3, [](double t) { return 0.3 * sine_at(440, t); });
  EXPECT_NEAR(heard.centroid_hz, 440, 3);
  EXPECT_LT(heard.flatness, 0.01);
  EXPECT_EQ(heard.repeated_period_ratio, 1.0);
  EXPECT_EQ(heard.stuck_ratio, 0.0);
  EXPECT_NEAR(heard.level.rms, 0.3 / std::numbers::sqrt2, 1e-3);
  EXPECT_THAT(complaints(heard), ElementsAre(HasSubstr("one wave for ever")));
}

TEST(Listen, TwoTonesWeighTheCentroidByTheirPower) {
  const Listening heard = hear(2, [](double t) { return 0.4 * sine_at(500, t) + 0.2 * sine_at(3000, t); });
  EXPECT_NEAR(heard.centroid_hz, (4 * 500 + 1 * 3000) / 5.0, 10);
}

TEST(Listen, WhiteNoiseIsFlatAndDoesNotRepeat) {
  Random random(3);
  const Listening heard = hear(4, [&](double) { return 0.1 * random.normal(); });
  EXPECT_GT(heard.flatness, 0.9);
  EXPECT_NEAR(heard.centroid_hz, kRate / 4.0, 100);
  EXPECT_EQ(heard.repeated_period_ratio, 0.0);
  EXPECT_THAT(complaints(heard), ElementsAre(HasSubstr("white noise")));
}

TEST(Listen, AMelodyIsNoComplaint) {
  Random random(5);
  const Listening heard = hear(6, [&](double t) {
    const double hz = 220 * std::pow(2.0, std::floor(t * 4) * 7 / 12 - std::floor(std::floor(t * 4) * 7 / 12));
    return 0.2 * sine_at(hz, t) + 0.1 * sine_at(2 * hz, t) + 0.002 * random.normal();
  });
  EXPECT_GT(heard.repeated_period_ratio, 0.0);
  EXPECT_LT(heard.repeated_period_ratio, 0.6);
  EXPECT_THAT(complaints(heard), IsEmpty());
}

TEST(Listen, AStuckValueIsSaid) {
  const Listening heard = hear(2, [](double t) { return t < 0.5 ? 0.3 * sine_at(300 + 200 * t, t) : 0.25; });
  EXPECT_NEAR(heard.stuck_ratio, 0.75, 0.01);
  EXPECT_THAT(complaints(heard), Contains(HasSubstr("never changes")));
}

TEST(Listen, AnOffsetIsOneValueAndNoNoise) {
  for (const double offset : {0.244140625, 0.9, 1e-2}) {
    const Listening heard = hear(1, [&](double) { return offset; });
    EXPECT_GE(heard.flatness, 0) << offset;
    EXPECT_LT(heard.flatness, 0.1) << offset;
    EXPECT_THAT(complaints(heard), ElementsAre(HasSubstr("never changes"))) << offset;
  }
}

TEST(Listen, SilenceAndClippingAreSaid) {
  EXPECT_THAT(complaints(hear(1, [](double) { return 0; })), ElementsAre(HasSubstr("silent")));
  EXPECT_THAT(complaints(hear(1, [](double) { return std::numeric_limits<double>::quiet_NaN(); })),
              ElementsAre(HasSubstr("silent")));
  Random random(1);
  const Listening loud =
      hear(2, [&](double t) { return std::clamp(3 * sine_at(200 + 50 * t, t) + 0.5 * random.normal(), -1.0, 1.0); });
  EXPECT_GT(loud.level.clipped_ratio, 0.3);
  EXPECT_THAT(complaints(loud), Contains(HasSubstr("clipped")));
}

TEST(Listen, BlocksDoNotMatter) {
  const auto value = [](double t) { return 0.3 * sine_at(300 + 100 * t, t); };
  const Listening a = hear(2, value, 1), b = hear(2, value, 7919);
  EXPECT_EQ(a.centroid_hz, b.centroid_hz);
  EXPECT_EQ(a.repeated_period_ratio, b.repeated_period_ratio);
  EXPECT_EQ(a.flatness, b.flatness);
}

TEST(Listen, ShortAndOddSoundsHaveNumbersToo) {
  EXPECT_NEAR(hear(0.01, [](double t) { return sine_at(2000, t); }).centroid_hz, 2000, 200);
  EXPECT_EQ(hear(0, [](double) { return 0; }).centroid_hz, 0);
  EXPECT_THROW(Listener(0, 1), Error);
  EXPECT_THROW(Listener(8000, 0), Error);
}

}  // namespace
}  // namespace continuo::audio
