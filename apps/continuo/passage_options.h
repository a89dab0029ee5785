// What `originality` and `compose --max-copy` share: the collection in which copies are looked for.
#pragma once

#include <CLI/CLI.hpp>

#include "continuo/workbench/passages.h"

namespace continuo::app {

/// --corpus, --select-column and --cache.
void add_passage_options(CLI::App& command, workbench::PassageOptions& options);

/// How many planted passages are found, and how long the runs of unrelated pieces are; `borrowed` notes are among the
/// lengths that are judged.
void print_planted(const workbench::PlantedCheck& check, std::size_t borrowed);

}  // namespace continuo::app
