// Turns of training steps and of matrix products.
#include "continuo/training/speed.h"

#include <torch/types.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "continuo/base/error.h"
#include "continuo/base/random.h"
#include "continuo/nets/threads.h"
#include "continuo/weights/work.h"
#include "training/learner.h"
#include "training/plan.h"

namespace continuo::training {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

/// The best of some products on so many threads. Training splits the batch over OpenMP's threads, a single product is
/// split by the BLAS library.
double matrix_flops_per_second(TrainingPrecision precision, int threads) {
  nets::set_threads(threads, threads);
  constexpr std::int64_t kSize = 1024;
  const torch::NoGradGuard no_gradients;
  const auto type = precision == TrainingPrecision::kBf16 ? torch::kBFloat16 : torch::kFloat32;
  const torch::Tensor a = torch::ones({kSize, kSize}, type);
  const torch::Tensor b = torch::ones({kSize, kSize}, type);
  torch::Tensor c = torch::empty({kSize, kSize}, type);
  double best = 0;
  for (int i = 0; i < 4; ++i) {  // the first warms up
    const Clock::time_point begin = Clock::now();
    torch::mm_out(c, a, b);
    best = std::max(best, 2.0 * kSize * kSize * kSize / seconds_since(begin));
  }
  nets::set_threads(threads);
  return best;
}

/// Long enough that the rows of a batch do not end.
std::vector<std::vector<representation::Symbol>> random_pieces(const SpeedOptions& options) {
  Random random(1);
  std::vector<std::vector<representation::Symbol>> pieces(static_cast<std::size_t>(options.training.batch));
  const std::size_t length = 64 * static_cast<std::size_t>(options.training.chunk) +
                             static_cast<std::size_t>(options.network.receptive_field());
  for (auto& piece : pieces)
    for (std::size_t i = 0; i < length; ++i)
      piece.push_back(static_cast<representation::Symbol>(
          random.below(static_cast<std::uint64_t>(options.network.vocabulary_size))));
  return pieces;
}

}  // namespace

Speed measure_speed(const SpeedOptions& options, const ProgressSink& progress, std::stop_token stop) {
  const auto products = weights::multiply_adds(options.network);
  if (!products || options.network.reads_frames())
    throw Error(ErrorInfo{.message = "the work of a " + options.network.name() + " over " +
                                     (options.network.reads_frames() ? "frames" : "symbols") + " is not counted",
                          .hint = "Measure a wavenet, lstm, gru or wavenet-lstm over symbols.",
                          .code = ErrorCode::kUnsupported});
  constexpr double kTurn = 0.5;  // seconds
  Learner learner(options.network, options.training);
  const auto symbols = random_pieces(options);
  std::vector<ExamplePiece> pieces;
  for (const auto& piece : symbols)
    pieces.push_back({.symbols = piece, .label = 0, .context = 0, .frames = {}, .width = 0});
  ExampleSource source(pieces,
                       example_options({.network = options.network, .training = options.training}, options.network));

  Speed speed{.parameters = learner.parameters(), .flops_per_symbol = 6 * *products};
  std::vector<double> rates;
  std::vector<double> times;
  std::uint64_t number = 0;
  const auto step = [&] {
    const Batch batch = source.next();
    learner.step(batch, number++, 1e-4);
    return batch.scored;
  };
  step();  // allocates
  const Clock::time_point begun = Clock::now();
  const auto total = static_cast<std::uint64_t>(options.seconds * 1000);
  do {
    if (stop.stop_requested()) throw Interrupted("interrupted before the measuring was finished");
    speed.peak_flops_per_second = std::max(
        speed.peak_flops_per_second, matrix_flops_per_second(options.training.precision, options.training.threads));
    const Clock::time_point begin = Clock::now();
    double spent = 0;
    int steps = 0;
    std::uint64_t scored = 0;
    for (; spent < std::min(kTurn, options.seconds) || steps == 0; spent = seconds_since(begin), ++steps)
      scored += step();
    times.push_back(spent / steps);
    rates.push_back(static_cast<double>(scored) / spent);
    if (progress)
      progress({.task = "Training " + options.network.name(),
                .done = std::min(total, static_cast<std::uint64_t>(seconds_since(begun) * 1000)),
                .total = total,
                .unit = "ms"});
  } while (seconds_since(begun) < options.seconds);
  const auto median = [](std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
  };
  speed.turns = static_cast<int>(rates.size());
  speed.seconds_per_step = median(times);
  speed.symbols_per_second = median(rates);
  speed.flops_per_second = speed.symbols_per_second * speed.flops_per_symbol;
  return speed;
}

}  // namespace continuo::training
