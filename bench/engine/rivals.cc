// engine_rivals [SECONDS]: the full-size WaveNet in the engine and in libtorch, turn by turn in one process, after
// their logits were found to agree. Sampling is included. Figures are medians over the turns.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "continuo/base/error.h"
#include "continuo/base/parallel.h"
#include "continuo/base/random.h"
#include "continuo/engine/engine.h"
#include "continuo/generation/sampler.h"
#include "wavenet_rivals.h"

namespace {

using namespace continuo;
using Clock = std::chrono::steady_clock;
using Step = std::function<std::span<const float>(std::uint16_t)>;

constexpr double kTolerance = 1e-4;
constexpr int kSampleRate = 16'000;

/// 30 layers: 3 stacks of dilations 1 to 512, 64 residual, 256 skip and head channels, 256 classes.
weights::ModelFile full_size_model() {
  weights::WaveNetSpec wavenet{.residual_channels = 64, .skip_channels = 256, .head_channels = 256, .stacks = 3};
  wavenet.dilations.clear();
  for (int dilation = 1; dilation <= 512; dilation *= 2) wavenet.dilations.push_back(dilation);
  weights::ModelContents contents{.network = {256, 0, wavenet}, .metadata = {}, .tensors = {}};
  Random random(1);
  for (const weights::TensorSpec& tensor : weights::tensor_specs(contents.network)) {
    std::size_t count = 1;
    for (const auto size : tensor.shape) count *= static_cast<std::size_t>(size);
    const double fan_in =
        tensor.shape.size() > 1 ? static_cast<double>(count) / static_cast<double>(tensor.shape[0]) : 16;
    for (; count > 0; --count)
      contents.tensors[tensor.name].push_back(static_cast<float>(0.7 / std::sqrt(fan_in) * random.normal()));
  }
  return weights::ModelFile::parse(weights::serialise(contents));
}

std::vector<std::uint16_t> random_symbols(std::size_t count) {
  Random random(2);
  std::vector<std::uint16_t> symbols(count);
  for (auto& symbol : symbols) symbol = static_cast<std::uint16_t>(random.below(256));
  return symbols;
}

double difference(std::span<const float> a, std::span<const float> b) {
  double greatest = a.size() == b.size() ? 0 : INFINITY;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    greatest = std::max(greatest, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
  return greatest;
}

/// The greatest difference of logits: from the start, and beyond the receptive field.
void check_parity(const weights::ModelFile& file, bench::Layout layout) {
  const auto stream = engine::Model::create(file, {.precision = engine::Precision::kFp32})->new_stream();
  const auto cached = bench::cached_taps(file, layout);
  const auto recomputing = bench::recomputing(file);
  const auto symbols = random_symbols(static_cast<std::size_t>(file.network().receptive_field()) + 100);
  double cached_off = 0, recomputing_off = 0, deviation = 0;
  for (std::size_t t = 0; t < symbols.size(); ++t) {
    const std::span<const float> logits = stream->step(symbols[t]);
    cached_off = std::max(cached_off, difference(cached->step(symbols[t]), logits));
    if (t < 20 || t + 3 > symbols.size())
      recomputing_off = std::max(recomputing_off, difference(recomputing->step(symbols[t]), logits));
    else
      recomputing->prime({&symbols[t], 1});
    for (const float logit : logits) deviation = std::max(deviation, std::abs(static_cast<double>(logit)));
  }
  std::printf("logits reach %.2f; off by at most %.1e (cached taps) and %.1e (recomputing)\n", deviation, cached_off,
              recomputing_off);
  if (cached_off > kTolerance || recomputing_off > kTolerance || deviation < 0.1)
    throw Error(ErrorCode::kMismatch, "the contenders do not calculate the same, so their times say nothing");
}

struct Contender {
  std::string name;
  Step step;
  int threads = 1;              ///< of libtorch, while it has its turn
  std::vector<double> times{};  ///< seconds a sample, one for each turn
  std::uint16_t symbol = 128;

  double median() const {
    std::vector<double> sorted = times;
    std::ranges::sort(sorted);
    return sorted[sorted.size() / 2];
  }
};

/// Draws symbol after symbol for about `seconds`, at least one.
void take_turn(Contender& contender, double seconds, Random& random) {
  static generation::Sampler sampler({.top_p = 1}, 256);
  bench::set_threads(contender.threads);
  const auto begun = Clock::now();
  double spent = 0;
  int steps = 0;
  do {
    contender.symbol = sampler.choose(contender.step(contender.symbol), {}, random);
    ++steps;
    spent = std::chrono::duration<double>(Clock::now() - begun).count();
  } while (spent < seconds);
  contender.times.push_back(spent / steps);
}

/// The fastest way of several to set one contender up, by short turns in alternation.
Contender best_of(std::vector<Contender> candidates, Random& random) {
  for (int turn = 0; turn < 5; ++turn)
    for (Contender& candidate : candidates) take_turn(candidate, 0.1, random);
  auto best = std::ranges::min_element(candidates, {}, &Contender::median);
  best->times.clear();
  return std::move(*best);
}

std::string in_threads(int threads) { return std::to_string(threads) + (threads == 1 ? " thread" : " threads"); }

Step step_of(std::shared_ptr<bench::Rival> rival) {
  return [rival](std::uint16_t symbol) { return rival->step(symbol); };
}

Step step_of(const weights::ModelFile& file, const engine::Options& options) {
  return [stream = std::shared_ptr(engine::Model::create(file, options)->new_stream())](std::uint16_t symbol) {
    return stream->step(symbol);
  };
}

void run(double seconds) {
  const weights::ModelFile file = full_size_model();
  Random random(3);
  check_parity(file, bench::Layout::kRows);

  std::vector<Contender> contenders;
  const int most = std::min(available_cores(), 4);
  std::vector<Contender> ways;
  for (int threads = 1; threads <= most; ++threads)
    for (const auto layout : {bench::Layout::kRows, bench::Layout::kColumns})
      ways.push_back({.name = "libtorch, cached taps, " + in_threads(threads) + ", by " +
                              (layout == bench::Layout::kRows ? "rows" : "columns"),
                      .step = step_of(std::shared_ptr(bench::cached_taps(file, layout))),
                      .threads = threads});
  contenders.push_back(best_of(std::move(ways), random));
  ways.clear();
  for (int threads = 1; threads <= most; ++threads) {
    std::shared_ptr<bench::Rival> rival = bench::recomputing(file);
    rival->prime(random_symbols(static_cast<std::size_t>(file.network().receptive_field())));
    ways.push_back(
        {.name = "libtorch, recomputing, " + in_threads(threads), .step = step_of(rival), .threads = threads});
  }
  contenders.push_back(best_of(std::move(ways), random));
  for (const auto precision : {engine::Precision::kFp32, engine::Precision::kBf16, engine::Precision::kInt8}) {
    ways.clear();
    for (int threads = 1; threads <= std::min(most, 2); ++threads)
      ways.push_back({.name = "engine, " + std::string(weights::name(precision)) + ", " + in_threads(threads),
                      .step = step_of(file, {.precision = precision, .threads = threads})});
    contenders.push_back(best_of(std::move(ways), random));
  }

  constexpr double kTurn = 0.1;
  const auto begun = Clock::now();
  while (std::chrono::duration<double>(Clock::now() - begun).count() < seconds)
    for (Contender& contender : contenders) take_turn(contender, kTurn, random);

  const double cached = contenders[0].median();
  const double recomputing = contenders[1].median();
  std::printf("%-52s %10s %12s %10s %14s %14s\n", "contender (the best of its settings)", "us/sample", "samples/s",
              "real time", "x cached taps", "x recomputing");
  for (const Contender& contender : contenders) {
    const double time = contender.median();
    std::printf("%-52s %10.1f %12.0f %10.2f %14.2f %14.1f\n", contender.name.c_str(), 1e6 * time, 1 / time,
                1 / (time * kSampleRate), cached / time, recomputing / time);
  }
  std::printf("medians of %zu turns; real time: %d samples a second\n", contenders[0].times.size(), kSampleRate);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run(argc > 1 ? std::atof(argv[1]) : 30);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
