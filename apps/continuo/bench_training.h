// continuo bench --training: how fast this machine learns.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace continuo::app {

struct TrainingBench {
  std::filesystem::path model;          ///< whose network and recipe are measured; empty: three of usual sizes
  std::vector<std::string> precisions;  ///< of "fp32", "bf16"; "int8" is passed over
  std::vector<int> threads;
  double seconds = 0;         ///< in all
  std::filesystem::path csv;  ///< empty: none
};

/// Throws Error (nothing that could be measured); Interrupted.
void bench_training(const TrainingBench& bench);

}  // namespace continuo::app
