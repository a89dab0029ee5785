// Known passages: none is missed, strangers are seldom taken for them, hostile filter files.
#include "continuo/evaluation/known_passages.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/base/hash.h"
#include "continuo/base/random.h"
#include "continuo/evaluation/originality.h"

namespace continuo::evaluation {
namespace {

namespace fs = std::filesystem;

PassageIndex index_of(int pieces, int notes, std::uint64_t seed) {
  Random random(seed);
  PassageIndex index;
  for (int piece = 0; piece < pieces; ++piece) {
    Score score{.ppq = 480};
    Tick at = 0;
    score.tracks.emplace_back();
    for (int i = 0; i < notes; ++i) {
      at += 120 * random.between(0, 4);
      score.tracks[0].notes.push_back({at, 120, static_cast<std::uint8_t>(random.between(40, 90)), 64});
    }
    normalise(score);
    index.add("piece " + std::to_string(piece), score);
  }
  index.finish();
  return index;
}

/// Every passage of `notes` notes of the index, those across two pieces too.
template <class F>
void for_each_passage(const PassageIndex& index, std::size_t notes, const F& f) {
  const auto steps = index.steps();
  for (std::size_t i = 0; i + notes - 1 <= steps.size(); ++i) {
    const auto passage = steps.subspan(i, notes - 1);
    f(passage, std::find(passage.begin(), passage.end(), kNoStep) != passage.end());
  }
}

TEST(PassageSet, HoldsThePassagesOfItsLengthAndNoneAcrossPieces) {
  const auto index = index_of(2, 50, 5);
  const PassageSet set(index, 6);
  for_each_passage(index, 6, [&](auto passage, bool across) { EXPECT_EQ(set.contains(passage), !across); });
  const std::vector<Step> other(5, 999);
  EXPECT_FALSE(set.contains(other));
  EXPECT_THROW(PassageSet(index, 1), Error);
}

TEST(PassageFilter, MissesNoneAndTakesOneStrangerIn4096ForOne) {
  for (const int pieces : {0, 1, 3, 400}) {
    SCOPED_TRACE(pieces);
    const auto index = index_of(pieces, 90, 6);
    const PassageSet set(index, 7);
    const PassageFilter filter = filter_of(set);
    EXPECT_EQ(filter.notes(), 7U);
    std::set<std::vector<Step>> different;
    for_each_passage(index, 7, [&](auto passage, bool across) {
      if (!across) {
        EXPECT_TRUE(filter.contains(passage));
        different.emplace(passage.begin(), passage.end());
      }
    });
    EXPECT_LE(filter.passages(), different.size());
    EXPECT_GE(filter.passages(), different.size() * 99 / 100);
    if (pieces < 400) continue;
    EXPECT_LT(static_cast<double>(8 * filter.bytes()), 14.8 * static_cast<double>(filter.passages()));
    std::size_t tried = 0, taken = 0;
    for_each_passage(index_of(2000, 90, 7), 7, [&](auto passage, bool across) {
      if (across || set.contains(passage)) return;
      ++tried;
      taken += filter.contains(passage) ? 1 : 0;
    });
    ASSERT_GT(tried, 150'000U);
    const double rate = static_cast<double>(taken) / static_cast<double>(tried);
    EXPECT_GT(rate, 0.4 / 4096);
    EXPECT_LT(rate, 1.8 / 4096);
  }
}

/// Puts the hash in that the changed bytes have.
void seal(std::vector<std::uint8_t>& bytes) {
  ContentHasher hasher;
  hasher.add(std::span(bytes).first(40));
  hasher.add(std::span(bytes).subspan(72));
  const std::string hash = hasher.digits();
  std::copy(hash.begin(), hash.end(), bytes.begin() + 40);
}

class FilterFile : public ::testing::Test {
 protected:
  FilterFile() : path_(fs::path(::testing::TempDir()) / ("filter-" + std::to_string(::getpid()))) {}
  ~FilterFile() override { fs::remove(path_); }
  fs::path path_;
};

TEST_F(FilterFile, ReadsBackAsItWas) {
  const auto index = index_of(20, 90, 8);
  const PassageFilter filter = filter_of(PassageSet(index, 7));
  filter.write(path_);
  const auto bytes = read_file(path_);
  const PassageFilter again = PassageFilter::open(path_);
  EXPECT_EQ(again.notes(), 7U);
  EXPECT_EQ(again.passages(), filter.passages());
  for_each_passage(index_of(20, 90, 9), 7,
                   [&](auto passage, bool) { EXPECT_EQ(again.contains(passage), filter.contains(passage)); });
  again.write(path_);
  EXPECT_EQ(read_file(path_), bytes);
}

TEST_F(FilterFile, DamageIsRefusedWherever) {
  filter_of(PassageSet(index_of(1, 60, 8), 7)).write(path_);
  const auto whole = read_file(path_);
  for (std::size_t i = 0; i < whole.size(); i += i < 80 ? 1 : 7) {
    auto bytes = whole;
    bytes[i] ^= 0x11;
    write_file_atomically(path_, std::span<const std::uint8_t>(bytes));
    try {
      PassageFilter::open(path_);
      ADD_FAILURE() << "byte " << i;
    } catch (const Error& error) {
      EXPECT_EQ(error.info().path, path_.string());
      EXPECT_TRUE(!error.info().hint.empty() || error.info().remedy != Remedy::kNone);
    }
  }
  // Another length of passages would switch the protection off: none of 64 notes is looked for among those of 7.
  auto longer = whole;
  longer[16] = 64;
  EXPECT_THROW(PassageFilter::parse(longer), Error);
  auto older = whole;
  older[8] = 1;  // a file of version 1 has no hash of its header
  EXPECT_THROW(PassageFilter::parse(older), Error);
  for (std::size_t size = 0; size < whole.size(); size += 5) {
    write_file_atomically(path_, std::span(whole).first(size));
    EXPECT_THROW(PassageFilter::open(path_), Error);
  }
}

TEST_F(FilterFile, BucketsThatContradictTheBitsReadNothingBeyondThem) {
  filter_of(PassageSet(index_of(20, 90, 8), 7)).write(path_);
  const auto whole = read_file(path_);
  Random random(10);
  for (int attempt = 0; attempt < 60; ++attempt) {
    auto bytes = whole;
    for (int change = 0; change < 20; ++change)
      bytes[72 + random.below(bytes.size() - 72)] = static_cast<std::uint8_t>(random.below(256) * random.below(2));
    seal(bytes);
    write_file_atomically(path_, std::span<const std::uint8_t>(bytes));
    try {
      const PassageFilter filter = PassageFilter::open(path_);
      for_each_passage(index_of(2, 90, 8), 7, [&](auto passage, bool) { filter.contains(passage); });
    } catch (const Error&) {
    }
  }
}

}  // namespace
}  // namespace continuo::evaluation
