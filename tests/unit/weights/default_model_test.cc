// The model that comes along: where it is looked for, and that it is one.
#include "continuo/weights/default_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/weights/model_file.h"

namespace continuo::weights {
namespace {

class DefaultModelTest : public ::testing::Test {
 protected:
  void SetUp() override { ::unsetenv("CONTINUO_MODEL"); }
  void TearDown() override { ::unsetenv("CONTINUO_MODEL"); }
};

TEST_F(DefaultModelTest, IsWhatTheVariableNames) {
  const auto file = std::filesystem::path(::testing::TempDir()) / "mine.safetensors";
  write_file_atomically(file, "no model yet");
  ::setenv("CONTINUO_MODEL", file.c_str(), 1);
  EXPECT_EQ(default_model(), file);
  std::filesystem::remove(file);
  try {
    default_model();
    FAIL() << "a file that is not there was given";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), ::testing::AllOf(::testing::HasSubstr(file.string()), ::testing::HasSubstr("unset")));
  }
}

TEST_F(DefaultModelTest, ReadsRemiAndKnowsItsComposers) {
  const auto path = default_model();
  EXPECT_LT(std::filesystem::file_size(path), std::uintmax_t{16} << 20);
  const auto file = ModelFile::load(path);
  EXPECT_THAT(file.metadata("continuo.representation"), ::testing::HasSubstr("\"remi\""));
  EXPECT_THAT(file.metadata("continuo.representation"), ::testing::HasSubstr("\"Bach\""));
  EXPECT_GT(file.network().labels, 20);
}

}  // namespace
}  // namespace continuo::weights
