// Training: from a dataset and a recipe to a model file, with checkpoints, a learning curve and its picture's data.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "continuo/base/progress.h"
#include "continuo/corpus/dataset.h"
#include "continuo/evaluation/baselines.h"
#include "continuo/training/ranks.h"
#include "continuo/training/recipe.h"

namespace continuo::training {

/// One evaluation: a row of curve.csv. Losses are in nats per symbol; bits = nats / ln 2. Of networks over frames they
/// are in nats per frame ("binary") or the mean squared error of a frame's values ("real").
struct CurvePoint {
  std::int64_t step = 0;
  double epoch = 0;            ///< scored symbols so far / symbols of the training part
  double minutes = 0;          ///< of training, evaluation excluded
  double train_loss = 0;       ///< mean over the steps since the last point, with dropout and augmentation on
  double train_eval_loss = 0;  ///< as held_out_loss, of a fixed choice of training pieces with as many symbols
  double held_out_loss = 0;  ///< over the validation part (test part where there is none) or the recipe's choice of it,
                             ///< without dropout, each symbol given all before it in its piece
  double learning_rate = 0;
};

/// The copy of the model from which a run in `folder` started.
inline std::filesystem::path init_in(const std::filesystem::path& folder) { return folder / "init.safetensors"; }

/// How a range of steps went: for logs.
struct StepReport {
  static constexpr int kSteps = 10;
  std::int64_t step = 0;     ///< the last of them
  int steps = 0;             ///< how many: kSteps, or fewer after a run goes on
  double loss = 0;           ///< mean over the steps that were taken, with dropout and augmentation on; NaN without any
  double gradient_norm = 0;  ///< the same, before clipping
  double learning_rate = 0;  ///< of the last
  double symbols_per_second = 0;
  std::int64_t skipped = 0;  ///< since the run began
};

/// What a run does with the training that its folder may hold. Every Error says what can still be done.
enum class Resume : std::uint8_t {
  kNever,      ///< begin a training; throw Error where there is one
  kMust,       ///< go on from last.checkpoint; throw Error where there is none, or where it is damaged or does not fit
  kIfSame,     ///< begin one where there is none, else as kMust; the folder's recipe must be the run's, but for the
               ///< length of the training and its threads
  kOverwrite,  ///< begin a training; remove the one that is there
};

struct TrainOptions {
  /// Receives recipe.toml, curve.csv, last.checkpoint, last.safetensors and best.safetensors (by held-out loss).
  std::filesystem::path folder;
  Resume resume = Resume::kNever;
  double checkpoint_minutes = 2.0;  ///< between checkpoints
  /// Not empty: fine-tuning of this model (see fine_tune.h), of which a copy stays as init.safetensors in the folder.
  /// The dataset must be encoded by the model's representation. The first point of the curve is then the model as it
  /// is.
  std::filesystem::path init;
  std::function<void(const StepReport&)> on_steps;  ///< called after every StepReport::kSteps steps
  std::function<void(const std::string&)> on_note;  ///< called with a line for the user: the precision, warnings
  /// Not null: this process is one of several that train together. Each computes its rows of the recipe's batch, and
  /// the run is, up to rounding, that of one process alone; it may go on with another number of them. All call train()
  /// with equal arguments; the first alone writes files, reports and calls back. A stop in one of them stops all.
  Ranks* ranks = nullptr;
  std::string device = "cpu";  ///< where the network computes: "cpu", "cuda" (of several processes each its own) or
                               ///< "cuda:1"; whatever libtorch has
};

struct TrainResult {
  std::filesystem::path best_model, last_model;
  std::vector<CurvePoint> curve;
  std::size_t parameters = 0;
  std::optional<TrainingPrecision> precision;      ///< of matrix products; none where a network is counted
  weights::Output output = weights::kCategorical;  ///< what the losses are
  int outputs = 0;                                 ///< NetworkSpec::outputs()
  int receptive_field = 0;                         ///< 0: everything since the start
  std::uint64_t train_symbols = 0;                 ///< to predict in the training part
  std::uint64_t held_out_symbols = 0;              ///< to predict in the held-out part
  std::size_t train_pieces = 0, held_out_pieces = 0;
  corpus::Part held_out =
      corpus::Part::kTest;          ///< which part that is; kTrain where split.train is 1: nothing is held out
  evaluation::Baselines baselines;  ///< over the held-out part
  std::string start;                ///< content hash of the model that was fine-tuned; empty: from random weights
  std::vector<std::string> start_datasets;  ///< training_datasets() of that model
  std::int64_t steps = 0;
  std::uint64_t symbols_seen = 0;  ///< scored, with repetition
  std::int64_t skipped_steps = 0;  ///< loss or gradient not finite
  std::int64_t spikes = 0;         ///< steps that were skipped because the gradient spiked
  bool plateau = false;            ///< ended early: the held-out loss had not fallen for training.patience evaluations
  double minutes = 0;              ///< of training
  double evaluation_minutes = 0;
  double reading_minutes = 0;     ///< of training: drawing, varying and copying examples
  double symbols_per_second = 0;  ///< of training
  bool interrupted = false;       ///< stopped by the token; resume goes on

  /// The point with the least held-out loss; null while there is none.
  const CurvePoint* best() const noexcept;
};

/// Trains. `on_point` is called after each evaluation. When `stop` is requested the state is saved and the result says
/// so. A step whose loss or gradient is not finite, or whose gradient spikes (training.spike), is
/// skipped. Deterministic in (dataset, recipe, thread count) when the recipe is limited by steps or epochs; a limit in
/// minutes makes the learning rate, and so everything, depend on the machine's speed. Every run evaluates at its end
/// and after its first three epochs. Throws Error (nothing to train on, no limit, 25 skipped steps in a row, a loss
/// above that of a uniform guess, disk full, a checkpoint of another dataset or network, a model that the recipe does
/// not fit, another process that is lost). `markov` is counted: one reading, one point, nothing to resume.
TrainResult train(const corpus::Dataset& dataset, const Recipe& recipe, const TrainOptions& options,
                  const ProgressSink& progress = {}, std::stop_token stop = {},
                  const std::function<void(const CurvePoint&)>& on_point = {});

/// The learning rate as a share of its peak when `share` of the run is over: a line up to 1, then a cosine down to
/// final_rate.
double rate_share(double share, const OptimisationOptions& options) noexcept;

}  // namespace continuo::training
