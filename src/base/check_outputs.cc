// Files are the same where device and inode are.
#include "continuo/base/check_outputs.h"

#include <sys/stat.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "continuo/base/error.h"
#include "continuo/base/file.h"

namespace continuo {
namespace {

using FileId = std::pair<dev_t, ino_t>;

/// Of regular files: what is written into a device or a pipe overwrites nothing.
std::optional<FileId> id_of(const std::filesystem::path& path) {
  struct stat status {};
  if (path.empty() || ::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  return FileId(status.st_dev, status.st_ino);
}

}  // namespace

void check_outputs(std::span<const std::filesystem::path> outputs, std::span<const std::filesystem::path> inputs) {
  std::vector<FileId> read;
  for (const auto& input : inputs)
    if (const auto id = id_of(input)) read.push_back(*id);
  for (const auto& output : outputs) {
    if (output.empty()) continue;
    const auto id = id_of(output);
    if (id && std::ranges::find(read, *id) != read.end())
      throw Error({.message = "is an input of this command, which its output would overwrite",
                   .path = output.string(),
                   .hint = "Give the output another name.",
                   .code = ErrorCode::kWouldOverwrite});
    ensure_writable(output);
  }
}

}  // namespace continuo
