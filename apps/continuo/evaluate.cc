// continuo evaluate: what models make of pieces that they were not trained on, side by side.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <numbers>
#include <optional>
#include <string>
#include <vector>

#include "commands.h"
#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/evaluation/baselines.h"
#include "continuo/evaluation/likelihood.h"
#include "continuo/evaluation/statistics.h"
#include "continuo/page/page.h"
#include "continuo/representation/sound.h"
#include "csv.h"
#include "evaluate_data.h"
#include "options.h"
#include "terminal.h"

namespace continuo::app {
namespace {

namespace fs = std::filesystem;
using evaluation::PieceLikelihood;

/// A model or a baseline: its results piece by piece.
struct Row {
  std::string name, representation;
  std::size_t subject = 0;  ///< whose symbols they are
  std::vector<PieceLikelihood> pieces;
  bool baseline = false;
  bool grid = false;
};

struct Figure {
  double value = 0;
  evaluation::Interval interval;
};

/// Numerators and denominators of what is measured, one each for a piece.
struct Measure {
  std::string name, csv;
  std::function<double(const Row&, std::size_t)> above, below;
  int digits = 3;
};

std::vector<double> values(const std::function<double(const Row&, std::size_t)>& of, const Row& row) {
  std::vector<double> result(row.pieces.size());
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = of(row, i);
  return result;
}

/// Nothing where it is not defined.
std::optional<Figure> figure(const Measure& measure, const Row& row) {
  const auto above = values(measure.above, row), below = values(measure.below, row);
  double numerator = 0, denominator = 0;
  for (std::size_t i = 0; i < above.size(); ++i) {
    numerator += above[i];
    denominator += below[i];
  }
  if (denominator == 0) return std::nullopt;
  return Figure{numerator / denominator, evaluation::bootstrap_ratio(above, below)};
}

std::vector<Measure> measures(const Selection& selection) {
  const auto bits = [](const Row& row, std::size_t i) { return row.pieces[i].bits; };
  const auto nats = [](const Row& row, std::size_t i) { return row.pieces[i].bits * std::numbers::ln2; };
  const auto symbols = [](const Row& row, std::size_t i) { return static_cast<double>(row.pieces[i].symbols); };
  const auto sound = [&selection](const Row& row) { return selection.subjects[row.subject].sample_rate > 0; };
  return {
      {"nats/symbol", "nats_per_symbol", nats, symbols, 4},
      {"bits/symbol", "bits_per_symbol", bits, symbols, 4},
      {"bits/note", "bits_per_note", bits,
       [&selection, sound](const Row& row, std::size_t i) {
         return sound(row) ? 0.0 : static_cast<double>(selection.piece(row.subject, i).notes);
       }},
      {"bits/second", "bits_per_second", bits,
       [&selection](const Row& row, std::size_t i) { return selection.piece(row.subject, i).seconds; }, 2},
      {"grid bits/note", "grid_bits_per_note", [](const Row& row, std::size_t i) { return row.pieces[i].grid_bits; },
       [](const Row& row, std::size_t i) { return row.grid ? static_cast<double>(row.pieces[i].grid_notes) : 0.0; }}};
}

/// Tasks of the models, and of symbol frequencies once for each representation whose training part is at hand.
std::vector<Row> evaluate(const Selection& selection, const EvaluateOptions& options, const ProgressSink& progress,
                          const std::stop_token& stop) {
  std::vector<std::unique_ptr<representation::Representation>> representations;
  std::vector<std::unique_ptr<evaluation::OnsetGrid>> grids;
  for (const Subject& subject : selection.subjects) {
    const auto& spec = subject.dataset->spec();
    const bool grid = evaluation::OnsetGrid::has(spec) && (spec.name != "events" || !selection.folder.empty());
    representations.push_back(grid ? representation::make(spec) : nullptr);
    grids.push_back(grid ? std::make_unique<evaluation::OnsetGrid>(*representations.back()) : nullptr);
  }
  std::vector<Row> rows;
  std::vector<std::vector<float>> frequencies;
  std::vector<std::vector<double>> repetitions;
  std::vector<evaluation::PieceTask> tasks;
  const auto add_tasks = [&](std::size_t s, const engine::Model* model, std::span<const float> logits) {
    for (std::size_t i = 0; i < selection.names.size(); ++i) {
      const auto& piece = selection.piece(s, i);
      evaluation::PieceTask task{.model = model,
                                 .logits = logits,
                                 .sequence = {piece.symbols, piece.label},
                                 .grid = grids[s].get(),
                                 .frames = selection.subjects[s].frames.get()};
      if (grids[s] && grids[s]->in_seconds())
        task.quarters = [path = selection.folder / piece.name] { return quarters_of(path); };
      tasks.push_back(std::move(task));
    }
  };
  for (std::size_t s = 0; s < selection.subjects.size(); ++s) {
    const Subject& subject = selection.subjects[s];
    rows.push_back({.name = subject.path.string(),
                    .representation = subject.dataset->spec().name,
                    .subject = s,
                    .pieces = {},
                    .grid = grids[s] != nullptr});
    add_tasks(s, subject.model.get(), {});
  }
  std::map<std::string, std::size_t> counted;
  const std::size_t models = rows.size();
  frequencies.reserve(models);
  for (std::size_t s = 0; s < models; ++s) {
    const Subject& subject = selection.subjects[s];
    if (subject.frames || !subject.training ||
        !counted.emplace(representation::to_json(subject.dataset->spec()), s).second)
      continue;
    std::vector<evaluation::Sequence> train, held_out;
    for (const auto& piece : subject.training->pieces())
      if (piece.part == corpus::Part::kTrain) train.push_back(piece.symbols);
    if (train.empty()) continue;
    for (std::size_t i = 0; i < selection.names.size(); ++i) held_out.push_back(selection.piece(s, i).symbols);
    const auto size = static_cast<std::size_t>(subject.dataset->width());
    frequencies.push_back(evaluation::frequency_logits(train, size));
    repetitions.push_back(evaluation::repetition_nats(train, held_out, size));
    rows.push_back({.name = "symbol frequencies",
                    .representation = subject.dataset->spec().name,
                    .subject = s,
                    .pieces = {},
                    .baseline = true,
                    .grid = grids[s] != nullptr});
    add_tasks(s, nullptr, frequencies.back());
  }
  const auto found = evaluation::piece_likelihoods(tasks, options.threads, progress, stop);
  const std::size_t count = selection.names.size();
  for (std::size_t r = 0; r < rows.size(); ++r)
    rows[r].pieces.assign(found.begin() + static_cast<std::ptrdiff_t>(r * count),
                          found.begin() + static_cast<std::ptrdiff_t>((r + 1) * count));
  for (std::size_t b = 0; b < repetitions.size(); ++b) {
    Row row = rows[models + b];
    row.name = "repetition of symbols";
    row.grid = false;
    for (std::size_t i = 0; i < count; ++i)
      row.pieces[i] = {.bits = repetitions[b][i] / std::numbers::ln2, .symbols = row.pieces[i].symbols};
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string number(double value, int digits) { return fmt::format("{:.{}f}", value, digits); }

std::string between(const evaluation::Interval& interval, int digits) {
  return std::isnan(interval.low) ? "" : number(interval.low, digits) + " to " + number(interval.high, digits);
}

std::string heading(const Selection& selection) {
  double seconds = 0;
  std::size_t notes = 0;
  for (std::size_t i = 0; i < selection.names.size(); ++i) {
    seconds += selection.piece(0, i).seconds;
    notes += selection.piece(0, i).notes;
  }
  std::string text =
      fmt::format("{}, {} pieces, {}", selection.part, format_count(selection.names.size()), format_duration(seconds));
  if (notes > 0) text += ", " + format_count(notes) + " notes";
  return text;
}

/// A model against the first, the same pieces drawn for both: in bits per note where both have the same symbols, else
/// on the grid; nothing where neither is common.
struct Difference {
  std::string what;
  Figure figure;
};
std::optional<Difference> difference(const Selection& selection, const std::vector<Measure>& all, const Row& first,
                                     const Row& row) {
  const bool same =
      selection.subjects[first.subject].dataset->spec() == selection.subjects[row.subject].dataset->spec();
  const bool sound = selection.subjects[row.subject].sample_rate > 0;
  if (!same && !(first.grid && row.grid)) return std::nullopt;
  const Measure& measure = same ? all[sound ? 1 : 2] : all[4];
  const auto a_above = values(measure.above, row), a_below = values(measure.below, row);
  const auto b_above = values(measure.above, first), b_below = values(measure.below, first);
  const auto mine = figure(measure, row), its = figure(measure, first);
  if (!mine || !its) return std::nullopt;
  return Difference{
      measure.name,
      {mine->value - its->value, evaluation::bootstrap_difference({a_above, a_below}, {b_above, b_below})}};
}

std::vector<std::string> remarks(const Selection& selection, const std::vector<Row>& rows) {
  std::vector<std::string> texts = selection.warnings;
  bool grid = false;
  for (const Row& row : rows) {
    grid = grid || row.grid;
    const Subject& subject = selection.subjects[row.subject];
    if (row.baseline) continue;
    if (subject.sample_rate > 0)
      texts.push_back(fmt::format("A symbol of {} is a sample, {} a second.", row.name,
                                  format_count(static_cast<std::uint64_t>(subject.sample_rate))));
    if (subject.frames)
      texts.push_back("A symbol of " + row.name + " is a frame; the first of each piece is not scored.");
    if (!row.grid && row.representation == "events")
      texts.push_back("events on the grid need the tempos of the pieces: give the folder, not the dataset file.");
    if (row.representation == "notes")
      texts.push_back("notes keeps neither the octaves of chords nor every onset: it has no place on the grid.");
  }
  if (grid) texts.push_back("grid: pitch and onset alone, on sixteenths (docs/evaluation.md).");
  return texts;
}

void print(const Selection& selection, const std::vector<Row>& rows) {
  const auto all = measures(selection);
  std::size_t width = 20;
  for (const Row& row : rows) width = std::max(width, row.name.size() + row.representation.size() + 3);
  fmt::print("{}; below each figure the 95 % interval over pieces\n{:<{}}", heading(selection), "", width);
  for (const Measure& measure : all) fmt::print("  {:>16}", measure.name);
  fmt::print("\n");
  for (const Row& row : rows) {
    std::string second = fmt::format("{:<{}}", "", width);
    fmt::print("{:<{}}", row.name + " (" + row.representation + ")", width);
    for (const Measure& measure : all) {
      const auto found = figure(measure, row);
      fmt::print("  {:>16}", found ? number(found->value, measure.digits) : "-");
      second += fmt::format("  {:>16}", found ? between(found->interval, measure.digits) : "");
    }
    fmt::print("\n{}\n", second);
  }
  for (std::size_t r = 1; r < rows.size() && !rows[r].baseline; ++r)
    if (const auto found = difference(selection, all, rows[0], rows[r]))
      fmt::print("{} less {}: {:+.3f} {} ({})\n", rows[r].name, rows[0].name, found->figure.value, found->what,
                 between(found->figure.interval, 3));
  for (const std::string& text : remarks(selection, rows)) fmt::print("{}\n", text);
}

void write_table(const fs::path& path, const Selection& selection, const std::vector<Row>& rows) {
  std::string text =
      "model,representation,piece,trained_on,symbols,nats,bits,notes,seconds,grid_notes,grid_bits,grid_idle_bits\n";
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.pieces.size(); ++i) {
      const PieceLikelihood& found = row.pieces[i];
      const auto& piece = selection.piece(row.subject, i);
      text += fmt::format("{},{},{},{},{},{:.6f},{:.6f},{},{:.6f},", csv_field(row.name), row.representation,
                          csv_field(selection.names[i]), selection.trained_on[i] ? 1 : 0, found.symbols,
                          found.bits * std::numbers::ln2, found.bits, piece.notes, piece.seconds);
      text += row.grid ? fmt::format("{},{:.6f},{:.6f}\n", found.grid_notes, found.grid_bits, found.idle_bits) : ",,\n";
    }
  }
  write_file_atomically(path, text);
}

void write_page(const fs::path& path, const Selection& selection, const std::vector<Row>& rows) {
  const auto all = measures(selection);
  page::Page page("Likelihood of held-out music", {.subtitle = heading(selection)});
  page.paragraph(
      "Each symbol is predicted from all before it in its piece. The less, the better; below each figure stands the "
      "95 % interval of a bootstrap over pieces.");
  page::Table table{.header = {"model"}, .align = "l"};
  for (const Measure& measure : all) {
    table.header.emplace_back(measure.name);
    table.align += 'r';
  }
  for (const Row& row : rows) {
    page::Inline name;
    name.text(row.name).line_break().text(row.representation);
    std::vector<page::Inline> cells = {name};
    for (const Measure& measure : all) {
      const auto found = figure(measure, row);
      page::Inline cell;
      if (found) cell.strong(number(found->value, measure.digits));
      if (found && &measure != &all[0])  // the interval of nats is that of bits
        cell.line_break().text(between(found->interval, std::min(measure.digits, 2)));
      cells.push_back(cell);
    }
    table.rows.push_back(std::move(cells));
  }
  page.table(table);
  std::vector<page::Inline> items;
  for (std::size_t r = 1; r < rows.size() && !rows[r].baseline; ++r)
    if (const auto found = difference(selection, all, rows[0], rows[r]))
      items.emplace_back(fmt::format("{} less {}: {:+.3f} {} ({})", rows[r].name, rows[0].name, found->figure.value,
                                     found->what, between(found->figure.interval, 3)));
  for (const std::string& text : remarks(selection, rows)) items.emplace_back(text);
  page.list(items);
  page.write(path);
}

void run_evaluate(const EvaluateOptions& options) {
  const auto outputs = named_outputs(options.outputs);
  for (const fs::path& path : outputs) {
    if (path.extension() != ".html" && path.extension() != ".csv")
      throw Error({.message = "its extension names no kind of file that can be written",
                   .path = path.string(),
                   .hint = "Use .csv for the pieces as a table, .html for a page."});
    ensure_writable(path);
  }
  const auto progress = terminal_progress();
  const auto stop = interruption();
  const Selection selection = select(options, progress, stop);
  const std::vector<Row> rows = evaluate(selection, options, progress, stop);
  print(selection, rows);
  for (const fs::path& path : outputs) {
    if (path.extension() == ".csv") {
      write_table(path, selection, rows);
    } else {
      write_page(path, selection, rows);
    }
    fmt::print("{}\n", path.string());
  }
}

}  // namespace

void add_evaluate(CLI::App& app) {
  auto options = std::make_shared<EvaluateOptions>();
  auto* command = app.add_subcommand("evaluate", "Measure how well models predict music that they were not trained on");
  command->footer(
      "Of the folder that a model was trained on, the test part is measured (the validation part where there is "
      "none),\n"
      "as its recipe splits it; of any other folder every piece. With several models, the pieces that are held out of\n"
      "the training of all. What the figures are, docs/evaluation.md says.\n\n"
      "Examples:\n"
      "  continuo evaluate --model trained/best.safetensors FOLDER\n"
      "  continuo evaluate --model a/best.safetensors --model b/best.safetensors FOLDER -o pieces.csv -o page.html\n"
      "      two models side by side, also of different representations\n"
      "  continuo evaluate --model trained/best.safetensors ~/.cache/continuo/NAME.dataset --part validation");
  command->add_option("data", options->data, "Folder of music, or a .dataset file that training has left")
      ->required()
      ->check(CLI::ExistingPath)
      ->type_name("FOLDER|DATASET");
  command
      ->add_option("-m,--model", options->models,
                   "Model file (.safetensors; default: the one that comes with Continuo); repeat for several")
      ->allow_extra_args(false)
      ->type_name("FILE");
  command->add_option("-o,--output", options->outputs, "File to write: .csv (each piece), .html; repeat for both")
      ->allow_extra_args(false)
      ->type_name("FILE");
  command->add_option("--part", options->part, "What is measured: held-out, test, validation, train or all")
      ->check(one_of({"held-out", "test", "validation", "train", "all"}))
      ->capture_default_str();
  command->add_option("--max-pieces", options->pieces, "A seeded random choice of so many of them; 0: all")
      ->check(whole(0, kMostPieces))
      ->capture_default_str();
  command->add_option("--seed", options->seed, "Of that choice")->check(whole(0, kMostSeed))->capture_default_str();
  command->add_option("--cache", options->cache, "Folder of encoded pieces (default: ~/.cache/continuo)")
      ->type_name("FOLDER");
  add_precision(*command, options->engine.precision);
  command->add_option("--threads", options->threads, "Pieces at a time; 0: every core")
      ->check(whole(0, kMostThreads))
      ->capture_default_str();
  command->callback([options] {
    if (options->models.empty()) options->models.emplace_back(kDefaultModel);
    for (fs::path& model : options->models) model = model_or_default(model);
    run_evaluate(*options);
  });
}

}  // namespace continuo::app
