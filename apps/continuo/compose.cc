// continuo compose: a model writes new music as MIDI, sound and picture.
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <set>
#include <span>

#include "commands.h"
#include "compose.h"
#include "continuo/audio/render.h"
#include "continuo/base/check_outputs.h"
#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/base/format.h"
#include "continuo/base/parallel.h"
#include "continuo/evaluation/known_passages.h"
#include "continuo/generation/compose_sound.h"
#include "continuo/generation/sampling_settings.h"
#include "continuo/generation/wishes.h"
#include "continuo/midi/extend.h"
#include "continuo/midi/midi.h"
#include "continuo/music/excerpt.h"
#include "continuo/music/time.h"
#include "continuo/plot/plot.h"
#include "continuo/representation/labels.h"
#include "continuo/workbench/outputs.h"
#include "continuo/workbench/piece_view.h"
#include "option_list.h"
#include "options.h"
#include "passage_options.h"
#include "terminal.h"

namespace continuo::app {
namespace {

namespace fs = std::filesystem;

constexpr double kMostSeconds = 1'000'000;

}  // namespace

void check_written(const ComposeOptions& options, const std::vector<fs::path>& outputs,
                   const std::vector<fs::path>& pages) {
  std::vector<fs::path> written = pages;
  for (const auto& output : outputs)
    for (int i = 0; i < options.count; ++i) written.push_back(workbench::numbered(output, i, options.count));
  check_outputs(written, {options.model, options.prompt, options.render.soundfont});
}

std::string title_of(const ComposeOptions& options, int index) {
  std::string name = options.model.stem().string();
  if (name == "best" || name == "last") {
    const auto folder = fs::absolute(options.model).lexically_normal().parent_path().filename().string();
    if (!folder.empty()) name = folder;
  }
  const bool several = options.count > 1 || options.piece > 0;
  return fmt::format("{}, seed {}{}", name, options.compose.seed,
                     several ? fmt::format(", piece {}", number_of(options, static_cast<std::size_t>(index))) : "");
}

std::vector<std::string> words_of(const CLI::App& command, std::uint64_t seed) {
  static const std::set<std::string> kSilent = {"--help",  "--output",  "--report", "--no-page", "--count",
                                                "--piece", "--threads", "--cache",  "--seed",    "--keep-unfinished"};
  const bool max_copy = command.count("--max-copy") > 0;
  std::vector<std::string> words = {"--seed", std::to_string(seed)};
  for (const CLI::Option* option : command.get_options()) {
    const std::string name = option->get_name();
    if (option->count() == 0 || kSilent.contains(name)) continue;
    if ((name == "--corpus" || name == "--select-column") && !max_copy) continue;
    if (option->get_items_expected_max() == 0) {  // a flag
      words.push_back(name);
      continue;
    }
    for (const std::string& value : option->results()) {
      words.push_back(name);
      words.push_back(value);
    }
  }
  return words;
}

Score read_score(const fs::path& path) {
  auto read = midi::read_file(path);
  for (const auto& warning : read.warnings)
    fmt::print(stderr, "{}: at byte {}: {}\n", path.string(), warning.offset, warning.text);
  return std::move(read.score);
}

namespace {

struct ScoreOutputs {
  std::vector<fs::path> pieces;  ///< numbered where there are several pieces
  std::vector<fs::path> pages;   ///< each with all pieces
};

/// A name without an extension stands for all kinds of file, the page among them; one with an extension for that file
/// alone. Refuses what cannot be written before anything is composed.
ScoreOutputs score_outputs(const ComposeOptions& options) {
  using workbench::OutputKind;
  const auto kinds = {OutputKind::kMidi, OutputKind::kSound, OutputKind::kPicture, OutputKind::kPage};
  auto outputs = options.no_page ? workbench::named_outputs(options.outputs, kinds, {".mid", ".wav", ".png"})
                                 : workbench::named_outputs(options.outputs, kinds, {".mid", ".wav", ".png", ".html"});
  std::vector<fs::path> pages;
  std::ranges::copy_if(outputs, std::back_inserter(pages), workbench::is_page);
  std::erase_if(outputs, workbench::is_page);
  if (!options.report.empty()) {
    workbench::named_outputs({&options.report, 1}, {OutputKind::kPage});
    if (std::ranges::find(pages, options.report) == pages.end()) pages.push_back(options.report);
  }
  if (options.no_page && !pages.empty())
    throw Error({.message = "is a page, and --no-page wants none",
                 .path = pages.front().string(),
                 .hint = "Leave one of the two out.",
                 .code = ErrorCode::kInvalidArgument});
  check_written(options, outputs, pages);
  if (!pages.empty() || std::ranges::any_of(outputs, workbench::is_sound)) audio::check(options.render);
  return {std::move(outputs), std::move(pages)};
}

/// "90" or "80-100", "3/4".
std::pair<double, double> two_numbers(const std::string& text, char between, const char* option, const char* example) {
  char* end = nullptr;
  const double first = std::strtod(text.c_str(), &end);
  double second = first;
  if (*end == between) second = std::strtod(end + 1, &end);
  if (text.empty() || *end != 0 || !(first > 0) || !(second > 0))
    throw Error({.message = fmt::format("{} cannot be '{}'", option, text),
                 .hint = fmt::format("Write it as in {} {}.", option, example),
                 .code = ErrorCode::kInvalidArgument});
  return {first, second};
}

generation::Wishes wishes_of(const ComposeOptions& options) {
  generation::Wishes wishes;
  if (!options.key.empty()) wishes.pitch_classes = generation::pitch_classes_of_key(options.key);
  for (const std::string& name : options.instruments) {
    if (name == "drums")
      wishes.drums = true;
    else
      wishes.programs.push_back(generation::program_of_name(name));
  }
  if (!options.tempo.empty()) {
    wishes.tempo = two_numbers(options.tempo, '-', "--tempo", "80-100");
    if (wishes.tempo->first == wishes.tempo->second) {  // as near as the steps of the model's tempos lie
      constexpr double kHalfStep = 1.046;
      wishes.tempo = {wishes.tempo->first / kHalfStep, wishes.tempo->second * kHalfStep};
    }
  }
  if (!options.metre.empty()) {
    const auto [beats, unit] = two_numbers(options.metre, '/', "--metre", "3/4");
    wishes.metre = {static_cast<int>(beats), static_cast<int>(unit)};
  }
  return wishes;
}

/// The prompt's own file with the new music in it, where that can be.
std::optional<std::vector<std::uint8_t>> extended_prompt(const ComposeOptions& options,
                                                         const generation::Composition& piece) {
  if (options.prompt_bytes.empty()) return std::nullopt;
  return midi::extend(options.prompt_bytes, {piece.score, piece.added}, {.end = options.prompt_end});
}

void write_outputs(const ComposeOptions& options, const std::vector<fs::path>& outputs, int index,
                   const generation::Composition& piece, const std::stop_token& stop) {
  std::vector<fs::path> paths;
  for (const auto& output : outputs) paths.push_back(workbench::numbered(output, index, options.count));
  if (const auto bytes = extended_prompt(options, piece)) {
    for (const auto& path : paths)
      if (workbench::is_midi(path)) write_file_atomically(path, *bytes);
    std::erase_if(paths, workbench::is_midi);
  } else if (!options.prompt_bytes.empty() && std::ranges::any_of(paths, workbench::is_midi)) {
    fmt::print(
        "  note: the prompt's file cannot be kept as it stands; its notes, controls, tempos, signatures and texts are "
        "kept\n");
  }
  std::string remark;
  if (const auto rendered = workbench::write_score(
          piece.score, paths, options.render, workbench::roll_of(piece.score, title_of(options, index), options.style),
          terminal_progress(), stop)) {
    const auto& measured = rendered->measurement;
    if (measured.peak == 0 || std::isinf(measured.loudness_lufs)) remark = " (silent)";
    if (measured.clipped_ratio > 1e-4) remark = " (clipped)";
  }
  for (const auto& output : outputs) {
    const fs::path path = workbench::numbered(output, index, options.count);
    fmt::print("  {}{}\n", path.string(), workbench::is_sound(path) ? remark : "");
  }
}

}  // namespace

void compose_scores(ComposeOptions& options, const weights::ModelFile& file) {
  const auto stop = interruption();
  const auto [outputs, pages] = score_outputs(options);
  const auto composer = generation::Composer::from(file, options.model, options.engine);
  const auto& labels = composer.representation->spec().labels;
  if (!options.compose.label.empty())
    options.style = labels.at(representation::find_label(labels, options.compose.label));
  auto& how = options.compose;
  if (!options.prompt.empty()) {
    how.start = generation::StartKind::kPrompt;
    how.prompt = read_score(options.prompt);
    options.prompt_bytes = read_file(options.prompt);
    if (options.prompt_seconds > 0) {
      options.prompt_end = std::max<Tick>(1, TempoMap(*how.prompt).tick(options.prompt_seconds));
      how.prompt = beginning(*how.prompt, *options.prompt_end);
    }
  }
  generation::add_wishes(wishes_of(options), composer, how);
  evaluation::PassageIndex index;
  const bool compare = !options.passages.corpus.empty() && !pages.empty();
  if (options.max_copy > 0 || compare)
    index = workbench::open_index(options.passages, composer.representation.get(), terminal_progress(), stop);
  if (options.max_copy > 0) {
    how.constraints.push_back(
        generation::never_repeat(std::make_shared<evaluation::PassageSet>(index, options.max_copy)));
    how.allow_copies = true;  // but for these
  }

  const auto begun = std::chrono::steady_clock::now();
  std::vector<generation::Composition> pieces(static_cast<std::size_t>(options.count), {.interrupted = true});
  generation::compose_several(
      composer, how, pieces.size(), options.threads,
      [&](std::size_t i, generation::Composition&& piece) { pieces[i] = std::move(piece); }, terminal_progress(), stop);
  const bool stopped = std::ranges::any_of(pieces, [](const auto& piece) { return piece.interrupted; });
  const double spent = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();

  std::size_t symbols = 0;
  double music = 0;
  std::size_t written = 0, unfinished = 0;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const auto& piece = pieces[i];
    if (piece.interrupted && !(options.keep_unfinished && note_count(piece.score) > 0)) continue;
    unfinished += piece.interrupted ? 1 : 0;
    symbols += piece.generated;
    music += duration_seconds(piece.score);
    fmt::print("{}: {} of music, {} notes, {} symbols{}\n",
               options.count == 1 ? "Composed" : fmt::format("Piece {}", i + 1),
               format_duration(duration_seconds(piece.score)), format_count(note_count(piece.score)),
               format_count(piece.generated),
               piece.interrupted ? ", not finished"
               : piece.ended     ? ", ended by itself"
                                 : "");
    if (piece.retries > 0) fmt::print("  went back {} times, where a rule left nothing to choose\n", piece.retries);
    for (const auto& warning : piece.warnings) fmt::print("  note: {}\n", warning);
    // After Ctrl-C, what there is is written all the same; a second one ends the program at once.
    write_outputs(options, outputs, static_cast<int>(i), piece, stopped ? std::stop_token() : stop);
    ++written;
  }
  for (const auto& page : pages) {
    if (stopped) break;
    write_compose_page(page, options, pieces, compare ? &index : nullptr);
    fmt::print("  {}: a page to hear and see {}\n", page.string(), pieces.size() == 1 ? "the piece" : "the pieces");
  }
  fmt::print("Seed {}, style {}; the same again: {}\n", how.seed, options.style.empty() ? "unknown" : options.style,
             command_of(options, 0, false));
  fmt::print("{:.1f} s for {} of music: {:.0f} symbols a second, {:.0f} times real time\n", spent,
             format_duration(music), static_cast<double>(symbols) / std::max(spent, 1e-9),
             music / std::max(spent, 1e-9));
  if (stopped)
    throw Interrupted(fmt::format(
        "stopped: {} of {} pieces were finished and written{}", written - unfinished, pieces.size(),
        options.keep_unfinished ? fmt::format(", and what there is of {} more", unfinished)
                                : std::string("; --keep-unfinished also writes what there is of the others")));
}

void add_compose(CLI::App& app) {
  auto options = std::make_shared<ComposeOptions>();
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
      "With a model of sound:\n"
      "  continuo compose --model sound/best.safetensors --seconds 20 -o new\n"
      "      writes new.wav, and its waveform and spectrogram to new.png; Ctrl-C keeps what was written\n"
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
      ->check(amount(kMostSeconds))
      ->needs("--prompt");
  add_options(*command, generation::options_of(options->compose));
  command->add_option("--key", options->key, "Only notes of this key, such as \"D minor\"")->type_name("KEY");
  command
      ->add_option("--instruments", options->instruments,
                   "Only these, by their General MIDI names or programs from 0, and \"drums\": violin,cello")
      ->delimiter(',')
      ->type_name("NAMES");
  command->add_option("--tempo", options->tempo, "Quarters a minute, about 90 or within 80-100")->type_name("TEMPO");
  command->add_option("--metre", options->metre, "Only bars of this kind, such as 3/4")->type_name("METRE");
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
      ->check(whole(0, kMostThreads))
      ->capture_default_str();
  command
      ->add_option("--max-copy", options->max_copy,
                   "Never repeat so many notes in a row of a piece of --corpus, in any key and tempo")
      ->check(whole(6, 1'000'000))
      ->type_name("NOTES");
  command->get_option("--allow-copies")->excludes("--max-copy");
  add_passage_options(*command, options->passages);
  command->get_option("--max-copy")->needs("--corpus");
  command
      ->add_option("--report", options->report,
                   "Page of this name (.html), as with -o; with --corpus it also tells what of the pieces stands there")
      ->type_name("FILE");
  command->add_option("--soundfont", options->render.soundfont, "SoundFont for the sound (default: the system's)")
      ->type_name("FILE");
  add_precision(*command, options->engine.precision);
  add_instruction_set(*command, options->engine.instruction_set);
  command->callback([options, command] {
    options->words = words_of(*command, options->compose.seed);
    if (options->piece > 0) options->compose.stream = static_cast<std::uint64_t>(options->piece) - 1;
    // Threads that find no second piece to compose help with the steps of the one.
    if (options->count == 1) options->engine.threads = options->threads > 0 ? options->threads : available_cores();
    options->model = model_or_default(options->model);
    const auto file = weights::ModelFile::load(options->model);
    options->compose.sampling = generation::with_defaults(
        options->compose.sampling, generation::sampling_of(file),
        {.temperature = command->count("--temperature") > 0, .top_p = command->count("--top-p") > 0});
    if (generation::composes_sound(file)) {
      compose_sounds(*options, file);
    } else {
      compose_scores(*options, file);
    }
  });
}

}  // namespace continuo::app
