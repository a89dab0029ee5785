// Multiplications and additions of a step, from the shapes of the tensors.
#include "continuo/weights/work.h"

#include "continuo/weights/network_info.h"

namespace continuo::weights {

std::optional<double> multiply_adds(const NetworkSpec& spec) {
  if (!network_info(spec).is_stepwise) return std::nullopt;
  double count = 0;
  for (const TensorSpec& tensor : tensor_specs(spec)) {
    const bool multiplied =
        tensor.role == TensorRole::kMatrix || (tensor.role == TensorRole::kEmbedding && spec.reads_frames());
    if (!multiplied) continue;
    double values = 1;
    for (const auto size : tensor.shape) values *= static_cast<double>(size);
    count += values;
  }
  return count;
}

}  // namespace continuo::weights
