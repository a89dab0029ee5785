// Commands that learn need libtorch, which takes a second to load. They are a program of their own, continuo-learn, so
// that the others start at once.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>

namespace continuo::app {

/// Whether the command line names a command that learns.
bool needs_learning_program(int argc, char** argv);

/// Where it lies: beside this program, or where it is installed; empty where it is not.
std::filesystem::path learning_program();

/// Replaces this process by continuo-learn, with the same arguments and the environment of a process that trains.
/// Throws Error when it is not there.
[[noreturn]] void start_learning_program(char** argv);

/// Lists the commands of continuo-learn in the help.
void add_learning_commands(CLI::App& app);

}  // namespace continuo::app
