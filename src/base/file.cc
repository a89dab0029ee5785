// POSIX file calls with their errors in words.
#include "continuo/base/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

#include "continuo/base/error.h"

namespace continuo {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, const char* doing, int code) {
  std::string hint;
  if (code == ENOSPC) hint = "Free some space on that disk, or write somewhere else.";
  if (code == ENOENT) hint = "Check the name and the current folder.";
  if (code == EACCES) hint = "Check the permissions of the file and its folder.";
  throw Error({.message = std::string(doing) + ": " + std::strerror(code),
               .path = path.string(),
               .hint = hint,
               .code = error_code_of(code)});
}

/// Owns a file descriptor.
class Descriptor {
 public:
  Descriptor(const fs::path& path, int flags, const char* doing) : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0666)) {
    if (fd_ < 0) fail(path, doing, errno);
  }
  ~Descriptor() { ::close(fd_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

std::uint64_t regular_file_size(int fd, const fs::path& path) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) fail(path, "cannot read", errno);
  if (S_ISDIR(info.st_mode))
    throw Error({.message = "is a folder, not a file", .path = path.string(), .code = ErrorCode::kInvalidArgument});
  return static_cast<std::uint64_t>(info.st_size);
}

void create_parent(const fs::path& path) {
  if (!path.has_parent_path()) return;
  std::error_code code;
  fs::create_directories(path.parent_path(), code);
  if (code) fail(path.parent_path(), "cannot create the folder", code.value());
}

}  // namespace

std::vector<std::uint8_t> read_file(const fs::path& path, std::uint64_t max_bytes) {
  const Descriptor file(path, O_RDONLY, "cannot open");
  const std::uint64_t size = regular_file_size(file.get(), path);
  const auto too_large = [&] {
    return Error(
        {.message = "is larger than the " + std::to_string(max_bytes) + " bytes that are read", .path = path.string()});
  };
  if (size > max_bytes) throw too_large();
  std::vector<std::uint8_t> bytes(size);
  std::size_t used = 0;
  while (true) {
    if (used == bytes.size()) {  // pipes and /proc files say 0: read until the end is met
      std::uint8_t probe;
      const ssize_t got = ::read(file.get(), &probe, 1);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) fail(path, "cannot read", errno);
      if (got == 0) break;
      if (used >= max_bytes) throw too_large();
      bytes.push_back(probe);
      ++used;
      bytes.resize(std::max<std::size_t>(4096, used * 2));
    }
    const ssize_t got = ::read(file.get(), bytes.data() + used, bytes.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(path, "cannot read", errno);
    if (got == 0) break;
    used += static_cast<std::size_t>(got);
  }
  if (used > max_bytes) throw too_large();
  bytes.resize(used);
  return bytes;
}

std::string read_text_file(const fs::path& path) {
  const auto bytes = read_file(path);
  return {bytes.begin(), bytes.end()};
}

AtomicFile::AtomicFile(fs::path path) : path_(std::move(path)) {
  static std::atomic<unsigned> counter{0};
  if (path_.filename().empty())
    throw Error({.message = "is not a file name that can be written",
                 .path = path_.string(),
                 .code = ErrorCode::kInvalidArgument});
  std::error_code code;
  if (fs::is_directory(path_, code))
    throw Error({.message = "is a folder, not a file", .path = path_.string(), .code = ErrorCode::kInvalidArgument});
  create_parent(path_);
  temporary_ = path_.parent_path() / ("." + path_.stem().string() + "." + std::to_string(::getpid()) + "-" +
                                      std::to_string(counter++) + ".partial" + path_.extension().string());
}

AtomicFile::~AtomicFile() {
  std::error_code ignored;
  if (!committed_) fs::remove(temporary_, ignored);
}

void AtomicFile::commit() {
  {
    const Descriptor file(temporary_, O_RDONLY, "cannot write");
    if (::fsync(file.get()) != 0) fail(path_, "cannot write", errno);
  }
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail(path_, "cannot write", errno);
  committed_ = true;
}

void write_file_atomically(const fs::path& path, std::span<const std::uint8_t> bytes) {
  AtomicFile file(path);
  {
    const Descriptor out(file.temporary(), O_WRONLY | O_CREAT | O_TRUNC, "cannot write");
    std::size_t written = 0;
    while (written < bytes.size()) {
      const ssize_t put = ::write(out.get(), bytes.data() + written, bytes.size() - written);
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) fail(path, "cannot write", errno);
      written += static_cast<std::size_t>(put);
    }
  }
  file.commit();
}

void write_file_atomically(const fs::path& path, std::string_view text) {
  write_file_atomically(path, std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

void ensure_writable(const fs::path& path) {
  std::vector<fs::path> missing;  // folders, the deepest first
  std::error_code ignored;
  for (fs::path folder = path.parent_path(); !folder.empty() && !fs::exists(folder, ignored);
       folder = folder.parent_path())
    missing.push_back(folder);
  const auto remove_folders = [&] {
    for (const fs::path& folder : missing) fs::remove(folder, ignored);
  };
  try {
    const AtomicFile file(path);
    const Descriptor out(file.temporary(), O_WRONLY | O_CREAT | O_EXCL, "cannot write");
  } catch (const Error&) {
    remove_folders();
    throw;
  }
  remove_folders();
}

MappedFile::MappedFile(const fs::path& path) {
  const Descriptor file(path, O_RDONLY, "cannot open");
  size_ = regular_file_size(file.get(), path);
  if (size_ == 0) return;
  void* const data = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (data == MAP_FAILED) fail(path, "cannot map into memory", errno);
  data_ = static_cast<const std::uint8_t*>(data);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<std::uint8_t*>(data_), size_);
}

}  // namespace continuo
