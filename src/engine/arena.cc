// Allocation of arenas.
#include "engine/arena.h"

#include <algorithm>
#include <cassert>

namespace continuo::engine {

static_assert(kLanes * sizeof(float) % kAlignment == 0, "a padded vector ends where the next may begin");

Arena::Arena(std::size_t floats, Form packed)
    : form(packed),
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

}  // namespace continuo::engine
