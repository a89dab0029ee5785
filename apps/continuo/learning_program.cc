// Finds continuo-learn.
#include "learning_program.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "commands.h"
#include "continuo/base/error.h"
#include "continuo/base/learning_environment.h"

namespace continuo::app {
namespace {

namespace fs = std::filesystem;

constexpr const char* kProgram = "continuo-learn";

struct LearningCommand {
  const char* name;
  const char* description;
};
constexpr std::array kCommands = {
    LearningCommand{"train", kTrainDescription},
    LearningCommand{"benchmark", kBenchmarkDescription},
    LearningCommand{"reproduce", kReproduceDescription},
};

}  // namespace

bool needs_learning_program(int argc, char** argv) {
  if (argc < 2) return false;
  const std::string_view command = argv[1];
  if (std::ranges::any_of(kCommands, [&](const LearningCommand& known) { return command == known.name; })) return true;
  return command == "bench" &&
         std::any_of(argv + 2, argv + argc, [](const char* word) { return std::strcmp(word, "--training") == 0; });
}

std::filesystem::path learning_program() {
  std::error_code code;
  const fs::path here = fs::read_symlink("/proc/self/exe", code).parent_path();
  for (const fs::path& folder : {here, here.parent_path() / CONTINUO_LIBEXEC})
    if (fs::is_regular_file(folder / kProgram, code)) return folder / kProgram;
  return {};
}

void start_learning_program(char** argv) {
  set_learning_environment();
  const fs::path program = learning_program();
  errno = ENOENT;
  if (!program.empty()) execv(program.c_str(), argv);  // returns only when it failed
  throw Error({.message = std::string(kProgram) + " cannot be started: " + std::strerror(errno),
               .path = program.string(),
               .hint = "It does what learns, and belongs beside this program: build or install Continuo again.",
               .code = ErrorCode::kNotFound});
}

void add_learning_commands(CLI::App& app) {
  for (const LearningCommand& command : kCommands) app.add_subcommand(command.name, command.description);
}

}  // namespace continuo::app
