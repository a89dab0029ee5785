// A second thread that works on each step behind the first, for networks of which a part needs no result at once.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <thread>

namespace continuo::engine {

inline constexpr std::size_t kLine = 64 / sizeof(float);  ///< of the cache

/// Asks for memory that another core wrote: for all its lines at once, where each read would wait for its own.
inline void expect_reads(const float* first, std::size_t count) noexcept {
  for (std::size_t i = 0; i < count; i += kLine) __builtin_prefetch(first + i);
}
/// The same before memory is written that another core has read.
inline void expect_writes(const float* first, std::size_t count) noexcept {
  for (std::size_t i = 0; i < count; i += kLine) {
#if defined(__x86_64__)
    asm volatile("prefetchw %0" : : "m"(first[i]));  // the builtin makes this of it only with an option of the compiler
#else
    __builtin_prefetch(first + i, 1);
#endif
  }
}

/// The first thread gives pieces, the helper reports results; both are counted since the helper was made. It spins
/// while there are steps, and sleeps when there were none for a while. Its work is called once for each step that
/// begin() began, on its own thread.
class HelperThread {
 public:
  using Work = void (*)(void* context, HelperThread& helper) noexcept;
  HelperThread(Work work, void* context);
  ~HelperThread();
  HelperThread(const HelperThread&) = delete;
  HelperThread& operator=(const HelperThread&) = delete;

  // For the first thread.

  /// Whether the helper takes part in the step that begins. Not while it sleeps: then it is woken for a later one.
  /// And for some time not after it was late, because others keep its core.
  bool begin() noexcept;
  void give() noexcept;  ///< one more piece of this step
  /// Until so many results were reported in all.
  void await_result(std::uint64_t count) noexcept;

  /// The step is over for the first thread. One that found the helper asleep says how long steps take.
  void end() noexcept;
  /// How long the helper waits awake for a step: some steps.
  std::chrono::nanoseconds spin_time() const noexcept {
    return std::chrono::nanoseconds(spin_time_.load(std::memory_order_relaxed));
  }

  // For the helper, within its work.

  void await_piece() noexcept;  ///< the next one
  void report() noexcept;       ///< one more result

 private:
  void run() noexcept;
  bool spin_for_step() noexcept;
  void sleep() noexcept;

  static constexpr std::uint64_t kAsleep = 1;  ///< beside twice the count of pieces, begins included
  Work work_;
  void* context_;
  // Each where one thread writes: on lines of their own.
  alignas(64) std::atomic<std::uint64_t> given_ = 0;
  alignas(64) std::atomic<std::uint64_t> reported_ = 0;
  alignas(64) std::uint64_t own_given_ = 0;  ///< of the first thread
  std::uint64_t seen_reported_ = 0;
  std::uint64_t steps_alone_ = 0;  ///< until the helper is asked again
  std::uint64_t next_pause_ = kShortestPause;
  std::uint64_t steps_in_time_ = 0;
  std::chrono::steady_clock::time_point begun_{};  ///< of the step
  bool found_asleep_ = false;
  std::atomic<std::int64_t> spin_time_ = kShortestSpin;
  alignas(64) std::uint64_t taken_ = 0;  ///< of the helper
  alignas(64) std::atomic<std::uint32_t> wake_ = 0;
  std::atomic<bool> stop_ = false;
  std::thread thread_;

  static constexpr std::uint64_t kShortestPause = 256;    ///< steps
  static constexpr std::int64_t kShortestSpin = 500'000;  ///< nanoseconds
  static constexpr std::int64_t kLongestSpin = 20'000'000;
};

}  // namespace continuo::engine
