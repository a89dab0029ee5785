// Seeded random numbers that are the same on every machine and library: std distributions are not.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace continuo {

/// xoshiro256** 1.0 (Blackman and Vigna 2018), seeded through SplitMix64. Value type; copy it to fork a sequence.
class Random {
 public:
  using State = std::array<std::uint64_t, 4>;

  /// Different `stream`s of one seed are independent sequences, for example one per composed piece.
  explicit Random(std::uint64_t seed = 0, std::uint64_t stream = 0) noexcept;

  std::uint64_t next() noexcept;
  double uniform() noexcept;                                           ///< in [0, 1), 53 bits
  std::uint64_t below(std::uint64_t bound) noexcept;                   ///< in [0, bound), unbiased; 0 when bound is 0
  std::int64_t between(std::int64_t low, std::int64_t high) noexcept;  ///< in [low, high], both included
  double normal() noexcept;  ///< mean 0, variance 1 (Box-Muller, one value per call)

  template <class T>
  void shuffle(std::span<T> values) noexcept {
    for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[below(i)]);
  }

  const State& state() const noexcept { return state_; }
  void set_state(const State& state) noexcept { state_ = state; }

 private:
  State state_;
};

}  // namespace continuo
