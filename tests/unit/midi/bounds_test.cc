// Memory and time stay in proportion to the bytes of a file, whatever they say. Replaces operator new to count.
#include <gtest/gtest.h>
#include <malloc.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <new>

#include "continuo/base/error.h"
#include "continuo/base/random.h"
#include "unit/midi/smf.h"

namespace {
std::atomic<std::size_t> held{0};
std::atomic<std::size_t> most_held{0};
}  // namespace

// noinline: inlined, g++ would warn of free() on what operator new gave.
__attribute__((noinline)) void* operator new(std::size_t size) {
  void* const p = std::malloc(size);
  if (p == nullptr) throw std::bad_alloc();
  const std::size_t now = held += malloc_usable_size(p);
  if (now > most_held) most_held = now;
  return p;
}
__attribute__((noinline)) void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  try {
    return operator new(size);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
__attribute__((noinline)) void operator delete(void* p) noexcept {
  if (p != nullptr) held -= malloc_usable_size(p);
  std::free(p);
}
__attribute__((noinline)) void operator delete(void* p, std::size_t) noexcept { operator delete(p); }

namespace continuo::midi {
namespace {

using test::Bytes;
using test::header;
using test::join;
using test::text;

/// A file that begins so and goes on with so many of one unit that it has kSize bytes; or what a function makes.
struct Hostile {
  const char* name;
  Bytes start, unit{};
  Bytes (*make)() = nullptr;
};
void PrintTo(const Hostile& file, std::ostream* out) { *out << file.name; }

constexpr std::size_t kSize = 2'000'000;

Bytes whole(const Hostile& file) {
  if (file.make != nullptr) return file.make();
  Bytes bytes = file.start;
  bytes.reserve(kSize + file.unit.size());
  while (bytes.size() < kSize) bytes.insert(bytes.end(), file.unit.begin(), file.unit.end());
  return bytes;
}

Bytes noise() {
  Bytes bytes = join({header(1, 1, 96), text("MTrk"), {0xff, 0xff, 0xff, 0xff}});
  Random random(1);
  while (bytes.size() < kSize) bytes.push_back(static_cast<std::uint8_t>(random.below(256)));
  return bytes;
}

/// A track chunk for each of many steps in time, with notes before and behind all others: every program change of the
/// channel lies between them.
Bytes crossing_chunks() {
  Bytes bytes = header(1, 1, 96);
  for (std::uint32_t step = 0; bytes.size() < kSize; ++step) {
    const auto high = static_cast<std::uint8_t>(0x80 | (step >> 14 & 0x7f));
    const auto middle = static_cast<std::uint8_t>(0x80 | (step >> 7 & 0x7f));
    const auto low = static_cast<std::uint8_t>(step & 0x7f);
    const auto unit = test::track({0, 0x90, 60, 9, high, middle, low, 0xc0, low, 0xff, 0xff, 0x7f, 0x90, 62, 9});
    bytes.insert(bytes.end(), unit.begin(), unit.end());
  }
  return bytes;
}

class ReadWithinBounds : public ::testing::TestWithParam<Hostile> {};

TEST_P(ReadWithinBounds, MemoryAndTime) {
  const Bytes bytes = whole(GetParam());
  const std::size_t before = held;
  most_held = before;
  const auto start = std::chrono::steady_clock::now();
  try {
    read(bytes);
  } catch (const Error&) {
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  EXPECT_LT(most_held - before, 80 * bytes.size() + 1'000'000);
  EXPECT_LT(seconds.count(), 20.0);  // milliseconds where nothing else runs; what grows with the square takes hours
  EXPECT_EQ(held, before);
}

const Bytes kTrackHead = join({text("MTrk"), {0xff, 0xff, 0xff, 0xff}});
const Bytes kStart = join({header(1, 1, 96), kTrackHead});

INSTANTIATE_TEST_SUITE_P(
    Files, ReadWithinBounds,
    ::testing::Values(Hostile{"noise", {}, {}, noise}, Hostile{"hanging notes", kStart, {0, 0x90, 60, 9, 0, 61, 9}},
                      Hostile{"notes off first", kStart, {0, 0x90, 60, 0}},
                      Hostile{"zero-length notes", kStart, {0, 0x90, 60, 9, 0, 60, 0}},
                      Hostile{"descending chords", kStart, {0, 0x90, 67, 9, 0, 64, 9, 0, 60, 9, 0, 48, 9}},
                      Hostile{"steps back", kStart, {0x8f, 0xff, 0xff, 0xff, 0x20, 0x90, 60, 9, 0x50, 60, 0}},
                      Hostile{"programs", kStart, {0, 0xc0, 1, 0, 0x90, 60, 9, 0, 0xc0, 2, 0, 0x90, 60, 9}},
                      Hostile{"delta time without end", kStart, {0xff}},
                      Hostile{"long system exclusive", kStart, {0, 0xf0, 0xff, 0xff, 0xff, 0x7f}},
                      Hostile{"long text", kStart, {0, 0xff, 1, 0xff, 0xff, 0xff, 0x7f}},
                      Hostile{"empty texts", kStart, {0, 0xff, 1, 0}}, Hostile{"system messages", kStart, {0, 0xf8}},
                      Hostile{"track heads", header(1, 1, 96), kTrackHead},
                      Hostile{"tracks of wrong length", header(1, 1, 96), join({kTrackHead, test::end_of_track()})},
                      Hostile{"tracks of one note", header(1, 1, 96), test::track({0, 0x90, 60, 9})},
                      Hostile{"tracks of one program", header(1, 1, 96), test::track({0, 0xc0, 9, 0, 0x90, 60, 9})},
                      Hostile{"crossing chunks", {}, {}, crossing_chunks},
                      Hostile{"alien chunks", header(1, 1, 96), test::chunk({}, "XXXX")},
                      Hostile{"letters M", header(1, 1, 96), {'M'}}, Hostile{"letters MTr", kStart, {'M', 'T', 'r'}},
                      Hostile{"no header", {}, {'M', 'T', 'h'}},
                      Hostile{"RIFF chunks", text("RIFF....RMID"), join({text("LIST"), {0, 0, 0, 0}})}));

}  // namespace
}  // namespace continuo::midi
