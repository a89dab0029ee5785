// continuo quantize: the same model in fewer bytes, and what that costs in held-out bits per symbol.
#include <fmt/core.h>

#include <filesystem>
#include <optional>

#include "commands.h"
#include "continuo/base/check_outputs.h"
#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/base/format.h"
#include "continuo/engine/engine.h"
#include "continuo/evaluation/known_passages.h"
#include "continuo/generation/sampling_settings.h"
#include "continuo/workbench/held_out.h"
#include "continuo/workbench/quantize.h"
#include "options.h"
#include "terminal.h"

namespace continuo::app {
namespace {

namespace fs = std::filesystem;

struct QuantizeOptions {
  fs::path model;
  fs::path output;
  std::string precision = "int8";
  std::string temperature;  ///< to be kept in the file; empty: as it is
  fs::path data;
  std::uint64_t symbols = 200'000;
  int threads = 0;
  bool overwrite = false;
};

void compare_on_frames(const engine::Model& model, const engine::Model& quantised) {
  fmt::print("on {} frames that the model composed, outputs differ by {:.2f} % of their root mean square\n",
             format_count(workbench::kComposedSteps), 100 * workbench::frame_difference(model, quantised));
}

void compare_on_composed(const engine::Model& model, const engine::Model& quantised, std::string_view precision) {
  const auto symbols = workbench::composed_sequence(model);
  const auto apart = evaluation::divergence(model, quantised, {symbols, 0});
  fmt::print("on {} symbols that the model composed:\n", format_count(apart.steps));
  fmt::print("  {} costs    {:.4f} bits per symbol (Kullback-Leibler)\n", precision, apart.bits);
  fmt::print("  logits differ by {:.4f} in the root mean square, {:.4f} at most\n", apart.root_mean, apart.greatest);
  fmt::print("Give --data for the loss on held-out music.\n");
}

void compare_on_data(const QuantizeOptions& options, const corpus::Dataset& dataset, const engine::Model& model,
                     const engine::Model& quantised) {
  const auto progress = terminal_progress();
  const auto sequences = workbench::held_out(dataset, options.symbols);
  const engine::Model* const models[] = {&model, &quantised};
  const auto found = evaluation::likelihood(models, sequences, options.threads, progress, interruption());
  fmt::print("held out: {} pieces, {} symbols predicted\n", format_count(sequences.size()),
             format_count(found[0].symbols));
  fmt::print("  fp32       {:.4f} bits per symbol\n", found[0].bits);
  fmt::print("  {}       {:.4f} bits per symbol, a difference of {:+.5f}\n", options.precision, found[1].bits,
             found[1].bits - found[0].bits);
}

void run_quantize(QuantizeOptions& options) {
  const auto precision = weights::precision_from(options.precision).value();
  if (options.output.empty()) {
    options.output = options.model.parent_path() /
                     fmt::format("{}-{}.safetensors", options.model.stem().string(), options.precision);
  }
  check_outputs({options.output, evaluation::passage_filter_of(options.output)},
                {options.model, evaluation::passage_filter_of(options.model), options.data});
  const auto file = weights::ModelFile::load(options.model);
  if (file.precision() != weights::Precision::kFp32) {
    throw Error({.message = fmt::format("is stored in {} already", weights::name(file.precision())),
                 .path = options.model.string(),
                 .hint = "Quantise the fp32 model that it was made from.",
                 .code = ErrorCode::kInvalidArgument});
  }
  if (file.network().is_counted()) {
    throw Error({.message = "is a network of counts, which are whole numbers that must stay as they are",
                 .path = options.model.string(),
                 .code = ErrorCode::kUnsupported});
  }
  if (file.network().reads_frames() && !options.data.empty()) {
    throw Error({.message = "is a network over frames, and the loss can be measured of symbols only",
                 .path = options.model.string(),
                 .hint = "Leave --data out.",
                 .code = ErrorCode::kUnsupported});
  }
  std::map<std::string, std::string> metadata;
  if (!options.temperature.empty()) {
    auto sampling = generation::sampling_of(file);
    generation::set_temperatures(sampling, options.temperature);
    metadata[weights::kSamplingKey] = generation::to_json(sampling);
  }
  const std::vector<std::uint8_t> bytes = workbench::quantised(file, precision, metadata);
  if (!options.overwrite && fs::is_regular_file(options.output) && read_file(options.output) != bytes) {
    throw Error({.message = "is there already, and is another file than this model makes",
                 .path = options.output.string(),
                 .hint = "Give another name with -o, or replace it with --overwrite.",
                 .code = ErrorCode::kWouldOverwrite});
  }
  std::optional<corpus::Dataset> dataset;
  if (!options.data.empty()) {
    dataset = workbench::data_of(file, options.data, terminal_progress(), interruption());
    static_cast<void>(workbench::held_out(*dataset, options.symbols));  // throws where nothing is
  }
  const auto quantised_file = weights::ModelFile::parse(bytes, options.output.string());
  const auto model = engine::Model::create(file);
  const auto quantised = engine::Model::create(quantised_file);

  const auto before = static_cast<double>(fs::file_size(options.model));
  const auto after = static_cast<double>(bytes.size());
  fmt::print("{}: {}, {} parameters, {:.2f} MB in fp32\n", options.model.string(), file.network().name(),
             format_count(static_cast<std::uint64_t>(file.parameter_count())), before * 1e-6);
  write_file_atomically(options.output, bytes);
  fmt::print("{}: {:.2f} MB in {}, {:.0f} % of it\n", options.output.string(), after * 1e-6, options.precision,
             100 * after / before);
  if (const fs::path filter = evaluation::passage_filter_of(options.model); fs::exists(filter)) {
    const fs::path copy = evaluation::passage_filter_of(options.output);
    write_file_atomically(copy, read_file(filter));
    fmt::print("{}: what it does not repeat, as of {}\n", copy.string(), filter.string());
  }
  if (file.network().reads_frames()) {
    compare_on_frames(*model, *quantised);
  } else if (!dataset) {
    compare_on_composed(*model, *quantised, options.precision);
  } else {
    compare_on_data(options, *dataset, *model, *quantised);
  }
}

}  // namespace

void add_quantize(CLI::App& app) {
  auto options = std::make_shared<QuantizeOptions>();
  auto* command = app.add_subcommand("quantize", "Store a model in fewer bytes, and say what that costs");
  command->footer(
      "int8 keeps the matrices as whole numbers with a scale for each row, bf16 as the upper half of each float;\n"
      "biases stay fp32. docs/model-file.md has the details.\n\n"
      "Examples:\n"
      "  continuo quantize trained/best.safetensors\n"
      "      writes trained/best-int8.safetensors, says how far its predictions are from the original's\n"
      "  continuo quantize trained/best.safetensors --data FOLDER\n"
      "      the same with the loss of both on the held-out pieces of the folder that it was trained on\n"
      "  continuo quantize trained/best.safetensors -o small.safetensors --precision bf16 --symbols 0\n"
      "  continuo compose --model trained/best-int8.safetensors -o new");
  command->add_option("model", options->model, "Model file (.safetensors) in fp32")->required()->type_name("MODEL");
  command->add_option("-o,--output", options->output, "File to write (default: MODEL-int8.safetensors beside MODEL)")
      ->type_name("FILE");
  command
      ->add_option(
          "--temperature", options->temperature,
          "How the model is sampled unless the user says otherwise: a number, kinds of symbols with theirs, or "
          "both, as in 1,pitch=0.8; kept in the file")
      ->type_name("NUMBER|KIND=NUMBER,...");
  command->add_option("--precision", options->precision, "int8 or bf16")
      ->transform(one_of({"int8", "bf16"}))
      ->capture_default_str();
  command
      ->add_option("--data", options->data,
                   "The folder that the model was trained on, or its .dataset file: the loss is measured on the "
                   "pieces that were held out")
      ->check(CLI::ExistingPath)
      ->type_name("PATH");
  command
      ->add_option("--symbols", options->symbols,
                   "Measure about so many held-out symbols, as many of each piece; 0: all")
      ->check(whole(0, 1'000'000'000'000))
      ->capture_default_str();
  command->add_option("--threads", options->threads, "Threads of the measuring; 0: every core")
      ->check(whole(0, kMaxThreads))
      ->capture_default_str();
  command->add_flag("--overwrite", options->overwrite, "Replace the file if it is there already");
  command->callback([options] { run_quantize(*options); });
}

}  // namespace continuo::app
