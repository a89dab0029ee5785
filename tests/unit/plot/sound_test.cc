// Pictures of sound show its level, its pitch and its time where their axes say.
#include "continuo/plot/sound.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "../src/plot/heat_map.h"
#include "continuo/base/error.h"
#include "picture.h"

namespace continuo::plot {
namespace {

using SoundPictures = PictureTest;
using ::testing::HasSubstr;

constexpr int kRate = 16'000;
constexpr std::uint32_t kBody = 0x0072B2;

void add_tone(audio::Waveform& sound, double hz, double amplitude, double seconds) {
  for (int i = 0; i < static_cast<int>(seconds * kRate); ++i)
    sound.samples.push_back(
        static_cast<float>(amplitude * std::sin(2 * std::numbers::pi * hz * i / static_cast<double>(kRate))));
}

/// Two seconds: 1 kHz at half scale, then 5 kHz at a tenth.
audio::Overview two_tones() {
  audio::Waveform sound{.sample_rate = kRate, .channels = 1, .samples = {}};
  add_tone(sound, 1000, 0.5, 1);
  add_tone(sound, 5000, 0.1, 1);
  return audio::overview(sound);
}

int brightness(std::uint32_t rgb) { return static_cast<int>((rgb >> 16) + ((rgb >> 8) & 0xFF) + (rgb & 0xFF)); }

/// y of the label of an axis: the place of its tick.
double tick(const SvgFile& svg, const std::string& label) { return svg.label(label).number("y") - 4; }

TEST_F(SoundPictures, WaveformsShowExtremesAndLevelAtTheirTimes) {
  waveform(file("a.svg"), two_tones(), {.title = "Two tones"});
  waveform(file("a.png"), two_tones(), {.title = "Two tones"});
  const SvgFile svg(file("a.svg"));
  const PngFile png(file("a.png"));
  EXPECT_TRUE(svg.has_label("Two tones"));
  EXPECT_TRUE(svg.has_label("0:02.00, 16,000 samples a second"));
  EXPECT_TRUE(svg.has_label("seconds"));
  const double zero = tick(svg, "0"), half = tick(svg, "0.5");
  const double unit = (zero - half) / 0.5;
  const double first = svg.label("0.4").number("x"), second = svg.label("1.6").number("x");
  EXPECT_EQ(png.pixel(first, zero - 0.2 * unit), kBody) << "below the RMS of 0.35";
  const std::uint32_t extent = png.pixel(first, zero - 0.45 * unit);
  EXPECT_NE(extent, kBody) << "between RMS and peak";
  EXPECT_NE(extent, 0xFFFFFFU);
  EXPECT_EQ(png.pixel(first, zero + 0.45 * unit), extent);
  EXPECT_EQ(png.pixel(first + 3, zero - 0.56 * unit), 0xFFFFFFU);
  EXPECT_EQ(png.pixel(second, zero - 0.05 * unit), kBody);
  EXPECT_EQ(png.pixel(second + 3, zero - 0.2 * unit), 0xFFFFFFU) << "the second tone is quieter";
  for (const Element& column : svg.all("rect", "waveform")) {
    EXPECT_GE(column.number("y"), zero - 0.5 * unit - 2);
    EXPECT_LE(column.number("height"), unit + 4);
  }
}

TEST_F(SoundPictures, ShortSoundsAreDrawnSampleBySample) {
  audio::Waveform sound{.sample_rate = 100, .channels = 1, .samples = {0, 0.8F, -0.8F, 0.4F}};
  waveform(file("a.svg"), audio::overview(sound));
  const SvgFile svg(file("a.svg"));
  const auto lines = svg.all("polyline", "waveform");
  ASSERT_EQ(lines.size(), 1U);
  const double zero = tick(svg, "0"), unit = (zero - tick(svg, "0.5")) / 0.5;
  const std::string points = lines[0].string("points");
  const char* at = points.c_str();
  double previous = -1;
  for (const double value : {0.0, 0.8, -0.8, 0.4}) {
    double x = 0, y = 0;
    int used = 0;
    ASSERT_EQ(std::sscanf(at, "%lf,%lf%n", &x, &y, &used), 2);
    at += used;
    EXPECT_NEAR(y, zero - value * unit, 1);
    EXPECT_GT(x, previous + 100);
    previous = x;
  }
}

TEST_F(SoundPictures, QuietSoundsFillTheAxisAndItsLabelsSaySo) {
  audio::Waveform sound{.sample_rate = kRate, .channels = 1, .samples = {}};
  add_tone(sound, 300, 0.01, 1);
  waveform(file("a.svg"), audio::overview(sound));
  const SvgFile svg(file("a.svg"));
  double highest = 0;
  for (const Element& label : svg.all("text", "amplitude"))
    highest = std::max(highest, std::strtod(label.text.c_str(), nullptr));
  EXPECT_NEAR(highest, 0.01, 0.0015);
}

TEST_F(SoundPictures, SpectrogramsAreBrightestAtTheirPitchOnEveryScale) {
  const auto sound = two_tones();
  for (const auto scale : {FrequencyScale::kLinear, FrequencyScale::kMel, FrequencyScale::kLog}) {
    SCOPED_TRACE(static_cast<int>(scale));
    spectrogram(file("a.svg"), sound, {.frequency = scale});
    spectrogram(file("a.png"), sound, {.frequency = scale});
    const SvgFile svg(file("a.svg"));
    const PngFile png(file("a.png"));
    const Element image = svg.all("image", "spectrogram").at(0);
    const double top = image.number("y"), bottom = top + image.number("height");
    const auto brightest = [&](double x) {
      double best = top;
      for (double y = top; y < bottom; ++y)
        if (brightness(png.pixel(x, y)) > brightness(png.pixel(x, best))) best = y;
      return best;
    };
    EXPECT_NEAR(brightest(svg.label("0.4").number("x")), tick(svg, "1k"), 9);
    EXPECT_NEAR(brightest(svg.label("1.6").number("x")), tick(svg, "5k"), 9);
    // Far from the tones, beyond the range of 80 dB, it is as dark as can be.
    EXPECT_EQ(png.pixel(svg.label("0.4").number("x"), tick(svg, "5k")), to_rgb(heat_colour(0)));
    EXPECT_LT(tick(svg, "5k"), tick(svg, "2k"));
  }
}

TEST_F(SoundPictures, LevelsAreDecibelsOfFullScale) {
  audio::Waveform sound{.sample_rate = kRate, .channels = 1, .samples = {}};
  add_tone(sound, 1000, 1.0, 1);
  add_tone(sound, 1000, 0.01, 1);
  spectrogram(file("a.svg"), audio::overview(sound), {.range_db = 80});
  spectrogram(file("a.png"), audio::overview(sound), {.range_db = 80});
  const SvgFile svg(file("a.svg"));
  const PngFile png(file("a.png"));
  EXPECT_TRUE(svg.has_label("0 dB"));
  EXPECT_TRUE(svg.has_label("-40"));
  const auto loudest = [&](double x) {
    int best = 0;
    for (double y = tick(svg, "1k") - 10; y < tick(svg, "1k") + 10; ++y)
      best = std::max(best, brightness(png.pixel(x, y)));
    return best;
  };
  EXPECT_NEAR(loudest(svg.label("0.4").number("x")), brightness(to_rgb(heat_colour(1))), 6);
  EXPECT_NEAR(loudest(svg.label("1.6").number("x")), brightness(to_rgb(heat_colour(0.5))), 6) << "40 dB below";
}

TEST_F(SoundPictures, HeatGrowsLighter) {
  double before = -1;
  for (int i = 0; i <= 100; ++i) {
    const Colour colour = heat_colour(i / 100.0);
    const double luminance = 0.2126 * colour.red + 0.7152 * colour.green + 0.0722 * colour.blue;
    EXPECT_GT(luminance, before);
    before = luminance;
  }
  EXPECT_EQ(heat_colour(-5), heat_colour(0));
  EXPECT_EQ(heat_colour(7), heat_colour(1));
}

TEST_F(SoundPictures, ASheetHasBothOverTheSameSeconds) {
  sound_sheet(file("a.svg"), two_tones());
  const SvgFile svg(file("a.svg"));
  const Element image = svg.all("image", "spectrogram").at(0);
  const auto columns = svg.all("rect", "waveform");
  ASSERT_GT(columns.size(), 1000U);
  EXPECT_NEAR(columns.front().number("x"), image.number("x"), 1);
  EXPECT_NEAR(columns.back().number("x") + columns.back().number("width"), image.number("x") + image.number("width"),
              2);
  EXPECT_LT(columns.front().number("y"), image.number("y"));
  sound_sheet(file("a.png"), two_tones());
  const PngFile png(file("a.png"));
  EXPECT_EQ(png.width(), 1600);
  EXPECT_EQ(png.height(), 860);
}

TEST_F(SoundPictures, LongSoundsHaveClockTimes) {
  audio::OverviewMaker maker(1000, 1);
  maker.add(std::vector<float>(600'000, 0.25F));
  sound_sheet(file("a.svg"), maker.result());
  const SvgFile svg(file("a.svg"));
  EXPECT_TRUE(svg.has_label("5:00"));
  EXPECT_TRUE(svg.has_label("minutes : seconds"));
  EXPECT_LT(std::filesystem::file_size(file("a.svg")), 2'000'000U);
}

TEST_F(SoundPictures, OddSoundsAreDrawnAndOddOptionsRefused) {
  const auto silence = audio::overview({.sample_rate = 8000, .channels = 1, .samples = std::vector<float>(8000)});
  const auto nothing = audio::overview({.sample_rate = 8000, .channels = 1, .samples = {}});
  const auto one = audio::overview({.sample_rate = 8000, .channels = 1, .samples = {1}});
  for (const auto& sound : {silence, nothing, one}) {
    sound_sheet(file("a.svg"), sound);
    EXPECT_EQ(SvgFile(file("a.svg")).source().find("nan"), std::string::npos);
    sound_sheet(file("a.png"), sound, {.frequency = FrequencyScale::kLog});
    waveform(file("b.png"), sound, {.width = 64, .height = 64});
    spectrogram(file("b.png"), sound, {.width = 64, .height = 64});
  }
  sound_sheet(file("a.svg"), nothing);
  EXPECT_TRUE(SvgFile(file("a.svg")).has_label("no sound"));
  EXPECT_THROW(spectrogram(file("c.png"), one, {.range_db = 0}), Error);
  EXPECT_THROW(waveform(file("c.gif"), one), Error);
  EXPECT_THROW(waveform(file("c.png"), audio::Overview{}), Error);
  EXPECT_THROW(sound_sheet(file("c.png"), one, {.width = 1 << 30}), Error);
  EXPECT_FALSE(std::filesystem::exists(file("c.png")));
}

}  // namespace
}  // namespace continuo::plot
