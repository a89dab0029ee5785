// What a training run writes down beside its weights: the curve, the metadata of its models, its place in the run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "continuo/training/trainer.h"

namespace continuo::training {

std::string curve_csv(const std::vector<CurvePoint>& curve);

/// "continuo.training" of a model file: JSON.
std::string training_metadata(const TrainResult& result, const CurvePoint& point, const corpus::Dataset& dataset);

/// Running means by which spikes and divergence are found.
struct Health {
  std::int64_t steps = 0;  ///< that went into them
  double log_norm = 0;     ///< natural logarithm of the gradient's norm
  double loss = 0;
  bool learned = false;  ///< whether the loss was once below that of a uniform guess
};

/// What a checkpoint holds beside tensors.
struct RunState {
  std::string dataset;    ///< name of the cache file, which names its content
  std::string network;    ///< JSON
  std::string start;      ///< hash of the model that is fine-tuned, and what is frozen; empty: from random weights
  std::string precision;  ///< of products: "fp32" or "bf16"; empty in old checkpoints
  std::string examples;   ///< how examples are drawn; another way cannot go on from `position`
  std::string position;
  std::int64_t step = 0;
  std::int64_t skipped = 0;  ///< loss or gradient not finite
  std::int64_t spikes = 0;   ///< skipped, too
  int in_a_row = 0;          ///< skipped steps of either kind until now
  Health health;
  std::uint64_t symbols = 0;
  double seconds = 0;  ///< of training
  double evaluation_seconds = 0;
  double reading_seconds = 0;  ///< of training: examples
  double loss_sum = 0;         ///< since the last point
  std::uint64_t loss_symbols = 0;
  std::vector<CurvePoint> curve;
};
std::string to_text(const RunState& state);
RunState run_state_from_text(const std::string& text, const std::string& path);  ///< throws Error

}  // namespace continuo::training
