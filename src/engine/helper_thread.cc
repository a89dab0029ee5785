// Counters, spinning and sleeping of helper.h.
#include "engine/helper_thread.h"

#include <algorithm>
#include <chrono>

namespace continuo::engine {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kLongestPause = 65'536;  // steps
constexpr std::uint64_t kTrusted = 4;            // so many pauses in time, and the next is short again
constexpr std::int64_t kSteps = 4;               // that the helper waits for one, awake
constexpr int kLooks = 64;                       // at a counter, between two at the clock
constexpr Clock::duration kLate = std::chrono::microseconds(100);  // beyond what the step took itself

void relax() noexcept {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Spins until done(), for `most` at the longest.
template <class F>
bool spin(Clock::duration most, const F& done) noexcept {
  const auto look = [&] {
    for (int i = 0; i < kLooks; ++i) {
      if (done()) return true;
      relax();
    }
    return false;
  };
  if (look()) return true;
  const auto begun = Clock::now();
  while (Clock::now() - begun < most)
    if (look()) return true;
  return false;
}

}  // namespace

HelperThread::HelperThread(Work work, void* context) : work_(work), context_(context), thread_([this] { run(); }) {}

HelperThread::~HelperThread() {
  stop_ = true;
  wake_ = 1;
  wake_.notify_one();
  thread_.join();
}

bool HelperThread::begin() noexcept {
  if (steps_alone_ > 0) {
    --steps_alone_;
    return false;
  }
  std::uint64_t expected = own_given_;
  if (given_.compare_exchange_strong(expected, own_given_ + 2, std::memory_order_acq_rel)) {
    own_given_ += 2;
    begun_ = Clock::now();
    return true;
  }
  found_asleep_ = true;
  begun_ = Clock::now();
  if (wake_.exchange(1, std::memory_order_acq_rel) == 0) wake_.notify_one();
  return false;
}

void HelperThread::end() noexcept {
  if (!found_asleep_) return;
  found_asleep_ = false;
  const std::chrono::nanoseconds taken = Clock::now() - begun_;
  spin_time_.store(std::clamp<std::int64_t>(kSteps * taken.count(), kShortestSpin, kLongestSpin),
                   std::memory_order_relaxed);
}

void HelperThread::give() noexcept {
  own_given_ += 2;
  given_.store(own_given_, std::memory_order_release);
}

void HelperThread::await_result(std::uint64_t count) noexcept {
  if (seen_reported_ >= count) return;
  const auto reported = [&] {
    seen_reported_ = reported_.load(std::memory_order_acquire);
    return seen_reported_ >= count;
  };
  if (reported() || spin(kLate + 2 * (Clock::now() - begun_), reported)) {
    if (++steps_in_time_ >= kTrusted * next_pause_) next_pause_ = kShortestPause;
    return;
  }
  while (!reported()) std::this_thread::yield();
  steps_alone_ = next_pause_;
  next_pause_ = std::min(2 * next_pause_, kLongestPause);
  steps_in_time_ = 0;
}

void HelperThread::await_piece() noexcept {
  taken_ += 2;
  const auto given = [&] { return given_.load(std::memory_order_acquire) >= taken_; };
  while (!spin(kLate, given)) std::this_thread::yield();
}

void HelperThread::report() noexcept {
  reported_.store(reported_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
}

bool HelperThread::spin_for_step() noexcept {
  return spin(spin_time(),
              [&] { return given_.load(std::memory_order_acquire) > taken_ || stop_.load(std::memory_order_relaxed); });
}

void HelperThread::sleep() noexcept {
  std::uint64_t expected = taken_;
  // Fails if a step has begun.
  if (!given_.compare_exchange_strong(expected, taken_ | kAsleep, std::memory_order_acq_rel)) return;
  wake_.wait(0, std::memory_order_acquire);
  wake_.store(0, std::memory_order_relaxed);
  given_.store(taken_, std::memory_order_release);
}

void HelperThread::run() noexcept {
  while (!stop_.load(std::memory_order_relaxed)) {
    if (!spin_for_step()) {
      sleep();
      continue;
    }
    if (stop_.load(std::memory_order_relaxed)) return;
    taken_ += 2;  // the beginning
    work_(context_, *this);
  }
}

}  // namespace continuo::engine
