// Diagrams from nodes, connections and boxes.
#include "continuo/plot/diagrams.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "canvas.h"
#include "continuo/base/error.h"

namespace continuo::plot {
namespace {

constexpr int kWidth = 600;  ///< of most diagrams: readable on a phone
constexpr Colour kFaintLine{0.84, 0.86, 0.89};
constexpr Colour kBox{0.93, 0.95, 0.98};
constexpr double kText = 13;

void line(Canvas& canvas, Point from, Point to, const Colour& colour, double width) {
  const std::array<Point, 2> points{from, to};
  canvas.polyline(points, colour, width);
}

void arrow(Canvas& canvas, Point from, Point to) {
  line(canvas, from, to, kInk, 1.5);
  const double angle = std::atan2(to.y - from.y, to.x - from.x);
  const auto barb = [&](double turn) {
    return Point{to.x - 7 * std::cos(angle + turn), to.y - 7 * std::sin(angle + turn)};
  };
  const std::array<Point, 3> head{barb(0.45), to, barb(-0.45)};
  canvas.polyline(head, kInk, 1.5);
}

void box(Canvas& canvas, double x, double y, double width, double height, const std::string& text,
         const Colour& fill = kBox) {
  canvas.rectangle(x, y, width, height, mix(kInk, kWhite, 0.4));
  canvas.rectangle(x + 1, y + 1, width - 2, height - 2, fill);
  canvas.text(x + width / 2, y + height / 2 + 5, Canvas::fitted(displayable(text), width - 6, kText),
              {.size = kText, .anchor = Anchor::kMiddle});
}

void operation(Canvas& canvas, double x, double y, const std::string& sign) {
  canvas.circle(x, y, 13, mix(kInk, kWhite, 0.4));
  canvas.circle(x, y, 12, kWhite);
  canvas.text(x, y + 6, sign, {.size = 18, .anchor = Anchor::kMiddle});
}

void caption(Canvas& canvas, double x, double y, const std::string& text, Anchor anchor = Anchor::kStart) {
  canvas.text(x, y, text, {.size = kText, .anchor = anchor});
}

}  // namespace

void padded_convolution(const Target& target, Padding padding, int inputs, int kernel_size) {
  if (inputs < 2 || inputs > 24 || kernel_size < 2 || kernel_size > inputs) {
    throw Error({.message = fmt::format("a convolution of {} taps over {} inputs", kernel_size, inputs),
                 .path = target.path().string(),
                 .hint = "Draw 2 to 24 inputs and from 2 taps up to as many.",
                 .code = ErrorCode::kInvalidArgument});
  }
  const int zeros = padding == Padding::kValid ? 0 : kernel_size - 1;
  const int before = padding == Padding::kCausal ? zeros : zeros / 2;
  const int outputs = inputs + zeros - kernel_size + 1;
  const auto canvas = make_canvas(target.path(), kWidth, 200);
  constexpr double kLeft = 80, kTop = 50, kBottom = 150;
  // Room for kernel_size - 1 zeros on both sides, so that the inputs stand in one place whatever the padding is.
  const double step = (kWidth - kLeft - 50) / static_cast<double>(inputs + 2 * kernel_size - 3);
  const auto input = [&](int i) { return Point{kLeft + 20 + (i + (kernel_size - 1) - before) * step, kBottom}; };
  // Output t stands above the last of its inputs where these are the past, in their middle otherwise.
  const double shift = padding == Padding::kCausal ? kernel_size - 1 : (kernel_size - 1) / 2.0;
  const auto output = [&](int t) { return Point{input(t).x + shift * step, kTop}; };
  const int shown = outputs / 2;
  for (const bool strong : {false, true}) {
    canvas->begin_group(strong ? "one-output" : "connections");
    for (int t = 0; t < outputs; ++t) {
      if ((t == shown) != strong) continue;
      for (int tap = 0; tap < kernel_size; ++tap)
        line(*canvas, input(t + tap), output(t), strong ? series_colour(1) : kFaintLine, strong ? 2.5 : 1.2);
    }
    canvas->end_group();
  }
  canvas->begin_group("zeros");
  for (int i = 0; i < inputs + zeros; ++i) {
    if (i >= before && i < before + inputs) continue;
    const Point at = input(i);
    canvas->rectangle(at.x - 7, at.y - 7, 14, 14, mix(kInk, kWhite, 0.5));
    canvas->rectangle(at.x - 6, at.y - 6, 12, 12, kWhite);
    canvas->text(at.x, at.y + 4, "0", {.size = 11, .anchor = Anchor::kMiddle});
  }
  canvas->end_group();
  canvas->begin_group("inputs");
  for (int i = before; i < before + inputs; ++i) {
    canvas->circle(input(i).x, kBottom, 7, series_colour(0));
    canvas->text(input(i).x, kBottom + 25, std::to_string(i - before + 1), {.size = 11, .anchor = Anchor::kMiddle});
  }
  canvas->end_group();
  canvas->begin_group("outputs");
  for (int t = 0; t < outputs; ++t) {
    canvas->circle(output(t).x, kTop, 7, t == shown ? series_colour(1) : series_colour(2));
    canvas->text(output(t).x, kTop - 14, std::to_string(t + 1), {.size = 11, .anchor = Anchor::kMiddle});
  }
  canvas->end_group();
  caption(*canvas, 12, kTop + 5, "outputs");
  caption(*canvas, 12, kBottom + 5, "inputs");
  save(*canvas, target);
}

int receptive_field(std::span<const ConvolutionLayer> layers) {
  int field = 1;
  for (const ConvolutionLayer& layer : layers) field += (layer.kernel_size - 1) * layer.dilation;
  return field;
}

void receptive_field(const Target& target, std::span<const ConvolutionLayer> layers, const std::string& title) {
  constexpr int kMaxInputs = 65'536, kAllNodes = 64, kRowLabels = 132;
  std::int64_t sum = 1;
  for (const ConvolutionLayer& layer : layers) {
    if (layer.kernel_size < 1 || layer.dilation < 1)
      throw Error(ErrorCode::kInvalidArgument, "a layer without taps or dilation has no picture");
    sum += (layer.kernel_size - 1) * static_cast<std::int64_t>(layer.dilation);
  }
  if (layers.empty() || sum > kMaxInputs) {
    throw Error({.message = fmt::format("a receptive field of {} layers and {} inputs", layers.size(), sum),
                 .path = target.path().string(),
                 .hint = "Up to 65,536 inputs can be drawn.",
                 .code = ErrorCode::kInvalidArgument});
  }
  const int field = receptive_field(layers);
  const bool few = field <= kAllNodes;
  const int width = few ? std::max(kWidth, kRowLabels + 40 + field * 16) : 1100;
  const double row = layers.size() > 8 ? 34 : 46;
  const double top = title.empty() ? 24 : 54;
  const auto rows = static_cast<double>(layers.size());
  const auto canvas = make_canvas(target.path(), width, static_cast<int>(top + rows * row + 40));
  if (!title.empty())
    canvas->text(12, 26, Canvas::fitted(displayable(title), width - 24, 15, true), {.size = 15, .bold = true});
  const double step = (width - kRowLabels - 20) / static_cast<double>(std::max(1, field - 1));
  // Level 0 is the input; place 0 is the oldest input.
  const auto at = [&](std::size_t level, int place) {
    return Point{field == 1 ? width - 20.0 : kRowLabels + place * step,
                 top + (rows - static_cast<double>(level)) * row};
  };
  std::vector<std::set<int>> reached(layers.size() + 1);
  reached.back() = {field - 1};
  canvas->begin_group("connections");
  for (std::size_t level = layers.size(); level > 0; --level) {
    const ConvolutionLayer& layer = layers[level - 1];
    for (const int place : reached[level]) {
      for (int tap = 0; tap < layer.kernel_size; ++tap) {
        const int from = place - tap * layer.dilation;
        line(*canvas, at(level - 1, from), at(level, place), series_colour(1), few ? 1.6 : 0.7);
        reached[level - 1].insert(from);
      }
    }
  }
  canvas->end_group();
  const double radius = few ? 5 : 1.6;
  if (few) {
    canvas->begin_group("others");
    for (std::size_t level = 0; level <= layers.size(); ++level) {
      for (int place = 0; place < field; ++place) {
        if (!reached[level].contains(place)) canvas->circle(at(level, place).x, at(level, place).y, 3, kFaintLine);
      }
    }
    canvas->end_group();
  }
  canvas->begin_group("reached");
  for (std::size_t level = 0; level <= layers.size(); ++level) {
    for (const int place : reached[level]) {
      const bool output = level == layers.size();
      canvas->circle(at(level, place).x, at(level, place).y, output ? 6 : radius, series_colour(output ? 1 : 0));
    }
  }
  canvas->end_group();
  for (std::size_t level = 0; level <= layers.size(); ++level) {
    const std::string label =
        level == 0 ? fmt::format("{} inputs", field) : fmt::format("dilation {}", layers[level - 1].dilation);
    caption(*canvas, 12, at(level, 0).y + 5, label);
  }
  save(*canvas, target);
}

void residual_block(const Target& target, bool paper, int kernel_size, int dilation) {
  const auto canvas = make_canvas(target.path(), kWidth, 400);
  constexpr double kMiddle = 230, kFilter = 130, kGate = 330;
  constexpr double kBoxHeight = 32;
  const auto centred = [&](double x, double y, const std::string& text, double width) {
    box(*canvas, x - width / 2, y, width, kBoxHeight, text);
  };
  const std::string dilated = fmt::format("dilated causal convolution, {} taps, dilation {}", kernel_size, dilation);
  canvas->begin_group("block");
  caption(*canvas, kMiddle, 22, "x, from the layer before", Anchor::kMiddle);
  double product = 262;
  if (paper) {
    arrow(*canvas, {kMiddle, 28}, {kMiddle, 44});
    centred(kMiddle, 46, dilated, 400);
    line(*canvas, {kMiddle, 78}, {kMiddle, 100}, kInk, 1.5);
    canvas->text(kMiddle + 8, 95, "c", {.size = kText, .bold = true});
  } else {
    line(*canvas, {kMiddle, 28}, {kMiddle, 60}, kInk, 1.5);
  }
  const double split = paper ? 100 : 60;
  line(*canvas, {kFilter, split}, {500, split}, kInk, 1.5);
  for (const double x : {kFilter, kGate}) {
    arrow(*canvas, {x, split}, {x, split + 24});
    centred(x, split + 26, paper ? "1x1 convolution" : fmt::format("dilated conv., {} taps", kernel_size), 180);
    arrow(*canvas, {x, split + 58}, {x, split + 74});
    centred(x, split + 76, x == kFilter ? "tanh" : "sigmoid", 90);
    line(*canvas, {x, split + 108}, {x, product}, kInk, 1.5);
  }
  arrow(*canvas, {kFilter, product}, {kMiddle - 14, product});
  arrow(*canvas, {kGate, product}, {kMiddle + 14, product});
  operation(*canvas, kMiddle, product, "\u00D7");
  line(*canvas, {kMiddle, product + 13}, {kMiddle, 300}, kInk, 1.5);
  const double sum = 340;
  if (paper) {
    arrow(*canvas, {kMiddle, 300}, {kMiddle, 372});
    caption(*canvas, kMiddle, 390, "skip: the product itself", Anchor::kMiddle);
    arrow(*canvas, {kMiddle, sum}, {486, sum});
  } else {
    line(*canvas, {110, 300}, {350, 300}, kInk, 1.5);
    arrow(*canvas, {110, 300}, {110, 322});
    centred(110, 324, "1x1 convolution", 130);
    arrow(*canvas, {110, 356}, {110, 374});
    caption(*canvas, 110, 390, "skip", Anchor::kMiddle);
    arrow(*canvas, {350, 300}, {350, 322});
    centred(350, 324, "1x1 convolution", 130);
    arrow(*canvas, {415, sum}, {486, sum});
  }
  arrow(*canvas, {500, split}, {500, sum - 13});
  canvas->text(508, split + 40, paper ? "c" : "x", {.size = kText, .bold = true});
  operation(*canvas, 500, sum, "+");
  arrow(*canvas, {500, sum + 13}, {500, 372});
  caption(*canvas, 500, 390, "to the next layer", Anchor::kMiddle);
  canvas->end_group();
  save(*canvas, target);
}

void many_to_one(const Target& picture, std::span<const std::string> window, const std::string& target) {
  if (window.empty() || window.size() > 256) {
    throw Error({.message = fmt::format("a window of {} symbols", window.size()),
                 .path = picture.path().string(),
                 .hint = "Draw 1 to 256 symbols.",
                 .code = ErrorCode::kInvalidArgument});
  }
  constexpr std::size_t kColumns = 8;
  constexpr double kCell = 70, kRow = 34, kLeft = 20;
  const std::size_t rows = (window.size() + kColumns - 1) / kColumns;
  const double below = 40 + static_cast<double>(rows) * kRow;
  const auto canvas = make_canvas(picture.path(), kWidth, static_cast<int>(below + 100));
  caption(*canvas, kLeft, 24, fmt::format("input: {} symbols", window.size()));
  canvas->begin_group("window");
  for (std::size_t i = 0; i < window.size(); ++i) {
    const std::size_t row = i / kColumns, column = i % kColumns;
    box(*canvas, kLeft + static_cast<double>(column) * kCell, 36 + static_cast<double>(row) * kRow, kCell - 4, kRow - 4,
        window[i]);
  }
  canvas->end_group();
  arrow(*canvas, {kWidth / 2.0, below}, {kWidth / 2.0, below + 30});
  canvas->begin_group("target");
  box(*canvas, kWidth / 2.0 - 60, below + 34, 120, kRow - 4, target, mix(series_colour(1), kWhite, 0.7));
  canvas->end_group();
  caption(*canvas, kWidth / 2.0 + 70, below + 54, "output: the next symbol");
  save(*canvas, picture);
}

}  // namespace continuo::plot
