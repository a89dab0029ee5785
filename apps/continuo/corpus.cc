// continuo corpus: what a folder of MIDI files holds, what of it would be learned from, and why not the rest.
#include <fmt/core.h>

#include <chrono>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "commands.h"
#include "continuo/audio/render.h"
#include "continuo/base/check_outputs.h"
#include "continuo/base/error.h"
#include "continuo/corpus/collection.h"
#include "continuo/corpus/duplicate_check.h"
#include "continuo/corpus/manifest.h"
#include "continuo/plot/plot.h"
#include "continuo/representation/sound.h"
#include "continuo/workbench/default_cache.h"
#include "corpus_report.h"
#include "options.h"
#include "representation_options.h"
#include "terminal.h"

namespace continuo::app {
namespace {

namespace fs = std::filesystem;

struct CorpusOptions {
  fs::path folder;
  corpus::ScanOptions scan;
  corpus::SplitOptions split;
  fs::path picture;  ///< empty: none
  fs::path report;
  std::string representation;
  std::vector<std::string> settings;
  fs::path cache;
  std::string check_column;
  std::size_t planted = 0;
  bool any_length = false;
  bool no_drums = false;
  bool list = false;
};

void run_corpus(CorpusOptions& options) {
  const auto stop = interruption();
  const ProgressSink progress = terminal_progress();
  if (!options.picture.empty() && !plot::is_picture_path(options.picture))
    throw Error({.message = "is not a picture that can be drawn",
                 .path = options.picture.string(),
                 .hint = "Give a name that ends in .png or .svg.",
                 .code = ErrorCode::kUnsupported});
  if (options.any_length) {
    options.scan.min_seconds = 0;
    options.scan.max_seconds = std::numeric_limits<double>::infinity();
  }
  options.scan.drums = !options.no_drums;
  options.split.seed = options.scan.seed;
  std::optional<representation::RepresentationSpec> spec;
  if (!options.representation.empty()) {
    spec = representation_of(options.representation, options.settings);
    options.scan.sound = options.scan.sound || representation::reads_sound(spec->name);
  }
  static_cast<void>(corpus::split({}, options.split));  // refuses shares that are none before anything is read
  if (!options.scan.soundfont.empty()) audio::check({.soundfont = options.scan.soundfont});
  check_outputs({options.picture, options.report}, {options.scan.soundfont, options.folder});

  const auto begun = std::chrono::steady_clock::now();
  const corpus::Collection collection = corpus::scan(options.folder, options.scan, progress, stop);
  const double spent = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  const corpus::Split split = corpus::split(collection, options.split);

  print_totals(collection, spent);
  if (!collection.manifest_encoding.empty()) {
    fmt::print("  {} is not UTF-8: read as {}, which is a guess\n", corpus::kManifestName,
               collection.manifest_encoding);
  }
  print_left_out(collection, options.list);
  if (!collection.pieces.empty()) {
    print_contents(collection);
    print_spellings(collection);
    print_duplicates(collection, options.list);
    print_split(collection, split, options.split);
  }
  if (spec && !collection.pieces.empty())
    encode_collection(collection, split, *spec, options.cache.empty() ? workbench::default_cache() : options.cache);
  if (!options.check_column.empty())
    print_column_check(collection, options.check_column, corpus::check_column(collection, options.check_column),
                       options.list);
  if (options.planted > 0)
    print_planted(corpus::check_planted(
        collection, {.copies = options.planted, .seed = options.scan.seed, .similarity = options.scan.similarity},
        progress, stop));
  if (!options.picture.empty() || !options.report.empty()) fmt::print("\n");
  if (!options.picture.empty()) {
    draw_lengths(options.picture, collection);
    fmt::print("Lengths as a picture: {}\n", options.picture.string());
  }
  if (!options.report.empty()) {
    write_report(options.report, collection, split);
    fmt::print("Every file in a table: {}\n", options.report.string());
  }
  if (collection.pieces.empty())
    throw Error({.message = "no piece passes the filters",
                 .path = options.folder.string(),
                 .hint = "The reasons are counted above; --any-length keeps pieces of every length.",
                 .code = ErrorCode::kEmpty});
}

void add_filters(CLI::App& command, CorpusOptions& options) {
  auto& scan = options.scan;
  auto* any = command.add_flag("--any-length", options.any_length, "Keep pieces of every length");
  command.add_option("--min-seconds", scan.min_seconds, "Shorter pieces are left out")
      ->check(number(0, 1e9))
      ->excludes(any)
      ->capture_default_str();
  command.add_option("--max-seconds", scan.max_seconds, "Longer pieces are left out")
      ->check(number(0, 1e9))
      ->excludes(any)
      ->capture_default_str();
  command.add_option("--min-notes", scan.min_notes, "Pieces with fewer notes are left out")
      ->check(whole(0, kMaxPieces))
      ->capture_default_str();
  command.add_option("--max-notes", scan.max_notes, "Pieces with more notes are left out")
      ->check(whole(0, kMaxPieces))
      ->capture_default_str();
  command
      .add_option("--programs", scan.programs,
                  "Keep only pieces for these instruments, by General MIDI program from 0 (0 to 7: pianos)")
      ->check(whole(0, 127))
      ->delimiter(',')
      ->type_name("P,P,...");
  command.add_flag("--no-drums", options.no_drums, "Leave out pieces with percussion");
  command.add_option("--max-pieces", scan.max_pieces, "Draw so many of those that pass; 0: all")
      ->check(whole(0, kMaxPieces))
      ->capture_default_str();
  command.add_option("--select-column", scan.select_column, "Keep only files with 1 in this column of MANIFEST.csv")
      ->type_name("COLUMN");
  command.add_option("--label-column", scan.label_column, "Column of MANIFEST.csv with each file's label")
      ->type_name("COLUMN");
  command.add_flag("--sound", scan.sound, "Sound files too: what a representation that reads sound learns from");
  auto* representation = command.add_option("--representation", options.representation,
                                            "Encode the pieces, as training would: " + representation_list());
  representation->type_name("NAME");
  command.add_option("--set", options.settings, "A setting of the representation; repeat for more")
      ->needs(representation)
      ->allow_extra_args(false)
      ->type_name("NAME=VALUE");
  command
      .add_option("--soundfont", scan.soundfont,
                  "SoundFont that plays MIDI files for a representation of sound (default: the system's)")
      ->needs(representation)
      ->type_name("FILE");
  command.add_option("--cache", options.cache, "Folder for encoded pieces (default: ~/.cache/continuo)")
      ->needs(representation)
      ->type_name("FOLDER");
  command
      .add_option("--similarity", scan.similarity,
                  "Share of common passages from which two pieces are versions of one work; 0: pieces are not compared")
      ->check(number(0, 1))
      ->capture_default_str();
}

}  // namespace

void add_corpus(CLI::App& app) {
  auto options = std::make_shared<CorpusOptions>();
  auto* command = app.add_subcommand("corpus", "Say what a folder of MIDI files holds and what would be learned from");
  command->footer(
      "Examples:\n"
      "  continuo corpus FOLDER\n"
      "      counts, reasons, duplicates and the split of the pieces of 1 to 5 minutes\n"
      "  continuo corpus FOLDER --picture lengths.png\n"
      "      draws a histogram of the lengths, too\n"
      "  continuo corpus FOLDER --any-length --list\n"
      "      pieces of every length, and each file that is left out with its reason\n"
      "  continuo corpus FOLDER --programs 0,1,2,3 --max-pieces 500 --seed 7 --report pieces.csv\n"
      "      500 pieces for piano, the same for the same seed, as a table\n"
      "  continuo corpus FOLDER --sound\n"
      "      WAV, FLAC, OGG, MP3 and AIFF files beside MIDI files\n"
      "  continuo corpus FOLDER --representation mulaw --set sample_rate=8000 --soundfont my.sf2\n"
      "      renders, encodes and caches them all, and says how much that is and how fast it was\n"
      "  continuo corpus FOLDER --any-length --check-duplicates work --check-planted 500\n"
      "      how well duplicates are found: against a column of MANIFEST.csv and on altered copies");
  command->add_option("folder", options->folder, "Folder with MIDI files, and folders below it")
      ->required()
      ->type_name("FOLDER");
  add_filters(*command, *options);
  command->add_option("--train", options->split.train, "Share of the pieces to learn from")
      ->check(number(0, 1))
      ->capture_default_str();
  command->add_option("--validation", options->split.validation, "Share to choose models by; the rest is the test")
      ->check(number(0, 1))
      ->capture_default_str();
  command->add_option("-s,--seed", options->scan.seed, "Of --max-pieces, the split and --check-planted")
      ->check(whole(0, kMaxSeed))
      ->capture_default_str();
  command->add_option("--picture", options->picture, "Histogram of lengths to draw, .png or .svg")->type_name("FILE");
  command
      ->add_flag_callback(
          "--no-picture", [] {}, "No histogram, as without --picture")
      ->group("");
  command->add_option("--report", options->report, "Table of every file to write, with reasons, works and parts")
      ->type_name("FILE.csv");
  command->add_flag("--list", options->list, "Name every file left out, every duplicate and every disagreement");
  command
      ->add_option("--check-duplicates", options->check_column,
                   "Compare the works found with this column of MANIFEST.csv: precision and recall over pairs")
      ->type_name("COLUMN");
  command
      ->add_option("--check-planted", options->planted,
                   "Plant altered copies of so many pieces and count those that are found")
      ->check(whole(0, 1'000'000))
      ->type_name("N");
  command->add_option("--threads", options->scan.threads, "Files read at the same time; 0: every core")
      ->check(whole(0, kMaxThreads))
      ->capture_default_str();
  command->callback([options] { run_corpus(*options); });
}

}  // namespace continuo::app
