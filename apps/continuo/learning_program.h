// Commands that learn need libtorch, which takes a second to load. They are a program of their own, continuo-learn, so
// that the others start at once.
#pragma once

#include <CLI/CLI.hpp>

namespace continuo::app {

/// Whether the command line names a command that learns.
bool needs_learning_program(int argc, char** argv);

/// Replaces this process by continuo-learn, with the same arguments and the environment of a process that trains. It is
/// looked for beside this program, then where it is installed. Throws Error when it is not there.
[[noreturn]] void start_learning_program(char** argv);

/// Lists the commands of continuo-learn in the help.
void add_learning_commands(CLI::App& app);

}  // namespace continuo::app
