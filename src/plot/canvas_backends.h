// The two kinds of canvas, for make_canvas() alone, and what one needs of the other.
#pragma once

#include <memory>

#include "canvas.h"

namespace continuo::plot {

std::unique_ptr<Canvas> make_png_canvas(int width, int height);
std::unique_ptr<Canvas> make_svg_canvas(int width, int height);

/// The bytes of a PNG file. Throws Error.
std::vector<std::uint8_t> encode_png(const Image& image);

}  // namespace continuo::plot
