// Multiplications and additions of a step, from the shapes of the tensors.
#include "continuo/weights/work.h"

namespace continuo::weights {

std::optional<double> multiply_adds(const NetworkSpec& spec) {
  if (spec.is_counted() || std::holds_alternative<GuideCnnSpec>(spec.network)) return std::nullopt;
  double count = 0;
  for (const TensorSpec& tensor : tensor_specs(spec)) {
    const bool looked_up = (tensor.name == "embedding.weight" && !spec.reads_frames()) ||
                           tensor.name.ends_with("condition.weight") || tensor.name.starts_with("match.");
    if (tensor.shape.size() < 2 || looked_up) continue;
    double values = 1;
    for (const auto size : tensor.shape) values *= static_cast<double>(size);
    count += values;
  }
  return count;
}

}  // namespace continuo::weights
