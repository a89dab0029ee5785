// Training of a Markov chain, which is counting: no step, no gradient, no libtorch.
#pragma once

#include <functional>
#include <map>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "training/plan.h"

namespace continuo::training {

/// The table of docs/model-file.md from the n-grams of `pieces`; `spec.entries` receives its sizes. Where a length has
/// more than spec.max_entries, those that occur most often are kept. Memory grows with what is kept, not with the
/// pieces: n-grams met once are forgotten where too many wait to be counted. Throws Error (pieces too short for the
/// order); Interrupted.
std::map<std::string, std::vector<float>> count_ngrams(weights::MarkovSpec& spec, std::span<const ExamplePiece> pieces,
                                                       const ProgressSink& progress = {}, std::stop_token stop = {});

/// train() for `markov`: one point of the curve, models and recipe as of any other network.
TrainResult count_and_evaluate(const corpus::Dataset& dataset, Plan plan, const Recipe& recipe,
                               const TrainOptions& options, const ProgressSink& progress, std::stop_token stop,
                               const std::function<void(const CurvePoint&)>& on_point);

}  // namespace continuo::training
