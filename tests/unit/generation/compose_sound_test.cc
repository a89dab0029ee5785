// Composing sound: starts, lengths, what is handed on, what is noticed. The networks are written down by the tests.
#include "continuo/generation/compose_sound.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "continuo/base/error.h"
#include "unit/generation/scripted_model.h"

namespace continuo::generation {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int kRate = 8000;

class ComposeSoundTest : public ::testing::Test {
 protected:
  /// A composer whose network gives class c the logit logit(c), whatever came before.
  template <class Logit>
  SoundComposer composer(const Logit& logit) {
    std::vector<float> logits(256);
    for (std::size_t c = 0; c < logits.size(); ++c) logits[c] = static_cast<float>(logit(static_cast<double>(c)));
    model_ = std::make_shared<ScriptedModel>(std::move(logits));
    return {.model = model_, .representation = mulaw()};
  }
  static std::shared_ptr<const representation::SoundRepresentation> mulaw() {
    return representation::make_sound({.name = "mulaw", .settings = {{"sample_rate", std::to_string(kRate)}}});
  }
  static std::vector<float> samples_of(const SoundComposer& composer, const ComposeSoundOptions& options,
                                       SoundComposition* result = nullptr, const std::stop_token& stop = {}) {
    std::vector<float> samples;
    const auto made = compose_sound(
        composer, options,
        [&](std::span<const float> more) { samples.insert(samples.end(), more.begin(), more.end()); }, {}, stop);
    if (result != nullptr) *result = made;
    return samples;
  }

  /// A composer whose network gives `frame` whatever came before.
  SoundComposer frame_composer(std::vector<float> frame) {
    const auto width = std::to_string(frame.size());
    model_ = std::make_shared<ScriptedModel>(std::move(frame));
    return {.model = model_,
            .representation = representation::make_sound(
                {.name = "spectrum", .settings = {{"sample_rate", std::to_string(kRate)}, {"frame", width}}})};
  }

  std::shared_ptr<ScriptedModel> model_;
};

/// 64 values: a wave of two periods a frame.
std::vector<float> wave_frame() {
  std::vector<float> frame(64, 0.0F);
  frame[2] = 8;
  return frame;
}

double even(double /*symbol*/) { return 0; }

TEST_F(ComposeSoundTest, WritesTheAskedLengthFromTheAskedDistribution) {
  // Classes 64 and 192 alone: -x and x of one size.
  const auto two = composer([](double c) { return c == 64 || c == 192 ? 0.0 : -100.0; });
  SoundComposition result;
  const auto samples = samples_of(two, {.seconds = 1.5}, &result);
  ASSERT_EQ(samples.size(), 12'000U);
  EXPECT_EQ(result.steps, 12'000U);
  EXPECT_DOUBLE_EQ(result.seconds, 1.5);
  EXPECT_FALSE(result.interrupted);
  EXPECT_THAT(result.warnings, IsEmpty());
  const double low = std::expm1(std::log(256.0) * std::abs(2 * 64 / 255.0 - 1)) / 255;  // equation of section 2.2
  const double high = std::expm1(std::log(256.0) * std::abs(2 * 192 / 255.0 - 1)) / 255;
  std::size_t negative = 0;
  for (const float sample : samples) {
    EXPECT_NEAR(sample, sample < 0 ? -low : high, 1e-6);
    negative += sample < 0 ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(negative) / 12'000, 0.5, 0.02);
}

TEST_F(ComposeSoundTest, BeginsFromSilence) {
  const auto any = composer(even);
  samples_of(any, {.seconds = 0.01});
  ASSERT_EQ(model_->fed.size(), 81U);
  EXPECT_EQ(model_->fed[0], 128) << "the class of 0";
}

TEST_F(ComposeSoundTest, ARandomArrayPrimesAndIsKeptOnRequest) {
  const auto any = composer(even);
  ComposeSoundOptions options{.start = StartKind::kRandom, .random_length = 500, .seconds = 0.01};
  EXPECT_EQ(samples_of(any, options).size(), 80U);
  EXPECT_EQ(model_->fed.size(), 580U);
  options.keep_random = true;
  EXPECT_EQ(samples_of(any, options).size(), 580U);
  options.random_length = 0;
  samples_of(any, options);
  EXPECT_EQ(model_->fed.size(), static_cast<std::size_t>(model_->spec().receptive_field()) + 80);
}

TEST_F(ComposeSoundTest, APromptIsFedAndPartOfTheResult) {
  std::vector<float> prompt(1000);
  for (std::size_t i = 0; i < prompt.size(); ++i)
    prompt[i] = 0.5F * std::sin(static_cast<float>(2 * std::numbers::pi * 440 * static_cast<double>(i) / kRate));
  const auto any = composer(even);
  const auto samples = samples_of(any, {.start = StartKind::kPrompt, .prompt = prompt, .seconds = 0.01});
  ASSERT_EQ(samples.size(), 1080U);
  EXPECT_EQ(model_->fed.size(), 1080U);
  for (std::size_t i = 0; i < prompt.size(); ++i) EXPECT_NEAR(samples[i], prompt[i], 0.02);
  EXPECT_THROW(samples_of(any, {.start = StartKind::kPrompt}), Error);
}

TEST_F(ComposeSoundTest, TheSameSeedGivesTheSameSoundAndStreamsDiffer) {
  const auto any = composer(even);
  const auto first = samples_of(any, {.seconds = 0.1, .seed = 4});
  EXPECT_EQ(samples_of(any, {.seconds = 0.1, .seed = 4}), first);
  EXPECT_NE(samples_of(any, {.seconds = 0.1, .seed = 5}), first);
  EXPECT_NE(samples_of(any, {.seconds = 0.1, .seed = 4, .stream = 1}), first);
}

TEST_F(ComposeSoundTest, AValueThatNeverChangesIsSaid) {
  const auto stuck = composer([](double c) { return c == 200 ? 1.0 : 0.0; });
  SoundComposition result;
  samples_of(stuck, {.sampling = {.argmax = true}, .seconds = 1}, &result);
  EXPECT_THAT(result.warnings, Contains(HasSubstr("one value that never changes")));
  EXPECT_THAT(result.warnings, Contains(HasSubstr("temperature")));
}

// Frames of N = 64 whose transform is 8 in bin 2 alone: by the definition of its inverse, (2 * 8 / N) cos(2 pi 2 n /
// N), windowed by sin^2 + cos^2 = 1 where two overlap, and bin 2 goes round once in a hop, so that they meet in phase.
TEST_F(ComposeSoundTest, FramesBecomeWhatTheyAreTheTransformOf) {
  const auto wave = frame_composer(wave_frame());
  SoundComposition result;
  const auto samples = samples_of(wave, {.seconds = 0.5}, &result);
  ASSERT_EQ(samples.size(), 4000U);
  EXPECT_EQ(result.steps, 125U);
  EXPECT_EQ(model_->fed.size(), 126U) << "silence, then each frame";
  const auto window = [](std::size_t n) { return std::sin(std::numbers::pi * (static_cast<double>(n) + 0.5) / 64); };
  for (std::size_t i = 0; i + 32 < samples.size(); ++i) {
    const double place = std::cos(2 * std::numbers::pi * 2 * static_cast<double>(i) / 64);
    const double both = window(32 + i % 32) + window(i % 32);  // the network's frames are not windowed, so each is once
    ASSERT_NEAR(samples[i], 2.0 * 8 / 64 * place * both, 1e-5) << i;
  }
}

TEST_F(ComposeSoundTest, OneFrameForEverIsSaid) {
  const auto wave = frame_composer(wave_frame());
  SoundComposition result;
  samples_of(wave, {.seconds = 3}, &result);
  EXPECT_THAT(result.warnings, Contains(HasSubstr("one frame that hardly changes, for 3 s")));
  samples_of(wave, {.seconds = 0.5}, &result);
  EXPECT_THAT(result.warnings, IsEmpty()) << "half a second is no drone";
}

TEST_F(ComposeSoundTest, OfAPromptTheWholeFramesAreFed) {
  std::vector<float> prompt(1000);
  for (std::size_t i = 0; i < prompt.size(); ++i) prompt[i] = 0.001F * static_cast<float>(i % 300);
  const auto wave = frame_composer(wave_frame());
  const auto samples = samples_of(wave, {.start = StartKind::kPrompt, .prompt = prompt, .seconds = 0.04});
  EXPECT_EQ(model_->fed.size(), 31U + 10U);
  ASSERT_EQ(samples.size(), 32U * 41U);
  for (std::size_t i = 0; i < 30 * 32; ++i) ASSERT_NEAR(samples[i], prompt[i], 1e-5) << i;
  prompt.resize(10);  // less than a frame: with silence
  EXPECT_EQ(samples_of(wave, {.start = StartKind::kPrompt, .prompt = prompt, .seconds = 0.04}).size(), 32U * 12U);
}

TEST_F(ComposeSoundTest, RandomFramesPrimeByTheSeed) {
  const auto wave = frame_composer(wave_frame());
  samples_of(wave, {.start = StartKind::kRandom, .random_length = 50, .seconds = 0.04, .seed = 1});
  const auto first = model_->fed;
  EXPECT_EQ(first.size(), 60U);
  samples_of(wave, {.start = StartKind::kRandom, .random_length = 50, .seconds = 0.04, .seed = 2});
  EXPECT_NE(model_->fed, first);
}

TEST_F(ComposeSoundTest, StopsWithWhatItHas) {
  const auto any = composer(even);
  std::stop_source source;
  SoundComposition result;
  std::vector<float> samples;
  result = compose_sound(
      any, {.seconds = 1000},
      [&](std::span<const float> more) {
        samples.insert(samples.end(), more.begin(), more.end());
        if (samples.size() >= 10'000) source.request_stop();
      },
      {}, source.get_token());
  EXPECT_TRUE(result.interrupted);
  EXPECT_GE(samples.size(), 10'000U);
  EXPECT_LT(samples.size(), 20'000U);
  EXPECT_EQ(result.steps, samples.size());
}

TEST_F(ComposeSoundTest, RefusesWhatCannotBe) {
  const auto any = composer(even);
  EXPECT_THROW(samples_of(any, {.seconds = 0}), Error);
  EXPECT_THROW(samples_of(any, {.seconds = std::nan("")}), Error);
  EXPECT_THROW(samples_of(any, {.label = "bach"}), Error);
  EXPECT_THROW(samples_of(any, {.start = StartKind::kRandom, .random_length = 999'999'999'999}), Error);
}

}  // namespace
}  // namespace continuo::generation
