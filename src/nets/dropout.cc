// Factors of zeros and 1 / (1 - rate), drawn for a whole batch of which this process has a part.
#include "continuo/nets/dropout.h"

#include <ATen/CPUGeneratorImpl.h>

#include "nets/layers.h"

namespace continuo::nets {

struct DropoutDraws::Source {
  at::Generator generator;
  std::int64_t row = 0, rows = 0, all = 0;  ///< of the batch; rows = 0: the batch is whole
};

namespace {

thread_local DropoutDraws::Source* current = nullptr;

}  // namespace

DropoutDraws::DropoutDraws(std::uint64_t seed) : source_(std::make_unique<Source>()), before_(current) {
  source_->generator = at::detail::createCPUGenerator(seed);
  current = source_.get();
}

DropoutDraws::~DropoutDraws() { current = before_; }

void DropoutDraws::take_part(std::int64_t row, std::int64_t rows, std::int64_t all) {
  source_->row = row;
  source_->rows = rows;
  source_->all = all;
}

torch::Tensor dropout_factor(std::vector<std::int64_t> shape, std::int64_t dimension, double rate,
                             const torch::TensorOptions& like) {
  if (current == nullptr) return torch::empty(shape, like).bernoulli_(1.0 - rate).div_(1.0 - rate);
  // On the CPU, whatever the device: there a seed says the same everywhere.
  const torch::TensorOptions drawn = like.device(torch::kCPU);
  std::int64_t& size = shape.at(static_cast<std::size_t>(dimension));
  if (current->rows == 0 || current->rows == current->all)
    return torch::empty(shape, drawn).bernoulli_(1.0 - rate, current->generator).div_(1.0 - rate).to(like.device());
  const std::int64_t here = size;
  const std::int64_t each = here / current->rows;  // of a sequence: 1, or its windows
  size = each * current->all;
  return torch::empty(shape, drawn)
      .bernoulli_(1.0 - rate, current->generator)
      .div_(1.0 - rate)
      .narrow(dimension, each * current->row, here)
      .to(like.device());
}

torch::Tensor channel_dropout(std::int64_t batch, std::int64_t channels, double rate,
                              const torch::TensorOptions& like) {
  return dropout_factor({batch, channels}, 0, rate, like);
}

}  // namespace continuo::nets
