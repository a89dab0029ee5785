// continuo bench: how fast this machine runs a model, beside what it could do at best.
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <optional>
#include <utility>

#include "bench_training.h"
#include "commands.h"
#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/base/format.h"
#include "continuo/base/parallel.h"
#include "continuo/base/random.h"
#include "continuo/engine/engine.h"
#include "continuo/generation/compose.h"
#include "continuo/generation/sampler.h"
#include "continuo/music/score.h"
#include "continuo/representation/sound.h"
#include "continuo/weights/work.h"
#include "continuo/workbench/roofline.h"
#include "options.h"
#include "terminal.h"

namespace continuo::app {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

struct BenchOptions {
  fs::path model;
  double seconds = 20;
  std::vector<std::string> precisions = {"fp32", "bf16", "int8"};
  std::string instruction_set = "best";
  std::vector<int> threads = {1, 2};
  std::vector<int> streams = {1, 4, 16};
  fs::path csv;
  bool training = false;
};

constexpr double kTurn = 0.03;  // seconds

/// A model and what its steps are worth in music.
struct RatedModel {
  std::string name;
  weights::ModelFile file;
  double steps_per_second = 0;  ///< of music; 0: unknown
  std::string unit = "symbols";
  std::string rate_origin{};  ///< where that figure comes from
};

/// What one thread steps.
struct Share {
  std::unique_ptr<engine::Stream> stream{};  ///< one
  std::unique_ptr<engine::Batch> batch{};    ///< or several
  std::vector<std::uint16_t> symbols{};
  std::vector<float> frame{};
  generation::Sampler sampler;
  Random random{};
};

/// One way of running a subject. Every turn steps all its streams for kTurn seconds, sampling included. One stream is
/// stepped by all threads, of several each thread steps its share.
struct Way {
  std::shared_ptr<const engine::Model> model;
  int threads = 1;
  int streams = 1;
  std::vector<Share> shares{};
  std::vector<double> times{};  ///< seconds a step of all streams, one for each turn
  workbench::Roofline roofline{};
};

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

double bytes_of(weights::Precision precision) {
  return precision == weights::Precision::kInt8 ? 1 : precision == weights::Precision::kBf16 ? 2 : 4;
}

/// Steps a second at the nearer of the two limits, all streams together. Each share reads all the weights.
double best_possible(const Way& way, double products) {
  const double reading = products * bytes_of(way.model->precision()) * static_cast<double>(way.shares.size()) /
                         way.roofline.bytes_per_second;
  const double calculating = products * way.streams / way.roofline.multiply_adds_per_second;
  return way.streams / std::max(reading, calculating);
}

weights::ModelFile random_model(const weights::NetworkSpec& spec) {
  weights::ModelContents contents{.network = spec, .metadata = {}, .tensors = {}};
  Random random(1);
  for (const weights::TensorSpec& tensor : weights::tensor_specs(spec)) {
    std::size_t count = 1;
    for (const auto size : tensor.shape) count *= static_cast<std::size_t>(size);
    const double fan_in =
        tensor.shape.size() > 1 ? static_cast<double>(count) / static_cast<double>(tensor.shape[0]) : 16;
    for (; count > 0; --count)
      contents.tensors[tensor.name].push_back(static_cast<float>(0.7 / std::sqrt(fan_in) * random.normal()));
  }
  return weights::ModelFile::parse(weights::serialise(contents));
}

std::vector<int> powers_of_two(int greatest) {
  std::vector<int> powers;
  for (int power = 1; power <= greatest; power *= 2) powers.push_back(power);
  return powers;
}

std::vector<RatedModel> built_in_subjects() {
  std::vector<RatedModel> subjects;
  const weights::WaveNetSpec sound{.residual_channels = 64,
                                   .skip_channels = 256,
                                   .head_channels = 256,
                                   .stacks = 3,
                                   .dilations = powers_of_two(512)};
  subjects.push_back({.name = "WaveNet of 30 layers on sound",
                      .file = random_model({256, 0, sound}),
                      .steps_per_second = 16'000,
                      .unit = "samples",
                      .rate_origin = "16,000 samples a second"});
  const weights::WaveNetSpec notes{.residual_channels = 128,
                                   .skip_channels = 256,
                                   .head_channels = 256,
                                   .stacks = 4,
                                   .dilations = powers_of_two(128)};
  subjects.push_back({.name = "WaveNet of 32 layers on remi",
                      .file = random_model({588, 0, notes}),
                      .steps_per_second = 29,
                      .unit = "symbols",
                      .rate_origin = "29 symbols a second, the mean of 499 pieces of classical music"});
  return subjects;
}

/// How many steps make a second of music: by definition for sound, from a piece that the model composes for scores.
void find_rate(RatedModel& subject, const fs::path& path) {
  const std::string& text = subject.file.metadata("continuo.representation");
  if (text.empty()) return;
  const auto spec = representation::spec_from_json(text);
  if (representation::reads_sound(spec.name)) {
    const auto sound = representation::make_sound(spec);
    subject.steps_per_second = static_cast<double>(sound->sample_rate()) / sound->hop();
    subject.unit = sound->steps() == representation::Steps::kFrames ? "frames" : "samples";
    subject.rate_origin = fmt::format("{:.0f} {} a second", subject.steps_per_second, subject.unit);
    return;
  }
  const auto composer = generation::Composer::load(path);
  const auto piece = generation::compose(composer, {.seconds = 30, .stop_at_end = false});
  if (const double length = duration_seconds(piece.score); length > 0) {
    subject.steps_per_second = static_cast<double>(piece.generated) / length;
    subject.rate_origin = fmt::format("{:.0f} symbols a second, as in what it composes", subject.steps_per_second);
  }
}

std::vector<Way> ways_of(const RatedModel& subject, const BenchOptions& options, engine::InstructionSet set) {
  const auto width = static_cast<std::size_t>(subject.file.network().vocabulary_size);
  std::vector<Way> ways;
  for (const std::string& precision : options.precisions)
    for (const int threads : options.threads) {
      if (threads > available_cores() && options.threads.size() > 1) continue;  // they would wait for each other
      const auto model_on = [&](int cores) {
        return engine::Model::create(
            subject.file, {.precision = weights::precision_from(precision), .instruction_set = set, .threads = cores});
      };
      const auto alone = model_on(threads);
      const auto shared = threads == 1 ? alone : model_on(1);
      for (const int streams : options.streams) {
        // One sequence whose steps do not split runs on one thread, whatever is asked for.
        if (streams == 1 && alone->threads() < threads && options.threads.size() > 1) continue;
        const auto& model = streams == 1 ? alone : shared;
        Way way{.model = model, .threads = streams == 1 ? model->threads() : threads, .streams = streams};
        const int shares = streams == 1 ? 1 : std::min(threads, streams);
        for (int i = 0; i < shares; ++i) {
          const int own = streams / shares + (i < streams % shares ? 1 : 0);
          Share share{.sampler = generation::Sampler({}, width), .random = Random(static_cast<std::uint64_t>(i))};
          share.symbols.assign(static_cast<std::size_t>(own), 0);
          share.frame.assign(std::max(width, static_cast<std::size_t>(model->spec().input_size())), 0.0F);
          if (streams == 1)
            share.stream = model->new_stream();
          else
            share.batch = model->new_batch(own);
          way.shares.push_back(std::move(share));
        }
        ways.push_back(std::move(way));
      }
    }
  return ways;
}

class Runner {
 public:
  explicit Runner(const RatedModel& subject)
      : frames_(subject.file.network().reads_frames()), products_(weights::multiply_adds(subject.file.network())) {}

  void take_turn(Way& way) const {
    if (products_) {
      const auto working_set = static_cast<std::size_t>(*products_ * bytes_of(way.model->precision()));
      const workbench::Roofline found =
          workbench::measure_roofline(way.model->instruction_set(), way.model->precision(), working_set, way.threads);
      way.roofline.bytes_per_second = std::max(way.roofline.bytes_per_second, found.bytes_per_second);
      way.roofline.multiply_adds_per_second =
          std::max(way.roofline.multiply_adds_per_second, found.multiply_adds_per_second);
    }
    std::vector<double> rates(way.shares.size());  // steps of a stream a second
    parallel_for(rates.size(), static_cast<int>(rates.size()), [&](std::size_t i) { rates[i] = rate(way.shares[i]); });
    way.times.push_back(way.streams / std::accumulate(rates.begin(), rates.end(), 0.0));
  }

 private:
  double rate(Share& share) const {
    const auto begun = Clock::now();
    double spent = 0;
    std::size_t steps = 0;
    while (spent < kTurn) {
      step(share);
      steps += share.symbols.size();
      spent = std::chrono::duration<double>(Clock::now() - begun).count();
    }
    return static_cast<double>(steps) / spent;
  }

  void step(Share& share) const {
    if (frames_ && share.stream != nullptr) {  // what comes out goes in
      std::ranges::copy(share.stream->step(std::span<const float>(share.frame)), share.frame.begin());
      return;
    }
    const std::span<const float> logits =
        share.stream != nullptr ? share.stream->step(share.symbols[0]) : share.batch->step(share.symbols);
    const std::size_t width = logits.size() / share.symbols.size();
    for (std::size_t i = 0; i < share.symbols.size(); ++i)
      share.symbols[i] = share.sampler.choose(logits.subspan(i * width, width), {}, share.random);
  }

  bool frames_;
  std::optional<double> products_;
};

void measure(const RatedModel& subject, std::vector<Way>& ways, double seconds) {
  const Runner runner(subject);
  const auto stop = interruption();
  const ProgressSink progress = terminal_progress();
  const auto begun = Clock::now();
  const auto total = static_cast<std::uint64_t>(seconds * 1000);
  const auto spent = [&] { return std::chrono::duration<double>(Clock::now() - begun).count(); };
  for (int turn = 0; turn < 3 || spent() < seconds; ++turn)
    for (Way& way : ways) {
      if (stop.stop_requested()) throw Interrupted("interrupted before the measuring was finished");
      runner.take_turn(way);
      progress({.task = "Measuring " + subject.name,
                .done = std::min(static_cast<std::uint64_t>(spent() * 1000), total - 1),
                .total = total,
                .unit = "ms"});
    }
  progress({.task = "Measuring " + subject.name, .done = total, .total = total, .unit = "ms"});
  for (Way& way : ways)  // the limits are those of the model, whatever the streams: the best of all turns counts
    for (const Way& other : ways)
      if (other.model == way.model && other.threads == way.threads) {
        way.roofline.bytes_per_second = std::max(way.roofline.bytes_per_second, other.roofline.bytes_per_second);
        way.roofline.multiply_adds_per_second =
            std::max(way.roofline.multiply_adds_per_second, other.roofline.multiply_adds_per_second);
      }
}

void print_live(const RatedModel& subject, const std::vector<Way>& ways) {
  const Way* best = nullptr;
  for (const Way& way : ways)
    if (way.streams == 1 && (best == nullptr || median(way.times) < median(best->times))) best = &way;
  if (best == nullptr) return;
  if (subject.steps_per_second == 0) {
    fmt::print("What a {} is worth in music is not known, so real time is not either.\n\n", subject.unit);
    return;
  }
  const double factor = 1 / (median(best->times) * subject.steps_per_second);
  fmt::print("This machine plays this model live: {}, {:.{}f} times real time ({}, {} thread{}; {}).\n\n",
             factor >= 1 ? "yes" : "no", factor, factor < 10 ? 2 : 0, weights::name(best->model->precision()),
             best->threads, best->threads == 1 ? "" : "s", subject.rate_origin);
}

/// The table at the terminal; the rows of the CSV are returned.
std::string report(const RatedModel& subject, const std::vector<Way>& ways) {
  const auto products = weights::multiply_adds(subject.file.network());
  const std::string rate = subject.unit + "/s";
  fmt::print("\n{}: {}, {} parameters, {}\n", subject.name, subject.file.network().name(),
             format_count(static_cast<std::uint64_t>(subject.file.parameter_count())),
             engine::name(ways.front().model->instruction_set()));
  fmt::print("{:<9} {:>7} {:>7} {:>11} {:>12} {:>10} {:>8} {:>9} {:>12} {:>8}\n", "precision", "threads", "streams",
             "us a step", rate, "real time", "GB/s", "GMAC/s", "at best/s", "reached");
  std::string rows;
  for (const Way& way : ways) {
    const double time = median(way.times);
    const double per_second = way.streams / time;
    const double factor = subject.steps_per_second > 0 ? per_second / subject.steps_per_second : 0;
    const double best = products ? best_possible(way, *products) : 0;
    const std::string_view precision = weights::name(way.model->precision());
    fmt::print("{:<9} {:>7} {:>7} {:>11.2f} {:>12.0f} {:>10} ", precision, way.threads, way.streams, time * 1e6,
               per_second, factor > 0 ? fmt::format("{:.2f}", factor) : "-");
    if (products)
      fmt::print("{:>8.1f} {:>9.1f} {:>12.0f} {:>6.0f} %\n", way.roofline.bytes_per_second * 1e-9,
                 way.roofline.multiply_adds_per_second * 1e-9, best, 100 * per_second / best);
    else
      fmt::print("{:>8} {:>9} {:>12} {:>8}\n", "-", "-", "-", "-");
    rows += fmt::format("\"{}\",{},{},{},{},{},{:.3f},{:.1f},{:.4f},{:.2f},{:.2f},{:.1f}\n", subject.name,
                        subject.file.network().name(), precision, engine::name(way.model->instruction_set()),
                        way.threads, way.streams, time * 1e6, per_second, factor, way.roofline.bytes_per_second * 1e-9,
                        way.roofline.multiply_adds_per_second * 1e-9, best);
  }
  if (ways.front().times.size() > 1)
    fmt::print("medians of {} turns, sampling included; real time is that of all streams together\n",
               ways.front().times.size());
  print_live(subject, ways);
  return rows;
}

void run_bench(const BenchOptions& options) {
  if (!options.csv.empty()) ensure_writable(options.csv);
  const engine::InstructionSet set = instruction_set_called(options.instruction_set);
  std::vector<RatedModel> subjects;
  if (options.model.empty()) {
    subjects = built_in_subjects();
  } else {
    // A name for a column of CSV and a line at the terminal.
    std::string name = options.model.filename().string();
    std::ranges::replace_if(
        name, [](unsigned char c) { return c < ' ' || c == '"' || c == 127; }, '?');
    subjects.push_back({.name = name, .file = weights::ModelFile::load(options.model)});
    find_rate(subjects.back(), options.model);
  }
  std::string csv =
      "model,network,precision,instruction_set,threads,streams,us_per_step,steps_per_second,real_time_factor,"
      "bandwidth_gb_per_second,peak_gmac_per_second,roofline_steps_per_second\n";
  for (const RatedModel& subject : subjects) {
    auto ways = ways_of(subject, options, set);
    measure(subject, ways, options.seconds / static_cast<double>(subjects.size()));
    csv += report(subject, ways);
  }
  fmt::print(
      "GB/s: this machine reads a working set of the weights' size; GMAC/s: it multiplies and adds on registers;\n"
      "at best/s: what these two allow; reached: how much of it. A quiet machine gives steadier figures.\n");
  if (!options.csv.empty()) {
    write_file_atomically(options.csv, csv);
    fmt::print("{}\n", options.csv.string());
  }
}

}  // namespace

void add_bench(CLI::App& app) {
  auto options = std::make_shared<BenchOptions>();
  auto* command = app.add_subcommand("bench", "Measure how fast this machine runs a model, beside what it could do");
  command->footer(
      "Without a model: a WaveNet of 30 layers on sound and one of 4 million weights on remi, with random weights.\n\n"
      "Examples:\n"
      "  continuo bench\n"
      "  continuo bench --model default\n"
#ifdef CONTINUO_WITH_TRAINING
      "  continuo bench --training --precision fp32,bf16\n"
#endif
      "  continuo bench --model M --precision int8 --threads 1 --streams 1,4,16,64 --csv int8.csv\n"
      "  continuo bench --instruction-set scalar --precision fp32 --seconds 5");
  command
      ->add_option("-m,--model", options->model,
                   "Model file (.safetensors); 'default': the one that comes with Continuo")
      ->type_name("FILE");
  command->add_option("--seconds", options->seconds, "Length of the measuring")
      ->check(number(0.01, 86'400))
      ->capture_default_str();
  command->add_option("--precision", options->precisions, "fp32, bf16, int8, or several")
      ->delimiter(',')
      ->check(one_of({"fp32", "bf16", "int8"}))
      ->capture_default_str();
  command
      ->add_option("--instruction-set", options->instruction_set,
                   "best, scalar, avx2, avx-vnni, avx512, amx, neon or neon-dot")
      ->capture_default_str();
  command
      ->add_option("--threads", options->threads,
                   "Threads, 1 or 2, or both: the second helps with each step of a WaveNet, or takes half of several "
                   "sequences")
      ->delimiter(',')
      ->check(whole(1, 2))
      ->capture_default_str();
  command->add_option("--streams", options->streams, "Sequences that are stepped together, one number or several")
      ->delimiter(',')
      ->check(whole(1, 4096))
      ->capture_default_str();
#ifdef CONTINUO_WITH_TRAINING
  command->add_flag("--training", options->training,
                    "Measure how fast it learns instead, beside the speed of matrix products");
#endif
  command->add_option("--csv", options->csv, "Also write the figures to this file")->type_name("FILE");
  command->callback([options] {
    if (!options->model.empty()) options->model = model_or_default(options->model);
#ifdef CONTINUO_WITH_TRAINING
    if (options->training) {
      if (!options->csv.empty()) ensure_writable(options->csv);
      return bench_training({.model = options->model,
                             .precisions = options->precisions,
                             .threads = options->threads,
                             .seconds = options->seconds,
                             .csv = options->csv});
    }
#endif
    run_bench(*options);
  });
}

}  // namespace continuo::app
