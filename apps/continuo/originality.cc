// continuo originality: what of a piece stands in a collection, bar by bar.
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "commands.h"
#include "compose.h"
#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/evaluation/originality.h"
#include "continuo/music/score.h"
#include "continuo/plot/plot.h"
#include "csv.h"
#include "options.h"
#include "passages.h"
#include "terminal.h"

namespace continuo::app {
namespace {

namespace fs = std::filesystem;
using evaluation::BarOrigin;
using evaluation::Originality;

struct Options {
  fs::path piece, picture, table, model;
  PassageOptions passages;
  std::size_t borrowed = 32;
  std::size_t planted = 0;
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
    fmt::print("  {:>5} {:>6} {:>7} {:>7}  {}, bar {}{}\n", bar.bar + 1, bar.notes, bar.shared, run.notes, run.piece,
               run.bar + 1, run.notes >= borrowed ? "  borrowed" : "");
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

void draw(const fs::path& path, const std::string& title, const Score& score, const Originality& result,
          std::size_t borrowed) {
  plot::PianoRollOptions options{.title = title};
  for (const BarOrigin& bar : result.bars) {
    if (bar.run == BarOrigin::npos || result.runs[bar.run].notes < borrowed) continue;
    if (!options.marks.empty() && options.marks.back().end == bar.begin)
      options.marks.back().end = bar.end;
    else
      options.marks.push_back({bar.begin, bar.end});
  }
  plot::piano_roll(path, score, options);
}

void run(const Options& options) {
  if (!options.picture.empty() && !plot::is_picture_path(options.picture))
    throw Error({.message = "is not a picture that can be drawn",
                 .path = options.picture.string(),
                 .hint = "Give a name that ends in .png or .svg."});
  if (options.planted > 0) {
    check_planted(options.passages, options.planted, options.seed);
    return;
  }
  if (options.piece.empty())
    throw Error({.message = "no piece was given", .hint = "continuo originality PIECE.mid --corpus FOLDER"});
  for (const fs::path& path : {options.picture, options.table})
    if (!path.empty()) ensure_writable(path);
  const Score score = read_score(options.piece);
  std::shared_ptr<const representation::Representation> heard_through;
  if (!options.model.empty()) heard_through = generation::Composer::load(options.model).representation;
  const auto index = open_index(options.passages, heard_through.get());
  const Originality result = evaluation::originality(score, index);

  fmt::print("{}: {} notes against {} notes of {} pieces\n", options.piece.string(), format_count(result.notes),
             format_count(index.notes()), format_count(index.pieces()));
  if (const auto* longest = result.longest_run()) {
    fmt::print("  longest verbatim run: {} notes, from bar {} to {}; {}, bar {}\n", longest->notes,
               longest->first_bar + 1, longest->last_bar + 1, longest->piece, longest->bar + 1);
  } else {
    fmt::print("  no two notes of it in a row stand there\n");
  }
  const std::size_t covered = result.covered(options.borrowed);
  fmt::print("  {} of {} notes ({:.0f} %) stand in runs of {} notes or more\n", format_count(covered),
             format_count(result.notes),
             100.0 * static_cast<double>(covered) / static_cast<double>(std::max<std::size_t>(1, result.notes)),
             options.borrowed);
  print_bars(result, options.borrowed);
  if (!options.table.empty()) {
    write_table(options.table, result, options.borrowed);
    fmt::print("  {}\n", options.table.string());
  }
  if (!options.picture.empty()) {
    draw(options.picture, options.piece.filename().string(), score, result, options.borrowed);
    fmt::print("  {}\n", options.picture.string());
  }
}

}  // namespace

void add_originality(CLI::App& app) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("originality", "Find what of a piece stands in a collection, note for note");
  command->footer(
      "Passages are compared by intervals and by onsets in sixteenths, so that transposed copies and copies in "
      "another\n"
      "tempo count. For each bar the longest run of notes that stands in the collection is told, with its place "
      "there.\n"
      "Examples:\n"
      "  continuo originality new.mid --corpus FOLDER\n"
      "  continuo originality new.mid --corpus FOLDER --picture borrowed.png --csv bars.csv\n"
      "      the piano roll with the borrowed bars marked, and a table\n"
      "  continuo originality --corpus FOLDER --check-planted 200\n"
      "      how many planted passages are found, and how long the runs of unrelated pieces are");
  command->add_option("piece", options->piece, "MIDI file")->type_name("PIECE");
  add_passage_options(*command, options->passages);
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
  command->add_option("-o,--picture", options->picture, "Piano roll with the borrowed bars marked: .png or .svg")
      ->type_name("FILE");
  command->add_option("--csv", options->table, "Table of the bars")->type_name("FILE");
  command
      ->add_option(
          "--check-planted", options->planted,
          "Instead of a piece: hide so many passages of a training part in pieces of its test part, transposed, "
          "and count those that are found; and measure as many unrelated pieces")
      ->check(whole(1, 1'000'000))
      ->type_name("N");
  command->add_option("--seed", options->seed, "Of --check-planted")->check(whole(0, kMostSeed))->capture_default_str();
  command->callback([options] { run(*options); });
}

}  // namespace continuo::app
