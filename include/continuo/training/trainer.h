// Training: from a dataset and a recipe to a model file, with checkpoints, a learning curve and its picture's data.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "continuo/base/progress.h"
#include "continuo/corpus/dataset.h"
#include "continuo/training/recipe.h"

namespace continuo::training {

/// One evaluation: a row of curve.csv.
struct CurvePoint {
  std::int64_t step = 0;
  double epoch = 0;
  double minutes = 0;  ///< of training, evaluation excluded
  double train_loss =
      0;  ///< nats per symbol, mean over the steps since the last point, with dropout and augmentation on
  double held_out_loss = 0;  ///< nats per symbol over the whole validation part (test part where there is none),
                             ///< streamed with full context; bits = nats / ln 2
  double learning_rate = 0;
};

struct TrainOptions {
  std::filesystem::path
      folder;           ///< receives recipe.toml, curve.csv, last.checkpoint, last.safetensors, best.safetensors
  bool resume = false;  ///< go on from last.checkpoint when there is one
};

struct TrainResult {
  std::filesystem::path best_model, last_model;
  std::vector<CurvePoint> curve;
  std::size_t parameters = 0;
  int vocabulary_size = 0;
  double symbols_per_second = 0;  ///< of training
  bool interrupted = false;       ///< stopped by the token; resume goes on
};

/// Trains. `on_point` is called after each evaluation. When `stop` is requested the state is saved and the result says
/// so. Deterministic in (dataset, recipe, thread count). Throws Error (nothing to train on, loss not finite, disk
/// full).
TrainResult train(const corpus::Dataset& dataset, const Recipe& recipe, const TrainOptions& options,
                  const ProgressSink& progress = {}, std::stop_token stop = {},
                  const std::function<void(const CurvePoint&)>& on_point = {});

}  // namespace continuo::training
