// What killed writers leave is cleared away, what living ones are writing is not.
#include "continuo/base/partial_files.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <thread>
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
    std::ofstream(file.temporary()) << "half";
    ::_exit(0);  // as if killed: no destructor
  }
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  ASSERT_EQ(std::distance(fs::directory_iterator(folder), {}), 1);

  const AtomicFile mine(folder / "last.checkpoint");
  std::ofstream(mine.temporary()) << "half";
  const std::vector<std::string> others = {".a.17.partial", ".a.x-1.partial.txt", "a.17-1.partial"};
  for (const std::string& name : others) std::ofstream(folder / name) << "of somebody else";
  std::ofstream(folder / ".old.17-1.partial.mid") << "of an earlier version";
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));  // younger files may be about to be locked
  remove_partial_files(folder);
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename().string());
  std::set<std::string> expected(others.begin(), others.end());
  expected.insert(mine.temporary().filename().string());
  EXPECT_EQ(names, expected);
  remove_partial_files(folder / "none");
  fs::remove_all(folder);
}

}  // namespace
}  // namespace continuo
