// Allocation of arenas.
#include "engine/arena.h"

#include <algorithm>
#include <cassert>

namespace continuo::engine {

static_assert(kLanes * sizeof(float) % kAlignment == 0, "a padded vector ends where the next may begin");

Arena::Arena(std::size_t floats, PackingFormat packed)
    : packing(packed),
      data_(static_cast<float*>(
          ::operator new[](std::max<std::size_t>(floats, 1) * sizeof(float), std::align_val_t{kAlignment}))),
      size_(floats) {
  std::fill_n(data_.get(), size_, 0.0F);
}

float* Arena::take(std::size_t floats) noexcept {
  const std::size_t offset = used_;
  used_ += padded(floats);
  if (data_ == nullptr) return nullptr;
  assert(used_ <= size_);
  return data_.get() + offset;
}

void remove_column(float* x, std::size_t rows, std::size_t columns, std::size_t size, std::size_t gone) noexcept {
  float* to = x;
  for (std::size_t i = 0; i < rows * columns; ++i, x += size) {
    if (i % columns == gone) continue;
    if (to != x) std::copy_n(x, size, to);
    to += size;
  }
}

}  // namespace continuo::engine
