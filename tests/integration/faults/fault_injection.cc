// Preloaded into a program under test (LD_PRELOAD): makes the N-th call of one kind fail.
//
//   CONTINUO_FAULT=KIND:N    KIND is write, fsync, rename, mmap or alloc; the N-th call from 1 on fails. 0: none.
//   CONTINUO_FAULT_COUNTS=F  the numbers of calls of each kind are appended to F, a line for each process.
//
// write counts write, writev and pwrite to regular files; mmap counts maps of files; alloc counts malloc, calloc,
// realloc and aligned_alloc of kLeastAllocation bytes and more, which is what files and music can make large.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>

extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
}

namespace {

enum Kind { kWrite, kFsync, kRename, kMmap, kAlloc, kKinds };
constexpr const char* kNames[kKinds] = {"write", "fsync", "rename", "mmap", "alloc"};
constexpr std::size_t kLeastAllocation = 4096;

std::atomic<long> counts[kKinds];
int fault_kind = -1;
long fault_number = 0;
bool ready = false;

/// Whether this call is the one that fails.
bool fails(Kind kind) {
  const long number = ++counts[kind];
  return ready && fault_kind == kind && number == fault_number;
}

bool is_file(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

template <class Function>
Function next(Function, const char* name) {
  return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

bool fails_write(int fd) {
  if (!is_file(fd) || !fails(kWrite)) return false;
  errno = ENOSPC;
  return true;
}

bool fails_allocation(std::size_t bytes) {
  if (bytes < kLeastAllocation || !ready || !fails(kAlloc)) return false;
  errno = ENOMEM;
  return true;
}

__attribute__((constructor)) void begin() {
  if (const char* wanted = std::getenv("CONTINUO_FAULT"); wanted != nullptr) {
    for (int kind = 0; kind < kKinds; ++kind) {
      const std::size_t length = std::strlen(kNames[kind]);
      if (std::strncmp(wanted, kNames[kind], length) != 0 || wanted[length] != ':') continue;
      fault_kind = kind;
      fault_number = std::atol(wanted + length + 1);
    }
  }
  ready = true;
}

__attribute__((destructor)) void end() {
  ready = false;
  const char* path = std::getenv("CONTINUO_FAULT_COUNTS");
  if (path == nullptr) return;
  char line[256];
  int size = 0;
  for (int kind = 0; kind < kKinds; ++kind)
    size += std::snprintf(line + size, sizeof line - static_cast<std::size_t>(size), "%s %ld ", kNames[kind],
                          counts[kind].load());
  line[size - 1] = '\n';
  const int fd = ::open(path, O_WRONLY | O_APPEND | O_CREAT, 0644);
  if (fd < 0) return;
  if (next(&::write, "write")(fd, line, static_cast<std::size_t>(size)) < 0) std::perror(path);
  ::close(fd);
}

}  // namespace

extern "C" {

ssize_t write(int fd, const void* bytes, std::size_t size) {
  return fails_write(fd) ? -1 : next(&::write, "write")(fd, bytes, size);
}
ssize_t writev(int fd, const struct iovec* parts, int count) {
  return fails_write(fd) ? -1 : next(&::writev, "writev")(fd, parts, count);
}
ssize_t pwrite(int fd, const void* bytes, std::size_t size, off_t at) {
  return fails_write(fd) ? -1 : next(&::pwrite, "pwrite")(fd, bytes, size, at);
}
ssize_t pwrite64(int fd, const void* bytes, std::size_t size, off64_t at) {
  return fails_write(fd) ? -1 : next(&::pwrite64, "pwrite64")(fd, bytes, size, at);
}
int fsync(int fd) {
  if (fails(kFsync)) {
    errno = EIO;
    return -1;
  }
  return next(&::fsync, "fsync")(fd);
}
int rename(const char* from, const char* to) noexcept {
  if (fails(kRename)) {
    errno = EIO;
    return -1;
  }
  return next(&::rename, "rename")(from, to);
}
void* mmap(void* address, std::size_t size, int protection, int flags, int fd, off_t at) noexcept {
  if (fd >= 0 && fails(kMmap)) {
    errno = ENOMEM;
    return MAP_FAILED;
  }
  return next(&::mmap, "mmap")(address, size, protection, flags, fd, at);
}
void* malloc(std::size_t bytes) noexcept { return fails_allocation(bytes) ? nullptr : __libc_malloc(bytes); }
void* calloc(std::size_t count, std::size_t bytes) noexcept {
  return fails_allocation(count * bytes) ? nullptr : __libc_calloc(count, bytes);
}
void* realloc(void* old, std::size_t bytes) noexcept {
  return fails_allocation(bytes) ? nullptr : __libc_realloc(old, bytes);
}
void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept {
  return fails_allocation(bytes) ? nullptr : __libc_memalign(alignment, bytes);
}

}  // extern "C"
