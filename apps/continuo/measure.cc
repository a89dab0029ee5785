// continuo measure: what the pieces of a collection are like, in numbers that others use, too.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>

#include "commands.h"
#include "continuo/base/check_outputs.h"
#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/base/format.h"
#include "continuo/evaluation/statistics.h"
#include "continuo/evaluation/survey.h"
#include "continuo/workbench/options.h"
#include "left_out.h"
#include "option_list.h"
#include "options.h"
#include "terminal.h"

namespace continuo::app {
namespace {

namespace fs = std::filesystem;

struct MeasureOptions {
  std::vector<fs::path> names;
  fs::path table;
  workbench::PieceSetOptions set;
  evaluation::MeasureOptions measure;
};

std::string cell(double value) { return std::isfinite(value) ? fmt::format("{:.4g}", value) : "-"; }

void print_measures(const evaluation::Survey& survey) {
  fmt::print("  {:<22} {:<9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>7}\n", "", "unit", "mean", "sd", "least",
             "a quarter", "median", "3/4", "greatest", "pieces");
  std::string_view group;
  const auto infos = evaluation::measures();
  for (std::size_t i = 0; i < infos.size(); ++i) {
    const auto& info = infos[i];
    if (group != info.group) fmt::print("{}\n", info.group);
    group = info.group;
    std::vector<double> values = survey.values(static_cast<evaluation::Measure>(i));
    const auto summary = evaluation::summarise(values);
    std::erase_if(values, [](double value) { return !std::isfinite(value); });
    std::sort(values.begin(), values.end());
    fmt::print("  {:<22} {:<9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>7}\n", info.name, info.unit,
               cell(summary.mean), cell(summary.deviation), cell(summary.low), cell(evaluation::quantile(values, 0.25)),
               cell(summary.median), cell(evaluation::quantile(values, 0.75)), cell(summary.high),
               format_count(summary.count));
  }
}

void write_table(const fs::path& path, const evaluation::Survey& survey) {
  std::string text = "piece";
  for (const auto& info : evaluation::measures()) text += fmt::format(",{}", info.name);
  text += '\n';
  for (const auto& piece : survey.pieces) {
    text += csv_field(piece.name);
    for (const double value : piece.values) text += "," + csv_number(value);
    text += '\n';
  }
  write_file_atomically(path, text);
}

void run_measure(const MeasureOptions& options) {
  check_outputs({options.table}, options.names);
  const workbench::PieceSet set =
      workbench::open_piece_set(options.names, options.set, terminal_progress(), interruption());
  const auto survey =
      evaluation::survey(workbench::sources_of(set), {.measure = options.measure, .threads = options.set.threads},
                         terminal_progress(), interruption());
  auto left_out = set.left_out;
  left_out.insert(left_out.end(), survey.left_out.begin(), survey.left_out.end());
  print_left_out(left_out);
  if (survey.pieces.empty())
    throw Error({.message = "there is no piece to measure",
                 .hint = "Give MIDI files, or folders of them.",
                 .code = ErrorCode::kEmpty});
  fmt::print("{} {}\n", format_count(survey.pieces.size()), survey.pieces.size() == 1 ? "piece" : "pieces");
  print_measures(survey);
  if (!options.table.empty()) {
    write_table(options.table, survey);
    fmt::print("Every piece in a table: {}\n", options.table.string());
  }
}

}  // namespace

void add_measure(CLI::App& app) {
  auto options = std::make_shared<MeasureOptions>();
  auto* command = app.add_subcommand("measure", "Measure the pieces of a collection: pitches, polyphony, rhythm, form");
  command->footer(
      "MusPy's measures with MusPy's definitions, and a few more; docs/evaluation.md has the formulas. Files that "
      "cannot\n"
      "be read are said and left out. 'sd' is the standard deviation over pieces; the last column counts those for "
      "which\n"
      "a measure is defined.\n"
      "Examples:\n"
      "  continuo measure FOLDER\n"
      "  continuo measure FOLDER --csv pieces.csv\n"
      "      also each piece's values, empty where a measure is not defined\n"
      "  continuo measure new-1.mid new-2.mid composed/ --resolution 0\n"
      "      in the files' own ticks, as MusPy takes a file that it has just read");
  command->add_option("names", options->names, "MIDI files, and folders of them")->required()->type_name("FOLDER|FILE");
  command->add_option("--csv", options->table, "Table of every piece")->type_name("FILE");
  add_options(*command, workbench::options_of(options->measure));
  add_options(*command, workbench::options_of(options->set));
  command->callback([options] { run_measure(*options); });
}

}  // namespace continuo::app
