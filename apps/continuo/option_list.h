// Lists of options, as generation::options_of() gives them, on the command line.
#pragma once

#include <CLI/CLI.hpp>
#include <vector>

#include "continuo/generation/options.h"

namespace continuo::app {

/// Adds each option; what the user gives is checked and set. The objects to which the options are bound must outlive
/// the command.
void add_options(CLI::App& command, const std::vector<Option>& options);

}  // namespace continuo::app
