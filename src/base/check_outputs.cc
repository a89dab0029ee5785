// Files are the same where device and inode are.
#include "continuo/base/check_outputs.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
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

/// Whether a command that reads the folder may read this file.
bool is_read_from(const std::filesystem::path& folder, const std::filesystem::path& file) {
  std::error_code code;
  if (!std::filesystem::is_directory(folder, code)) return false;
  const auto whole = std::filesystem::canonical(file, code);
  const auto above = std::filesystem::canonical(folder, code);
  if (code || std::ranges::mismatch(above, whole).in1 != above.end()) return false;
  static constexpr std::array kOnlyWritten = {".png", ".svg", ".html", ".csv"};
  return whole.filename() == "MANIFEST.csv" ||
         std::ranges::find(kOnlyWritten, whole.extension().string()) == kOnlyWritten.end();
}

}  // namespace

void check_outputs(std::span<const std::filesystem::path> outputs, std::span<const std::filesystem::path> inputs) {
  std::vector<FileId> read;
  for (const auto& input : inputs)
    if (const auto id = id_of(input)) read.push_back(*id);
  for (const auto& output : outputs) {
    if (output.empty()) continue;
    const auto id = id_of(output);
    const bool below =
        id && std::ranges::any_of(inputs, [&](const auto& input) { return is_read_from(input, output); });
    if (below || (id && std::ranges::find(read, *id) != read.end()))
      throw Error({.message = "is an input of this command, which its output would overwrite",
                   .path = output.string(),
                   .hint = "Give the output another name.",
                   .code = ErrorCode::kWouldOverwrite});
    ensure_writable(output);
  }
}

}  // namespace continuo
