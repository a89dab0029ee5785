// Finds temporary files by the name that AtomicFile gives them, and their process by its number.
#include "continuo/base/partial_files.h"

#include <signal.h>

#include <cerrno>
#include <charconv>
#include <string>
#include <vector>

namespace continuo {

namespace fs = std::filesystem;

void remove_partial_files(const fs::path& folder) noexcept try {
  std::vector<fs::path> left;
  for (const auto& entry : fs::directory_iterator(folder)) {
    // As AtomicFile names them: ".STEM.PROCESS-NUMBER.partial.EXTENSION".
    const std::string name = entry.path().filename().string();
    const std::size_t end = name.rfind(".partial");
    if (!name.starts_with('.') || end == std::string::npos) continue;
    const std::size_t begin = name.rfind('.', end - 1) + 1;
    pid_t process = 0;
    const char* const stop = name.data() + end;
    const auto [dash, code] = std::from_chars(name.data() + begin, stop, process);
    if (code != std::errc{} || dash == stop || *dash != '-' || process <= 0) continue;
    if (::kill(process, 0) != 0 && errno == ESRCH) left.push_back(entry.path());
  }
  for (const fs::path& path : left) fs::remove(path);
} catch (const std::exception&) {  // no such folder, or not ours: nothing to clear away
}

}  // namespace continuo
