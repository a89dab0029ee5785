// The user's own folder, never one that others share.
#include "continuo/workbench/default_cache.h"

#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

#include "continuo/base/error.h"

namespace continuo::workbench {
namespace {

namespace fs = std::filesystem;

/// By the system's list of users; empty: it is not there.
fs::path listed_home() {
  struct passwd entry {};
  struct passwd* found = nullptr;
  std::array<char, 1U << 14U> text{};
  if (::getpwuid_r(::getuid(), &entry, text.data(), text.size(), &found) != 0 || found == nullptr) return {};
  std::error_code code;
  return fs::is_directory(entry.pw_dir, code) && ::access(entry.pw_dir, W_OK) == 0 ? fs::path(entry.pw_dir)
                                                                                   : fs::path{};
}

/// A folder of this process alone.
class OwnFolder {
 public:
  OwnFolder() {
    std::string name = (fs::temp_directory_path() / "continuo-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr)
      throw Error({.message = "cannot create the folder: " + std::generic_category().message(errno),
                   .path = name,
                   .code = error_code_of(errno)});
    path_ = name;
  }
  ~OwnFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  OwnFolder(const OwnFolder&) = delete;
  OwnFolder& operator=(const OwnFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

}  // namespace

fs::path default_cache() {
  for (const auto& [name, below] : {std::pair{"XDG_CACHE_HOME", ""}, {"HOME", ".cache"}}) {
    const char* folder = std::getenv(name);
    if (folder != nullptr && *folder != '\0') return fs::path(folder) / below / "continuo";
  }
  if (const fs::path home = listed_home(); !home.empty()) return home / ".cache" / "continuo";
  static const OwnFolder own;
  return own.path();
}

}  // namespace continuo::workbench
