// Steps models in turns, so that a machine that slows down does so for all of them.
#include "continuo/workbench/bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <span>
#include <utility>

#include "continuo/base/error.h"
#include "continuo/base/parallel.h"
#include "continuo/base/random.h"
#include "continuo/generation/compose.h"
#include "continuo/generation/sampler.h"
#include "continuo/music/score.h"
#include "continuo/representation/sound.h"
#include "continuo/weights/work.h"

namespace continuo::workbench {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr double kTurn = 0.03;  // seconds

/// What one thread steps.
struct WorkerSlice {
  std::unique_ptr<engine::Stream> stream{};  ///< one
  std::unique_ptr<engine::Batch> batch{};    ///< or several
  std::vector<std::uint16_t> symbols{};
  std::vector<float> frame{};
  generation::Sampler sampler;
  Random random{};
};

/// One combination of precision, threads and streams. Every turn steps all its streams for kTurn seconds, sampling
/// included.
struct BenchRun {
  std::shared_ptr<const engine::Model> model;
  int threads = 1;
  int streams = 1;
  std::vector<WorkerSlice> slices{};
  std::vector<double> times{};  ///< seconds a step of all streams, one for each turn
  Roofline roofline{};
};

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

double bytes_of(weights::Precision precision) {
  return precision == weights::Precision::kInt8 ? 1 : precision == weights::Precision::kBf16 ? 2 : 4;
}

/// Steps a second at the nearer of the two limits, all streams together. Each slice reads all the weights.
double best_possible(const BenchRun& run, double products) {
  const double reading = products * bytes_of(run.model->precision()) * static_cast<double>(run.slices.size()) /
                         run.roofline.bytes_per_second;
  const double calculating = products * run.streams / run.roofline.multiply_adds_per_second;
  return run.streams / std::max(reading, calculating);
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

/// How many steps make a second of music: by definition for sound, from a piece that the model composes for scores.
void find_rate(RatedModel& rated, const fs::path& path) {
  const std::string& text = rated.file.metadata(weights::kRepresentationKey);
  if (text.empty()) return;
  const auto spec = representation::spec_from_json(text);
  if (representation::reads_sound(spec.name)) {
    const auto sound = representation::make_sound(spec);
    rated.steps_per_second = static_cast<double>(sound->sample_rate()) / sound->hop();
    rated.unit = sound->steps() == representation::Steps::kFrames ? "frames" : "samples";
    rated.rate_origin = fmt::format("{:.0f} {} a second", rated.steps_per_second, rated.unit);
    return;
  }
  const auto composer = loaded::LoadedModel::load(path);
  const auto piece = generation::compose(composer, {.seconds = 30, .stop_at_end = false});
  if (const double length = duration_seconds(piece.score); length > 0) {
    rated.steps_per_second = static_cast<double>(piece.generated) / length;
    rated.rate_origin = fmt::format("{:.0f} symbols a second, as in what it composes", rated.steps_per_second);
  }
}

std::vector<BenchRun> runs_of(const RatedModel& rated, const BenchOptions& options) {
  const auto width = static_cast<std::size_t>(rated.file.network().vocabulary_size);
  std::vector<BenchRun> runs;
  for (const weights::Precision precision : options.precisions)
    for (const int threads : options.threads) {
      if (threads > available_cores() && options.threads.size() > 1) continue;  // they would wait for each other
      const auto model_on = [&](int cores) {
        return engine::Model::create(
            rated.file, {.precision = precision, .instruction_set = options.instruction_set, .threads = cores});
      };
      const auto alone = model_on(threads);
      const auto shared = threads == 1 ? alone : model_on(1);
      for (const int streams : options.streams) {
        // One sequence whose steps do not split runs on one thread, whatever is asked for.
        if (streams == 1 && alone->threads() < threads && options.threads.size() > 1) continue;
        const auto& model = streams == 1 ? alone : shared;
        BenchRun run{.model = model, .threads = streams == 1 ? model->threads() : threads, .streams = streams};
        const int slices = streams == 1 ? 1 : std::min(threads, streams);
        for (int i = 0; i < slices; ++i) {
          const int own = streams / slices + (i < streams % slices ? 1 : 0);
          WorkerSlice slice{.sampler = generation::Sampler({}, width), .random = Random(static_cast<std::uint64_t>(i))};
          slice.symbols.assign(static_cast<std::size_t>(own), 0);
          slice.frame.assign(std::max(width, static_cast<std::size_t>(model->spec().input_size())), 0.0F);
          if (streams == 1)
            slice.stream = model->new_stream();
          else
            slice.batch = model->new_batch(own);
          run.slices.push_back(std::move(slice));
        }
        runs.push_back(std::move(run));
      }
    }
  return runs;
}

class Runner {
 public:
  explicit Runner(const RatedModel& rated)
      : frames_(rated.file.network().reads_frames()), products_(weights::multiply_adds(rated.file.network())) {}

  void take_turn(BenchRun& run) const {
    if (products_) {
      const auto working_set = static_cast<std::size_t>(*products_ * bytes_of(run.model->precision()));
      const Roofline found =
          measure_roofline(run.model->instruction_set(), run.model->precision(), working_set, run.threads);
      run.roofline.bytes_per_second = std::max(run.roofline.bytes_per_second, found.bytes_per_second);
      run.roofline.multiply_adds_per_second =
          std::max(run.roofline.multiply_adds_per_second, found.multiply_adds_per_second);
    }
    std::vector<double> rates(run.slices.size());  // steps of a stream a second
    parallel_for(rates.size(), static_cast<int>(rates.size()), [&](std::size_t i) { rates[i] = rate(run.slices[i]); });
    run.times.push_back(run.streams / std::accumulate(rates.begin(), rates.end(), 0.0));
  }

 private:
  double rate(WorkerSlice& slice) const {
    const auto begun = Clock::now();
    double spent = 0;
    std::size_t steps = 0;
    while (spent < kTurn) {
      step(slice);
      steps += slice.symbols.size();
      spent = std::chrono::duration<double>(Clock::now() - begun).count();
    }
    return static_cast<double>(steps) / spent;
  }

  void step(WorkerSlice& slice) const {
    if (frames_ && slice.stream != nullptr) {  // what comes out goes in
      std::ranges::copy(slice.stream->step(std::span<const float>(slice.frame)), slice.frame.begin());
      return;
    }
    const std::span<const float> logits =
        slice.stream != nullptr ? slice.stream->step(slice.symbols[0]) : slice.batch->step(slice.symbols);
    const std::size_t width = logits.size() / slice.symbols.size();
    for (std::size_t i = 0; i < slice.symbols.size(); ++i)
      slice.symbols[i] = slice.sampler.choose(logits.subspan(i * width, width), {}, slice.random);
  }

  bool frames_;
  std::optional<double> products_;
};

void measure(const RatedModel& rated, std::vector<BenchRun>& runs, double seconds, const ProgressSink& sink,
             const std::stop_token& stop) {
  const Runner runner(rated);
  const auto progress = [&](const Progress& now) {
    if (sink) sink(now);
  };
  const auto begun = Clock::now();
  const auto total = static_cast<std::uint64_t>(seconds * 1000);
  const auto spent = [&] { return std::chrono::duration<double>(Clock::now() - begun).count(); };
  for (int turn = 0; turn < 3 || spent() < seconds; ++turn)
    for (BenchRun& run : runs) {
      if (stop.stop_requested()) throw Interrupted("interrupted before the measuring was finished");
      runner.take_turn(run);
      progress({.task = "Measuring " + rated.name,
                .done = std::min(static_cast<std::uint64_t>(spent() * 1000), total - 1),
                .total = total,
                .unit = "ms"});
    }
  progress({.task = "Measuring " + rated.name, .done = total, .total = total, .unit = "ms"});
  for (BenchRun& run : runs)  // the limits are those of the model, whatever the streams: the best of all turns counts
    for (const BenchRun& other : runs)
      if (other.model == run.model && other.threads == run.threads) {
        run.roofline.bytes_per_second = std::max(run.roofline.bytes_per_second, other.roofline.bytes_per_second);
        run.roofline.multiply_adds_per_second =
            std::max(run.roofline.multiply_adds_per_second, other.roofline.multiply_adds_per_second);
      }
}

}  // namespace

std::vector<RatedModel> built_in_models() {
  std::vector<RatedModel> models;
  const weights::WaveNetSpec sound{.residual_channels = 64,
                                   .skip_channels = 256,
                                   .head_channels = 256,
                                   .stacks = 3,
                                   .dilations = powers_of_two(512)};
  models.push_back({.name = "WaveNet of 30 layers on sound",
                    .file = random_model({256, 0, sound}),
                    .steps_per_second = 16'000,
                    .unit = "samples",
                    .rate_origin = "16,000 samples a second"});
  const weights::WaveNetSpec notes{.residual_channels = 128,
                                   .skip_channels = 256,
                                   .head_channels = 256,
                                   .stacks = 4,
                                   .dilations = powers_of_two(128)};
  models.push_back({.name = "WaveNet of 32 layers on remi",
                    .file = random_model({588, 0, notes}),
                    .steps_per_second = 29,
                    .unit = "symbols",
                    .rate_origin = "29 symbols a second, the mean of 499 pieces of classical music"});
  return models;
}

RatedModel rated_model(std::string name, const fs::path& path) {
  RatedModel rated{.name = std::move(name), .file = weights::ModelFile::load(path)};
  find_rate(rated, path);
  return rated;
}

std::vector<BenchResult> bench(const RatedModel& model, const BenchOptions& options, const ProgressSink& progress,
                               const std::stop_token& stop) {
  auto runs = runs_of(model, options);
  measure(model, runs, options.seconds, progress, stop);
  const auto products = weights::multiply_adds(model.file.network());
  std::vector<BenchResult> results;
  for (const BenchRun& run : runs) {
    results.push_back({.precision = run.model->precision(),
                       .instruction_set = run.model->instruction_set(),
                       .threads = run.threads,
                       .streams = run.streams,
                       .seconds_per_step = median(run.times),
                       .turns = run.times.size(),
                       .roofline = run.roofline});
    if (products) results.back().best_possible = best_possible(run, *products);
  }
  return results;
}

}  // namespace continuo::workbench
