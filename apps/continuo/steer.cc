// continuo infill, accompany, vary, and compose with chords, a cadence and the like: options in, results in words. The
// work is done by workbench.
#include "steer.h"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "command_again.h"
#include "commands.h"
#include "continuo/base/format.h"
#include "continuo/music/score.h"
#include "continuo/steering/options.h"
#include "continuo/workbench/piece_view.h"
#include "inspect.h"
#include "option_list.h"
#include "options.h"
#include "terminal.h"

namespace continuo::app {
namespace {

namespace fs = std::filesystem;
using workbench::SteeredRequest;
using workbench::SteeredTask;

void add_file_options(CLI::App& command, SteeredRequest& request, const char* name) {
  command
      .add_option("-o,--output", request.outputs,
                  "File to write: .mid, .wav, .flac, .ogg, .png, .svg, .html (a page), or a name without extension for "
                  ".mid, .wav, .png and .html; repeat for several")
      ->default_val(std::vector<fs::path>{name})
      ->type_name("FILE");
  command.add_option("--report", request.report, "Page of this name (.html), as with -o")->type_name("FILE");
  command.add_flag("--no-page", request.no_page, "No page beside the other files");
  command.add_option("-n,--count", request.steering.count, "Different results of one run; their files are numbered")
      ->check(whole(1, 4096))
      ->capture_default_str();
  command.add_option("--threads", request.steering.threads, "Threads; 0: every core")
      ->check(whole(0, kMaxThreads))
      ->capture_default_str();
  command.add_option("--soundfont", request.render.soundfont, "SoundFont for the sound (default: the system's)")
      ->type_name("FILE");
  add_precision(command, request.engine.precision);
  add_instruction_set(command, request.engine.instruction_set);
}

void add_piece(CLI::App& command, SteeredRequest& request) {
  command.add_option("piece", request.piece, "MIDI file; what of it is given stays as it is")
      ->required()
      ->type_name("FILE");
  add_model(command, request.model);
}

void add_place(CLI::App& command, SteeredRequest& request) {
  command.add_option("--bars", request.bars, "Bars to write, counted from 1: 5-8 (default: all)")->type_name("BARS");
  command
      .add_option("--tracks", request.tracks,
                  "Tracks to write anew, counted from 1 as inspect lists them: 2,3 (default: all)")
      ->type_name("TRACKS");
}

void add_wish_options(CLI::App& command, SteeredRequest& request) {
  add_options(command, steering::options_of(request.steering));
  add_options(command, generation::options_of(request.words));
  add_options(command, steering::options_of(request.steering.wishes));
}

void run_command(const CLI::App& command, SteeredRequest& request) {
  request.asked = {.temperature = command.count("--temperature") > 0, .top_p = command.count("--top-p") > 0};
  const CommandAgain again(command, request.steering.seed, request.steering.count);
  request.command = again.in_page();
  request.model = model_or_default(request.model);
  steer(request, weights::ModelFile::load(request.model), again.at_terminal());
}

}  // namespace

void steer(const SteeredRequest& request, const weights::ModelFile& file, const std::string& again) {
  const auto job = workbench::prepare(request, file);
  for (const auto& note : job.notes) fmt::print(stderr, "{}\n", note);
  const auto done = workbench::steer_files(job, terminal_progress(), interruption());
  std::set<std::string> said;  // what is true of all is said once
  for (std::size_t i = 0; i < done.results.size(); ++i) {
    const auto& result = done.results[i];
    fmt::print("{}: {} of music, {} new notes, {} symbols\n",
               done.results.size() == 1 ? std::string("Written") : fmt::format("Result {}", i + 1),
               format_duration(duration_seconds(result.score)), format_count(note_count(result.added)),
               format_count(result.generated));
    fmt::print("  {}\n", workbench::fit_in_words(result, job.request.steering.particles));
    for (const auto& warning : result.warnings)
      if (said.insert(warning).second) fmt::print("  note: {}\n", warning);
    for (const auto& path : done.files[i]) fmt::print("  {}\n", path.string());
  }
  for (const auto& page : job.pages) fmt::print("  {}: a page to hear and see\n", page.string());
  fmt::print("Seed {}, style {}, {} particles; {:.1f} s; the same again: {}\n", job.request.steering.seed,
             job.style.empty() ? "unknown" : job.style, job.request.steering.particles, done.seconds, again);
}

void add_infill(CLI::App& app) {
  auto request = std::make_shared<SteeredRequest>();
  request->task = SteeredTask::kInfill;
  auto* command = app.add_subcommand("infill", "Write some bars of a piece anew, fitting what is around them");
  command->footer(
      "Examples:\n"
      "  continuo infill piece.mid --bars 5-8 -o new\n"
      "      writes new.mid, new.wav, new.png and new.html: bars 5 to 8 are new, everything else is as it was\n"
      "  continuo infill piece.mid --bars 5-8 --tracks 2,3 --count 4 -o new.mid\n"
      "      four versions of two tracks of these bars, new-1.mid to new-4.mid\n"
      "  continuo infill piece.mid --bars 9-10 --chords \"Dm | A7\" --particles 64 -o new.mid");
  add_piece(*command, *request);
  add_place(*command, *request);
  add_wish_options(*command, *request);
  add_file_options(*command, *request, "infilled");
  command->get_option("--bars")->required();
  command->callback([request, command] { run_command(*command, *request); });
}

void add_accompany(CLI::App& app) {
  auto request = std::make_shared<SteeredRequest>();
  request->task = SteeredTask::kAccompany;
  request->steering.wishes.every_bar = true;
  auto* command = app.add_subcommand("accompany", "Write instruments beside a melody or any piece");
  command->footer(
      "Examples:\n"
      "  continuo accompany melody.mid --instruments piano -o song\n"
      "      writes song.mid, song.wav, song.png and song.html: the melody as it is, and a piano\n"
      "  continuo accompany melody.mid --instruments viola,cello --all-play --key \"D minor\" -o trio.mid\n"
      "  continuo accompany melody.mid --instruments piano --chords \"Dm | Gm A7 | Dm\" --most-voices 4 -o song.mid");
  add_piece(*command, *request);
  command->add_option("--bars", request->bars, "Bars to accompany, counted from 1: 5-8 (default: all)")
      ->type_name("BARS");
  add_wish_options(*command, *request);
  command->add_flag_callback(
      "--rests", [request] { request->steering.wishes.every_bar = false; },
      "Let the instruments be silent in bars, as the model likes; else each begins a note in every bar");
  add_file_options(*command, *request, "accompanied");
  command->get_option("--instruments")->required();
  command->callback([request, command] { run_command(*command, *request); });
}

void add_vary(CLI::App& app) {
  auto request = std::make_shared<SteeredRequest>();
  request->task = SteeredTask::kVary;
  auto* command = app.add_subcommand("vary", "Write variations of some bars of a piece");
  command->footer(
      "Examples:\n"
      "  continuo vary piece.mid --bars 9-16 --keep rhythm --amount 0.3 -o new\n"
      "      a third of the notes of bars 9 to 16 have new pitches\n"
      "  continuo vary piece.mid --keep contour --differ 0.8 -o new.mid\n"
      "      the same rhythm, rising and falling as before, with other notes\n"
      "  continuo vary piece.mid --bars 9-16 --tracks 1 --keep pitches -o new.mid\n"
      "      the same notes in another rhythm");
  add_piece(*command, *request);
  add_place(*command, *request);
  add_options(*command, steering::variation_options_of(request->steering.wishes));
  add_wish_options(*command, *request);
  add_file_options(*command, *request, "varied");
  command->callback([request, command] { run_command(*command, *request); });
}

}  // namespace continuo::app
