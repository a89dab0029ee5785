// What stands above a piano roll: title, length, facts, legend.
#pragma once

#include <string>
#include <vector>

#include "canvas.h"
#include "continuo/music/score.h"
#include "continuo/music/time.h"
#include "continuo/plot/plot.h"

namespace continuo::plot {

/// The colour of a value that is `share` of the highest: from pale blue over orange to dark red, darker all the way;
/// grey where it is not finite.
Colour value_colour(double share);

class RollHeading {
 public:
  RollHeading(const Score& score, const TempoMap& tempo, const MeterMap& meter, const PianoRollOptions& options);
  double height() const noexcept { return height_; }  ///< pixels
  void draw(Canvas& canvas) const;

 private:
  int width_;
  std::string title_;
  std::string length_;  ///< "0:57, 24 bars, 312 notes"
  std::string facts_;   ///< "E minor · 3/4 · 96 bpm"
  std::vector<LegendEntry> legend_;
  double height_ = 0;
};

}  // namespace continuo::plot
