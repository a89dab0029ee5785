// One command of a command line.
#include "program.h"

#include <fmt/core.h>

#include <cstdio>
#include <exception>

#include "continuo/base/error.h"
#include "continuo/base/process.h"
#include "continuo/base/text.h"
#include "remedies.h"

namespace continuo::app {
namespace {

/// CLI11 only says that a command is missing; this says which word is not a command.
void refuse_unknown_command(const CLI::App& app, const std::string& word) {
  if (word.empty() || word.front() == '-') return;
  std::string known;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_name() == word) return;
    known += (known.empty() ? "" : ", ") + command->get_name();
  }
  throw Error({.message = "there is no command '" + word + "'",
               .hint = "The commands are: " + known + ".",
               .code = ErrorCode::kNotFound});
}

/// CLI11's complaint, and where the options of the command are explained.
std::string complaint(const CLI::App* app, const CLI::Error& error) {
  std::string command = app->get_name();
  for (auto given = app->get_subcommands(); !given.empty(); given = app->get_subcommands()) {
    app = given.front();
    command += " " + app->get_name();
  }
  return fmt::format("continuo: {}\nSee {} --help.\n", shown(error.what(), true), command);
}

int run_commands(int argc, char** argv, const std::function<void(CLI::App&)>& add) {
  CLI::App app{"Continuo learns from a collection of music and composes more of it.", "continuo"};
  app.require_subcommand(1);
  app.failure_message(complaint);
  app.set_version_flag("--version", "continuo " CONTINUO_VERSION);
  app.footer(
      "Examples:\n"
      "  continuo compose -o new                        a new piece: new.mid, new.wav and new.png\n"
      "  continuo corpus FOLDER                         what a folder of MIDI files holds\n"
#ifdef CONTINUO_WITH_TRAINING
      "  continuo train FOLDER --init default -o mine   learn from it, starting from the model that comes along\n"
#endif
      "  continuo compose --model mine/best.safetensors -o like-mine\n"
      "Each command has its own --help.");
  try {
    add(app);
    refuse_unknown_command(app, argc > 1 ? argv[1] : "");
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  } catch (const Interrupted& error) {
    fmt::print(stderr, "\ncontinuo: {}\n", shown(explained(error), true));
    return 130;
  } catch (const Error& error) {
    fmt::print(stderr, "continuo: {}\n", shown(explained(error), true));
    return 1;
  } catch (const std::exception& error) {
    fmt::print(stderr, "continuo: {}\n", shown(error.what(), true));
    return 1;
  }
  return 0;
}

}  // namespace

int run_program(int argc, char** argv, const std::function<void(CLI::App&)>& add) {
  const int result = run_commands(argc, argv, add);
  try {
    finish_output();
  } catch (const Error& error) {
    fmt::print(stderr, "continuo: {}\n", shown(explained(error), true));
    return result != 0 ? result : 1;
  }
  return result;
}

}  // namespace continuo::app
