// Closed standard streams are opened, and lost output is an error.
#include "continuo/base/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <string>

#include "continuo/base/error.h"
#include "continuo/base/file.h"

namespace continuo {
namespace {

/// The exit status of a child that runs `body`.
template <class Body>
int status_of_child(const Body& body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body());
  int status = -1;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
}

TEST(Process, ClosedStandardStreamsAreOpenedOnTheNullDevice) {
  EXPECT_EQ(status_of_child([] {
              ::close(STDIN_FILENO);
              ::close(STDERR_FILENO);
              prepare_process();
              struct stat in {
              }, error{}, null{};
              ::stat("/dev/null", &null);
              if (::fstat(STDIN_FILENO, &in) != 0 || ::fstat(STDERR_FILENO, &error) != 0) return 1;
              if (in.st_rdev != null.st_rdev || error.st_rdev != null.st_rdev) return 2;
              return ::open("/dev/null", O_RDONLY) > STDERR_FILENO ? 0 : 3;
            }),
            0);
}

TEST(Process, OutputThatCannotBeWrittenIsAnError) {
  const auto finish_into = [](const char* path) {
    return status_of_child([path] {
      if (std::freopen(path, "w", stdout) == nullptr) return 1;
      std::fputs("a line\n", stdout);
      try {
        finish_output();
      } catch (const Error& error) {
        return error.code() == ErrorCode::kOutOfSpace ? 3 : 2;
      }
      return 0;
    });
  };
  EXPECT_EQ(finish_into("/dev/full"), 3);
  EXPECT_EQ(finish_into("/dev/null"), 0);
}

TEST(Process, AFileBeyondTheLimitOnSizesIsAnErrorAndLeavesNothing) {
  const auto folder = std::filesystem::temp_directory_path() / ("continuo-process-test-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  EXPECT_EQ(status_of_child([&folder] {
              prepare_process();
              const rlimit small{1000, 1000};
              ::setrlimit(RLIMIT_FSIZE, &small);
              try {
                write_file_atomically(folder / "large", std::string(5000, 'x'));
              } catch (const Error&) {
                return 4;
              }
              return 0;
            }),
            4);
  EXPECT_TRUE(std::filesystem::is_empty(folder));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace continuo
