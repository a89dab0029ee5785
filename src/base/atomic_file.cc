// Writing that is complete or absent: a temporary file beside the target, then a rename. What is no regular file cannot
// be replaced by a rename: there the bytes are copied into it.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include "base/descriptor.h"
#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/base/partial_files.h"

namespace continuo {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxNameBytes = 255;  // NAME_MAX of the usual file systems
constexpr int kMaxLinks = 40;               // as the kernel follows

/// Sixteen hexadecimal digits that nobody can foresee.
std::string random_digits() {
  std::array<std::uint8_t, 8> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    throw Error({.message = "the system gives no random numbers", .code = ErrorCode::kSystem});
  std::string digits;
  for (const std::uint8_t byte : bytes) {
    digits += "0123456789abcdef"[byte >> 4U];
    digits += "0123456789abcdef"[byte & 15U];
  }
  return digits;
}

/// N of /dev/stdout, /dev/stderr, /dev/fd/N and /proc/self/fd/N: an open file of this process.
std::optional<int> open_descriptor_of(const fs::path& path) {
  const std::string name = path.lexically_normal().string();
  if (name == "/dev/stdout") return STDOUT_FILENO;
  if (name == "/dev/stderr") return STDERR_FILENO;
  for (const std::string folder : {"/dev/fd/", "/proc/self/fd/"}) {
    if (!name.starts_with(folder)) continue;
    const std::string digits = name.substr(folder.size());
    if (!digits.empty() && digits.size() < 7 &&
        std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; }))
      return std::stoi(digits);
  }
  return std::nullopt;
}

/// What `path` names after all symbolic links, also where the last one points to nothing yet.
fs::path target_of(fs::path path) {
  std::error_code code;
  for (int links = 0; fs::is_symlink(fs::symlink_status(path, code)); ++links) {
    if (links == kMaxLinks) fail_with(path, "cannot write", ELOOP);
    const fs::path target = fs::read_symlink(path, code);
    if (code) fail_with(path, "cannot write", code.value());
    path = target.is_absolute() ? target : path.parent_path() / target;
  }
  return path;
}

void create_parent(const fs::path& path) {
  if (!path.has_parent_path()) return;
  std::error_code code;
  fs::create_directories(path.parent_path(), code);
  if (code) fail_with(path.parent_path(), "cannot create the folder", code.value());
}

/// Once for each folder of a process: what killed processes have left there.
void clear_once(const fs::path& folder) {
  static std::mutex mutex;
  static std::set<fs::path> cleared;
  {
    const std::scoped_lock lock(mutex);
    if (!cleared.insert(folder).second) return;
  }
  remove_partial_files(folder.empty() ? fs::path(".") : folder);
}

/// An empty file of a new name in `folder`, locked as long as it is open.
Descriptor create_temporary(const fs::path& folder, const fs::path& named_after, fs::path& name) {
  const std::string ending = "." + random_digits() + ".partial" + named_after.extension().string();
  std::string stem = "." + named_after.stem().string();
  stem.resize(std::min(stem.size(), kMaxNameBytes - std::min(kMaxNameBytes, ending.size())));
  name = folder / (stem + ending);
  Descriptor file(::open(name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
  if (file.get() < 0) fail_with(named_after, "cannot write", errno);
  ::flock(file.get(), LOCK_EX | LOCK_NB);  // file systems without locks: nothing is ever cleared there
  return file;
}

void copy_contents(int from, int to, const fs::path& path) {
  std::vector<std::uint8_t> block(1U << 16U);
  for (off_t at = 0;;) {
    const ssize_t got = ::pread(from, block.data(), block.size(), at);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail_with(path, "cannot write", errno);
    if (got == 0) return;
    write_all(to, std::span(block).first(static_cast<std::size_t>(got)), path);
    at += got;
  }
}

void sync_folder(const fs::path& folder) {
  const Descriptor directory(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() >= 0) ::fsync(directory.get());
}

}  // namespace

AtomicFile::AtomicFile(fs::path path) : path_(std::move(path)) {
  if (path_.filename().empty())
    throw Error({.message = "is not a file name that can be written",
                 .path = path_.string(),
                 .code = ErrorCode::kInvalidArgument});
  std::error_code code;
  into_ = open_descriptor_of(path_).value_or(-1);
  const fs::path named_after = path_;
  if (into_ < 0) path_ = target_of(path_);
  const fs::file_status status = fs::status(path_, code);
  if (into_ < 0 && fs::is_directory(status))
    throw Error({.message = "is a folder, not a file", .path = path_.string(), .code = ErrorCode::kInvalidArgument});
  in_place_ = into_ >= 0 || (fs::exists(status) && !fs::is_regular_file(status));
  if (in_place_) {
    lock_ = create_temporary(fs::temp_directory_path(), named_after, temporary_).release();
    return;
  }
  create_parent(path_);
  clear_once(path_.parent_path());
  Descriptor file = create_temporary(path_.parent_path(), named_after, temporary_);
  struct stat old {};
  if (::stat(path_.c_str(), &old) == 0) ::fchmod(file.get(), old.st_mode & 07777U);
  lock_ = file.release();
}

AtomicFile::~AtomicFile() {
  std::error_code ignored;
  if (!committed_) fs::remove(temporary_, ignored);
  if (lock_ >= 0) ::close(lock_);
}

void AtomicFile::commit() {
  // A writer may have put another file in its place.
  const Descriptor file(temporary_, O_RDONLY, "cannot write");
  if (in_place_) {
    const Descriptor opened(into_ >= 0 ? ::dup(into_) : ::open(path_.c_str(), O_WRONLY | O_NOCTTY | O_CLOEXEC));
    if (opened.get() < 0) fail_with(path_, "cannot write", errno);
    copy_contents(file.get(), opened.get(), path_);
    return;
  }
  if (::fsync(file.get()) != 0) fail_with(path_, "cannot write", errno);
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail_with(path_, "cannot write", errno);
  committed_ = true;
  sync_folder(path_.parent_path());
}

void write_file_atomically(const fs::path& path, std::span<const std::uint8_t> bytes) {
  AtomicFile file(path);
  write_all(Descriptor(file.temporary(), O_WRONLY | O_TRUNC, "cannot write").get(), bytes, path);
  file.commit();
}

void write_file_atomically(const fs::path& path, std::string_view text) {
  write_file_atomically(path, std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

void ensure_writable(const fs::path& path) {
  std::error_code code;
  fs::path folder = path.parent_path();
  while (!folder.empty() && !fs::exists(folder, code)) folder = folder.parent_path();
  if (folder == path.parent_path()) {
    const AtomicFile probe(path);
    return;
  }
  // The folder does not exist yet. Creating and removing it would disturb others who write there at the same time.
  if (path.filename().empty())
    throw Error({.message = "is not a file name that can be written",
                 .path = path.string(),
                 .code = ErrorCode::kInvalidArgument});
  if (!folder.empty() && !fs::is_directory(folder, code))
    fail_with(path.parent_path(), "cannot create the folder", ENOTDIR);
  fs::path probe;
  const Descriptor file = create_temporary(folder, path, probe);
  fs::remove(probe, code);
}

}  // namespace continuo
