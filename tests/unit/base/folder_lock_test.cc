// Locks on folders: one at a time, and gone with its holder.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "continuo/base/error.h"
#include "continuo/base/file.h"

namespace continuo {
namespace {

TEST(FolderLock, OneAtATime) {
  const auto folder = std::filesystem::path(::testing::TempDir()) / "locked" / "below";
  {
    const FolderLock lock(folder);
    EXPECT_TRUE(std::filesystem::is_empty(folder));
    try {
      const FolderLock second(folder);
      FAIL() << "the folder was given twice";
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), ::testing::HasSubstr("another run is writing into this folder"));
    }
  }
  const FolderLock again(folder);
}

TEST(FolderLock, IsGoneWithAProcessThatIsKilled) {
  const auto folder = std::filesystem::path(::testing::TempDir()) / "orphaned";
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const FolderLock lock(folder);
    if (::write(ready[1], "x", 1) == 1) ::pause();
    ::_exit(1);
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_THROW(FolderLock{folder}, Error);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  const FolderLock lock(folder);
}

TEST(FolderLock, RefusesWhatIsNoFolder) {
  const auto file = std::filesystem::path(::testing::TempDir()) / "a-file";
  write_file_atomically(file, "text");
  EXPECT_THROW(FolderLock{file}, Error);
}

}  // namespace
}  // namespace continuo
