// Progress bars on standard error and signals as a stop token.
#include "terminal.h"

#include <semaphore.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "continuo/base/format.h"

namespace continuo::app {
namespace {

using Clock = std::chrono::steady_clock;

class Bar {
 public:
  Bar() : terminal_(::isatty(STDERR_FILENO) != 0) {}
  ~Bar() {
    if (open_) finish();
  }

  void report(const Progress& progress) {
    const auto now = Clock::now();
    if (progress.task != task_) {
      if (open_) finish();
      task_ = progress.task;
      begun_ = now;
      begun_at_ = progress.done;
      drawn_ = now - std::chrono::hours(1);
    }
    const bool complete = progress.total > 0 && progress.done >= progress.total;
    const auto pause = terminal_ ? std::chrono::milliseconds(100) : std::chrono::milliseconds(10'000);
    if (!complete && now - drawn_ < pause) return;
    if (complete && !open_ && now - begun_ < pause && !terminal_) {
      task_.clear();  // done before a first line was due: say nothing
      return;
    }
    drawn_ = now;
    draw(progress, std::chrono::duration<double>(now - begun_).count());
    if (complete) finish();
  }

 private:
  void draw(const Progress& progress, double elapsed) {
    std::string line = progress.task;
    if (progress.total > 0) {
      const double share = std::min(1.0, static_cast<double>(progress.done) / static_cast<double>(progress.total));
      constexpr int kWidth = 24;
      const int filled = static_cast<int>(share * kWidth);
      char percent[16];
      std::snprintf(percent, sizeof percent, "] %3.0f %%", share * 100);
      line += " [" + std::string(static_cast<std::size_t>(filled), '#') +
              std::string(static_cast<std::size_t>(kWidth - filled), '.') + percent;
      if (!progress.unit.empty())
        line += "  " + format_count(progress.done) + " of " + format_count(progress.total) + " " + progress.unit;
      const double fresh = static_cast<double>(progress.done - std::min(progress.done, begun_at_));
      if (fresh > 0 && elapsed > 0.5 && share < 1) {
        const double left = elapsed / fresh * static_cast<double>(progress.total - progress.done);
        line += ", " + format_duration(left) + " left";
      }
    } else {
      line += "  " + format_count(progress.done) + " " + progress.unit;
    }
    if (!progress.detail.empty()) line += "  " + progress.detail;
    if (terminal_) {
      std::fputs(("\r" + line + "\x1b[K").c_str(), stderr);
    } else {
      std::fputs((line + "\n").c_str(), stderr);
    }
    std::fflush(stderr);
    open_ = true;
  }

  void finish() {
    if (open_ && terminal_) std::fputs("\n", stderr);
    open_ = false;
    task_.clear();
  }

  bool terminal_;
  bool open_ = false;
  std::string task_;
  Clock::time_point begun_{}, drawn_{};
  std::uint64_t begun_at_ = 0;
};

std::stop_source& stop_source() {
  static std::stop_source source;
  return source;
}

sem_t signal_came;
volatile std::sig_atomic_t signals_seen = 0;

/// Only what may be done in a signal handler: request_stop() may not, so a thread that waits for the semaphore does it.
/// (Blocking the signals and waiting for them with sigwait would miss the threads that libraries begin before main.)
void on_signal(int signal) {
  signals_seen = signals_seen + 1;
  if (signals_seen > 1) ::_exit(128 + signal);
  ::sem_post(&signal_came);
}

}  // namespace

ProgressSink terminal_progress() {
  auto bar = std::make_shared<Bar>();
  return [bar](const Progress& progress) { bar->report(progress); };
}

std::stop_token interruption() {
  static std::once_flag once;
  std::call_once(once, [] {
    stop_source();  // made before a handler can need it
    ::sem_init(&signal_came, 0, 0);
    struct sigaction action {};
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
    std::thread([] {
      while (::sem_wait(&signal_came) != 0) {
      }
      stop_source().request_stop();
      std::this_thread::sleep_for(std::chrono::seconds(1));
      if (::isatty(STDERR_FILENO) != 0)
        std::fputs("\nstopping where nothing is lost; Ctrl-C again ends at once\n", stderr);
    }).detach();
  });
  return stop_source().get_token();
}

std::size_t terminal_width() {
  constexpr std::size_t kUsual = 80, kNarrowest = 30;
  winsize size{};
  if (::isatty(STDOUT_FILENO) == 0 || ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kUsual;
  return std::max<std::size_t>(kNarrowest, size.ws_col);
}

std::string wrapped(const std::string& line, std::size_t indent, std::size_t width) {
  std::string out;
  std::size_t begin = 0, taken = 0;  // taken: columns before `begin` in the line being written
  while (taken + line.size() - begin > width) {
    const std::size_t least = begin + (taken == 0 ? indent : 0);
    std::size_t end = line.rfind(' ', begin + width - taken);
    if (end == std::string::npos || end <= least) end = line.find(' ', least);
    if (end == std::string::npos) break;
    out += line.substr(begin, end - begin) + "\n" + std::string(indent, ' ');
    begin = end + 1;
    taken = indent;
  }
  return out + line.substr(begin);
}

}  // namespace continuo::app
