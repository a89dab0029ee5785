// mulaw: the formula of the WaveNet paper, exact classes, what comes back from them, and pre-emphasis.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "continuo/base/error.h"
#include "continuo/base/random.h"
#include "continuo/representation/sound.h"
#include "unit/representation/sound_steps.h"

namespace continuo::representation {
namespace {

using ::testing::HasSubstr;

std::vector<Symbol> encoded(const SoundRepresentation& representation, std::span<const float> samples,
                            std::size_t block = 1000) {
  return encoded_steps(representation, samples, block).symbols;
}

std::vector<float> decoded(const SoundRepresentation& representation, std::span<const Symbol> symbols) {
  std::vector<float> samples;
  const auto decoder = representation.decoder();
  decoder->push(symbols, samples);
  decoder->finish(samples);
  return samples;
}

std::vector<float> chord(std::size_t count, double gain) {
  std::vector<float> samples;
  for (std::size_t i = 0; i < count; ++i) {
    double sum = 0;
    for (const double hertz : {220.0, 277.18, 329.63, 1318.5})
      sum += std::sin(2 * std::numbers::pi * hertz * static_cast<double>(i) / 16'000) / 4;
    samples.push_back(static_cast<float>(gain * sum));
  }
  return samples;
}

TEST(MuLaw, IsWhatItSaysItIs) {
  const auto mulaw = make_sound({.name = "mulaw"});
  EXPECT_EQ(mulaw->sample_rate(), 16'000);
  EXPECT_EQ(mulaw->steps(), Steps::kSymbols);
  EXPECT_EQ(mulaw->width(), 256);
  EXPECT_EQ(mulaw->hop(), 1);
  EXPECT_DOUBLE_EQ(mulaw->steps_per_second(), 16'000);
  EXPECT_EQ(mulaw->silence().symbols, std::vector<Symbol>{128});
  EXPECT_EQ(mulaw->spec().settings.at("pre_emphasis"), "0");
  EXPECT_FALSE(mulaw->losses().empty());
  EXPECT_EQ(make_sound(mulaw->spec())->spec(), mulaw->spec());
}

// The values are the formula's, worked out by hand: f(1/255) = ln 2 / ln 256 = 1/8, f(3/255) = 1/4, f(15/255) = 1/2.
TEST(MuLaw, FollowsTheFormula) {
  const auto mulaw = make_sound({.name = "mulaw"});
  const auto class_of = [&](float sample) { return encoded(*mulaw, std::array{sample}).front(); };
  EXPECT_EQ(class_of(-1), 0);
  EXPECT_EQ(class_of(1), 255);
  EXPECT_EQ(class_of(1.0F / 255), static_cast<Symbol>(std::floor(127.5 + 127.5 / 8 + 0.5)));
  EXPECT_EQ(class_of(3.0F / 255), static_cast<Symbol>(std::floor(127.5 + 127.5 / 4 + 0.5)));
  EXPECT_EQ(class_of(-3.0F / 255), static_cast<Symbol>(std::floor(127.5 - 127.5 / 4 + 0.5)));
  EXPECT_EQ(class_of(15.0F / 255), static_cast<Symbol>(std::floor(127.5 + 127.5 / 2 + 0.5)));
  const auto values = decoded(*mulaw, std::vector<Symbol>{0, 255, 128});
  EXPECT_FLOAT_EQ(values[0], -1);
  EXPECT_FLOAT_EQ(values[1], 1);
  EXPECT_NEAR(values[2], (std::pow(256.0, 1 / 255.0) - 1) / 255, 1e-9);  // the class of silence: -81 dB
}

TEST(MuLaw, ReturnsEveryClass) {
  for (const char* classes : {"16", "255", "256", "1024", "65536"}) {
    const auto mulaw = make_sound({.name = "mulaw", .settings = {{"classes", classes}}});
    std::vector<Symbol> all(static_cast<std::size_t>(mulaw->width()));
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<Symbol>(i);
    EXPECT_EQ(encoded(*mulaw, decoded(*mulaw, all)), all) << classes;
  }
}

TEST(MuLaw, RisesAndIsNearestInTheCompandedDomain) {
  const auto mulaw = make_sound({.name = "mulaw"});
  std::vector<float> samples;
  for (int i = -40'000; i <= 40'000; ++i) samples.push_back(static_cast<float>(i) / 40'000);
  const auto symbols = encoded(*mulaw, samples);
  EXPECT_TRUE(std::is_sorted(symbols.begin(), symbols.end()));
  const auto companded = [](double x) { return std::copysign(std::log(1 + 255 * std::abs(x)) / std::log(256.0), x); };
  const auto values = decoded(*mulaw, symbols);
  for (std::size_t i = 0; i < samples.size(); ++i)
    ASSERT_LE(std::abs(companded(samples[i]) - companded(values[i])), 1.0 / 255 + 1e-6) << samples[i];
}

// Uniform in the logarithm: the noise follows the signal. Theory for mu = 255 and 8 bits: about 38 dB.
TEST(MuLaw, KeepsMusicWithin35Decibels) {
  const auto mulaw = make_sound({.name = "mulaw"});
  for (const double gain : {0.9, 0.3, 0.1}) {
    const auto samples = chord(16'000, gain);
    EXPECT_GT(decibels(samples, decoded(*mulaw, encoded(*mulaw, samples))), 35) << gain;
  }
}

TEST(MuLaw, UndoesPreEmphasis) {
  const auto plain = make_sound({.name = "mulaw"});
  const auto emphasised = make_sound({.name = "mulaw", .settings = {{"pre_emphasis", "0.85"}}});
  const auto samples = chord(16'000, 0.5);
  const auto symbols = encoded(*emphasised, samples);
  EXPECT_NE(symbols, encoded(*plain, samples));
  EXPECT_GT(decibels(samples, decoded(*emphasised, symbols)), 30);
  // x(n) - 0.85 x(n - 1) itself, on a step: 1 at first, then 0.15 of it.
  const auto step = encoded(*emphasised, std::vector<float>(3, 0.5F));
  const auto values = decoded(*plain, step);
  EXPECT_NEAR(values[0], 0.5, 0.012);
  EXPECT_NEAR(values[1], 0.075, 0.002);
  EXPECT_EQ(step[1], step[2]);
}

TEST(MuLaw, DoesNotDependOnTheBlocks) {
  const auto mulaw = make_sound({.name = "mulaw", .settings = {{"pre_emphasis", "0.9"}}});
  const auto samples = chord(5000, 0.7);
  const auto whole = encoded(*mulaw, samples, 5000);
  EXPECT_EQ(whole.size(), 5000u);
  for (const std::size_t block : {1u, 7u, 4096u}) EXPECT_EQ(encoded(*mulaw, samples, block), whole);
}

TEST(MuLaw, TakesWhateverComes) {
  const auto mulaw = make_sound({.name = "mulaw", .settings = {{"pre_emphasis", "0.5"}}});
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const auto symbols = encoded(*mulaw, std::array{std::nanf(""), kInfinity, -kInfinity, 0.0F, 1e30F, -1e30F});
  EXPECT_EQ(std::vector<Symbol>(symbols.begin(), symbols.begin() + 4), std::vector<Symbol>(4, 128));
  EXPECT_EQ(symbols[4], 255);
  EXPECT_EQ(symbols[5], 0);
  const auto decoder = mulaw->decoder();
  std::vector<float> out;
  decoder->push(std::vector<Symbol>{255, 9999}, out);
  EXPECT_FLOAT_EQ(out[1], 1.5F);  // the last class and half of the sample before
  EXPECT_THROW(decoder->push_frame({}, out), Error);
}

TEST(MuLaw, SaysWhatASettingMayBe) {
  EXPECT_THAT(refusal_of_sound({.name = "mulaw", .settings = {{"classes", "15"}}}), HasSubstr("from 16 to 65536"));
  EXPECT_THAT(refusal_of_sound({.name = "mulaw", .settings = {{"sample_rate", "0"}}}),
              HasSubstr("from 1000 to 192000"));
  EXPECT_THAT(refusal_of_sound({.name = "mulaw", .settings = {{"pre_emphasis", "1"}}}), HasSubstr("pre_emphasis"));
  EXPECT_THAT(refusal_of_sound({.name = "mulaw", .settings = {{"rate", "1"}}}), HasSubstr("no setting \"rate\""));
  EXPECT_THAT(refusal_of_sound({.name = "mulaw", .labels = {"Bach"}}), HasSubstr("unknown"));
}

}  // namespace
}  // namespace continuo::representation
