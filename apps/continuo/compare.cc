// continuo compare: how far generated music is from real music, in numbers, curves and sounds.
#include "compare.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <optional>
#include <span>

#include "commands.h"
#include "continuo/audio/render.h"
#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/base/parallel.h"
#include "continuo/base/random.h"
#include "continuo/generation/compose.h"
#include "continuo/plot/plot.h"
#include "options.h"
#include "page_media.h"
#include "piece_set.h"
#include "terminal.h"

namespace continuo::app {
namespace {

namespace fs = std::filesystem;
using evaluation::FeatureComparison;

struct CompareOptions {
  fs::path real, generated, model;
  std::vector<fs::path> outputs;
  PieceSetOptions set{.max_pieces = 200};
  std::size_t count = 20;
  double seconds = 60;
  generation::SamplingOptions sampling;
  double first = 0;
  std::size_t heard = 3;
  double heard_seconds = 20;
  fs::path soundfont;
  bool misaligned = false;
};

/// One of the two collections: where its pieces come from, before they are measured.
struct Side {
  std::string name, origin;
  std::vector<evaluation::SurveySource> sources;
  std::vector<evaluation::Survey::LeftOut> left_out;
};

Side named(const fs::path& name, const PieceSetOptions& options) {
  PieceSet set = open_piece_set({name}, options);
  std::string origin = "of " + name.string();
  if (!options.select_column.empty()) origin += " with 1 in " + options.select_column;
  if (set.drawn_from > set.pieces.size())
    origin += fmt::format(", drawn from {} with seed {}", format_count(set.drawn_from), options.seed);
  return {name.string(), origin + ".", sources_of(set), std::move(set.left_out)};
}

Side composed(const CompareOptions& options) {
  const auto composer = generation::Composer::load(options.model);
  const generation::ComposeOptions how{
      .sampling = options.sampling, .seconds = options.seconds, .seed = options.set.seed};
  auto pieces = std::make_shared<std::vector<Score>>();
  for (auto& piece : generation::compose_several(composer, how, options.count, options.set.threads, terminal_progress(),
                                                 interruption()))
    pieces->push_back(std::move(piece.score));
  Side side{.name = options.model.string()};
  side.origin = fmt::format("composed by {} with seed {}, temperature {:g} and top-p {:g}, up to {:g} s each.",
                            options.model.string(), options.set.seed, options.sampling.temperature,
                            options.sampling.top_p, options.seconds);
  for (std::size_t i = 0; i < pieces->size(); ++i)
    side.sources.push_back({fmt::format("piece {}", i + 1), [pieces, i] { return (*pieces)[i]; }});
  return side;
}

HeardPiece hear(const std::string& name, const Score& score, const CompareOptions& options, const fs::path& folder) {
  const Score heard = first_seconds(score, options.heard_seconds);
  HeardPiece piece{.name = name, .seconds = duration_seconds(score)};
  piece.sound = sound_of(heard, options.soundfont);
  piece.midi = midi_of(score, name);
  piece.picture =
      drawn(folder, [&](const fs::path& path) { plot::piano_roll(path, heard, {.width = 900, .height = 320}); });
  return piece;
}

ComparedSet survey_of(Side side, const CompareOptions& options, const fs::path& folder, bool page) {
  if (options.first > 0) {
    for (auto& source : side.sources)
      source.read = [read = source.read, seconds = options.first] { return first_seconds(read(), seconds); };
  }
  ComparedSet set{.name = side.name};
  set.survey = evaluation::survey(side.sources, {.threads = options.set.threads}, terminal_progress(), interruption());
  side.left_out.insert(side.left_out.end(), set.survey.left_out.begin(), set.survey.left_out.end());
  say_left_out(side.left_out);
  const std::size_t pieces = set.survey.pieces.size();
  if (pieces < 2)
    throw Error({.message = fmt::format("has {} that can be measured", pieces == 0 ? "no piece" : "one piece"),
                 .path = side.name,
                 .hint = "Distances need two pieces on each side; some dozens tell more."});
  set.origin = fmt::format("{} pieces {}", format_count(pieces), side.origin);
  if (!side.left_out.empty()) set.origin += fmt::format(" Left out: {}.", format_count(side.left_out.size()));
  if (!page) return set;

  std::vector<std::size_t> drawn_pieces(pieces);
  std::iota(drawn_pieces.begin(), drawn_pieces.end(), std::size_t{0});
  Random(options.set.seed, 1).shuffle(std::span(drawn_pieces));
  drawn_pieces.resize(std::min(pieces, options.heard));
  std::sort(drawn_pieces.begin(), drawn_pieces.end());
  const ProgressSink progress = terminal_progress();
  for (const std::size_t i : drawn_pieces) {
    const auto& piece = set.survey.pieces[i];
    set.heard.push_back(hear(piece.name, side.sources[piece.source].read(), options, folder));
    progress({.task = "Rendering", .done = set.heard.size(), .total = drawn_pieces.size(), .unit = "pieces"});
  }
  return set;
}

std::vector<FeatureComparison> compare_measures(const CompareReport& report) {
  std::vector<FeatureComparison> result(evaluation::measures().size());
  parallel_for(
      result.size(), 0,
      [&](std::size_t i) {
        const auto measure = static_cast<evaluation::Measure>(i);
        result[i] = evaluation::compare_values(evaluation::info(measure).name, report.real.survey.values(measure),
                                               report.generated.survey.values(measure), report.grids);
      },
      interruption());
  return result;
}

std::vector<evaluation::Features> features_of(const evaluation::Survey& survey) {
  std::vector<evaluation::Features> features;
  for (const auto& piece : survey.pieces) features.push_back(piece.features);
  return features;
}

void print_table(const std::string& head, const std::vector<FeatureComparison>& comparisons) {
  fmt::print("{:<30} {:>19} {:>19} {:>9} {:>9} {:>9} {:>7} {:>7}\n", head, "real", "generated", "within r.",
             "within g.", "between", "overlap", "KL");
  for (const auto& one : comparisons) {
    const auto mean = [](double value, double deviation) {
      return significant(value) + (std::isfinite(deviation) ? " (" + significant(deviation) + ")" : "");
    };
    fmt::print("  {:<28} {:>19} {:>19} {:>9} {:>9} {:>9} {:>7} {:>7}\n", one.name, mean(one.mean_a, one.deviation_a),
               mean(one.mean_b, one.deviation_b), significant(one.intra_a), significant(one.intra_b),
               significant(one.inter), decimals(one.overlap_b, 3), decimals(one.kl_b, 3));
  }
}

void run_compare(const CompareOptions& options) {
  const auto outputs = named_outputs(options.outputs);
  for (const fs::path& path : outputs) {
    if (!is_page(path) && path.extension() != ".csv")
      throw Error({.message = "its extension names no kind of file that can be written",
                   .path = path.string(),
                   .hint = "Use .html for a page, .csv for a table."});
    ensure_writable(path);
  }
  if (options.generated.empty() == options.model.empty())
    throw Error({.message = options.model.empty() ? "no second collection was given"
                                                  : "both a second collection and a model were given",
                 .hint = "continuo compare REAL GENERATED, or continuo compare REAL --model FILE"});
  const auto page = std::ranges::find_if(outputs, is_page);
  const bool with_page = page != outputs.end();
  const fs::path folder = with_page ? page->parent_path() : fs::path();
  if (with_page && options.heard > 0) audio::check({.soundfont = options.soundfont});

  CompareReport report{.grids = options.misaligned ? evaluation::Grids::kMgeval : evaluation::Grids::kCommon,
                       .first_seconds = options.first,
                       .heard_seconds = options.heard_seconds};
  Side real = named(options.real, options.set);
  PieceSetOptions every = options.set;
  every.select_column.clear();  // a folder of composed pieces has no manifest
  Side generated = options.model.empty() ? named(options.generated, every) : composed(options);
  report.real = survey_of(std::move(real), options, folder, with_page);
  report.generated = survey_of(std::move(generated), options, folder, with_page);
  report.features =
      evaluation::compare(features_of(report.real.survey), features_of(report.generated.survey), report.grids);
  report.measures = compare_measures(report);

  fmt::print("Real: {}\nGenerated: {}\n\n", report.real.origin, report.generated.origin);
  print_table("Features (Yang and Lerch 2018)", report.features);
  fmt::print("Mean overlapping area of these: {}\n\n", decimals(evaluation::mean_overlapping_area(report.features), 3));
  print_table("Measures", report.measures);
  for (const fs::path& path : outputs) {
    if (is_page(path)) {
      write_compare_page(path, report);
    } else {
      write_compare_table(path, report);
    }
    fmt::print("{}\n", path.string());
  }
}

}  // namespace

void add_compare(CLI::App& app) {
  auto options = std::make_shared<CompareOptions>();
  auto* command = app.add_subcommand("compare", "Compare generated music with real music: measures, distances, sounds");
  command->footer(
      "Overlapping areas and divergences after Yang and Lerch 2018; docs/evaluation.md says how they are computed.\n"
      "Columns: means (standard deviations); mean distances within the real set, within the generated set, between "
      "them;\n"
      "overlapping area and Kullback-Leibler divergence (nats) of the distances within the generated set and between.\n"
      "Examples:\n"
      "  continuo compare FOLDER composed/ -o page.html\n"
      "      a page with the distributions as curves and pieces of both sides to hear\n"
      "  continuo compare FOLDER --model default --count 50 --first 60 -o page.html -o table.csv\n"
      "      against 50 pieces composed on the spot; of the real ones only the first minute counts\n"
      "  continuo compare FOLDER composed/ --misaligned-grid\n"
      "      figures to hold against those of the authors' program mgeval");
  command->add_option("real", options->real, "MIDI files to compare with")->required()->type_name("REAL");
  command->add_option("generated", options->generated, "Folder of composed MIDI files")->type_name("GENERATED");
  command
      ->add_option("-m,--model", options->model,
                   "Compose the second collection with this model; 'default': the one that comes with Continuo")
      ->type_name("FILE");
  command->add_option("-n,--count", options->count, "Pieces to compose")
      ->check(whole(2, 100'000))
      ->capture_default_str();
  command->add_option("--seconds", options->seconds, "Length of a composed piece; the model may end it before")
      ->check(amount(36'000))
      ->capture_default_str();
  command->add_option("-t,--temperature", options->sampling.temperature, "Of composing")->capture_default_str();
  command->add_option("--top-p", options->sampling.top_p, "Of composing")->capture_default_str();
  command->add_option("-o,--output", options->outputs, "File to write: .html or .csv; repeat for both")
      ->type_name("FILE");
  command->add_option("--first", options->first, "Measure only the first so many seconds of each piece; 0: all")
      ->check(number(0, 1e6))
      ->capture_default_str();
  add_piece_set_options(*command, options->set);
  command->get_option("--select-column")->description("Only real pieces with 1 in this column of their MANIFEST.csv");
  command->add_option("-s,--seed", options->set.seed, "Of composing, of --max-pieces and of the pieces to hear")
      ->check(whole(0, kMostSeed))
      ->capture_default_str();
  command->add_option("--listen", options->heard, "Pieces of each side to hear on the page")
      ->check(whole(0, 100))
      ->capture_default_str();
  command->add_option("--listen-seconds", options->heard_seconds, "How much of each")
      ->check(number(1, 600))
      ->capture_default_str();
  command->add_option("--soundfont", options->soundfont, "SoundFont for the sound (default: the system's)")
      ->type_name("FILE");
  command->add_flag("--misaligned-grid", options->misaligned,
                    "Sample densities as mgeval does, each between its own extremes");
  command->callback([options] {
    if (!options->model.empty()) options->model = model_or_default(options->model);
    run_compare(*options);
  });
}

}  // namespace continuo::app
