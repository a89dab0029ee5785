// How fast a network learns on this machine, beside the fastest that its matrix products go.
#pragma once

#include <cstddef>
#include <stop_token>

#include "continuo/base/progress.h"
#include "continuo/training/recipe.h"

namespace continuo::training {

struct SpeedOptions {
  weights::NetworkSpec network;  ///< with its vocabulary; reads symbols
  OptimisationOptions training;  ///< objective, order, chunk, batch, precision, threads and dropout count
  double seconds = 10;           ///< of measuring
};

struct Speed {
  std::size_t parameters = 0;
  int turns = 0;
  double seconds_per_step = 0;    ///< of the optimiser; median over turns
  double symbols_per_second = 0;  ///< scored, in training
  /// Multiplications and additions counted one by one, as in weights::multiply_adds(), three times: forwards, and
  /// backwards to the inputs and to the weights. Context that is recomputed and the optimiser are not counted.
  double flops_per_symbol = 0;
  double flops_per_second = 0;
  double peak_flops_per_second = 0;  ///< of two matrices of 1024 x 1024, same precision and threads: the best of all
};

/// Trains on random symbols in turns with matrix products, so that other work on the machine slows both alike. Throws
/// Error (a network whose work is not counted, or over frames); Interrupted.
Speed measure_speed(const SpeedOptions& options, const ProgressSink& progress = {}, std::stop_token stop = {});

}  // namespace continuo::training
