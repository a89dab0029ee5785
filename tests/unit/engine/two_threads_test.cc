// Two threads for one step: the bits of one, whoever takes part, and a helper that sleeps and wakes.
#include <gmock/gmock.h>

#include <chrono>
#include <cstring>
#include <thread>

#include "continuo/base/parallel.h"
#include "engine/helper_thread.h"
#include "unit/engine/random_model.h"

namespace continuo::engine {
namespace {

std::vector<std::uint32_t> bits(std::span<const float> values) {
  std::vector<std::uint32_t> result(values.size());
  std::memcpy(result.data(), values.data(), values.size() * sizeof(float));
  return result;
}

/// Pauses now and then, so that steps with and without the helper alternate.
void rest(int step) {
  if (step % 50 == 49) std::this_thread::sleep_for(std::chrono::milliseconds(2));
}

TEST(TwoThreads, GiveTheBitsOfOne) {
  Random random(1);
  for (const int kind : {0, 1, 2, 3, 4, 8, 10})
    for (int round = 0; round < 3; ++round) {
      const weights::NetworkSpec spec = random_spec(random, kind);
      const auto file = random_file(spec, random);
      for (const Precision precision : {Precision::kFp32, Precision::kBf16, Precision::kInt8}) {
        const auto one = Model::create(file, {.precision = precision, .threads = 1})->new_stream();
        const auto two = Model::create(file, {.precision = precision, .threads = 2})->new_stream();
        for (int t = 0; t < 200; ++t) {
          rest(t);
          if (t == 77) {
            one->set_label(2);
            two->set_label(2);
          }
          if (t == 60 || t == 61 || t == 130) {
            one->reset();
            two->reset();
          }
          const auto symbol = static_cast<std::uint16_t>(random.below(70));
          ASSERT_EQ(bits(two->step(symbol)), bits(one->step(symbol)))
              << weights::to_json(spec) << weights::name(precision) << " step " << t;
        }
      }
    }
}

TEST(TwoThreads, GiveTheBitsOfOneInBatches) {
  Random random(2);
  for (const int kind : {0, 2}) {
    const weights::NetworkSpec spec = random_spec(random, kind);
    const auto file = random_file(spec, random);
    for (const Precision precision : {Precision::kFp32, Precision::kInt8}) {
      const auto one = Model::create(file, {.precision = precision, .threads = 1})->new_batch(5);
      const auto two = Model::create(file, {.precision = precision, .threads = 2})->new_batch(5);
      for (int t = 0; t < 200; ++t) {
        rest(t);
        if (t == 43 || t == 90) {
          one->reset(3);
          two->reset(3);
        }
        if (t == 120) {
          one->remove(1);
          two->remove(1);
        }
        const auto symbols = random_symbols(random, static_cast<std::size_t>(one->streams()), spec.vocabulary_size);
        ASSERT_EQ(bits(two->step(symbols)), bits(one->step(symbols))) << weights::to_json(spec) << " step " << t;
      }
    }
  }
}

TEST(TwoThreads, AreWhatAModelSaysItHas) {
  Random random(3);
  const int most = std::min(available_cores(), 2);
  const auto threads = [&](int kind, int asked) {
    return Model::create(random_file(random_spec(random, kind), random), {.threads = asked})->threads();
  };
  EXPECT_EQ(threads(0, 2), most);
  EXPECT_EQ(threads(2, 9), most);
  EXPECT_EQ(threads(0, 1), 1);
  EXPECT_EQ(threads(0, -3), 1);
  EXPECT_EQ(threads(1, 2), 1);  // paper's blocks have no skip products
  EXPECT_EQ(threads(4, 2), 1);
}

/// Sums what it is given, piece by piece.
struct Adder {
  static constexpr int kPieces = 7;
  static void work(void* self, HelperThread& thread) noexcept {
    auto& adder = *static_cast<Adder*>(self);
    for (int i = 0; i < kPieces; ++i) {
      thread.await_piece();
      adder.sum += adder.pieces[i];
    }
    thread.report();
  }
  int pieces[kPieces] = {};
  long sum = 0;
};

TEST(TwoThreads, AHelperThreadTakesPartAgainAfterItSlept) {
  if (available_cores() < 2) GTEST_SKIP() << "two threads on one core miss each other";
  Adder adder;
  long expected = 0;
  std::uint64_t steps = 0;
  HelperThread helper(Adder::work, &adder);
  for (int round = 0; round < 3; ++round) {
    for (int step = 0; step < 1000; ++step) {
      while (!helper.begin()) std::this_thread::yield();
      for (int i = 0; i < Adder::kPieces; ++i) {
        adder.pieces[i] = step * i + round;
        expected += adder.pieces[i];
        helper.give();
      }
      helper.await_result(++steps);
      ASSERT_EQ(adder.sum, expected);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));  // longer than it waits awake
  }
}

TEST(TwoThreads, TheHelperSpinsAsLongAsAStepTakes) {
  Adder adder;
  std::uint64_t steps = 0;
  HelperThread helper(Adder::work, &adder);
  const auto shortest = helper.spin_time();
  for (int step = 0; step < 1000 && helper.spin_time() == shortest; ++step) {
    if (helper.begin()) {
      for (int i = 0; i < Adder::kPieces; ++i) helper.give();
      helper.await_result(++steps);
    } else {  // this step is calculated alone, because the helper sleeps
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    helper.end();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));  // longer than it waits awake
  }
  EXPECT_GE(helper.spin_time(), std::chrono::milliseconds(4));
  EXPECT_LE(helper.spin_time(), std::chrono::milliseconds(100));
}

TEST(TwoThreads, AHelperThreadThatNeverWorkedEnds) {
  Adder adder;
  for (int i = 0; i < 20; ++i) {
    const HelperThread helper(Adder::work, &adder);
    if (i % 2 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_EQ(adder.sum, 0);
}

}  // namespace
}  // namespace continuo::engine
