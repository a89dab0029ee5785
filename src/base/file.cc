// Reading whole files and mapping them.
#include "continuo/base/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/descriptor.h"
#include "continuo/base/error.h"

namespace continuo {
namespace {

namespace fs = std::filesystem;

std::uint64_t regular_file_size(int fd, const fs::path& path) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) fail_with(path, "cannot read", errno);
  if (S_ISDIR(info.st_mode))
    throw Error({.message = "is a folder, not a file", .path = path.string(), .code = ErrorCode::kInvalidArgument});
  return static_cast<std::uint64_t>(info.st_size);
}

}  // namespace

std::vector<std::uint8_t> read_file(const fs::path& path, std::uint64_t max_bytes) {
  const Descriptor file(path, O_RDONLY, "cannot open");
  const std::uint64_t size = regular_file_size(file.get(), path);
  const auto too_large = [&] {
    return Error({.message = "is larger than the " + std::to_string(max_bytes) + " bytes that are read",
                  .path = path.string(),
                  .code = ErrorCode::kUnsupported});
  };
  if (size > max_bytes) throw too_large();
  std::vector<std::uint8_t> bytes(size);
  std::size_t used = 0;
  while (true) {
    if (used == bytes.size()) {  // pipes and /proc files say 0: read until the end is met
      std::uint8_t probe;
      const ssize_t got = ::read(file.get(), &probe, 1);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) fail_with(path, "cannot read", errno);
      if (got == 0) break;
      if (used >= max_bytes) throw too_large();
      bytes.push_back(probe);
      ++used;
      bytes.resize(std::max<std::size_t>(4096, used * 2));
    }
    const ssize_t got = ::read(file.get(), bytes.data() + used, bytes.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail_with(path, "cannot read", errno);
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

MappedFile::MappedFile(const fs::path& path) {
  const Descriptor file(path, O_RDONLY, "cannot open");
  size_ = regular_file_size(file.get(), path);
  if (size_ == 0) return;
  void* const data = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (data == MAP_FAILED) fail_with(path, "cannot map into memory", errno);
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
