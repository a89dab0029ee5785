// Survey: the measures and the features of every piece of a collection.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "continuo/base/progress.h"
#include "continuo/evaluation/distributions.h"
#include "continuo/evaluation/frechet.h"
#include "continuo/evaluation/measures.h"

namespace continuo::evaluation {

/// A piece that is read when its turn comes, on any thread. `read` may throw Error.
struct SurveySource {
  std::string name;
  std::function<Score()> read;
};

struct SurveyedPiece {
  std::string name;
  std::size_t source = 0;      ///< its index
  std::vector<double> values;  ///< as measure() gives them
  Features features;           ///< of what was measured: see MeasureOptions::first_seconds
  PieceProfile profile;        ///< for frechet_distance()
};

struct Survey {
  std::vector<SurveyedPiece> pieces;  ///< in the order of the sources
  struct LeftOut {
    std::string name, why;
  };
  std::vector<LeftOut> left_out;  ///< could not be read, or have no notes
  /// The values of one measure, in the order of the pieces; NaN where it is not defined.
  std::vector<double> values(Measure measure) const;
  std::vector<PieceProfile> profiles() const;
};

struct SurveyOptions {
  MeasureOptions measure;
  int threads = 0;  ///< 0: every core; the result does not depend on it
};

/// No score stays in memory. Throws Interrupted.
Survey survey(std::span<const SurveySource> sources, const SurveyOptions& options = {},
              const ProgressSink& progress = {}, std::stop_token stop = {});

}  // namespace continuo::evaluation
