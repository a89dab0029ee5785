// What `measure` and `compare` share: options that choose pieces, and what is said of files that were left out.
#pragma once

#include <CLI/CLI.hpp>
#include <vector>

#include "continuo/workbench/piece_set.h"

namespace continuo::app {

/// --select-column, --max-pieces and --threads.
void add_piece_set_options(CLI::App& command, workbench::PieceSetOptions& options);

/// On standard error: how many were left out, and the first of them with their reasons.
void print_left_out(const std::vector<evaluation::Survey::LeftOut>& left_out);

}  // namespace continuo::app
