// Threads and memory of the libraries under libtorch. OpenMP (element-wise work, loops over sequences) and the BLAS
// library (matrix products) keep pools of their own; two pools on the same cores slow each other down.
#pragma once

#include <string>

namespace continuo::nets {

/// Sets both counts for the whole process; call before the first tensor operation. 0: every available core for
/// OpenMP, one thread for BLAS, which suits the networks here: they split the batch over OpenMP's threads themselves.
void set_threads(int openmp = 0, int blas = 1);

/// The BLAS library that matrix products run on: "OpenBLAS", "BLIS", "MKL", or "unknown" (its threads cannot be set;
/// Debian's reference BLAS, many times slower than OpenBLAS, is one of these).
std::string blas_library();

/// Sets the environment of a process that trains (set_learning_environment()) and, where that changed something,
/// replaces the process by a fresh start of itself. Call first in main, before anything was opened or printed; returns
/// when there is nothing to do.
void start_for_training(char** argv);

}  // namespace continuo::nets
