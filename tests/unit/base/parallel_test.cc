// Every item once, whatever happens.
#include "continuo/base/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "continuo/base/error.h"

namespace continuo {
namespace {

TEST(ParallelFor, EachItemIsDoneOnceOnAnyNumberOfThreads) {
  for (const int threads : {0, 1, 2, 7}) {
    std::vector<std::atomic<int>> done(1000);
    parallel_for(done.size(), threads, [&](std::size_t i) { ++done[i]; });
    for (const auto& count : done) ASSERT_EQ(count.load(), 1);
  }
  parallel_for(0, 3, [](std::size_t) { FAIL() << "there is no item"; });
}

/// So that the other thread cannot do all the rest before this one gets a processor to say that it is over.
void take_a_while() { std::this_thread::sleep_for(std::chrono::microseconds(100)); }

TEST(ParallelFor, TheFirstExceptionStopsTheLoop) {
  std::atomic<int> begun{0};
  EXPECT_THROW(parallel_for(100'000, 2,
                            [&](std::size_t i) {
                              ++begun;
                              if (i == 10) throw Error(ErrorCode::kSystem, "no");
                              take_a_while();
                            }),
               Error);
  EXPECT_LT(begun.load(), 100'000);
}

TEST(ParallelFor, AStopIsAnInterruption) {
  std::stop_source source;
  std::atomic<int> begun{0};
  EXPECT_THROW(parallel_for(
                   100'000, 2,
                   [&](std::size_t) {
                     if (++begun == 5) source.request_stop();
                     take_a_while();
                   },
                   source.get_token()),
               Interrupted);
  EXPECT_LT(begun.load(), 100'000);
}

}  // namespace
}  // namespace continuo
