// A program that runs beside the studio and does not outlive it.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace continuo::studio {

/// The thread that starts it must live as long as it: with the thread the system interrupts the program, too, so that a
/// studio that is killed leaves none behind. It gives way to others when processors are short.
class Child {
 public:
  /// Its standard error goes to `log`, which is replaced. Throws Error.
  Child(const std::vector<std::string>& words, const std::filesystem::path& log);
  /// Ends it, if it must be by force.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Its exit status once it has ended; 128 and more: the signal that ended it.
  std::optional<int> ended();
  /// Asks it to end; what it has is kept.
  void interrupt() const noexcept;

 private:
  pid_t process_ = 0;
};

}  // namespace continuo::studio
