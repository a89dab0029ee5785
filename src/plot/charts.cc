// Curves and histograms: a frame with round ticks, a legend above it, and the data.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "axis.h"
#include "continuo/base/error.h"
#include "continuo/plot/plot.h"
#include "look.h"

namespace continuo::plot {
namespace {

constexpr double kHuge = 1e100;  ///< beyond it values count as not finite: differences must not overflow
constexpr int kMaxBins = 2000;

bool usable(double value) { return std::isfinite(value) && std::abs(value) <= kHuge; }

struct Interval {
  double low = std::numeric_limits<double>::infinity(), high = -std::numeric_limits<double>::infinity();
  void add(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  /// A little wider than the data, and never empty.
  Interval padded(double share) const {
    if (low > high) return {0, 1};
    const double least = std::max(std::abs(low), std::abs(high)) * 1e-6;
    const double span = high - low;
    if (span <= least) {
      const double half = low == 0 ? 0.5 : std::abs(low) * 0.5;
      return {low - half, high + half};
    }
    return {low - span * share, high + span * share};
  }
};

/// The frame of a chart and where values lie in it.
struct Frame {
  double left = 0, right = 0, top = 0, bottom = 0;
  Interval x, y;
  double px(double value) const { return left + (value - x.low) / (x.high - x.low) * (right - left); }
  double py(double value) const { return bottom - (value - y.low) / (y.high - y.low) * (bottom - top); }
};

struct FrameOptions {
  double top = 0;  ///< where the frame may begin
  bool integer_y = false;
  bool vertical_grid = true;
};

/// About `most` of them; more where a small picture would be left without a scale.
std::vector<AxisTick> ticks_of(const Interval& range, int most, std::size_t least, bool integers = false) {
  auto ticks = round_ticks(range.low, range.high, most, integers);
  for (int more = most + 1; ticks.size() < least && more <= most + 8; ++more)
    ticks = round_ticks(range.low, range.high, more, integers);
  return ticks;
}

/// Draws grid, ticks, labels and axis titles; the data goes on top.
Frame draw_frame(Canvas& canvas, const ChartOptions& options, const Interval& x, const Interval& y,
                 const FrameOptions& frame_options) {
  Frame frame{.x = x, .y = y};
  frame.top = frame_options.top;
  const std::string x_label = displayable(options.x_label), y_label = displayable(options.y_label);
  frame.bottom = options.height - (x_label.empty() ? 32 : 52);
  frame.bottom = std::max(frame.bottom, frame.top + 8);
  const int rows = std::clamp(static_cast<int>((frame.bottom - frame.top) / 55), 2, 12);
  const auto y_ticks = ticks_of(y, rows, 2, frame_options.integer_y);
  double widest = 0;
  for (const AxisTick& tick : y_ticks) widest = std::max(widest, Canvas::text_width(tick.label, kTickSize));
  frame.left = kSide + (y_label.empty() ? 0 : 22) + widest + 8;
  frame.right = std::max(frame.left + 8, options.width - kSide - 8);
  const int columns = std::clamp(static_cast<int>((frame.right - frame.left) / 90), 2, 14);
  const auto x_ticks = ticks_of(x, columns, 3);

  canvas.begin_group("axes");
  for (const AxisTick& tick : y_ticks) {
    const double at = frame.py(tick.value);
    canvas.horizontal_line(frame.left, frame.right, at, kGridLine);
    canvas.text(frame.left - 7, at + 4, tick.label, {.size = kTickSize, .anchor = Anchor::kEnd});
  }
  double free_from = 0;
  for (const AxisTick& tick : x_ticks) {
    const double at = frame.px(tick.value);
    if (frame_options.vertical_grid) canvas.vertical_line(at, frame.top, frame.bottom, kGridLine);
    canvas.vertical_line(at, frame.bottom, frame.bottom + 5, kFrame);
    const double half = Canvas::text_width(tick.label, kTickSize) / 2;
    if (at - half < free_from) continue;
    canvas.text(at, frame.bottom + 19, tick.label, {.size = kTickSize, .anchor = Anchor::kMiddle});
    free_from = at + half + 6;
  }
  canvas.vertical_line(frame.left, frame.top, frame.bottom, kFrame);
  canvas.horizontal_line(frame.left, frame.right, frame.bottom, kFrame);
  if (!x_label.empty())
    canvas.text((frame.left + frame.right) / 2, options.height - 12, x_label,
                {.size = kLabelSize, .anchor = Anchor::kMiddle});
  if (!y_label.empty())
    canvas.text(kSide + 8, (frame.top + frame.bottom) / 2, y_label,
                {.size = kLabelSize, .anchor = Anchor::kMiddle, .upwards = true});
  canvas.end_group();
  return frame;
}

/// Draws the title and returns the height used.
double draw_title(Canvas& canvas, const ChartOptions& options) {
  const std::string title = displayable(options.title, 160);
  if (title.empty()) return 14;
  canvas.text(kSide, 30, Canvas::fitted(title, options.width - 2 * kSide, 17, true), {.size = 17, .bold = true});
  return 44;
}

/// Within one pixel column a run of points is as good as its first, lowest, highest and last: keeps the size of a
/// picture bounded however long a curve is.
class Thinner {
 public:
  explicit Thinner(std::vector<Point>& out) : out_(out) {}
  void add(const Point& point) {
    const double column = std::floor(point.x);
    if (count_ > 0 && column != column_) flush();
    if (count_ == 0) {
      first_ = lowest_ = highest_ = point;
      column_ = column;
    }
    last_ = point;
    if (point.y < highest_.y) highest_ = point;
    if (point.y > lowest_.y) lowest_ = point;
    ++count_;
  }
  void flush() {
    if (count_ > 0) out_.push_back(first_);
    if (count_ > 3) out_.push_back(highest_), out_.push_back(lowest_);
    if (count_ == 3) out_.push_back(lowest_.y == first_.y || lowest_.y == last_.y ? highest_ : lowest_);
    if (count_ > 1) out_.push_back(last_);
    count_ = 0;
  }

 private:
  std::vector<Point>& out_;
  Point first_, lowest_, highest_, last_;
  double column_ = 0;
  std::size_t count_ = 0;
};

void draw_curve(Canvas& canvas, const Frame& frame, const Curve& curve, const Colour& colour) {
  std::vector<Point> run;
  Thinner thinner(run);
  const bool dense = static_cast<double>(curve.x.size()) > frame.right - frame.left;
  const auto stroke = [&] {
    thinner.flush();
    if (run.size() > 1) canvas.polyline(run, colour, dense ? 1.25 : 2);
    if (run.size() == 1 || curve.points)
      for (const Point& point : run) canvas.circle(point.x, point.y, 3.5, colour);
    run.clear();
  };
  for (std::size_t i = 0; i < curve.x.size(); ++i) {
    if (usable(curve.x[i]) && usable(curve.y[i])) {
      thinner.add({frame.px(curve.x[i]), frame.py(curve.y[i])});
    } else {
      stroke();
    }
  }
  stroke();
}

/// How many values were below, above and not numbers.
struct Strays {
  std::size_t below = 0, above = 0, invalid = 0;
};

std::vector<std::size_t> count_bins(std::span<const double> values, const HistogramOptions& options, Strays& strays) {
  std::vector<std::size_t> counts(static_cast<std::size_t>(options.bins));
  const double width = (options.high - options.low) / options.bins;
  for (const double value : values) {
    if (std::isnan(value)) {
      ++strays.invalid;
      continue;
    }
    strays.below += value < options.low ? 1 : 0;
    strays.above += value > options.high ? 1 : 0;
    const double bin = std::floor((value - options.low) / width);
    ++counts[static_cast<std::size_t>(std::clamp(bin, 0.0, static_cast<double>(options.bins - 1)))];
  }
  return counts;
}

std::string histogram_note(std::size_t total, const HistogramOptions& options, const Strays& strays) {
  std::string note = fmt::format("{} {}", grouped(total), total == 1 ? "value" : "values");
  if (strays.below > 0) note += fmt::format("; {} below {:g} in the first bin", grouped(strays.below), options.low);
  if (strays.above > 0) note += fmt::format("; {} above {:g} in the last bin", grouped(strays.above), options.high);
  if (strays.invalid > 0) note += fmt::format("; {} not numbers, left out", grouped(strays.invalid));
  return note;
}

}  // namespace

void curves(const Target& target, std::span<const Curve> lines, const ChartOptions& options) {
  const auto canvas = make_canvas(target.path(), options.width, options.height);
  Interval x, y;
  std::vector<LegendEntry> entries;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Curve& line = lines[i];
    if (line.x.size() != line.y.size()) {
      throw Error({.message = fmt::format("curve \"{}\" has {} x values and {} y values", displayable(line.label),
                                          line.x.size(), line.y.size()),
                   .path = target.path().string(),
                   .code = ErrorCode::kInvalidArgument});
    }
    for (std::size_t k = 0; k < line.x.size(); ++k) {
      if (!usable(line.x[k]) || !usable(line.y[k])) continue;
      x.add(line.x[k]);
      y.add(line.y[k]);
    }
    if (!line.label.empty()) entries.push_back({displayable(line.label, 60), series_colour(i)});
  }
  double top = draw_title(*canvas, options);
  const double legend_height = legend(canvas.get(), kSide, top, options.width - 2 * kSide, entries);
  if (legend_height > 0) top += legend_height + 6;
  const bool empty = x.low > x.high;
  const Frame frame = draw_frame(*canvas, options, x.padded(0), y.padded(0.05), {.top = top});
  // Wider than the frame by what a line's width or a marker overhangs at its ends.
  canvas->clip(frame.left - 4, frame.top - 4, frame.right - frame.left + 8, frame.bottom - frame.top + 8);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    canvas->begin_group("curve-" + std::to_string(i));
    draw_curve(*canvas, frame, lines[i], series_colour(i));
    canvas->end_group();
  }
  canvas->unclip();
  if (empty)
    canvas->text((frame.left + frame.right) / 2, (frame.top + frame.bottom) / 2, "no values",
                 {.size = 16, .colour = kFaintInk, .anchor = Anchor::kMiddle});
  save(*canvas, target);
}

void histogram(const Target& target, std::span<const double> values, const HistogramOptions& options) {
  const auto canvas = make_canvas(target.path(), options.width, options.height);
  if (options.bins < 1 || options.bins > kMaxBins)
    throw Error({.message = fmt::format("a histogram of {} bins", options.bins),
                 .path = target.path().string(),
                 .hint = fmt::format("Choose 1 to {} bins.", kMaxBins),
                 .code = ErrorCode::kInvalidArgument});
  if (!(options.low < options.high) || !usable(options.low) || !usable(options.high))
    throw Error({.message = fmt::format("a histogram from {} to {}", options.low, options.high),
                 .path = target.path().string(),
                 .hint = "Choose a low end below the high end.",
                 .code = ErrorCode::kInvalidArgument});
  Strays strays;
  const auto counts = count_bins(values, options, strays);
  const std::size_t highest = *std::max_element(counts.begin(), counts.end());

  double top = draw_title(*canvas, options);
  canvas->text(
      kSide, top + 8,
      Canvas::fitted(histogram_note(values.size() - strays.invalid, options, strays), options.width - 2 * kSide, 12),
      {.size = 12, .colour = kFaintInk});
  top += 24;
  const Interval y{0, std::max(1.0, static_cast<double>(highest) * 1.05)};
  const Frame frame = draw_frame(*canvas, options, {options.low, options.high}, y,
                                 {.top = top, .integer_y = true, .vertical_grid = false});
  canvas->begin_group("bins");
  for (int bin = 0; bin < options.bins; ++bin) {
    const std::size_t count = counts[static_cast<std::size_t>(bin)];
    if (count == 0) continue;
    const double from = frame.left + (frame.right - frame.left) * bin / options.bins;
    const double to = frame.left + (frame.right - frame.left) * (bin + 1) / options.bins;
    const double gap = to - from > 4 ? 1 : 0;
    // One in a million is still seen.
    const double y_top = std::min(frame.py(static_cast<double>(count)), frame.bottom - 1);
    canvas->rectangle(from + gap / 2, y_top, to - from - gap, frame.bottom - y_top, series_colour(0));
  }
  canvas->end_group();
  save(*canvas, target);
}

}  // namespace continuo::plot
