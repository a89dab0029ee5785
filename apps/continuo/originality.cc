// continuo originality: what of a piece stands in a collection, bar by bar.
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "commands.h"
#include "compose.h"
#include "continuo/audio/render.h"
#include "continuo/base/check_outputs.h"
#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/base/format.h"
#include "continuo/base/text.h"
#include "continuo/evaluation/known_passages.h"
#include "continuo/evaluation/originality.h"
#include "continuo/evaluation/shared_beginning.h"
#include "continuo/loaded/loaded_model.h"
#include "continuo/music/excerpt.h"
#include "continuo/music/score.h"
#include "continuo/page/page.h"
#include "continuo/plot/plot.h"
#include "continuo/workbench/options.h"
#include "continuo/workbench/originality_view.h"
#include "continuo/workbench/outputs.h"
#include "continuo/workbench/page_media.h"
#include "continuo/workbench/piece_view.h"
#include "option_list.h"
#include "options.h"
#include "planted.h"
#include "terminal.h"

namespace continuo::app {
namespace {

namespace fs = std::filesystem;
using evaluation::BarOrigin;
using evaluation::Originality;

struct OriginalityOptions {
  fs::path piece, prompt, table, model, soundfont;
  std::vector<fs::path> outputs;
  workbench::PassageOptions passages;
  std::size_t borrowed = workbench::kBorrowedNotes;
  std::size_t planted = 0;
  fs::path filter;
  std::size_t filter_notes = 13;
  std::uint64_t seed = 1;
};

void print_bars(const Originality& result, std::size_t borrowed) {
  fmt::print("  {:>5} {:>6} {:>7} {:>7}  {}\n", "bar", "notes", "shared", "in run", "nearest passage");
  for (const BarOrigin& bar : result.bars) {
    if (bar.run == BarOrigin::npos) {
      fmt::print("  {:>5} {:>6} {:>7} {:>7}  none of two notes\n", bar.bar + 1, bar.notes, 0, 0);
      continue;
    }
    const auto& run = result.runs[bar.run];
    fmt::print("  {:>5} {:>6} {:>7} {:>7}  {}, bar {}{}\n", bar.bar + 1, bar.notes, bar.shared, run.notes,
               shown(run.piece), run.bar + 1, run.notes >= borrowed ? "  borrowed" : "");
  }
}

void write_table(const fs::path& path, const Originality& result, std::size_t borrowed) {
  std::string text = "bar,notes,shared_notes,run_notes,piece,piece_bar,borrowed\n";
  for (const BarOrigin& bar : result.bars) {
    if (bar.run == BarOrigin::npos) {
      text += fmt::format("{},{},0,0,,,0\n", bar.bar + 1, bar.notes);
      continue;
    }
    const auto& run = result.runs[bar.run];
    text += fmt::format("{},{},{},{},{},{},{}\n", bar.bar + 1, bar.notes, bar.shared, run.notes, csv_field(run.piece),
                        run.bar + 1, run.notes >= borrowed ? 1 : 0);
  }
  write_file_atomically(path, text);
}

void write_page(const fs::path& path, const OriginalityOptions& options, const Score& score, Tick given,
                const Originality& result, const evaluation::PassageIndex& index, plot::PianoRollOptions roll) {
  roll.width = workbench::kPageRollWidth;
  roll.height = workbench::kPageRollHeight;
  const std::string name = options.piece.filename().string();
  page::Page page(
      "What of " + name + " stands in the collection",
      {.subtitle = fmt::format("{} pieces of {}, {} notes", format_count(index.pieces()),
                               workbench::name_in_page(options.passages.corpus), format_count(index.notes()))});
  if (given > 0) page.note(workbench::given_in_words(score, given));
  page::Inline caption;
  caption.audio(workbench::sound_of(score, options.soundfont, interruption()), name)
      .download(workbench::midi_of(score, name), "MIDI")
      .text(" ");
  workbench::show_originality(page, result, options.borrowed,
                              workbench::drawn([&](const plot::Target& to) { plot::piano_roll(to, score, roll); }),
                              caption);
  page.note(
      "Passages are compared by intervals and by onsets in sixteenths: copies in another key or tempo count. Music of "
      "two strangers shares short runs, too: scales, repeated notes, broken chords.");
  page.write(path);
}

std::shared_ptr<const representation::Representation> via_representation(const OriginalityOptions& options) {
  return options.model.empty() ? nullptr : loaded::LoadedModel::load(model_or_default(options.model)).representation;
}

void write_filter(const OriginalityOptions& options) {
  check_outputs({options.filter}, {options.model, options.passages.corpus});
  const auto index =
      workbench::open_index(options.passages, via_representation(options).get(), terminal_progress(), interruption());
  const evaluation::PassageFilter filter = evaluation::filter_of(evaluation::PassageSet(index, options.filter_notes));
  filter.write(options.filter);
  fmt::print("{} passages of {} notes, of {} notes of {} pieces, in {:.1f} MB\n  {}\n", format_count(filter.passages()),
             filter.notes(), format_count(index.notes()), format_count(index.pieces()),
             static_cast<double>(filter.bytes()) / 1e6, options.filter.string());
}

void run_originality(const OriginalityOptions& options) {
  const auto outputs =
      workbench::named_outputs(options.outputs, {workbench::OutputKind::kPage, workbench::OutputKind::kPicture});
  if (options.planted > 0) {
    print_planted(
        workbench::check_planted(options.passages, options.planted, options.seed, terminal_progress(), interruption()),
        options.borrowed);
    return;
  }
  if (!options.filter.empty()) {
    write_filter(options);
    return;
  }
  if (options.piece.empty())
    throw Error({.message = "no piece was given",
                 .hint = "continuo originality PIECE.mid --corpus FOLDER",
                 .code = ErrorCode::kInvalidArgument});
  const std::vector<fs::path> inputs = {options.piece, options.model, options.passages.corpus, options.soundfont};
  check_outputs({options.table}, inputs);
  check_outputs(outputs, inputs);
  if (std::ranges::any_of(outputs, workbench::is_page)) audio::check({.soundfont = options.soundfont});
  const Score score = read_score(options.piece);
  const auto index =
      workbench::open_index(options.passages, via_representation(options).get(), terminal_progress(), interruption());
  Tick given = 0;
  if (!options.prompt.empty()) {
    given = evaluation::shared_beginning(score, read_score(options.prompt));
    if (given == 0)
      throw Error({.message = "does not begin like " + options.prompt.string(),
                   .path = options.piece.string(),
                   .hint = "Give the prompt from which this piece goes on, or leave --prompt out.",
                   .code = ErrorCode::kMismatch});
  }
  const Originality result = evaluation::originality(notes_from(score, given), index);

  fmt::print("{}: {} notes against {} notes of {} pieces\n", options.piece.string(), format_count(result.notes),
             format_count(index.notes()), format_count(index.pieces()));
  if (given > 0) fmt::print("  {}\n", workbench::given_in_words(score, given));
  fmt::print("  {}\n  {}\n", workbench::longest_run_in_words(result),
             workbench::covered_in_words(result, options.borrowed));
  print_bars(result, options.borrowed);
  if (!options.table.empty()) {
    write_table(options.table, result, options.borrowed);
    fmt::print("  {}\n", options.table.string());
  }
  plot::PianoRollOptions roll = workbench::roll_of(score, options.piece.filename().string());
  roll.marks = workbench::borrowed_marks(result, options.borrowed);
  for (const fs::path& path : outputs) {
    if (workbench::is_page(path)) {
      write_page(path, options, score, given, result, index, roll);
    } else {
      plot::piano_roll(path, score, roll);
    }
    fmt::print("  {}\n", path.string());
  }
}

}  // namespace

void add_originality(CLI::App& app) {
  auto options = std::make_shared<OriginalityOptions>();
  auto* command = app.add_subcommand("originality", "Find what of a piece stands in a collection, note for note");
  command->footer(
      "Passages are compared by intervals and by onsets in sixteenths, so that transposed copies and copies in "
      "another\n"
      "tempo count. For each bar the longest run of notes that stands in the collection is told, with its place "
      "there.\n"
      "Examples:\n"
      "  continuo originality new.mid --corpus FOLDER\n"
      "  continuo originality new.mid --corpus FOLDER -o borrowed.html -o borrowed.png --csv bars.csv\n"
      "      a page to hear and see, the piano roll with the borrowed bars marked, and a table\n"
      "  continuo originality longer.mid --prompt mine.mid --corpus FOLDER\n"
      "      only of what was composed after the prompt\n"
      "  continuo originality --corpus FOLDER --check-planted 200\n"
      "      how many planted passages are found, and how long the runs of unrelated pieces are\n"
      "  continuo originality --corpus FOLDER --model mine.safetensors --filter mine.passage-filter\n"
      "      beside the model: with it, compose repeats no 13 notes in a row of a piece of FOLDER");
  command->add_option("piece", options->piece, "MIDI file")->type_name("PIECE");
  command
      ->add_option("--prompt", options->prompt,
                   "The MIDI file from which the piece goes on: what was given counts as nobody's copy")
      ->type_name("FILE");
  add_options(*command, workbench::options_of(options->passages));
  command->get_option("--corpus")->required();
  command
      ->add_option(
          "-m,--model", options->model,
          "Look also in what the model's representation makes of the collection: for pieces of models that hear "
          "no rhythm (notes) or no beats (events)")
      ->type_name("FILE");
  command
      ->add_option("--borrowed", options->borrowed,
                   "A bar counts as borrowed when a run of so many notes passes through it")
      ->check(whole(2, 1'000'000))
      ->capture_default_str();
  command
      ->add_option("-o,--output,--picture", options->outputs,
                   "File to write: .html, or .png or .svg for the piano roll with the borrowed bars marked; repeat for "
                   "several")
      ->type_name("FILE");
  command->add_option("--soundfont", options->soundfont, "SoundFont for the sound of the page (default: the system's)")
      ->type_name("FILE");
  command->add_option("--csv", options->table, "Table of the bars")->type_name("FILE");
  command
      ->add_option(
          "--check-planted", options->planted,
          "Instead of a piece: hide so many passages of a training part in pieces of its test part, transposed, "
          "and count those that are found; and measure as many unrelated pieces")
      ->check(whole(1, 1'000'000))
      ->type_name("N");
  command
      ->add_option("--filter", options->filter,
                   "Instead of a piece: write a filter of all passages of the collection, of 14 bits each. Where "
                   "MODEL.passage-filter lies beside MODEL.safetensors, compose repeats none of them")
      ->excludes("--check-planted")
      ->type_name("FILE");
  command->add_option("--filter-notes", options->filter_notes, "Notes of each passage of --filter")
      ->check(whole(6, 1'000'000))
      ->capture_default_str();
  command->add_option("--seed", options->seed, "Of --check-planted")->check(whole(0, kMaxSeed))->capture_default_str();
  command->callback([options] { run_originality(*options); });
}

}  // namespace continuo::app
