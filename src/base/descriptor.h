// A file descriptor with an owner, and the failures of POSIX calls in words.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <utility>

#include "continuo/base/error.h"

namespace continuo {

/// Throws the Error of a call that ended with `code`, a value of errno.
[[noreturn]] inline void fail_with(const std::filesystem::path& path, const char* doing, int code) {
  std::string hint;
  if (code == ENOSPC || code == EFBIG) hint = "Free some space on that disk, or write somewhere else.";
  if (code == ENOENT) hint = "Check the name and the current folder.";
  if (code == EACCES) hint = "Check the permissions of the file and its folder.";
  if (code == ENAMETOOLONG) hint = "Choose a shorter name.";
  throw Error({.message = std::string(doing) + ": " + std::strerror(code),
               .path = path.string(),
               .hint = hint,
               .code = error_code_of(code)});
}

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) noexcept : fd_(fd) {}
  Descriptor(const std::filesystem::path& path, int flags, const char* doing)
      : fd_(::open(path.c_str(), flags | O_CLOEXEC, 0666)) {
    if (fd_ < 0) fail_with(path, doing, errno);
  }
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  int get() const noexcept { return fd_; }
  int release() noexcept { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

/// Writes all of `bytes`. `path` is named in the Error.
inline void write_all(int fd, std::span<const std::uint8_t> bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) fail_with(path, "cannot write", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
}

}  // namespace continuo
