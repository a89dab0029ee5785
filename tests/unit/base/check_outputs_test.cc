// Inputs stay, whatever name an output has.
#include "continuo/base/check_outputs.h"

#include <gtest/gtest.h>

#include "continuo/base/error.h"
#include "continuo/base/file.h"

namespace continuo {
namespace {

namespace fs = std::filesystem;

class CheckOutputsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(folder_);
    write_file_atomically(folder_ / "a.mid", "music");
  }
  void TearDown() override { fs::remove_all(folder_); }
  ErrorCode code_of(const fs::path& output) {
    try {
      check_outputs({{}, output}, {folder_ / "none.mid", folder_ / "a.mid"});
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::kUnspecified;
  }

  fs::path folder_ = fs::path(::testing::TempDir()) /
                     ("check_outputs_" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
};

TEST_F(CheckOutputsTest, AnInputIsRefusedByEveryName) {
  fs::create_symlink("a.mid", folder_ / "link.mid");
  fs::create_hard_link(folder_ / "a.mid", folder_ / "hard.mid");
  for (const char* name : {"a.mid", "link.mid", "hard.mid", "./a.mid"})
    EXPECT_EQ(code_of(folder_ / name), ErrorCode::kWouldOverwrite) << name;
  EXPECT_EQ(code_of(fs::relative(folder_ / "a.mid")), ErrorCode::kWouldOverwrite);
  EXPECT_EQ(read_text_file(folder_ / "a.mid"), "music");
}

TEST_F(CheckOutputsTest, OtherFilesPass) {
  write_file_atomically(folder_ / "b.mid", "music");
  EXPECT_EQ(code_of(folder_ / "b.mid"), ErrorCode::kUnspecified);
  EXPECT_EQ(code_of(folder_ / "new.mid"), ErrorCode::kUnspecified);
  EXPECT_EQ(code_of(folder_ / "none.mid"), ErrorCode::kUnspecified);
  EXPECT_NO_THROW(check_outputs({"/dev/null"}, {"/dev/null"}));
}

TEST_F(CheckOutputsTest, FilesOfAnInputFolderStay) {
  for (const char* name : {"MANIFEST.csv", "deep/b.MID", "table.csv", "picture.png"})
    write_file_atomically(folder_ / name, "kept");
  const auto refused = [&](const char* name) {
    try {
      check_outputs({folder_ / name}, {folder_});
    } catch (const Error& error) {
      return error.code() == ErrorCode::kWouldOverwrite;
    }
    return false;
  };
  for (const char* name : {"a.mid", "deep/b.MID", "deep/../a.mid", "MANIFEST.csv"}) EXPECT_TRUE(refused(name)) << name;
  for (const char* name : {"new.mid", "deep/new.wav", "table.csv", "picture.png"}) EXPECT_FALSE(refused(name)) << name;
  write_file_atomically(folder_ / "other" / "c.mid", "kept");
  EXPECT_NO_THROW(check_outputs({folder_ / "other" / "c.mid"}, {folder_ / "deep"}));
}

TEST_F(CheckOutputsTest, WhatCannotBeWrittenIsRefusedToo) {
  EXPECT_THROW(check_outputs({folder_}, {}), Error);
  EXPECT_THROW(check_outputs({folder_ / "a.mid" / "b.mid"}, {}), Error);
}

}  // namespace
}  // namespace continuo
