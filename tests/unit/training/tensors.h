// Tensors as a Learner gives them out, compared.
#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

namespace continuo::training {

using Tensors = std::map<std::string, std::vector<float>>;

inline double largest_difference(const Tensors& a, const Tensors& b) {
  double most = 0;
  for (const auto& [name, values] : a)
    for (std::size_t i = 0; i < values.size(); ++i)
      most = std::max(most, std::abs(static_cast<double>(values[i]) - static_cast<double>(b.at(name)[i])));
  return most;
}

}  // namespace continuo::training
