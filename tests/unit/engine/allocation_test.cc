// Counts what operator new gives out in this program: stepping allocates nothing, a stream what it says.
#include <gmock/gmock.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <new>

#include "unit/engine/random_model.h"

namespace {

std::atomic<std::size_t> allocations{0};
std::atomic<std::size_t> allocated_bytes{0};

void* counted(std::size_t size, std::size_t alignment) {
  ++allocations;
  allocated_bytes += size;
  void* const memory = std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

/// Not inlined: the compiler would take what `new` gave for freed by the wrong function.
[[gnu::noinline]] void give_back(void* memory) noexcept { std::free(memory); }

}  // namespace

void* operator new(std::size_t size) { return counted(size, alignof(std::max_align_t)); }
void* operator new[](std::size_t size) { return counted(size, alignof(std::max_align_t)); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return counted(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return counted(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return counted(size, alignof(std::max_align_t));
}
void operator delete(void* memory) noexcept { give_back(memory); }
void operator delete[](void* memory) noexcept { give_back(memory); }
void operator delete(void* memory, std::size_t) noexcept { give_back(memory); }
void operator delete[](void* memory, std::size_t) noexcept { give_back(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { give_back(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { give_back(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { give_back(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { give_back(memory); }

namespace continuo::engine {
namespace {

TEST(Allocation, SteppingAllocatesNothing) {
  Random random(1);
  for (int kind = 0; kind < 2 * kKinds; ++kind) {
    const auto model = Model::create(random_file(random_spec(random, kind / 2), random), {.threads = 1 + kind % 2});
    const auto stream = model->new_stream();
    const std::size_t before = allocations;
    float sum = 0;
    std::array<float, 80> frame{};
    for (int t = 0; t < 300; ++t) {
      frame[static_cast<std::size_t>(t) % frame.size()] = 0.5F;
      if (t % 3 == 0) sum += stream->step(std::span<const float>(frame)).front();
      sum += stream->step(static_cast<std::uint16_t>(t * 7)).front();
      if (t == 100) stream->set_label(1);
      if (t == 200) stream->reset();
    }
    EXPECT_EQ(allocations, before) << model->spec().name();
    EXPECT_TRUE(std::isfinite(sum));
  }
}

TEST(Allocation, AStreamTakesWhatItSaysInTwoPieces) {
  Random random(2);
  for (int round = 0; round < 20; ++round) {
    const auto model = random_model(random_spec(random, round % kKinds), random);
    const std::size_t count = allocations;
    const std::size_t bytes = allocated_bytes;
    const auto stream = model->new_stream();
    EXPECT_EQ(allocations - count, 2U) << model->spec().name();  // the object and its arena
    EXPECT_EQ(allocated_bytes - bytes, model->stream_bytes()) << model->spec().name();
  }
}

TEST(Allocation, ABatchStepsWithoutAllocatingWhateverHappensToItsStreams) {
  Random random(3);
  for (int kind = 0; kind < kKinds; ++kind) {
    const auto model = random_model(random_spec(random, kind), random);
    const auto batch = model->new_batch(5);
    const std::array<std::uint16_t, 5> symbols = {1, 2, 3, 5, 8};
    const std::vector<float> frames(5 * static_cast<std::size_t>(model->vocabulary_size()), 0.5F);
    const std::size_t before = allocations;
    float sum = 0;
    for (int t = 0; t < 100; ++t) {
      sum += batch->step(std::span<const float>(frames)).front();
      sum += batch->step(symbols).front();
      if (t == 20) batch->set_label(2, 1);
      if (t == 40) batch->reset(3);
      if (t == 60) batch->remove(1);
      if (t == 80) batch->reset();
    }
    EXPECT_EQ(allocations, before) << model->spec().name();
    EXPECT_TRUE(std::isfinite(sum));
  }
}

TEST(Allocation, SavingAndRestoringAllocateNothing) {
  Random random(5);
  for (int kind = 0; kind < kKinds; ++kind) {
    const auto model = random_model(random_spec(random, kind), random);
    const auto stream = model->new_stream();
    const auto batch = model->new_batch(3);
    const std::size_t bytes = allocated_bytes;
    const auto snapshot = model->new_snapshot();
    EXPECT_EQ(allocated_bytes - bytes, sizeof(Snapshot) + model->snapshot_bytes()) << model->spec().name();
    EXPECT_EQ(snapshot->bytes(), model->snapshot_bytes());
    EXPECT_LE(model->snapshot_bytes(), model->stream_bytes()) << model->spec().name();
    const std::size_t before = allocations;
    for (std::uint16_t t = 0; t < 50; ++t) {
      stream->step(t);
      EXPECT_TRUE(stream->save(*snapshot));
      EXPECT_TRUE(batch->restore(t % 3, *snapshot));
      batch->step(std::span(&t, 1));
      batch->fork(t % 3, (t + 1) % 3);
      EXPECT_TRUE(batch->save(2, *snapshot));
      EXPECT_TRUE(t % 7 > 0 || stream->restore(*snapshot));
    }
    EXPECT_EQ(allocations, before) << model->spec().name();
  }
}

TEST(Allocation, AStreamMoreInABatchTakesNoMoreThanAStream) {
  Random random(4);
  for (int round = 0; round < 20; ++round) {
    const auto model = random_model(random_spec(random, round % kKinds), random);
    const auto taken = [&](int streams) {
      const std::size_t count = allocations;
      const std::size_t bytes = allocated_bytes;
      const auto batch = model->new_batch(streams);
      EXPECT_EQ(allocations - count, 2U) << model->spec().name();  // the object and its arena
      return allocated_bytes - bytes;
    };
    EXPECT_LE(taken(32) - taken(16), 16 * model->stream_bytes()) << weights::to_json(model->spec());
  }
}

TEST(Allocation, TheCounterCounts) {
  const std::size_t before = allocations;
  const auto value = std::make_unique<int>(3);
  EXPECT_EQ(allocations, before + 1);
  EXPECT_EQ(*value, 3);
}

static_assert(noexcept(std::declval<Stream&>().save(std::declval<Snapshot&>())) && noexcept(std::declval<Stream&>().restore(
    std::declval<
        Snapshot&>())) && noexcept(std::declval<Batch&>()
                                       .save(
                                           0,
                                           std::declval<
                                               Snapshot&>())) && noexcept(std::declval<Batch&>()
                                                                              .restore(
                                                                                  0,
                                                                                  std::declval<
                                                                                      Snapshot&>())) && noexcept(std::declval<Batch&>()
                                                                                                                     .fork(
                                                                                                                         0,
                                                                                                                         1)));
static_assert(noexcept(std::declval<Stream&>().step(0)) && noexcept(std::declval<Stream&>().step(
    std::span<const float>())) && noexcept(std::declval<Stream&>().reset()) && noexcept(std::declval<Stream&>()
                                                                                            .set_label(0)));

}  // namespace
}  // namespace continuo::engine
