// Waveforms and spectrograms: two kinds of panel over one time axis.
#include "continuo/plot/sound.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "axis.h"
#include "continuo/base/error.h"
#include "heat_map.h"
#include "look.h"

namespace continuo::plot {
namespace {

constexpr Colour kExtent{0.49, 0.70, 0.85};
constexpr Colour kBody{0.0, 0.447, 0.698};
constexpr double kLeft = 78;       ///< tick labels and the turned title of the axis
constexpr double kRight = 84;      ///< the colour bar with its labels
constexpr double kLowestLog = 40;  ///< Hz
constexpr double kQuietest = 1e-5;
constexpr double kSilentPower = 1e-20;

struct Panel {
  double left = 0, right = 0, top = 0, bottom = 0;
  double width() const { return right - left; }
  double height() const { return bottom - top; }
};

/// Between time and pixels, for every panel of a sheet.
struct TimeAxis {
  double seconds = 1, left = 0, right = 1;
  double px(double time) const { return left + time / seconds * (right - left); }
};

std::vector<AxisTick> time_ticks(double seconds, int most) {
  if (seconds < 20) return round_ticks(0, seconds, most);
  std::vector<AxisTick> ticks;
  const double step = clock_step(seconds / most);
  for (double time = 0; time <= seconds; time += step) ticks.push_back({time, clock_label(time)});
  return ticks;
}

void draw_time_axis(Canvas& canvas, const TimeAxis& time, double y, bool labelled) {
  canvas.begin_group("time");
  const int most = std::clamp(static_cast<int>((time.right - time.left) / 90), 2, 16);
  for (const AxisTick& tick : time_ticks(time.seconds, most)) {
    const double at = time.px(tick.value);
    canvas.vertical_line(at, y, y + 5, kFrame);
    if (labelled) canvas.text(at, y + 19, tick.label, {.size = kTickSize, .anchor = Anchor::kMiddle});
  }
  canvas.horizontal_line(time.left, time.right, y, kFrame);
  if (labelled)
    canvas.text((time.left + time.right) / 2, y + 36, time.seconds < 20 ? "seconds" : "minutes : seconds",
                {.size = kLabelSize, .anchor = Anchor::kMiddle});
  canvas.end_group();
}

void draw_y_title(Canvas& canvas, const Panel& panel, const std::string& text) {
  canvas.text(kSide + 8, (panel.top + panel.bottom) / 2, text,
              {.size = kLabelSize, .anchor = Anchor::kMiddle, .upwards = true});
}

// The waveform.

/// What one pixel column, or one sample, shows.
struct WaveColumns {
  std::vector<audio::Overview::Extent> columns;
  double width = 1;  ///< pixels
};

WaveColumns to_pixels(const audio::Overview& sound, double pixels) {
  const auto most = static_cast<std::size_t>(pixels);
  const double length = static_cast<double>(sound.frames) / static_cast<double>(sound.envelope_step);  // in columns
  WaveColumns out;
  out.width = pixels / std::max(1.0, length);
  if (sound.envelope.size() <= most) {
    out.columns = sound.envelope;
    return out;
  }
  out.width = 1;
  for (std::size_t i = 0; i < most; ++i) {
    const auto begin = static_cast<std::size_t>(static_cast<double>(i) * length / pixels);
    const auto end = std::clamp(static_cast<std::size_t>(static_cast<double>(i + 1) * length / pixels), begin + 1,
                                sound.envelope.size());
    audio::Overview::Extent sum = sound.envelope[begin];
    double squares = 0;
    for (std::size_t k = begin; k < end; ++k) {
      sum.low = std::min(sum.low, sound.envelope[k].low);
      sum.high = std::max(sum.high, sound.envelope[k].high);
      squares += static_cast<double>(sound.envelope[k].rms) * static_cast<double>(sound.envelope[k].rms);
    }
    sum.rms = static_cast<float>(std::sqrt(squares / static_cast<double>(end - begin)));
    out.columns.push_back(sum);
  }
  return out;
}

/// Where the amplitude axis ends: at full scale, nearer for what would hardly be seen.
double amplitude_limit(const audio::Overview& sound) {
  double peak = 0;
  for (const auto& column : sound.envelope)
    peak = std::max({peak, std::abs(static_cast<double>(column.low)), std::abs(static_cast<double>(column.high))});
  if (peak > 0.25 || peak < kQuietest) return std::max(1.0, peak);
  return peak * 1.1;
}

void draw_waveform(Canvas& canvas, const Panel& panel, const audio::Overview& sound) {
  const double limit = amplitude_limit(sound);
  const double middle = (panel.top + panel.bottom) / 2, unit = panel.height() / 2 / limit;
  canvas.begin_group("amplitude");
  const int rows = std::clamp(static_cast<int>(panel.height() / 45), 3, 9);
  for (const AxisTick& tick : round_ticks(-limit, limit, rows)) {
    const double at = middle - tick.value * unit;
    canvas.horizontal_line(panel.left, panel.right, at, kGridLine);
    canvas.text(panel.left - 7, at + 4, tick.label, {.size = kTickSize, .anchor = Anchor::kEnd});
  }
  draw_y_title(canvas, panel, "amplitude");
  canvas.vertical_line(panel.left, panel.top, panel.bottom, kFrame);
  canvas.end_group();

  const WaveColumns wave = to_pixels(sound, panel.width());
  const auto y = [&](double value) { return middle - value * unit; };
  std::vector<Point> outline;
  if (wave.width > 1) {  // fewer samples than pixels: a line through each
    for (std::size_t i = 0; i < wave.columns.size(); ++i) {
      const auto& column = wave.columns[i];
      const double x = panel.left + (static_cast<double>(i) + 0.5) * wave.width;
      outline.push_back({x, y(static_cast<double>(column.high))});
      if (column.low < column.high) outline.push_back({x, y(static_cast<double>(column.low))});
    }
    canvas.begin_group("waveform");
    canvas.polyline(outline, kBody, 1.25);
    canvas.end_group();
    return;
  }
  canvas.begin_group("waveform");
  for (std::size_t i = 0; i < wave.columns.size(); ++i) {
    const auto& column = wave.columns[i];
    const double high = y(static_cast<double>(column.high)), low = y(static_cast<double>(column.low));
    canvas.rectangle(panel.left + static_cast<double>(i) * wave.width, high - 0.5, wave.width, low - high + 1, kExtent);
  }
  canvas.end_group();
  canvas.begin_group("rms");
  for (std::size_t i = 0; i < wave.columns.size(); ++i) {
    const auto& column = wave.columns[i];
    // Within the extremes: the RMS of what is not centred lies outside of them.
    const double high = std::clamp(static_cast<double>(column.rms), static_cast<double>(column.low),
                                   static_cast<double>(std::max(column.low, column.high)));
    const double low = std::clamp(-static_cast<double>(column.rms), static_cast<double>(column.low),
                                  static_cast<double>(std::max(column.low, column.high)));
    if (high > low)
      canvas.rectangle(panel.left + static_cast<double>(i) * wave.width, y(high), wave.width, y(low) - y(high), kBody);
  }
  canvas.end_group();
}

// The spectrogram.

struct FrequencyAxis {
  FrequencyScale scale = FrequencyScale::kMel;
  double lowest = 0, highest = 1;
  double warped(double hz) const {
    switch (scale) {
      case FrequencyScale::kMel:
        return 2595 * std::log10(1 + hz / 700);
      case FrequencyScale::kLog:
        return std::log2(std::max(hz, 1.0));
      case FrequencyScale::kLinear:
        break;
    }
    return hz;
  }
  double unwarped(double place) const {
    switch (scale) {
      case FrequencyScale::kMel:
        return 700 * (std::pow(10.0, place / 2595) - 1);
      case FrequencyScale::kLog:
        return std::exp2(place);
      case FrequencyScale::kLinear:
        break;
    }
    return place;
  }
  /// 0 at the lowest, 1 at the highest frequency, and back.
  double share(double hz) const { return (warped(hz) - warped(lowest)) / (warped(highest) - warped(lowest)); }
  double hz(double share) const { return unwarped(warped(lowest) + share * (warped(highest) - warped(lowest))); }
};

std::string frequency_label(double hz) { return hz < 1000 ? fmt::format("{:g}", hz) : fmt::format("{:g}k", hz / 1000); }

std::vector<AxisTick> frequency_ticks(const FrequencyAxis& axis, double height) {
  std::vector<AxisTick> ticks;
  if (axis.scale == FrequencyScale::kLinear) {
    ticks = round_ticks(axis.lowest, axis.highest, std::clamp(static_cast<int>(height / 40), 2, 12));
    for (AxisTick& tick : ticks) tick.label = frequency_label(tick.value);
    return ticks;
  }
  double below = height * 2;
  const auto offer = [&](double hz) {
    const double at = height * (1 - axis.share(hz));
    if (hz < axis.lowest * 0.999 || hz > axis.highest * 1.001 || below - at < 22) return;
    ticks.push_back({hz, frequency_label(hz)});
    below = at;
  };
  if (axis.lowest == 0) offer(0);
  for (double power = 10; power <= axis.highest; power *= 10)
    for (const double factor : {1.0, 2.0, 5.0}) offer(power * factor);
  return ticks;
}

/// Power at each row of pixels from the power of the bins: the strongest of the bins that a row holds, between two bins
/// a mixture of both.
struct RowBins {
  std::size_t first = 0, last = 0;
  float share = 0;  ///< of `last`, where the row lies between both
  bool between = false;
};

std::vector<RowBins> rows_of(const FrequencyAxis& axis, const audio::Overview& sound, int height) {
  std::vector<RowBins> rows;
  const double bins_per_hz = static_cast<double>(sound.window) / sound.sample_rate;
  const auto last_bin = static_cast<double>(sound.bins() - 1);
  for (int row = 0; row < height; ++row) {
    const double low = axis.hz(1 - (row + 1.0) / height) * bins_per_hz,
                 high = axis.hz(1 - row * 1.0 / height) * bins_per_hz;
    RowBins bins;
    if (std::ceil(low) < high && high - low >= 1) {
      bins.first = static_cast<std::size_t>(std::clamp(std::ceil(low), 0.0, last_bin));
      bins.last = static_cast<std::size_t>(std::clamp(std::floor(high), static_cast<double>(bins.first), last_bin));
    } else {
      const double centre = std::clamp((low + high) / 2, 0.0, last_bin);
      bins.first = static_cast<std::size_t>(centre);
      bins.last = std::min(bins.first + 1, sound.bins() - 1);
      bins.share = static_cast<float>(centre - std::floor(centre));
      bins.between = true;
    }
    rows.push_back(bins);
  }
  return rows;
}

double decibels(double power) { return 10 * std::log10(std::max(power, kSilentPower)); }

void draw_spectrogram(Canvas& canvas, const Panel& panel, const audio::Overview& sound, const SoundOptions& options) {
  const double nyquist = sound.sample_rate / 2.0;
  FrequencyAxis axis{.scale = options.frequency};
  axis.highest = options.highest_hz > 0 ? std::min(options.highest_hz, nyquist) : nyquist;
  if (options.frequency == FrequencyScale::kLog) axis.lowest = std::min(kLowestLog, axis.highest / 2);

  float loudest = 0;
  for (const float power : sound.power) loudest = std::max(loudest, power);
  const bool silent = static_cast<double>(loudest) <= kSilentPower;
  const double high = silent ? 0 : std::ceil(decibels(static_cast<double>(loudest)) / 10 - 1e-6) * 10;
  const double low = high - options.range_db;

  Image image{.width = std::max(1, static_cast<int>(panel.width())),
              .height = std::max(1, static_cast<int>(panel.height()))};
  image.pixels.assign(static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height),
                      to_rgb(heat_colour(0)));
  const auto rows = rows_of(axis, sound, image.height);
  const double columns = static_cast<double>(sound.frames) / static_cast<double>(sound.spectrum_step);
  std::vector<float> mean(sound.bins());
  for (int x = 0; x < image.width && sound.columns() > 0; ++x) {
    const auto begin = std::min(static_cast<std::size_t>(x * columns / image.width), sound.columns() - 1);
    const auto end = std::clamp(static_cast<std::size_t>((x + 1) * columns / image.width), begin + 1, sound.columns());
    std::fill(mean.begin(), mean.end(), 0.0F);
    for (std::size_t column = begin; column < end; ++column)
      for (std::size_t k = 0; k < mean.size(); ++k)
        mean[k] += sound.power[column * mean.size() + k] / static_cast<float>(end - begin);
    for (int y = 0; y < image.height; ++y) {
      const RowBins& row = rows[static_cast<std::size_t>(y)];
      const float power = row.between ? mean[row.first] + row.share * (mean[row.last] - mean[row.first])
                                      : *std::max_element(mean.begin() + static_cast<std::ptrdiff_t>(row.first),
                                                          mean.begin() + static_cast<std::ptrdiff_t>(row.last) + 1);
      const double share = (decibels(static_cast<double>(power)) - low) / (high - low);
      image.pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) + static_cast<std::size_t>(x)] =
          to_rgb(heat_colour(share));
    }
  }
  canvas.begin_group("spectrogram");
  canvas.image(panel.left, panel.top, panel.width(), panel.height(), image);
  canvas.end_group();
  canvas.begin_group("frequency");
  for (const AxisTick& tick : frequency_ticks(axis, panel.height())) {
    const double at = panel.bottom - axis.share(tick.value) * panel.height();
    canvas.horizontal_line(panel.left - 5, panel.left, at, kFrame);
    canvas.text(panel.left - 8, at + 4, tick.label, {.size = kTickSize, .anchor = Anchor::kEnd});
  }
  draw_y_title(canvas, panel, "Hz");
  canvas.end_group();
  colour_bar(canvas, panel.right + 14, panel.top, panel.height(), low, high, "dB");
}

// Sheets.

enum class Panels { kWaveform, kSpectrogram, kBoth };

void draw(const Target& target, const audio::Overview& sound, const SoundOptions& options, Panels panels,
          int default_height) {
  const int height = options.height == 0 ? default_height : options.height;
  const auto canvas = make_canvas(target.path(), options.width, height);
  if (sound.sample_rate < 1)
    throw Error({.message = "a picture of a sound without a sample rate",
                 .path = target.path().string(),
                 .code = ErrorCode::kInvalidArgument});
  if (!(options.range_db > 0 && options.range_db <= 200)) {
    throw Error({.message = fmt::format("a spectrogram over {} dB", options.range_db),
                 .path = target.path().string(),
                 .hint = "Choose a range above 0 and at most 200 dB.",
                 .code = ErrorCode::kInvalidArgument});
  }
  double top = 14;
  if (const std::string title = displayable(options.title, 160); !title.empty()) {
    canvas->text(kSide, 30, Canvas::fitted(title, options.width - 2 * kSide, 17, true), {.size = 17, .bold = true});
    top = 40;
  }
  const std::string note = fmt::format("{}, {} samples a second", clock_label(sound.seconds(), 2),
                                       grouped(static_cast<std::uint64_t>(sound.sample_rate)));
  canvas->text(kSide, top + 12, note, {.size = 12, .colour = kFaintInk});
  top += 26;

  Panel panel{.left = kLeft,
              .right = std::max(kLeft + 8, options.width - (panels == Panels::kWaveform ? kSide + 8 : kRight)),
              .top = top,
              .bottom = std::max(top + 8, height - 48.0)};
  const TimeAxis time{.seconds = sound.frames > 0 ? sound.seconds() : 1, .left = panel.left, .right = panel.right};
  if (sound.frames == 0) {
    canvas->text((panel.left + panel.right) / 2, (panel.top + panel.bottom) / 2, "no sound",
                 {.size = 16, .colour = kFaintInk, .anchor = Anchor::kMiddle});
  } else if (panels == Panels::kBoth) {
    Panel upper = panel;
    upper.bottom = panel.top + (panel.height() - 14) / 3;
    draw_waveform(*canvas, upper, sound);
    draw_time_axis(*canvas, time, upper.bottom, false);
    panel.top = std::round(upper.bottom + 14);
    draw_spectrogram(*canvas, panel, sound, options);
  } else if (panels == Panels::kWaveform) {
    draw_waveform(*canvas, panel, sound);
  } else {
    draw_spectrogram(*canvas, panel, sound, options);
  }
  draw_time_axis(*canvas, time, panel.bottom, true);
  save(*canvas, target);
}

}  // namespace

void waveform(const Target& target, const audio::Overview& sound, const SoundOptions& options) {
  draw(target, sound, options, Panels::kWaveform, 420);
}

void spectrogram(const Target& target, const audio::Overview& sound, const SoundOptions& options) {
  draw(target, sound, options, Panels::kSpectrogram, 620);
}

void sound_sheet(const Target& target, const audio::Overview& sound, const SoundOptions& options) {
  draw(target, sound, options, Panels::kBoth, 860);
}

}  // namespace continuo::plot
