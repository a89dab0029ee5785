// continuo compose: options in, what was composed in words. The work is done by workbench.
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "command_again.h"
#include "commands.h"
#include "compose.h"
#include "continuo/base/error.h"
#include "continuo/base/format.h"
#include "continuo/midi/midi.h"
#include "continuo/music/time.h"
#include "continuo/steering/options.h"
#include "continuo/workbench/compose.h"
#include "continuo/workbench/compose_sound.h"
#include "continuo/workbench/options.h"
#include "continuo/workbench/outputs.h"
#include "continuo/workbench/piece_view.h"
#include "continuo/workbench/sound_view.h"
#include "inspect.h"
#include "option_list.h"
#include "options.h"
#include "steer.h"
#include "terminal.h"

namespace continuo::app {
namespace {

namespace fs = std::filesystem;
using workbench::ComposeRequest;

constexpr double kMaxSeconds = 1'000'000;

/// "Composed", or "Piece 3".
std::string called(std::size_t index, int count) {
  return count == 1 ? "Composed" : fmt::format("Piece {}", index + 1);
}

void print_composed(const ComposeRequest& request, std::size_t i, const generation::Composition& piece) {
  fmt::print("{}: {} of music, {} notes, {} symbols{}\n", called(i, request.count),
             format_duration(duration_seconds(piece.score)), format_count(note_count(piece.score)),
             format_count(piece.generated),
             piece.interrupted ? ", not finished"
             : piece.ended     ? ", ended by itself"
                               : "");
  if (piece.retries > 0) fmt::print("  went back {} times, where a rule left nothing to choose\n", piece.retries);
  for (const auto& warning : piece.warnings) fmt::print("  note: {}\n", warning);
}

void print_written(const workbench::WrittenPiece& written) {
  if (written.prompt_rewritten)
    fmt::print(
        "  note: the prompt's file cannot be kept as it stands; its notes, controls, tempos, signatures and texts are "
        "kept\n");
  const char* remark = written.clipped ? " (clipped)" : written.silent ? " (silent)" : "";
  for (const auto& path : written.files) fmt::print("  {}{}\n", path.string(), workbench::is_sound(path) ? remark : "");
}

void compose_scores(const ComposeRequest& request, const weights::ModelFile& file, const std::string& again) {
  const auto stop = interruption();
  const auto task = workbench::prepare(request, file, terminal_progress(), stop);
  for (const auto& note : task.notes) fmt::print(stderr, "{}\n", note);
  const auto done = workbench::compose_files(
      task,
      {.composed = [&](std::size_t i, const auto& piece) { print_composed(request, i, piece); },
       .written = [](std::size_t, const auto& written) { print_written(written); },
       .compared =
           [&](std::size_t i, const std::string& originality) {
             fmt::print("  originality{}: {}\n", request.count == 1 ? "" : fmt::format(" of piece {}", i + 1),
                        originality);
           },
       .page =
           [&](const fs::path& page) {
             fmt::print("  {}: a page to hear and see {}\n", page.string(),
                        request.count == 1 ? "the piece" : "the pieces");
           }},
      terminal_progress(), stop);
  fmt::print("Seed {}, style {}; the same again: {}\n", request.compose.seed,
             task.style.empty() ? "unknown" : task.style, again);
  const double spent = std::max(done.seconds, 1e-9);
  fmt::print("{:.1f} s for {} of music: {:.0f} symbols a second, {:.0f} times real time\n", done.seconds,
             format_duration(done.music_seconds), static_cast<double>(done.symbols) / spent,
             done.music_seconds / spent);
  if (done.stopped)
    throw Interrupted(fmt::format("stopped: {} of {} pieces were finished and written{}", done.finished, done.pieces,
                                  request.keep_unfinished
                                      ? fmt::format(", and what there is of {} more", done.unfinished)
                                      : std::string("; --keep-unfinished also writes what there is of the others")));
}

void print_sound_piece(const ComposeRequest& request, std::size_t i, const workbench::WrittenSound& written) {
  fmt::print("{}: {} of sound, {}{}\n", called(i, request.count), format_duration(written.piece.seconds),
             workbench::listening_in_words(written.heard), written.piece.interrupted ? ", interrupted" : "");
  for (const auto& warning : written.piece.warnings) fmt::print("  note: {}\n", warning);
  for (const auto& complaint : audio::complaints(written.heard)) fmt::print("  note: {}\n", complaint);
  for (const auto& path : written.files) fmt::print("  {}\n", path.string());
}

void compose_sounds(const ComposeRequest& request, const weights::ModelFile& file, const std::string& again) {
  const auto done = workbench::compose_sounds(
      request, file, [&](std::size_t i, const auto& written) { print_sound_piece(request, i, written); },
      terminal_progress(), interruption());
  for (const auto& page : done.pages)
    fmt::print("  {}: a page to hear and see {}\n", page.string(), request.count == 1 ? "the sound" : "the sounds");
  for (const auto& note : done.notes) fmt::print(stderr, "{}\n", note);
  fmt::print("Seed {}; the same again: {}\n", request.compose.seed, again);
  fmt::print("{:.1f} s for {} of new sound: {:.2f} times real time\n", done.seconds,
             format_duration(done.sound_seconds), done.sound_seconds / std::max(done.seconds, 1e-9));
  if (done.stopped) throw Interrupted("stopped before the end; what was written is kept");
}

/// What needs particles beside what is asked of any piece.
struct Steered {
  steering::Wishes wishes;
  std::size_t particles = 0;  ///< 0: only where a wish needs them
  bool asked() const { return particles > 0 || wishes != steering::Wishes(); }
};

/// The same request for particles, which write a number of bars.
workbench::SteeredRequest steered_request(const CLI::App& command, const ComposeRequest& request,
                                          const Steered& steered, const std::string& again) {
  for (const char* other : {"--seconds", "--symbols", "--prompt-seconds", "--piece", "--max-copy", "--start",
                            "--argmax", "--form", "--no-mask", "--go-on", "--style-strength"})
    if (command.count(other) > 0)
      throw Error({.message = fmt::format("{} cannot be with chords, cadences, voices or particles", other),
                   .hint = "Give the length in bars, with --bars, and leave the other out.",
                   .code = ErrorCode::kInvalidArgument});
  constexpr int kUsualBars = 16;
  const auto& how = request.compose;
  workbench::SteeredRequest made{.task = workbench::SteeredTask::kCompose,
                                 .model = request.model,
                                 .piece = request.prompt,
                                 .new_bars = how.bars.value_or(kUsualBars),
                                 .words = request.wishes,
                                 .asked = request.asked,
                                 .engine = request.engine,
                                 .outputs = request.outputs,
                                 .report = request.report,
                                 .no_page = request.no_page,
                                 .render = request.render,
                                 .command = again};
  steering::Request& run = made.steering;
  run.wishes = steered.wishes;
  run.wishes.any_range = how.any_range;
  run.wishes.allow_copies = how.allow_copies;
  run.wishes.allow_loops = how.allow_loops;
  run.sampling = how.sampling;
  run.label = how.label;
  run.seed = how.seed;
  run.count = static_cast<std::size_t>(request.count);
  run.threads = request.threads;
  if (steered.particles > 0) run.particles = steered.particles;
  return made;
}

void compose(const CLI::App& command, ComposeRequest& request, const Steered& steered) {
  const CommandAgain again(command, request.compose.seed, static_cast<std::size_t>(request.count));
  request.command = [again](std::size_t piece) { return again.in_page(piece); };
  request.asked = {.temperature = command.count("--temperature") > 0, .top_p = command.count("--top-p") > 0};
  request.model = model_or_default(request.model);
  const auto file = weights::ModelFile::load(request.model);
  if (generation::composes_sound(file)) {
    compose_sounds(request, file, again.at_terminal());
  } else if (steered.asked()) {
    steer(steered_request(command, request, steered, again.in_page()), file, again.at_terminal());
  } else {
    compose_scores(request, file, again.at_terminal());
  }
}

}  // namespace

Score read_score(const fs::path& path) {
  auto read = midi::read_file(path);
  for (const auto& warning : read.warnings)
    fmt::print(stderr, "{}: at byte {}: {}\n", path.string(), warning.offset, warning.text);
  return std::move(read.score);
}

void add_compose(CLI::App& app) {
  auto options = std::make_shared<ComposeRequest>();
  auto steered = std::make_shared<Steered>();
  auto* command = app.add_subcommand("compose", "Write new music");
  command->footer(
      "Examples:\n"
      "  continuo compose -o new\n"
      "      writes new.mid, new.wav, new.png and the page new.html, with the model that comes with Continuo\n"
      "  continuo compose -o new.mid\n"
      "      writes this file and nothing else\n"
      "  continuo compose --style bach --seconds 40 -o fugue\n"
      "  continuo compose --model trained/best.safetensors -o mine\n"
      "      with one that you trained\n"
      "  continuo compose --prompt mine.mid --bars 16 -o longer.mid -o longer.flac\n"
      "      goes on from your own piece by 16 bars\n"
      "  continuo compose --prompt mine.mid --prompt-seconds 10 -o other.mid\n"
      "      another continuation of its first ten seconds\n"
      "  continuo compose --model M --start random --argmax -o paper.mid\n"
      "      as the paper does: a random array, then always the most probable symbol\n"
      "  continuo compose --count 8 --seed 7 --temperature 0.9 -o piece.mid -o pieces.html\n"
      "      writes piece-1.mid to piece-8.mid, and a page with all of them side by side\n"
      "  continuo compose --seed 7 --temperature 0.9 --piece 3 -o third\n"
      "      the third of these pieces alone\n"
      "  continuo compose --model M --max-copy 12 --corpus FOLDER -o own.mid\n"
      "      in which no 12 notes in a row stand in a piece of FOLDER, not even in another key or tempo\n"
      "  continuo compose --model M --corpus FOLDER -o new\n"
      "      the page also tells what of the piece stands in FOLDER, on which the model was trained\n"
      "  continuo compose --key \"D minor\" --metre 3/4 --tempo 80-100 --instruments violin,cello --bars 16 -o "
      "duo.mid\n"
      "      all of that is kept to the note\n"
      "  continuo compose --key \"D minor\" --instruments violin,cello --bars 16 --chords \"Dm | Gm | A7 | Dm\" "
      "--cadence "
      "tonic -o song.mid\n"
      "      on these chords, and ending on D\n"
      "  continuo compose --form \"A8 A'8 B8 A8\" -o song\n"
      "      eight bars, the same varied, eight others, and the first again, led to a close\n"
      "With a model of sound:\n"
      "  continuo compose --model sound/best.safetensors --seconds 20 -o new\n"
      "      writes new.wav, its waveform and spectrogram to new.png, and the page new.html; Ctrl-C keeps what was "
      "written\n"
      "  continuo compose --model sound/best.safetensors --prompt piece.flac --seconds 5 -o longer.ogg");
  add_model(*command, options->model);
  command
      ->add_option(
          "-o,--output", options->outputs,
          "File to write: .mid, .wav, .flac, .ogg, .png, .svg, .html (a page with all pieces), or a name without "
          "extension for .mid, .wav, .png and .html; repeat for several")
      ->default_val(std::vector<fs::path>{"composition"})
      ->type_name("FILE");
  command
      ->add_option("-p,--prompt", options->prompt,
                   "MIDI file to go on from, or with a model of sound also a sound file; it is part of the result")
      ->type_name("FILE");
  command
      ->add_option("--prompt-seconds", options->prompt_seconds,
                   "Go on from the first so many seconds of the prompt (default: from its end)")
      ->check(amount(kMaxSeconds))
      ->needs("--prompt");
  add_options(*command, workbench::options_of(*options));
  add_options(*command, steering::options_of(steered->wishes));
  command
      ->add_option("--particles", steered->particles,
                   "Versions that are written beside each other, of which those that fit go on (default: 16 where "
                   "chords, cadences or voices are asked for)")
      ->check(whole(1, 4096))
      ->type_name("N");
  command->add_option("-n,--count", options->count, "Number of pieces; their files are numbered")
      ->check(whole(1, 100'000))
      ->capture_default_str();
  command->add_flag("--keep-unfinished", options->keep_unfinished,
                    "After Ctrl-C, also write what there is of the pieces that are not finished");
  command->add_option("--piece", options->piece, "Of the pieces that --count would give, only the one of this number")
      ->check(whole(1, 100'000))
      ->excludes("--count")
      ->type_name("N");
  command->add_flag("--no-page", options->no_page, "No page beside the other files");
  command->add_option("--threads", options->threads, "Threads that share the pieces between them; 0: every core")
      ->check(whole(0, kMaxThreads))
      ->capture_default_str();
  command
      ->add_option("--max-copy", options->max_copy,
                   "Never repeat so many notes in a row of a piece of --corpus, in any key and tempo")
      ->check(whole(6, 1'000'000))
      ->type_name("NOTES");
  command->get_option("--allow-copies")->excludes("--max-copy");
  add_options(*command, workbench::options_of(options->passages));
  command->get_option("--max-copy")->needs("--corpus");
  command
      ->add_option("--report", options->report,
                   "Page of this name (.html), as with -o; with --corpus it also tells what of the pieces stands there")
      ->type_name("FILE");
  command->add_option("--soundfont", options->render.soundfont, "SoundFont for the sound (default: the system's)")
      ->type_name("FILE");
  constexpr std::size_t kMegabyte = std::size_t{1} << 20;
  command
      ->add_option_function<std::uint64_t>(
          "--memory", [options](const std::uint64_t& megabytes) { options->engine.memory = megabytes * kMegabyte; },
          "Megabytes that the model may take for each piece (default 512): a small file can ask for much")
      ->check(whole(1, 1'000'000))
      ->type_name("MB");
  add_precision(*command, options->engine.precision);
  add_instruction_set(*command, options->engine.instruction_set);
  command->callback([options, steered, command] { compose(*command, *options, *steered); });
}

}  // namespace continuo::app
