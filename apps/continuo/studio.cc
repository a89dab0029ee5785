// continuo studio: a page where pieces are composed, heard, changed and kept.
#include <fcntl.h>
#include <fmt/core.h>
#include <spawn.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>

#include "commands.h"
#include "continuo/base/error.h"
#include "continuo/studio/server.h"
#include "options.h"
#include "terminal.h"

extern char** environ;

namespace continuo::app {
namespace {

namespace fs = std::filesystem;

struct StudioCommand {
  studio::StudioOptions studio;
  studio::ServerOptions server;
  bool no_browser = false;
};

/// In the user's folder for data, as the XDG Base Directory Specification has it.
fs::path usual_folder() {
  if (const char* data = std::getenv("XDG_DATA_HOME"); data != nullptr && *data != 0)
    return fs::path(data) / "continuo" / "studio";
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != 0)
    return fs::path(home) / ".local/share/continuo/studio";
  throw Error({.message = "there is no home folder for the pieces",
               .hint = "Name a folder: continuo studio FOLDER.",
               .code = ErrorCode::kNotFound});
}

/// Where there is a screen and xdg-open; what that prints is nobody's business.
void open_browser(const std::string& address) {
  if (std::getenv("DISPLAY") == nullptr && std::getenv("WAYLAND_DISPLAY") == nullptr) return;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  std::string program = "xdg-open", word = address;
  char* words[] = {program.data(), word.data(), nullptr};
  pid_t child = 0;
  posix_spawnp(&child, "xdg-open", &actions, nullptr, words, environ);
  posix_spawn_file_actions_destroy(&actions);
}

void run_studio(StudioCommand command) {
  if (command.studio.folder.empty()) command.studio.folder = usual_folder();
  if (!command.studio.model.empty()) command.studio.model = model_or_default(command.studio.model);
  const bool open_to_others = command.server.host != "127.0.0.1" && command.server.host != "localhost";
  if (open_to_others && command.server.token.empty()) command.server.token = studio::new_token();
  studio::Studio studio(command.studio);
  studio::Server server(studio, command.server);
  fmt::print("The studio is open at {}\n  pieces are kept in {}\n  Ctrl-C closes it; nothing is lost\n",
             server.address(), command.studio.folder.string());
  std::fflush(stdout);
  if (!command.no_browser) open_browser(server.address());
  server.run(interruption());
}

}  // namespace

void add_studio(CLI::App& app, const fs::path& learner) {
  auto options = std::make_shared<StudioCommand>();
  options->studio.learning_program = learner;
  auto* command = app.add_subcommand("studio", "Compose, hear and change music on a page in your browser");
  command->footer(
      "Examples:\n"
      "  continuo studio\n"
      "      opens the page; pieces are kept in ~/.local/share/continuo/studio\n"
      "  continuo studio my-pieces --model mine/best.safetensors\n"
      "      pieces in a folder of your own, with a model that you trained\n"
      "  continuo studio --music ~/midi\n"
      "      a model can learn from this folder, too; files can always be sent from the page\n"
      "  continuo studio --port 4080 --no-browser\n"
      "      at http://127.0.0.1:4080/\n"
      "The page works without any network, and only this machine reaches it.");
  command->add_option("folder", options->studio.folder, "Folder for the pieces (default: one of your own)")
      ->type_name("FOLDER");
  add_model(*command, options->studio.model);
  command
      ->add_option("--music", options->studio.music,
                   "Folder of MIDI files that the studio may let a model learn from; repeat for several")
      ->allow_extra_args(false)
      ->type_name("FOLDER");
  command->add_option("--port", options->server.port, "Port (default: one that is free)")->check(whole(1, 65'535));
  command
      ->add_option("--host", options->server.host,
                   "Address to listen at; with another than 127.0.0.1, other machines reach the studio, with a token")
      ->capture_default_str()
      ->type_name("ADDRESS");
  command->add_flag("--no-browser", options->no_browser, "Do not open a browser");
  command->add_option("--soundfont", options->studio.soundfont, "SoundFont for the sound (default: the system's)")
      ->type_name("FILE");
  command->callback([options] { run_studio(*options); });
}

}  // namespace continuo::app
