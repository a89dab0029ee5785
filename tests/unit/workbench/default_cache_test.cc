// Caches are nobody else's.
#include "continuo/workbench/default_cache.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>

namespace continuo::workbench {
namespace {

namespace fs = std::filesystem;

TEST(DefaultCache, IsTheUsersOwn) {
  ASSERT_EQ(::setenv("XDG_CACHE_HOME", "/somewhere", 1), 0);
  EXPECT_EQ(default_cache(), "/somewhere/continuo");
  ASSERT_EQ(::unsetenv("XDG_CACHE_HOME"), 0);
  ASSERT_EQ(::setenv("HOME", "/home/somebody", 1), 0);
  EXPECT_EQ(default_cache(), "/home/somebody/.cache/continuo");
  for (const bool empty : {true, false}) {
    if (empty) {
      ASSERT_EQ(::setenv("HOME", "", 1), 0);
    } else {
      ASSERT_EQ(::unsetenv("HOME"), 0);
    }
    const fs::path cache = default_cache();
    EXPECT_NE(cache, fs::temp_directory_path() / "continuo");
    struct stat status {};
    if (cache.parent_path() != fs::temp_directory_path()) {
      EXPECT_EQ(cache.filename(), "continuo") << "in the home folder that the list of users has";
      continue;
    }
    ASSERT_EQ(::stat(cache.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 077U, 0U) << "readable by others";
  }
}

}  // namespace
}  // namespace continuo::workbench
