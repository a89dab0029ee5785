// Files are either written whole or left as they were.
#include "continuo/base/file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

#include "continuo/base/error.h"

namespace continuo {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class FileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("continuo-file-test-" + std::to_string(::getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::recursive_directory_iterator(folder_)) {
      if (entry.is_regular_file()) found.push_back(entry.path().filename().string());
    }
    return found;
  }

  fs::path folder_;
};

TEST_F(FileTest, WrittenBytesAreReadBack) {
  const std::vector<std::uint8_t> bytes{0, 255, 10, 13, 0};
  write_file_atomically(folder_ / "new" / "deep" / "a.bin", bytes);
  EXPECT_EQ(read_file(folder_ / "new" / "deep" / "a.bin"), bytes);
  EXPECT_THAT(names(), ElementsAre("a.bin"));
}

TEST_F(FileTest, AnAbandonedWriteLeavesTheOldFileAndNoRubbish) {
  write_file_atomically(folder_ / "a.txt", "old");
  {
    const AtomicFile file(folder_ / "a.txt");
    std::ofstream(file.temporary()) << "half of the ne";
  }
  EXPECT_EQ(read_text_file(folder_ / "a.txt"), "old");
  EXPECT_THAT(names(), ElementsAre("a.txt"));
}

TEST_F(FileTest, WhatCannotBeWrittenIsSaidBeforeAndNothingIsLeft) {
  ensure_writable(folder_ / "new" / "deep" / "a.bin");
  write_file_atomically(folder_ / "b.txt", "old");
  ensure_writable(folder_ / "b.txt");
  EXPECT_EQ(read_text_file(folder_ / "b.txt"), "old");
  EXPECT_THROW(ensure_writable(folder_), Error);
  EXPECT_THROW(ensure_writable(folder_ / "b.txt" / "c.txt"), Error);
  EXPECT_THROW(ensure_writable(folder_ / "b.txt" / "d" / "c.txt"), Error);
  EXPECT_THROW(ensure_writable("/proc/continuo/new/c.txt"), Error);
  EXPECT_THAT(names(), ElementsAre("b.txt"));
  EXPECT_FALSE(fs::exists(folder_ / "new"));
}

TEST_F(FileTest, CommitReplacesAndKeepsTheExtensionOnTheWay) {
  write_file_atomically(folder_ / "a.wav", "old");
  AtomicFile file(folder_ / "a.wav");
  EXPECT_EQ(file.temporary().extension(), ".wav");
  EXPECT_EQ(file.temporary().parent_path(), folder_);
  EXPECT_NE(AtomicFile(folder_ / "a.wav").temporary(), AtomicFile(folder_ / "a.wav").temporary());
  std::ofstream(file.temporary()) << "new";
  file.commit();
  EXPECT_EQ(read_text_file(folder_ / "a.wav"), "new");
}

TEST_F(FileTest, TheModeOfAReplacedFileStays) {
  write_file_atomically(folder_ / "private", "old");
  fs::permissions(folder_ / "private", fs::perms::owner_read | fs::perms::owner_write);
  write_file_atomically(folder_ / "private", "new");
  EXPECT_EQ(read_text_file(folder_ / "private"), "new");
  EXPECT_EQ(fs::status(folder_ / "private").permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(FileTest, ALinkStaysAndItsTargetIsReplaced) {
  write_file_atomically(folder_ / "deep" / "target", "old");
  fs::create_symlink("deep/target", folder_ / "link");
  fs::create_symlink("link", folder_ / "second");
  write_file_atomically(folder_ / "second", "new");
  EXPECT_TRUE(fs::is_symlink(folder_ / "link"));
  EXPECT_TRUE(fs::is_symlink(folder_ / "second"));
  EXPECT_EQ(read_text_file(folder_ / "deep" / "target"), "new");
  fs::create_symlink("not-yet", folder_ / "dangling");
  write_file_atomically(folder_ / "dangling", "made");
  EXPECT_EQ(read_text_file(folder_ / "not-yet"), "made");
  fs::create_symlink("round", folder_ / "round");
  EXPECT_THROW(write_file_atomically(folder_ / "round", "never"), Error);
}

TEST_F(FileTest, PipesAndOpenFilesAreWrittenInto) {
  const fs::path pipe = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::string heard;
  std::thread reader([&] { heard = read_text_file(pipe); });
  write_file_atomically(pipe, "through a pipe");
  reader.join();
  EXPECT_EQ(heard, "through a pipe");
  EXPECT_TRUE(fs::is_fifo(pipe));

  const int file = ::open((folder_ / "log").c_str(), O_WRONLY | O_CREAT, 0600);
  ASSERT_GE(file, 0);
  ASSERT_EQ(::write(file, "before ", 7), 7);
  write_file_atomically("/dev/fd/" + std::to_string(file), "after");
  ::close(file);
  EXPECT_EQ(read_text_file(folder_ / "log"), "before after");
  write_file_atomically("/dev/null", "nothing");
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  EXPECT_THROW(write_file_atomically("/dev/full", "too much"), Error);
  EXPECT_THAT(names(), ::testing::UnorderedElementsAre("log"));
}

TEST_F(FileTest, ANameMayBeAsLongAsTheFileSystemAllows) {
  const std::string name = std::string(251, 'n') + ".mid";
  write_file_atomically(folder_ / name, "long");
  EXPECT_EQ(read_text_file(folder_ / name), "long");
  EXPECT_THROW(write_file_atomically(folder_ / (name + "i"), "longer"), Error);
  EXPECT_THAT(names(), ElementsAre(name));
}

TEST_F(FileTest, ProcessesThatMakeTheSameNewFolderAtOnceAllSucceed) {
  std::vector<pid_t> children;
  for (int i = 0; i < 8; ++i) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      int failed = 0;
      try {
        for (int round = 0; round < 25; ++round) {
          const fs::path path = folder_ / ("new" + std::to_string(round)) / "a" / "b" / (std::to_string(i) + ".mid");
          ensure_writable(path);
          write_file_atomically(path, "together");
        }
      } catch (const Error&) {
        failed = 1;
      }
      ::_exit(failed);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(names().size(), 200U);
}

TEST_F(FileTest, MissingFilesFoldersAndLargeFilesAreRefusedByName) {
  const auto what = [](auto&& call) -> std::string {
    try {
      call();
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_THAT(what([&] { read_file(folder_ / "none.mid"); }), HasSubstr("none.mid: cannot open"));
  EXPECT_THAT(what([&] { read_file(folder_); }), HasSubstr("is a folder"));
  EXPECT_THAT(what([&] { write_file_atomically(folder_, "text"); }), HasSubstr("is a folder"));
  write_file_atomically(folder_ / "large", "12345");
  EXPECT_THAT(what([&] { read_file(folder_ / "large", 4); }), HasSubstr("larger than the 4 bytes"));
  EXPECT_EQ(read_file(folder_ / "large", 5).size(), 5U);
}

TEST_F(FileTest, FilesThatDoNotTellTheirSizeAreReadToTheEnd) {
  EXPECT_THAT(read_text_file("/proc/self/status"), HasSubstr("Threads:"));
  EXPECT_THROW(read_file("/dev/zero", 1000), Error);
}

TEST_F(FileTest, AFolderThatCannotBeMadeIsSaid) {
  EXPECT_THROW(write_file_atomically("/proc/continuo/a.mid", "text"), Error);
}

TEST_F(FileTest, MappedBytesAreTheFilesAndSurviveAMove) {
  write_file_atomically(folder_ / "m", "mapped");
  MappedFile first(folder_ / "m");
  const MappedFile second(std::move(first));
  EXPECT_EQ(std::string(second.bytes().begin(), second.bytes().end()), "mapped");
  write_file_atomically(folder_ / "empty", "");
  EXPECT_THAT(MappedFile(folder_ / "empty").bytes(), IsEmpty());
  EXPECT_THROW(MappedFile(folder_ / "none"), Error);
}

}  // namespace
}  // namespace continuo
