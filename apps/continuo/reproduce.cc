// continuo reproduce: a published experiment from beginning to end, as one page.
#include <fmt/core.h>

#include <chrono>
#include <filesystem>

#include "commands.h"
#include "continuo/audio/render.h"
#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/workbench/default_cache.h"
#include "continuo/workbench/reproduce/experiment.h"
#include "continuo/workbench/reproduce/figures.h"
#include "continuo/workbench/reproduce/report.h"
#include "option_list.h"
#include "options.h"
#include "terminal.h"

namespace continuo::app {
namespace {

namespace fs = std::filesystem;

struct ReproduceOptions {
  workbench::reproduce::Settings settings;
  bool quick = false, full = false;
};

std::string command_of(const workbench::reproduce::Settings& s) {
  std::string text =
      fmt::format("continuo reproduce paper {} -o {}", shell_word(s.folder.string()), shell_word(s.output.string()));
  if (!s.select_column.empty()) text += " --select-column " + shell_word(s.select_column);
  if (s.max_pieces > 0) text += fmt::format(" --max-pieces {}", s.max_pieces);
  if (s.any_length) text += " --any-length";
  if (!s.soundfont.empty()) text += " --soundfont " + shell_word(s.soundfont.string());
  if (s.scale == workbench::reproduce::Scale::kQuick) text += " --quick";
  if (s.scale == workbench::reproduce::Scale::kFull) text += " --full";
  if (s.epoch_hours > 0) text += fmt::format(" --epoch-hours {}", s.epoch_hours);
  if (!s.sound) text += " --notes-only";
  if (s.threads > 0) text += fmt::format(" --threads {}", s.threads);
  if (!s.cache.empty()) text += " --cache " + shell_word(s.cache.string());
  if (s.seed != 1) text += fmt::format(" --seed {}", s.seed);
  return text;
}

void run_reproduce(ReproduceOptions options) {
  workbench::reproduce::Settings& settings = options.settings;
  settings.scale = options.quick  ? workbench::reproduce::Scale::kQuick
                   : options.full ? workbench::reproduce::Scale::kFull
                                  : workbench::reproduce::Scale::kDefault;
  const std::string command = command_of(settings);
  if (settings.cache.empty()) settings.cache = workbench::default_cache();
  if (!settings.soundfont.empty()) audio::check({.soundfont = settings.soundfont});
  ensure_writable(settings.output / "index.html");
  const auto begun = std::chrono::steady_clock::now();
  const auto progress = terminal_progress();
  try {
    const auto findings = workbench::reproduce::carry_out(settings, progress, interruption());
    const auto figures = workbench::reproduce::draw_figures(settings, findings);
    const double minutes = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count() / 60;
    const fs::path page = workbench::reproduce::write_report(settings, findings, figures, command, minutes);
    progress({.task = "Reproducing", .done = 10'000, .total = 10'000, .unit = "parts"});
    fmt::print("{}\nThe page: {}\n", workbench::reproduce::losses_as_text(findings), page.string());
  } catch (const Interrupted& stopped) {
    throw Interrupted({.message = stopped.info().message,
                       .hint = "Everything is kept. The same command goes on from there:\n  " + command,
                       .code = ErrorCode::kInterrupted});
  }
}

}  // namespace

void add_reproduce(CLI::App& app) {
  auto options = std::make_shared<ReproduceOptions>();
  auto& settings = options->settings;
  auto* command = app.add_subcommand("reproduce", kReproduceDescription);
  command->require_subcommand(1);
  command->footer(
      "Examples:\n"
      "  continuo reproduce paper FOLDER -o paper\n"
      "Each experiment has its own --help.");
  auto* paper = command->add_subcommand(
      "paper",
      "\"Music Generation\" (A. Ibreighith 2023): train for three epochs as the paper and the code that it cites do, "
      "compose step by step, and write index.html");
  paper->footer(
      "Examples:\n"
      "  continuo reproduce paper FOLDER -o paper\n"
      "      500 pieces of 1 to 5 minutes, within an hour on two cores; the page is paper/index.html\n"
      "  continuo reproduce paper FOLDER -o quick --quick\n"
      "      minutes: to see that everything works\n"
      "  continuo reproduce paper FOLDER -o full --full\n"
      "      every hour of sound and larger networks: for a GPU\n"
      "Stopped by Ctrl-C, the same command goes on where it was.");
  paper->add_option("folder", settings.folder, "Folder of MIDI files (read with everything below it)")
      ->required()
      ->type_name("FOLDER");
  paper->add_option("-o,--output", settings.output, "Folder for the page, the models and the pieces")
      ->required()
      ->type_name("FOLDER");
  auto* quick = paper->add_flag("--quick", options->quick, "Minutes: 60 pieces, small networks, little sound");
  paper->add_flag("--full", options->full, "All hours of sound and larger networks, for a GPU")->excludes(quick);
  add_options(*paper, workbench::reproduce::options_of(settings));
  paper->callback([options] { run_reproduce(*options); });
}

}  // namespace continuo::app
