// spectrum: the transform by its definition, what comes back of a sound, and statistics.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <limits>
#include <numbers>

#include "continuo/base/error.h"
#include "continuo/base/random.h"
#include "continuo/representation/sound.h"
#include "unit/representation/sound_steps.h"

namespace continuo::representation {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;

constexpr double kPi = std::numbers::pi;

RepresentationSpec spec_of(int frame) {
  return {.name = "spectrum", .settings = {{"frame", std::to_string(frame)}, {"sample_rate", "8000"}}};
}

std::vector<float> encoded(const SoundRepresentation& representation, std::span<const float> samples,
                           std::size_t block = 1000) {
  SoundSteps steps = encoded_steps(representation, samples, block);
  EXPECT_TRUE(steps.symbols.empty());
  return steps.frames;
}

std::vector<float> decoded(const SoundRepresentation& representation, std::span<const float> frames) {
  std::vector<float> samples;
  const auto decoder = representation.decoder();
  const auto width = static_cast<std::size_t>(representation.width());
  for (std::size_t at = 0; at < frames.size(); at += width) decoder->push_frame(frames.subspan(at, width), samples);
  decoder->finish(samples);
  return samples;
}

/// A chord and a little noise.
std::vector<float> music(std::size_t count, std::uint64_t seed = 1) {
  Random random(seed);
  std::vector<float> samples;
  for (std::size_t i = 0; i < count; ++i) {
    double sum = 0.01 * random.normal();
    for (const double hertz : {220.0, 277.18, 329.63, 1318.5})
      sum += 0.2 * std::sin(2 * kPi * hertz * static_cast<double>(i) / 8000);
    samples.push_back(static_cast<float>(sum));
  }
  return samples;
}

std::unique_ptr<SoundRepresentation> fitted(const RepresentationSpec& spec, std::span<const float> samples) {
  const auto raw = make_sound(spec);
  FrameStatistics statistics(raw->width());
  statistics.add(encoded(*raw, samples));
  RepresentationSpec learned = raw->spec();
  learned.statistics = statistics.values();
  return make_sound(learned);
}

TEST(Spectrum, IsWhatItSaysItIs) {
  const auto spectrum = make_sound({.name = "spectrum"});
  EXPECT_EQ(spectrum->sample_rate(), 16'000);
  EXPECT_EQ(spectrum->steps(), Steps::kFrames);
  EXPECT_EQ(spectrum->width(), 1024);
  EXPECT_EQ(spectrum->hop(), 512);
  EXPECT_DOUBLE_EQ(spectrum->steps_per_second(), 31.25);
  EXPECT_EQ(spectrum->silence().frames, std::vector<float>(1024, 0.0F));
  EXPECT_FALSE(spectrum->losses().empty());
  EXPECT_EQ(make_sound(spectrum->spec())->spec(), spectrum->spec());
}

// The second frame of a sound covers its samples 0 to N - 1; its values by the sum that defines the transform.
TEST(Spectrum, IsTheTransformOfTheWindowedSamples) {
  for (const int size : {16, 20, 64, 96}) {
    const auto spectrum = make_sound(spec_of(size));
    const auto n = static_cast<std::size_t>(size);
    const auto samples = music(2 * n);
    const auto frames = encoded(*spectrum, samples);
    const std::span<const float> frame = std::span(frames).subspan(n, n);
    for (std::size_t k = 0; k <= n / 2; ++k) {
      std::complex<double> sum = 0;
      for (std::size_t i = 0; i < n; ++i)
        sum += static_cast<double>(samples[i]) * std::sin(kPi * (static_cast<double>(i) + 0.5) / size) *
               std::polar(1.0, -2 * kPi * static_cast<double>(k * i) / size);
      EXPECT_NEAR(frame[k], sum.real(), 1e-5) << size << ", bin " << k;
      if (k == 0 || k == n / 2) continue;
      EXPECT_NEAR(frame[n / 2 + k], sum.imag(), 1e-5) << size << ", bin " << k;
    }
  }
}

TEST(Spectrum, GivesTheSoundBack) {
  for (const int size : {16, 512, 1024, 2048, 1000}) {
    for (const std::size_t count : {std::size_t{1}, static_cast<std::size_t>(size / 2), static_cast<std::size_t>(size),
                                    std::size_t{20'000}, std::size_t{20'001}}) {
      const auto samples = music(count);
      const auto spectrum = fitted(spec_of(size), music(30'000, 2));
      const auto frames = encoded(*spectrum, samples);
      const std::size_t hop = static_cast<std::size_t>(size) / 2;
      EXPECT_EQ(frames.size(), ((count + hop - 1) / hop + 1) * static_cast<std::size_t>(size));
      const auto back = decoded(*spectrum, frames);
      ASSERT_EQ(back.size(), frames.size() / 2);
      EXPECT_GT(decibels(samples, back), 100) << size << ", " << count << " samples";
      for (std::size_t i = count; i < back.size(); ++i) ASSERT_NEAR(back[i], 0, 1e-5) << size << ", " << count;
    }
  }
}

TEST(Spectrum, DoesNotDependOnTheBlocks) {
  const auto spectrum = make_sound(spec_of(64));
  const auto samples = music(5000);
  const auto whole = encoded(*spectrum, samples, 5000);
  for (const std::size_t block : {1U, 7U, 64U, 4096U}) EXPECT_EQ(encoded(*spectrum, samples, block), whole);
}

TEST(Spectrum, FramesOfWhatItLearnedFromAreNormal) {
  const auto samples = music(100'000);
  const auto spectrum = fitted(spec_of(256), samples);
  const auto frames = encoded(*spectrum, samples);
  const std::size_t steps = frames.size() / 256;
  for (std::size_t value = 0; value < 256; ++value) {
    double sum = 0, squares = 0;
    for (std::size_t step = 0; step < steps; ++step) {
      sum += frames[step * 256 + value];
      squares += std::pow(frames[step * 256 + value], 2);
    }
    EXPECT_NEAR(sum / static_cast<double>(steps), 0, 1e-3) << value;
    EXPECT_NEAR(squares / static_cast<double>(steps), 1, 1e-2) << value;
  }
  EXPECT_EQ(make_sound(spec_from_json(to_json(spectrum->spec())))->spec(), spectrum->spec());
}

TEST(Spectrum, SilenceIsWhatSilenceIsEncodedAs) {
  const auto spectrum = fitted(spec_of(32), music(4000));
  const auto silence = spectrum->silence().frames;
  const auto frames = encoded(*spectrum, std::vector<float>(32, 0.0F));
  EXPECT_EQ(std::vector<float>(frames.begin(), frames.begin() + 32), silence);
  EXPECT_THAT(decoded(*spectrum, frames), Each(::testing::FloatNear(0, 1e-6F)));
  EXPECT_TRUE(encoded(*spectrum, {}).empty());
}

// Frames that know nothing of each other still make a sound without jumps where they meet: the largest step from one
// sample to the next is no larger there than elsewhere.
TEST(Spectrum, HasNoClicksWhereFramesMeet) {
  constexpr std::size_t kFrame = 256, kHop = kFrame / 2;
  const auto spectrum = make_sound(spec_of(kFrame));
  Random random(3);
  std::vector<float> frames(100 * kFrame, 0.0F);
  for (std::size_t step = 0; step < 100; ++step)
    for (std::size_t k = 1; k < 8; ++k) {  // low tones of any phase
      frames[step * kFrame + k] = static_cast<float>(5 * random.normal());
      frames[step * kFrame + kFrame / 2 + k] = static_cast<float>(5 * random.normal());
    }
  const auto samples = decoded(*spectrum, frames);
  double at_seams = 0, elsewhere = 0;
  for (std::size_t i = 1; i < samples.size(); ++i) {
    double& largest = i % kHop < 2 ? at_seams : elsewhere;
    largest = std::max(largest, static_cast<double>(std::abs(samples[i] - samples[i - 1])));
  }
  EXPECT_LT(at_seams, elsewhere);
  EXPECT_LT(std::abs(samples.back()), 0.02 * elsewhere);  // and it dies away at the end
}

TEST(Spectrum, TakesWhateverComes) {
  const auto spectrum = make_sound(spec_of(16));
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const auto frames = encoded(*spectrum, std::array{std::nanf(""), kInfinity, -kInfinity, 1e30F});
  const auto clipped = encoded(*spectrum, std::array{0.0F, 1.0F, -1.0F, 1.0F});
  EXPECT_EQ(frames, clipped);
  std::vector<float> out;
  const auto decoder = spectrum->decoder();
  decoder->push_frame(std::vector<float>(16, std::nanf("")), out);
  decoder->push_frame(std::vector<float>(16, kInfinity), out);
  decoder->finish(out);
  EXPECT_EQ(out, std::vector<float>(16, 0.0F));
  EXPECT_THROW(decoder->push_frame(std::vector<float>(15), out), Error);
  EXPECT_THROW(decoder->push(std::vector<Symbol>{1}, out), Error);
}

TEST(Spectrum, RefusesSettingsAndStatisticsThatCannotBe) {
  EXPECT_THAT(refusal_of_sound({.name = "spectrum", .settings = {{"frame", "18"}}}), HasSubstr("a multiple of 4"));
  EXPECT_THAT(refusal_of_sound({.name = "spectrum", .settings = {{"frame", "8"}}}), HasSubstr("from 16 to 16384"));
  RepresentationSpec spec = spec_of(16);
  for (std::vector<float> statistics :
       {std::vector<float>(31, 1.0F), std::vector<float>(33, 1.0F), std::vector<float>(1, 1.0F),
        std::vector<float>(32, 0.0F), std::vector<float>(32, -1.0F)}) {
    spec.statistics = std::move(statistics);
    EXPECT_THAT(refusal_of_sound(spec), HasSubstr("16 means and as many deviations"));
  }
  spec.statistics.assign(32, 1.0F);
  EXPECT_EQ(refusal_of_sound(spec), "");
}

TEST(Statistics, AreMeanAndDeviationWithAFloor) {
  FrameStatistics one(3), other(3);
  one.add(std::vector<float>{1, 10, 5, 3, 10, 5});
  other.add(std::vector<float>{5, 10, 5.001F});
  one.merge(other);
  EXPECT_EQ(one.frames(), 3U);
  const auto values = one.values();
  ASSERT_EQ(values.size(), 6U);
  EXPECT_FLOAT_EQ(values[0], 3);
  EXPECT_FLOAT_EQ(values[1], 10);
  EXPECT_NEAR(values[3], std::sqrt(8.0 / 3), 1e-6);
  EXPECT_NEAR(values[4], 1e-3 * std::sqrt(8.0 / 3), 1e-9);
  EXPECT_NEAR(values[5], 1e-3 * std::sqrt(8.0 / 3), 1e-9);
  EXPECT_THROW(FrameStatistics(3).values(), Error);
  EXPECT_THROW(one.add(std::vector<float>(4)), Error);
  EXPECT_THROW(one.merge(FrameStatistics(2)), Error);
  FrameStatistics silence(2);
  silence.add(std::vector<float>(4, 0.0F));
  EXPECT_EQ(silence.values(), (std::vector<float>{0, 0, 1, 1}));
}

}  // namespace
}  // namespace continuo::representation
