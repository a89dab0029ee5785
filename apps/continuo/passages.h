// The collection in which copies are looked for: shared by `originality` and `compose --max-copy`.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <string>

#include "continuo/evaluation/passage_index.h"

namespace continuo::app {

struct PassageOptions {
  std::filesystem::path corpus, cache;
  std::string select_column;
};

/// --corpus, --select-column and --cache.
void add_passage_options(CLI::App& command, PassageOptions& options);

/// Every MIDI file of the folder (or those that the column selects), whatever its length.
evaluation::PassageIndex open_index(const PassageOptions& options, const representation::Representation* heard_through);

/// Hides `count` passages of the training part in pieces of the test part, prints how many are found, and how long the
/// longest runs of `count` test pieces as they are; `borrowed` notes are among the lengths that are judged.
void check_planted(const PassageOptions& options, std::size_t count, std::uint64_t seed, std::size_t borrowed);

}  // namespace continuo::app
