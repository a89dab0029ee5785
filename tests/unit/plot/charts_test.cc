// Curves pass through their points, histograms count, and failures are said.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cmath>
#include <csignal>
#include <cstdio>
#include <limits>

#include "continuo/base/error.h"
#include "continuo/plot/plot.h"
#include "picture.h"

// fontconfig keeps its caches to the end, which LeakSanitizer takes for leaks.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libfontconfig\n"; }

namespace continuo::plot {
namespace {

using Charts = PictureTest;
using ::testing::HasSubstr;
using ::testing::SizeIs;

std::vector<std::pair<double, double>> points_of(const Element& polyline) {
  std::vector<std::pair<double, double>> points;
  const std::string list = polyline.string("points");
  const char* at = list.c_str();
  double x = 0, y = 0;
  int used = 0;
  while (std::sscanf(at, "%lf,%lf%n", &x, &y, &used) == 2) {
    points.emplace_back(x, y);
    at += used;
  }
  return points;
}

/// Values to pixels by two labels of each axis.
struct Axes {
  Axes(const SvgFile& svg, double x0, const std::string& at_x0, double x1, const std::string& at_x1, double y0,
       const std::string& at_y0, double y1, const std::string& at_y1) {
    const double px0 = svg.label(at_x0).number("x"), px1 = svg.label(at_x1).number("x");
    const double py0 = svg.label(at_y0).number("y") - 4, py1 = svg.label(at_y1).number("y") - 4;
    x = [=](double value) { return px0 + (px1 - px0) * (value - x0) / (x1 - x0); };
    y = [=](double value) { return py0 + (py1 - py0) * (value - y0) / (y1 - y0); };
  }
  std::function<double(double)> x, y;
};

TEST_F(Charts, CurvesPassThroughTheirPoints) {
  const std::vector<Curve> lines = {{"train", {0, 100, 200, 300}, {4.5, 2.25, 1.5, 1.0}, true},
                                    {"held out", {0, 150, 300}, {4.75, 2.5, 1.75}, false}};
  const ChartOptions options{.title = "Loss", .x_label = "step", .y_label = "nats", .width = 1000, .height = 600};
  curves(file("a.svg"), lines, options);
  curves(file("a.png"), lines, options);
  const SvgFile svg(file("a.svg"));
  const PngFile png(file("a.png"));
  for (const char* label : {"Loss", "step", "nats", "train", "held out"}) EXPECT_TRUE(svg.has_label(label)) << label;
  const Axes at(svg, 100, "100", 300, "300", 2, "2", 4, "4");
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto drawn = svg.all("polyline", "curve-" + std::to_string(i));
    ASSERT_THAT(drawn, SizeIs(1));
    const auto points = points_of(drawn[0]);
    ASSERT_THAT(points, SizeIs(lines[i].x.size()));
    for (std::size_t k = 0; k < points.size(); ++k) {
      EXPECT_NEAR(points[k].first, at.x(lines[i].x[k]), 0.6);
      EXPECT_NEAR(points[k].second, at.y(lines[i].y[k]), 0.6);
    }
  }
  EXPECT_THAT(svg.all("circle", "curve-0"), SizeIs(4));
  EXPECT_THAT(svg.all("circle", "curve-1"), SizeIs(0));
  EXPECT_EQ(png.pixel(at.x(200), at.y(1.5)), 0x0072B2U);
  EXPECT_EQ(png.pixel(at.x(225), at.y(2.125)), 0xD55E00U) << "half way between two points";
  EXPECT_EQ(png.pixel(at.x(200), at.y(4.2)), png.pixel(at.x(200) + 0.5, at.y(4.4)));
  EXPECT_NE(png.pixel(at.x(220), at.y(4.2)), 0x0072B2U);
}

TEST_F(Charts, ValuesThatAreNotFiniteInterruptTheLine) {
  const double nan = std::nan("");
  const std::vector<Curve> lines = {
      {"", {0, 1, 2, 3, 4, 5}, {1, 2, nan, 2, 1, std::numeric_limits<double>::infinity()}}};
  curves(file("a.svg"), lines);
  const auto drawn = SvgFile(file("a.svg")).all("polyline", "curve-0");
  ASSERT_THAT(drawn, SizeIs(2));
  EXPECT_THAT(points_of(drawn[0]), SizeIs(2));
  EXPECT_THAT(points_of(drawn[1]), SizeIs(2));
}

TEST_F(Charts, LongCurvesKeepTheirExtremes) {
  Curve line{"", {}, {}};
  for (int i = 0; i < 500'000; ++i) {
    line.x.push_back(i);
    line.y.push_back(i == 123'456 ? 10.0 : i == 300'000 ? -10.0 : std::sin(i * 0.01));
  }
  const std::vector<Curve> lines = {line};
  curves(file("a.svg"), lines);
  EXPECT_LT(std::filesystem::file_size(file("a.svg")), 200'000U);
  const SvgFile svg(file("a.svg"));
  const Axes at(svg, 100'000, "100,000", 300'000, "300,000", -5, "-5", 5, "5");
  const auto points = points_of(svg.all("polyline", "curve-0").at(0));
  const auto near = [&](double x, double y) {
    for (const auto& [px, py] : points)
      if (std::abs(px - at.x(x)) < 1 && std::abs(py - at.y(y)) < 0.6) return true;
    return false;
  };
  EXPECT_TRUE(near(123'456, 10));
  EXPECT_TRUE(near(300'000, -10));
}

TEST_F(Charts, OddDataIsDrawn) {
  const std::vector<std::vector<Curve>> cases = {
      {},
      {{"empty", {}, {}}},
      {{"constant", {1, 2, 3}, {7, 7, 7}}},
      {{"one point", {5}, {-3}}},
      {{"huge", {-1e90, 1e90}, {1e90, -1e90}}},
      {{"beyond", {0, 1e308, -1e308}, {1e308, -1e308, 0}}},
      {{"tiny", {0, 1e-12}, {1e-300, 2e-300}}},
      {{"zero", {0, 0}, {0, 0}}},
      {{"neighbours", {1, 1 + 1e-16}, {1e15, 1e15 + 1}}},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    SCOPED_TRACE(i);
    curves(file("a.svg"), cases[i]);
    const SvgFile svg(file("a.svg"));
    EXPECT_EQ(svg.source().find("nan"), std::string::npos);
    EXPECT_EQ(svg.source().find("inf"), std::string::npos);
    EXPECT_EQ(svg.has_label("no values"), i < 2 || i == 5);
    curves(file("a.png"), cases[i]);
  }
}

TEST_F(Charts, SmallOnesHaveAScale) {
  for (int i = 0; i < 60; ++i) {
    const double low = 0.37 * i, width = std::pow(10, 0.05 * i - 1);
    const std::vector<Curve> lines = {{"", {low, low + width}, {0, 1.0 + i}}};
    curves(file("a.svg"), lines, {.width = 320, .height = 230});
    EXPECT_GE(SvgFile(file("a.svg")).all("text").size(), 5U) << low << " " << width;
  }
}

TEST_F(Charts, TicksAreRoundNumbers) {
  const std::vector<Curve> lines = {{"", {0.0013, 0.0087}, {12, 98'765}}};
  curves(file("a.svg"), lines);
  const SvgFile svg(file("a.svg"));
  for (const char* label : {"0.002", "0.005", "0.008", "20,000", "80,000"}) EXPECT_TRUE(svg.has_label(label)) << label;
}

TEST_F(Charts, CurvesOfUnequalLengthAreRefused) {
  const std::vector<Curve> lines = {{"odd", {1, 2}, {1}}};
  EXPECT_THROW(curves(file("a.png"), lines), Error);
  EXPECT_FALSE(std::filesystem::exists(file("a.png")));
}

TEST_F(Charts, HistogramsCount) {
  // 3 in [0, 10), 0 in [10, 20), 6 in [20, 30) of which one is beyond, 1 in [30, 40] at the very end.
  const std::vector<double> values = {0, 5, -4, 20, 21, 22, 25, 29.99, 20, 40, std::nan("")};
  HistogramOptions options;
  options.title = "Lengths";
  options.x_label = "seconds";
  options.low = 0;
  options.high = 40;
  options.bins = 4;
  histogram(file("a.svg"), values, options);
  histogram(file("a.png"), values, options);
  const SvgFile svg(file("a.svg"));
  EXPECT_TRUE(svg.has_label("10 values; 1 below 0 in the first bin; 1 not numbers, left out"));
  const auto bins = svg.all("rect", "bins");
  ASSERT_THAT(bins, SizeIs(3)) << "an empty bin has no bar";
  const double base = svg.label("0").number("y") - 4, six = svg.label("6").number("y") - 4;
  const double unit = (base - six) / 6;
  const int counts[] = {3, 6, 1};
  const double lows[] = {0, 20, 30};
  const double x0 = svg.all("text", "axes")[0].text.empty() ? 0 : svg.label("20").number("x");
  const PngFile png(file("a.png"));
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(bins[i].number("height"), counts[i] * unit, 1);
    const double width = svg.label("30").number("x") - x0;
    EXPECT_NEAR(bins[i].number("x"), x0 + (lows[i] - 20) / 10 * width, 1);
    EXPECT_NEAR(bins[i].number("width"), width, 1.5);
    EXPECT_EQ(png.pixel(bins[i].number("x") + 10, base - counts[i] * unit / 2), 0x0072B2U);
    EXPECT_NE(png.pixel(bins[i].number("x") + 10, base - counts[i] * unit - 5), 0x0072B2U);
  }
}

TEST_F(Charts, HistogramsOfNothingAndOfNonsense) {
  HistogramOptions options;
  histogram(file("a.svg"), {}, options);
  EXPECT_TRUE(SvgFile(file("a.svg")).has_label("0 values"));
  options.bins = 0;
  EXPECT_THROW(histogram(file("a.svg"), {}, options), Error);
  options.bins = 1 << 30;
  EXPECT_THROW(histogram(file("a.svg"), {}, options), Error);
  options.bins = 10;
  options.low = options.high = 5;
  EXPECT_THROW(histogram(file("a.svg"), {}, options), Error);
  options.high = std::nan("");
  EXPECT_THROW(histogram(file("a.svg"), {}, options), Error);
  options.high = 6;
  const std::vector<double> endless = {std::numeric_limits<double>::infinity(),
                                       -std::numeric_limits<double>::infinity()};
  histogram(file("a.svg"), endless, options);
  EXPECT_TRUE(SvgFile(file("a.svg")).has_label("2 values; 1 below 5 in the first bin; 1 above 6 in the last bin"));
}

TEST_F(Charts, UnknownExtensionsAndSizesAreRefusedWithAHint) {
  EXPECT_TRUE(is_picture_path("a.PNG"));
  EXPECT_TRUE(is_picture_path("b.svg"));
  EXPECT_FALSE(is_picture_path("c.jpeg"));
  EXPECT_FALSE(is_picture_path("png"));
  try {
    piano_roll(file("a.jpeg"), Score{});
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.info().hint, HasSubstr(".png or .svg"));
    EXPECT_THAT(error.info().path, HasSubstr("a.jpeg"));
  }
  EXPECT_THROW(curves(file("a.png"), {}, {.width = -5}), Error);
  EXPECT_THROW(curves(file("a.png"), {}, {.height = 1 << 30}), Error);
  EXPECT_THROW(piano_roll(file("a.png"), Score{}, {.width = 1 << 30}), Error);
  EXPECT_THROW(piano_roll(file("a.svg"), Score{}, {.height = 0}), Error);
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

TEST_F(Charts, AFullDiskLeavesTheOldPictureAndNoRest) {
  const std::vector<Curve> lines = {{"a", {0, 1}, {0, 1}}};
  curves(file("a.png"), lines);
  const auto before = read_file(file("a.png"));
  struct rlimit old {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit small = old;
  small.rlim_cur = 1000;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  bool failed = false;
  try {
    curves(file("a.png"), {}, {.title = "another"});
  } catch (const Error& error) {
    failed = error.info().path.find("a.png") != std::string::npos;
  }
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &old), 0);
  std::signal(SIGXFSZ, handler);
  EXPECT_TRUE(failed);
  EXPECT_EQ(read_file(file("a.png")), before);
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder_)) ++files;
  EXPECT_EQ(files, 1U);
}

}  // namespace
}  // namespace continuo::plot
