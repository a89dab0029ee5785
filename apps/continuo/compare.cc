// continuo compare: how far generated music is from real music, in numbers, curves and sounds.
#include "continuo/workbench/compare.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "commands.h"
#include "continuo/base/check_outputs.h"
#include "continuo/base/error.h"
#include "continuo/base/format.h"
#include "continuo/workbench/options.h"
#include "continuo/workbench/outputs.h"
#include "continuo/workbench/page_media.h"
#include "left_out.h"
#include "option_list.h"
#include "options.h"
#include "terminal.h"

namespace continuo::app {
namespace {

namespace fs = std::filesystem;
using evaluation::FeatureComparison;

void print_table(const std::string& head, const std::vector<FeatureComparison>& comparisons) {
  fmt::print("{:<30} {:>19} {:>19} {:>9} {:>9} {:>9} {:>7} {:>7}\n", head, "real", "generated", "within r.",
             "within g.", "between", "overlap", "KL");
  for (const auto& one : comparisons) {
    const auto mean = [](double value, double deviation) {
      return format_significant(value) + (std::isfinite(deviation) ? " (" + format_significant(deviation) + ")" : "");
    };
    fmt::print("  {:<28} {:>19} {:>19} {:>9} {:>9} {:>9} {:>7} {:>7}\n", one.name, mean(one.mean_a, one.deviation_a),
               mean(one.mean_b, one.deviation_b), format_significant(one.intra_a), format_significant(one.intra_b),
               format_significant(one.inter), format_decimals(one.overlap_b, 3), format_decimals(one.kl_b, 3));
  }
}

void run_compare(workbench::CompareOptions options, const std::vector<fs::path>& asked) {
  const auto outputs = workbench::named_outputs(asked, {workbench::OutputKind::kPage, workbench::OutputKind::kTable});
  check_outputs(outputs, {options.real, options.generated, options.model, options.soundfont});
  if (std::ranges::none_of(outputs, workbench::is_page)) options.heard = 0;
  options.on_left_out = print_left_out;
  const auto report = workbench::compare(options, terminal_progress(), interruption());

  fmt::print("Real: {}\nGenerated: {}\n\n", report.real.origin, report.generated.origin);
  print_table("Features (Yang and Lerch 2018)", report.features);
  fmt::print("Mean overlapping area of these: {}\n\n",
             format_decimals(evaluation::mean_overlapping_area(report.features), 3));
  print_table("Measures", report.measures);
  fmt::print("{}\n", workbench::frechet_sentence(report));
  for (const fs::path& path : outputs) {
    if (workbench::is_table(path)) {
      workbench::write_compare_table(path, report);
    } else {
      workbench::write_compare_page(path, report);
    }
    fmt::print("{}\n", path.string());
  }
}

}  // namespace

void add_compare(CLI::App& app) {
  struct Options : workbench::CompareOptions {
    std::vector<fs::path> outputs;
  };
  auto options = std::make_shared<Options>();
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
  command->add_option("-o,--output", options->outputs, "File to write: .html or .csv; repeat for both")
      ->type_name("FILE");
  add_options(*command, workbench::options_of(*options));
  command->callback([options] {
    if (!options->model.empty() && options->generated.empty()) options->model = model_or_default(options->model);
    run_compare(*options, options->outputs);
  });
}

}  // namespace continuo::app
