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

/// Settings that libraries read once, when they are loaded. Sets those of these that are not set already, and replaces
/// the process by a fresh start of itself. Call first in main, before anything was opened or printed; returns when
/// there is nothing to do.
/// - OMP_WAIT_POLICY=passive: threads that wait for work spin by default, which is ruinous while another program uses
///   the same cores.
/// - GLIBC_TUNABLES: by default a large tensor's memory goes back to the system with the tensor, and the next one's
///   pages are cleared and mapped anew, a third of the time of training a WaveNet. So what was freed is kept, in large
///   pages where the system has them.
void start_for_training(char** argv);

}  // namespace continuo::nets
