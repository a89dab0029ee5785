// Diagrams have the nodes and connections of what they show.
#include "continuo/plot/diagrams.h"

#include <gtest/gtest.h>

#include "continuo/base/error.h"
#include "picture.h"

namespace continuo::plot {
namespace {

using Diagrams = PictureTest;

/// Where a connection begins (the lower end) and ends.
std::pair<double, double> ends_x(const Element& line) {
  double x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  EXPECT_EQ(std::sscanf(line.string("points").c_str(), "%lf,%lf %lf,%lf", &x0, &y0, &x1, &y1), 4);
  EXPECT_GT(y0, y1);
  return {x0, x1};
}

TEST_F(Diagrams, PaddingDecidesHowManyOutputsThereAre) {
  struct Case {
    Padding padding;
    std::size_t zeros, outputs;
  };
  for (const auto& [padding, zeros, outputs] :
       {Case{Padding::kValid, 0, 6}, Case{Padding::kSame, 2, 8}, Case{Padding::kCausal, 2, 8}}) {
    padded_convolution(file("a.svg"), padding, 8, 3);
    const SvgFile svg(file("a.svg"));
    EXPECT_EQ(svg.all("circle", "inputs").size(), 8U);
    EXPECT_EQ(svg.all("circle", "outputs").size(), outputs);
    EXPECT_EQ(svg.all("text", "zeros").size(), zeros);
    EXPECT_EQ(svg.all("polyline", "connections").size() + svg.all("polyline", "one-output").size(), 3 * outputs);
    EXPECT_EQ(svg.all("polyline", "one-output").size(), 3U);
    for (const char* group : {"zeros", "inputs", "outputs"})
      for (const Element& label : svg.all("text", group)) {
        EXPECT_GT(label.number("x"), 60);
        EXPECT_LT(label.number("x"), svg.width() - 8);
      }
  }
}

TEST_F(Diagrams, ACausalOutputHasNoInputToItsRight) {
  padded_convolution(file("causal.svg"), Padding::kCausal, 8, 3);
  for (const auto& line : SvgFile(file("causal.svg")).all("polyline", "connections"))
    EXPECT_LE(ends_x(line).first, ends_x(line).second + 0.02);
  padded_convolution(file("same.svg"), Padding::kSame, 8, 3);
  std::size_t to_the_right = 0;
  for (const auto& line : SvgFile(file("same.svg")).all("polyline", "connections"))
    to_the_right += ends_x(line).first > ends_x(line).second + 1 ? 1 : 0;
  EXPECT_EQ(to_the_right, 7U);
  EXPECT_THROW(padded_convolution(file("x.svg"), Padding::kSame, 4, 5), Error);
  EXPECT_THROW(padded_convolution(file("x.svg"), Padding::kSame, 1, 1), Error);
}

TEST_F(Diagrams, DilationsWidenTheField) {
  // Van den Oord et al. 2016, figures 2 and 3: kernels of two taps.
  const std::vector<ConvolutionLayer> plain(4, {2, 1});
  const std::vector<ConvolutionLayer> dilated = {{2, 1}, {2, 2}, {2, 4}, {2, 8}};
  EXPECT_EQ(receptive_field(plain), 5);
  EXPECT_EQ(receptive_field(dilated), 16);
  receptive_field(file("plain.svg"), plain, "Plain");
  receptive_field(file("dilated.svg"), dilated);
  const SvgFile a(file("plain.svg")), b(file("dilated.svg"));
  EXPECT_TRUE(a.has_label("5 inputs"));
  EXPECT_TRUE(b.has_label("16 inputs"));
  EXPECT_TRUE(b.has_label("dilation 8"));
  // Plain: 5 + 4 + 3 + 2 + 1 nodes, each but the inputs with two connections. Dilated: a binary tree.
  EXPECT_EQ(a.all("circle", "reached").size(), 15U);
  EXPECT_EQ(a.all("polyline", "connections").size(), 20U);
  EXPECT_EQ(b.all("circle", "reached").size(), 31U);
  EXPECT_EQ(b.all("polyline", "connections").size(), 30U);
  EXPECT_EQ(b.all("circle", "others").size(), 5U * 16U - 31U);
}

TEST_F(Diagrams, LargeFieldsAreDrawnAndAbsurdOnesRefused) {
  std::vector<ConvolutionLayer> layers;
  for (int i = 0; i < 10; ++i) layers.push_back({2, 1 << i});
  receptive_field(file("a.png"), layers);
  EXPECT_GT(PngFile(file("a.png")).width(), 1000);
  receptive_field(file("one.svg"), std::vector<ConvolutionLayer>{{1, 1}});
  EXPECT_TRUE(SvgFile(file("one.svg")).has_label("1 inputs"));
  EXPECT_THROW(receptive_field(file("x.svg"), std::vector<ConvolutionLayer>{{64, 1 << 20}}), Error);
  EXPECT_THROW(receptive_field(file("x.svg"), std::vector<ConvolutionLayer>{}), Error);
  EXPECT_THROW(receptive_field(file("x.svg"), std::vector<ConvolutionLayer>{{2, 0}}), Error);
}

TEST_F(Diagrams, BlocksAreNamedByTheirParts) {
  residual_block(file("paper.svg"), true, 2, 4);
  residual_block(file("standard.svg"), false, 3, 4);
  const SvgFile paper(file("paper.svg")), standard(file("standard.svg"));
  for (const char* label : {"dilated causal convolution, 2 taps, dilation 4", "tanh", "sigmoid", "c",
                            "skip: the product itself", "to the next layer"})
    EXPECT_TRUE(paper.has_label(label)) << label;
  for (const char* label : {"dilated conv., 3 taps", "tanh", "sigmoid", "x", "skip", "1x1 convolution"})
    EXPECT_TRUE(standard.has_label(label)) << label;
}

TEST_F(Diagrams, WindowsShowTheirSymbols) {
  std::vector<std::string> window(32, "C4");
  window[31] = "0.4.7";
  many_to_one(file("a.svg"), window, "<E4>");
  const SvgFile svg(file("a.svg"));
  EXPECT_EQ(svg.all("text", "window").size(), 32U);
  EXPECT_EQ(svg.all("text", "window").back().text, "0.4.7");
  EXPECT_EQ(svg.all("text", "target").at(0).text, "&lt;E4&gt;");
  EXPECT_THROW(many_to_one(file("x.svg"), {}, "C4"), Error);
}

}  // namespace
}  // namespace continuo::plot
