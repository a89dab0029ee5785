// What killed writers leave is cleared away, what living ones are writing is not.
#include "continuo/base/partial_files.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "continuo/base/file.h"

namespace continuo {
namespace {

namespace fs = std::filesystem;

TEST(PartialFiles, OnlyThoseOfProcessesThatAreGoneAreRemoved) {
  const fs::path folder = fs::temp_directory_path() / ("continuo-partial-" + std::to_string(::getpid()));
  fs::create_directories(folder);
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const AtomicFile file(folder / "last.checkpoint");
    write_file_atomically(file.temporary(), std::string_view("half"));
    ::_exit(0);  // as if killed: no destructor
  }
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  ASSERT_EQ(std::distance(fs::directory_iterator(folder), {}), 1);

  const AtomicFile mine(folder / "last.checkpoint");
  write_file_atomically(mine.temporary(), std::string_view("half"));
  const std::string number = std::to_string(child);
  const std::vector<std::string> others = {".a." + number + ".partial", ".a.x-1.partial.txt",
                                           "a." + number + "-1.partial"};
  for (const std::string& name : others) write_file_atomically(folder / name, std::string_view("of somebody else"));
  remove_partial_files(folder);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder), {}), 4);
  EXPECT_TRUE(fs::exists(mine.temporary()));
  remove_partial_files(folder / "none");
  fs::remove_all(folder);
}

}  // namespace
}  // namespace continuo
