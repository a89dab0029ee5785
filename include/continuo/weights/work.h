// How much a network calculates for a step.
#pragma once

#include <optional>

#include "continuo/weights/network_spec.h"

namespace continuo::weights {

/// Weights that are multiplied and added once for each step of a sequence: those of all matrices and kernels, without
/// look-ups (of symbols in the embedding, of labels). Nothing for networks of which that is not so
/// (NetworkInfo::is_stepwise): `guide-cnn`, whose layers run over a window, and `markov`.
std::optional<double> multiply_adds(const NetworkSpec& spec);

}  // namespace continuo::weights
