// continuo evaluate: what models make of pieces that they were not trained on, side by side.
#include "continuo/workbench/evaluate.h"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <string>

#include "commands.h"
#include "continuo/base/check_outputs.h"
#include "continuo/base/error.h"
#include "continuo/base/format.h"
#include "continuo/workbench/options.h"
#include "continuo/workbench/outputs.h"
#include "option_list.h"
#include "options.h"
#include "terminal.h"

namespace continuo::app {
namespace {

namespace fs = std::filesystem;
using workbench::Evaluation;
using workbench::kLikelihoods;
using workbench::Likelihood;

struct Options : workbench::EvaluateOptions {
  std::vector<fs::path> outputs;
};

void print(const Evaluation& evaluation) {
  std::size_t width = 20;
  for (const auto& row : evaluation.rows) width = std::max(width, row.name.size() + row.representation.size() + 3);
  fmt::print("{}; below each figure the 95 % interval over pieces\n{:<{}}", evaluation.heading(), "", width);
  for (const Likelihood measure : kLikelihoods) fmt::print("  {:>16}", workbench::name(measure));
  fmt::print("\n");
  for (std::size_t r = 0; r < evaluation.rows.size(); ++r) {
    const auto& row = evaluation.rows[r];
    std::string second = fmt::format("{:<{}}", "", width);
    fmt::print("{:<{}}", row.name + " (" + row.representation + ")", width);
    for (const Likelihood measure : kLikelihoods) {
      const int digits = workbench::digits(measure);
      const auto found = evaluation.figure(r, measure);
      fmt::print("  {:>16}", found ? format_decimals(found->value, digits) : "-");
      second += fmt::format("  {:>16}", found ? workbench::between(found->interval, digits) : "");
    }
    fmt::print("\n{}\n", second);
  }
  for (const std::string& text : evaluation.differences_in_words()) fmt::print("{}\n", text);
  for (const std::string& text : evaluation.remarks()) fmt::print("{}\n", text);
}

void run_evaluate(const Options& options) {
  const auto outputs =
      workbench::named_outputs(options.outputs, {workbench::OutputKind::kTable, workbench::OutputKind::kPage});
  std::vector<fs::path> inputs = options.models;
  inputs.push_back(options.data);
  check_outputs(outputs, inputs);
  const Evaluation evaluation = workbench::evaluate(options, terminal_progress(), interruption());
  print(evaluation);
  for (const fs::path& path : outputs) {
    if (workbench::is_table(path)) {
      workbench::write_evaluation_table(path, evaluation);
    } else {
      workbench::write_evaluation_page(path, evaluation);
    }
    fmt::print("{}\n", path.string());
  }
}

}  // namespace

void add_evaluate(CLI::App& app) {
  auto options = std::make_shared<Options>();
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
  add_options(*command, workbench::options_of(*options));
  command->callback([options] {
    if (options->models.empty()) options->models.emplace_back(kDefaultModel);
    for (fs::path& model : options->models) model = model_or_default(model);
    run_evaluate(*options);
  });
}

}  // namespace continuo::app
