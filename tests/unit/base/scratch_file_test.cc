// Scratch files hold what is put into them and leave no name behind.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <numeric>
#include <vector>

#include "continuo/base/error.h"
#include "continuo/base/file.h"

namespace continuo {
namespace {

namespace fs = std::filesystem;

class ScratchFileTest : public ::testing::Test {
 protected:
  void TearDown() override { fs::remove_all(folder_); }
  const fs::path folder_ = fs::temp_directory_path() / ("continuo-scratch-test-" + std::to_string(::getpid()));
};

TEST_F(ScratchFileTest, GivesBackWhatWasAppended) {
  ScratchFile file(folder_ / "made" / "for it");
  std::vector<std::uint8_t> bytes(10'000);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  file.append(std::span(bytes).first(3));
  file.append({});
  file.append(std::span(bytes).subspan(3));
  EXPECT_EQ(file.size(), bytes.size());
  std::vector<std::uint8_t> some(5000);
  file.read(4321, some);
  EXPECT_TRUE(std::equal(some.begin(), some.end(), bytes.begin() + 4321));
  file.append(std::span(bytes).first(1));  // reading moves no place of writing
  some.resize(2);
  file.read(9999, some);
  EXPECT_EQ(some, (std::vector<std::uint8_t>{bytes.back(), 0}));
}

TEST_F(ScratchFileTest, HasNoNameAndMoves) {
  ScratchFile file(folder_);
  const std::vector<std::uint8_t> bytes{7, 8, 9};
  file.append(bytes);
  EXPECT_TRUE(fs::is_empty(folder_));
  ScratchFile moved(std::move(file));
  ScratchFile other(folder_);
  other = std::move(moved);
  std::vector<std::uint8_t> back(3);
  other.read(0, back);
  EXPECT_EQ(back, bytes);
  EXPECT_EQ(other.size(), 3U);
}

TEST_F(ScratchFileTest, RefusesWhatLiesBeyondItsEndAndFoldersThatCannotBe) {
  ScratchFile file(folder_);
  const std::vector<std::uint8_t> bytes{1, 2};
  file.append(bytes);
  std::vector<std::uint8_t> three(3), two(2);
  EXPECT_THROW(file.read(0, three), Error);
  EXPECT_THROW(file.read(1, two), Error);
  EXPECT_THROW(file.read(~std::uint64_t{0}, two), Error);
  EXPECT_NO_THROW(file.read(2, {}));
  EXPECT_THROW(ScratchFile("/proc/continuo"), Error);
}

}  // namespace
}  // namespace continuo
