// A grid of values as colours, and the scale that says what the colours mean.
#pragma once

#include "canvas.h"

namespace continuo::plot {

/// From nearly black through violet and orange to pale yellow, lightness rising all the way, so that it reads the same
/// in grey. `share` is clamped to 0 to 1.
Colour heat_colour(double share) noexcept;

std::uint32_t to_rgb(const Colour& colour) noexcept;  ///< 0xRRGGBB

/// A bar of the colours between `low` (bottom) and `high`, with round ticks to its right.
void colour_bar(Canvas& canvas, double x, double y, double height, double low, double high, const std::string& unit);

}  // namespace continuo::plot
