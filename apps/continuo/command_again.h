// What to type for the same music again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <CLI/App.hpp>

namespace continuo::app {

/// A command with the options that it was given, but for those that change nothing of the music: files to write,
/// threads, caches.
class CommandAgain {
 public:
  /// `count`: results of a run, 1 or more.
  CommandAgain(const CLI::App& command, std::uint64_t seed, std::size_t count);

  /// For the terminal: paths as they were given.
  std::string at_terminal() const { return text(0, false); }
  /// For a page: absolute paths lose their folders. `piece` above 0: for that one of several.
  std::string in_page(std::size_t piece = 0) const { return text(piece, true); }

 private:
  std::string text(std::size_t piece, bool in_page) const;

  std::string name_;
  std::vector<std::string> words_;
  std::size_t count_;
};

}  // namespace continuo::app
