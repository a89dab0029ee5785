#include "studio/child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "continuo/base/error.h"

namespace continuo::studio {
namespace {

constexpr int kNotStarted = 127;
constexpr std::chrono::seconds kPatience{30};  ///< with a program that was asked to end

/// Between fork() and execv() only what is safe there.
[[noreturn]] void become(char* const* words, int log, pid_t studio) {
  constexpr int kGivesWay = 5;
  prctl(PR_SET_PDEATHSIG, SIGINT);
  if (getppid() != studio) _exit(kNotStarted);
  setpriority(PRIO_PROCESS, 0, kGivesWay);
  signal(SIGINT, SIG_DFL);
  signal(SIGTERM, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  setpgid(0, 0);  // Ctrl-C at the studio's terminal is the studio's to pass on
  const int nothing = open("/dev/null", O_RDWR);
  dup2(nothing, STDIN_FILENO);
  dup2(nothing, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  execv(words[0], words);
  _exit(kNotStarted);
}

}  // namespace

Child::Child(const std::vector<std::string>& words, const std::filesystem::path& log) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  const int file = open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) throw Error({.message = "cannot be written", .path = log.string(), .code = error_code_of(errno)});
  const pid_t studio = getpid();
  process_ = fork();
  if (process_ == 0) become(pointers.data(), file, studio);
  const int failure = errno;
  close(file);
  if (process_ < 0)
    throw Error({.message = "no process can be started", .path = words.front(), .code = error_code_of(failure)});
}

Child::~Child() {
  interrupt();
  for (const auto until = std::chrono::steady_clock::now() + kPatience;
       !ended() && std::chrono::steady_clock::now() < until;)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  if (process_ <= 0) return;
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
}

std::optional<int> Child::ended() {
  constexpr int kOfSignals = 128;
  if (process_ <= 0) return kNotStarted;
  int status = 0;
  if (waitpid(process_, &status, WNOHANG) != process_) return std::nullopt;
  process_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : kOfSignals + WTERMSIG(status);
}

void Child::interrupt() const noexcept {
  if (process_ > 0) kill(process_, SIGINT);
}

}  // namespace continuo::studio
