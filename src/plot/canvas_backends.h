// The two kinds of canvas, for make_canvas() alone.
#pragma once

#include <memory>

#include "canvas.h"

namespace continuo::plot {

std::unique_ptr<Canvas> make_png_canvas(int width, int height);
std::unique_ptr<Canvas> make_svg_canvas(int width, int height);

}  // namespace continuo::plot
