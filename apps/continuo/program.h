// A program of commands: reads the command line, runs one of them, says what went wrong.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace continuo::app {

/// The whole of main: `add` registers the commands. Returns the exit status: 0, 1 after an Error, 130 when interrupted,
/// or CLI11's.
int run_program(int argc, char** argv, const std::function<void(CLI::App&)>& add);

}  // namespace continuo::app
