// The precision of a run's matrix products on this machine.
#pragma once

#include <string>

#include "continuo/training/recipe.h"
#include "continuo/weights/network_spec.h"

namespace continuo::training {

struct PrecisionChoice {
  TrainingPrecision precision = TrainingPrecision::kFp32;  ///< not kAuto
  double bfloat_speed = -1;                                ///< nets::bfloat_speed(); -1: not measured
  /// bf16, although it is slower than fp32 here.
  bool emulated() const noexcept {
    return precision == TrainingPrecision::kBf16 && bfloat_speed >= 0 && bfloat_speed < 0.9;
  }
};

/// `asked` is OptimisationOptions::precision. kAuto is bf16 where the processor has bfloat16 arithmetic, a product
/// measured once is faster with it, and the network gains from it: on the CPU, and not for an LSTM or GRU on several
/// threads, whose products are too small to be divided (docs/training.md). Else fp32. `threads` 0: every core.
/// Throws Error where bf16 is asked for and cannot be computed.
PrecisionChoice choose_precision(TrainingPrecision asked, const weights::NetworkSpec& network, int threads,
                                 const std::string& device);

/// For the user: what was chosen, and why or at what price. `began`: the run resumes with what it began with.
std::string precision_note(TrainingPrecision asked, const PrecisionChoice& choice, bool began);

}  // namespace continuo::training
