// Colours between a few anchors.
#include "heat_map.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "axis.h"
#include "look.h"

namespace continuo::plot {
namespace {

constexpr double kBarWidth = 14;

}  // namespace

Colour heat_colour(double share) noexcept {
  static constexpr std::array<Colour, 7> kAnchors = {{{0.01, 0.01, 0.06},
                                                      {0.15, 0.06, 0.34},
                                                      {0.38, 0.10, 0.48},
                                                      {0.65, 0.19, 0.43},
                                                      {0.88, 0.36, 0.28},
                                                      {0.98, 0.64, 0.24},
                                                      {0.99, 0.97, 0.75}}};
  const double place = std::clamp(share, 0.0, 1.0) * (kAnchors.size() - 1);
  const auto index = std::min(static_cast<std::size_t>(place), kAnchors.size() - 2);
  return mix(kAnchors[index], kAnchors[index + 1], place - static_cast<double>(index));
}

std::uint32_t to_rgb(const Colour& colour) noexcept {
  const auto channel = [](double value) {
    return static_cast<std::uint32_t>(std::lround(std::clamp(value, 0.0, 1.0) * 255));
  };
  return channel(colour.red) << 16 | channel(colour.green) << 8 | channel(colour.blue);
}

void colour_bar(Canvas& canvas, double x, double y, double height, double low, double high, const std::string& unit) {
  canvas.begin_group("colours");
  Image image{.width = 1, .height = std::max(1, static_cast<int>(height))};
  for (int row = 0; row < image.height; ++row)
    image.pixels.push_back(to_rgb(heat_colour(1 - (row + 0.5) / image.height)));
  canvas.image(x, y, kBarWidth, height, image);
  const int ticks = std::clamp(static_cast<int>(height / 40), 2, 10);
  for (const AxisTick& tick : round_ticks(low, high, ticks)) {
    const double at = y + height - (tick.value - low) / (high - low) * height;
    canvas.text(x + kBarWidth + 5, at + 4, tick.label + (tick.value == 0 ? " " + unit : ""), {.size = kTickSize});
  }
  canvas.end_group();
}

}  // namespace continuo::plot
