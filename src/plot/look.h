// Colours and sizes that pictures with axes share.
#pragma once

#include "canvas.h"

namespace continuo::plot {

inline constexpr Colour kGridLine{0.915, 0.922, 0.937};
inline constexpr Colour kFrame{0.55, 0.57, 0.62};
inline constexpr double kTickSize = 11;  ///< of the letters at ticks
inline constexpr double kLabelSize = 12;

}  // namespace continuo::plot
