// Finds temporary files by the name that AtomicFile gives them, and whether their process lives by the lock on them.
#include "continuo/base/partial_files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <ctime>
#include <regex>
#include <string>
#include <vector>

#include "base/descriptor.h"

namespace continuo {
namespace {

namespace fs = std::filesystem;

/// ".STEM.DIGITS.partial.EXTENSION" with sixteen hexadecimal digits, or PROCESS-NUMBER as an earlier version wrote.
bool is_partial_name(const std::string& name) {
  static const std::regex pattern(R"(\..*\.([0-9a-f]{16}|[0-9]+-[0-9]+)\.partial(\.[^.]*)?)");
  return std::regex_match(name, pattern);
}

/// Whoever writes it holds a lock. It may have been created a moment ago and not locked yet: only an older one counts.
bool is_abandoned(const fs::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat info {};
  if (file.get() < 0 || ::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) return false;
  struct timespec now {};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec - info.st_ctim.tv_sec >= 1 && ::flock(file.get(), LOCK_EX | LOCK_NB) == 0;
}

}  // namespace

void remove_partial_files(const fs::path& folder) noexcept try {
  std::vector<fs::path> left;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (is_partial_name(entry.path().filename().string()) && is_abandoned(entry.path())) left.push_back(entry.path());
  }
  for (const fs::path& path : left) fs::remove(path);
} catch (const std::exception&) {  // no such folder, or not ours: nothing to clear away
}

}  // namespace continuo
