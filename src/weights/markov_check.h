// Beyond shapes: whether the values of a Markov chain's tensors are a table that can be walked.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "continuo/weights/network_spec.h"

namespace continuo::weights {

/// `values` gives a tensor of the spec by its name. Throws Error naming a tensor whose numbers are not whole, out of
/// order or out of range. Other networks pass.
void check_markov(const NetworkSpec& spec, const std::function<std::span<const float>(const std::string&)>& values);

}  // namespace continuo::weights
