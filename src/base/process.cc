// Standard streams at the beginning and at the end of a program.
#include "continuo/base/process.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>

#include "base/descriptor.h"

namespace continuo {

void prepare_process() noexcept {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    // The lowest free number is the one that is given out.
    if (::fcntl(fd, F_GETFD) < 0 && errno == EBADF && ::open("/dev/null", fd == STDIN_FILENO ? O_RDONLY : O_WRONLY) < 0)
      return;
  }
  std::signal(SIGXFSZ, SIG_IGN);
}

void finish_output() {
  errno = 0;
  const bool failed = std::ferror(stdout) != 0;
  if (std::fflush(stdout) != 0 || failed) fail_with("standard output", "cannot write", errno != 0 ? errno : EIO);
}

}  // namespace continuo
