// One aligned block of floats, given out piece by piece in reading order: a model's weights, or a stream's state.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <type_traits>

#include "continuo/engine/engine.h"
#include "engine/kernel_table.h"

namespace continuo::engine {

constexpr std::size_t padded(std::size_t size) noexcept { return (size + kLanes - 1) / kLanes * kLanes; }

inline constexpr std::size_t kAlignment = 64;  ///< bytes: a cache line, and the widest vector register

/// How matrices are packed, and for which kernels; and how many threads will step.
struct PackingFormat {
  Precision precision = Precision::kFp32;
  InstructionSet instruction_set = InstructionSet::kScalar;
  int threads = 1;
};

/// Two passes make one allocation: the first over an Arena without memory, which only measures, the second over one of
/// the size that was measured.
class Arena {
 public:
  explicit Arena(PackingFormat packed = {}) : packing(packed) {}  ///< measures: take() gives nullptr
  explicit Arena(std::size_t floats, PackingFormat packed = {});  ///< zeroed
  /// The next `floats` values, on a kAlignment boundary and followed by padding up to the next one. Asking for more
  /// than was measured is a fault of the caller.
  float* take(std::size_t floats) noexcept;

  /// `count` objects made anew; they live as long as the arena and are never destroyed. nullptr when it only measures.
  template <class T>
  T* take_objects(std::size_t count) noexcept {
    static_assert(std::is_trivially_destructible_v<T> && std::is_trivially_copyable_v<T> && alignof(T) <= kAlignment);
    float* const floats = take((count * sizeof(T) + sizeof(float) - 1) / sizeof(float));
    if (floats == nullptr) return nullptr;
    T* const objects = reinterpret_cast<T*>(floats);
    for (std::size_t i = 0; i < count; ++i) new (objects + i) T();
    return objects;
  }

  std::size_t used() const noexcept { return used_; }  ///< floats, padding included
  std::span<float> values() noexcept { return {data_.get(), size_}; }

  PackingFormat packing;  ///< of a model's weights

 private:
  struct Free {
    void operator()(float* data) const noexcept { ::operator delete[](data, std::align_val_t{kAlignment}); }
  };
  std::unique_ptr<float[], Free> data_;
  std::size_t size_ = 0;
  std::size_t used_ = 0;
};

/// Calls f(x, at_a, at_b, bytes), offsets in bytes, for columns a and b of each row of x [rows, columns, size].
template <class T, class F>
void each_column(T* x, std::size_t rows, std::size_t columns, std::size_t size, std::size_t a, std::size_t b,
                 const F& f) {
  for (std::size_t row = 0; row < rows; ++row)
    f(x, (row * columns + a) * size * sizeof(T), (row * columns + b) * size * sizeof(T), size * sizeof(T));
}

/// x [rows, columns, size] without column `gone`, packed to the front of the same memory.
void remove_column(float* x, std::size_t rows, std::size_t columns, std::size_t size, std::size_t gone) noexcept;

}  // namespace continuo::engine
