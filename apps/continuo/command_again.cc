#include "command_again.h"

#include <fmt/core.h>

#include <set>

#include "continuo/workbench/piece_view.h"
#include "options.h"

namespace continuo::app {

CommandAgain::CommandAgain(const CLI::App& command, std::uint64_t seed, std::size_t count)
    : name_(command.get_name()), count_(count) {
  static const std::set<std::string> kSilent = {"--help",  "--output",  "--report", "--no-page", "--count",
                                                "--piece", "--threads", "--cache",  "--seed",    "--keep-unfinished"};
  const bool max_copy = command.get_option_no_throw("--max-copy") != nullptr && command.count("--max-copy") > 0;
  words_ = {"--seed", std::to_string(seed)};
  for (const CLI::Option* option : command.get_options()) {
    const std::string name = option->get_name();
    if (option->count() == 0 || kSilent.contains(name)) continue;
    if ((name == "--corpus" || name == "--select-column") && !max_copy) continue;
    const bool positional = !name.starts_with('-');
    if (option->get_items_expected_max() == 0) {  // a flag
      words_.push_back(name);
      continue;
    }
    for (const std::string& value : option->results()) {
      if (!positional) words_.push_back(name);
      words_.push_back(value);
    }
  }
}

std::string CommandAgain::text(std::size_t piece, bool in_page) const {
  std::string command = "continuo " + name_;
  for (const std::string& word : words_) command += " " + shell_word(in_page ? workbench::name_in_page(word) : word);
  if (piece > 0) return command + fmt::format(" --piece {} -o piece-{}", piece, piece);
  if (count_ > 1) command += fmt::format(" --count {}", count_);
  return command + " -o new";
}

}  // namespace continuo::app
