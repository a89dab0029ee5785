// The training loop: limits, schedule, evaluations, checkpoints. What needs libtorch is behind Learner.
#include "continuo/training/trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numbers>
#include <optional>

#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/base/hash.h"
#include "continuo/base/partial_files.h"
#include "continuo/training/fine_tune.h"
#include "continuo/training/lineage.h"
#include "continuo/training/run_folder.h"
#include "continuo/weights/model_file.h"
#include "training/health.h"
#include "training/learner.h"
#include "training/markov.h"
#include "training/plan.h"
#include "training/precision.h"
#include "training/records.h"
#include "training/run_clock.h"
#include "training/step_window.h"

namespace continuo::training {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

class Run {
 public:
  Run(const corpus::Dataset& dataset, const Plan& plan, const Recipe& recipe, const TrainOptions& options, Ranks& ranks,
      const ProgressSink& progress, std::stop_token stop, const std::function<void(const CurvePoint&)>& on_point)
      : dataset_(dataset),
        recipe_(recipe),
        t_(recipe.training),
        options_(options),
        ranks_(ranks),
        progress_(ranks.first() ? progress : ProgressSink{}),
        stop_(std::move(stop)),
        on_point_(on_point),
        plan_(plan),
        network_(plan.network),
        source_(plan.train, own_examples(recipe, network_, ranks), augment_of(plan), plan.expand),
        learner_(network_, t_, &ranks, options.device),
        result_(result_of(plan)) {
    start_from_model();
    if (t_.epochs <= 0 && t_.minutes <= 0 && t_.steps <= 0) {
      throw Error(ErrorInfo{.message = "the recipe sets no end to the training",
                            .hint = "Set training.minutes, training.epochs or training.steps above 0.",
                            .code = ErrorCode::kInvalidArgument});
    }
    result_.parameters = learner_.parameters();
    result_.train_symbols = source_.targets();
    result_.best_model = options.folder / kBestFile;
    result_.last_model = options.folder / kLastFile;
    state_.dataset = dataset.path().filename().string();
    state_.network = weights::to_json(network_);
    state_.examples = describe(example_options(recipe, network_));
    if (t_.accumulate > 1) state_.examples += ", " + std::to_string(t_.accumulate) + " batches a step";
  }

  TrainResult operator()() {
    if (ranks_.first()) remove_partial_files(options_.folder);
    const bool resumes = resume();
    choose_products(resumes);
    if (ranks_.first()) {
      if (options_.resume == Resume::kOverwrite) remove_training(options_.folder);
      keep_model();
      write_file_atomically(options_.folder / kRecipeFile, to_toml(recipe_));
    }
    if (!resumes) save();  // killed before its first step, it can be resumed all the same
    last_saved_ = Clock::now();
    synchronise();
    if (!options_.init.empty() && state_.step == 0 && state_.curve.empty()) evaluate();
    const std::int64_t begun = state_.step;
    while (!stopping_ && clock_.share() < 1) {
      step();
      if (evaluation_due()) evaluate();
      if (save_due_) save();
    }
    if (clock_.share() >= 1 && (state_.curve.empty() || state_.curve.back().step != state_.step)) evaluate();
    save();
    if (!stopping_ && state_.step > begun) try_halfway();
    result_.interrupted = stopping_ && (clock_.share() < 1 || unfinished_);
    if (result_.interrupted) save_model(result_.last_model, current_point());
    summarise();
    return result_;
  }

 private:
  void start_from_model() {
    if (options_.init.empty()) {
      if (t_.freeze == 0) return;
      throw Error(ErrorInfo{.message = "training.freeze would keep layers that have learned nothing",
                            .hint = "Set training.freeze = 0 where nothing is fine-tuned.",
                            .code = ErrorCode::kInvalidArgument,
                            .remedy = Remedy::kStartFromModel});
    }
    model_bytes_ = read_file(options_.init);
    const auto model = weights::ModelFile::parse(model_bytes_, options_.init.string());
    if (!(dataset_.spec() == fine_tuning_recipe(model, options_.init).representation))
      throw Error(ErrorInfo{.message = "the pieces are not encoded as this model's representation has it",
                            .path = options_.init.string(),
                            .hint = "Open the dataset with the representation of fine_tuning_recipe().",
                            .code = ErrorCode::kMismatch});
    std::map<std::string, std::vector<float>> tensors;
    for (const auto& [name, tensor] : model.tensors())
      tensors.emplace(name, std::vector<float>(tensor.values.begin(), tensor.values.end()));
    learner_.set_tensors(tensors);
    inherited_ = inherited_metadata(model);
    result_.start = content_hash(model_bytes_);
    result_.start_datasets = training_datasets(model);
    state_.start = result_.start + (t_.freeze > 0 ? ", frozen " + std::to_string(t_.freeze) : "");
  }

  /// Makes the folder hold the model from which its run started, or none.
  void keep_model() {
    const std::filesystem::path path = init_in(options_.folder);
    if (options_.init.empty())
      std::filesystem::remove(path);
    else
      write_file_atomically(path, model_bytes_);
    model_bytes_ = {};
  }

  std::filesystem::path checkpoint() const { return options_.folder / kCheckpointFile; }

  void say(const std::string& text) const {
    if (options_.on_note && ranks_.first()) options_.on_note(text);
  }

  /// The precision of the run: what it began with, or what suits the first process's machine.
  void choose_products(bool resumes) {
    const bool began = resumes && !state_.precision.empty();
    const TrainingPrecision asked =
        began ? value_named<TrainingPrecision>(state_.precision).value_or(t_.precision) : t_.precision;
    const int threads = t_.threads == 0 && !ranks_.alone() ? ranks_.threads() : t_.threads;
    PrecisionChoice choice;
    if (ranks_.first()) {
      choice = choose_precision(asked, network_, threads, options_.device);
      say(precision_note(asked, choice, began && t_.precision == TrainingPrecision::kAuto));
    }
    state_.precision = ranks_.from_first(std::string(name_of(choice.precision)));
    result_.precision = value_named<TrainingPrecision>(state_.precision).value();
    learner_.set_precision(*result_.precision);
  }

  void step() {
    const Clock::time_point begin = Clock::now();
    const double epoch_before = clock_.epoch();
    const double share_before = clock_.share();
    rate_ = t_.learning_rate * rate_share(share_before, t_);
    std::uint64_t scored = 0;
    batches_.clear();
    for (int i = 0; i < t_.accumulate; ++i) {
      const Clock::time_point reading = Clock::now();
      const Batch& batch = batches_.emplace_back(source_.next());
      state_.reading_seconds += seconds_since(reading);
      scored += batch.scored + batch.scored_by_others;
    }
    const StepOutcome outcome =
        learner_.step(batches_, static_cast<std::uint64_t>(state_.step), rate_, norm_limit(state_.health, t_.spike));
    ++state_.step;
    state_.symbols += scored;
    if (outcome.taken()) {
      state_.loss_sum += outcome.loss * static_cast<double>(scored);
      state_.loss_symbols += scored;
      state_.in_a_row = 0;
    } else {
      note_skipped(outcome.kind);
    }
    if (outcome.kind != StepOutcome::Kind::kNotFinite) check_health(outcome);
    report_steps(outcome, scored, seconds_since(begin));
    state_.seconds += seconds_since(begin);
    if (progress_) progress_(clock_.progress(outcome.loss));
    synchronise();
    const auto crossed = [](double before, double after, double every) {
      return std::floor(after / every + 1e-9) > std::floor(before / every + 1e-9);
    };
    mark_ = crossed(epoch_before, clock_.epoch(), t_.evaluate_every);
    milestone_ = epoch_before < 3 && crossed(epoch_before, clock_.epoch(), 1);
    mark_ = mark_ || ((t_.minutes > 0 || t_.steps > 0) && crossed(share_before, clock_.share(), 0.1));
  }

  void report_steps(const StepOutcome& outcome, std::uint64_t scored, double seconds) {
    if (!options_.on_steps || !ranks_.first()) return;
    window_.add(outcome, scored, seconds);
    if (state_.step % StepReport::kSteps != 0) return;
    options_.on_steps(window_.report(state_.step, rate_, state_.skipped + state_.spikes));
    window_ = {};
  }

  void note_skipped(StepOutcome::Kind kind) {
    constexpr int kMaxInARow = 25;
    ++(kind == StepOutcome::Kind::kSpike ? state_.spikes : state_.skipped);
    if (++state_.in_a_row < kMaxInARow) return;
    give_up("the loss has not been finite, or the gradient has spiked, for " + std::to_string(kMaxInARow) + " steps");
  }

  void check_health(const StepOutcome& outcome) {
    // A mean squared error is as great as the passage is loud.
    const double uniform = plan_.baselines.uniform * (result_.output == weights::kReal ? 4 : 1);
    note(state_.health, outcome.loss, outcome.norm, uniform);
    if (diverged(state_.health, uniform))
      give_up("the training diverges: its loss, " + decimals(state_.health.loss, 3) +
              ", is above that of a uniform guess, " + decimals(plan_.baselines.uniform, 3) + ",");
  }

  [[noreturn]] void give_up(const std::string& what) const {
    const CurvePoint* best = result_.best();
    throw Error(ErrorInfo{
        .message = what + " at step " + std::to_string(state_.step),
        .hint = "Train again with a lower training.learning_rate (" + decimals(t_.learning_rate / 3, 6) +
                ") or a lower training.clip_norm" +
                (best == nullptr ? "."
                                 : "; best.safetensors holds the network of step " + std::to_string(best->step) + "."),
        .code = ErrorCode::kDiverged});
  }

  /// After each of the first three epochs; elsewhere where a mark was passed and evaluation keeps to a tenth of the
  /// time (estimated where the clock does not limit the run, so that such a run can be repeated exactly).
  bool evaluation_due() const {
    if (stopping_) return false;
    if (milestone_ || !mark_) return milestone_;
    constexpr double kCost = 1.0 / 3;  // of a symbol evaluated, where one that is learned from costs 1
    const double cost = kCost * static_cast<double>(targets(plan_.held_out) + targets(plan_.train_sample));
    if (t_.minutes > 0) {
      const double second = static_cast<double>(state_.symbols) / std::max(state_.seconds, 1e-3);
      return state_.evaluation_seconds + cost / second <= 0.1 * state_.seconds;
    }
    if (t_.epochs > 0) return true;
    const double before = state_.curve.empty() ? 0 : state_.curve.back().epoch;
    return cost <= 0.2 * (clock_.epoch() - before) * static_cast<double>(source_.epoch_symbols());
  }

  /// Of few pieces a network learns what only they have, too: the mean of its weights before and after is often better
  /// on other pieces than either (Wortsman et al. 2022, "Robust fine-tuning of zero-shot models"). What goes on later
  /// is the network itself.
  void try_halfway() {
    if (options_.init.empty() || !ranks_.alone()) return;
    const auto start = weights::ModelFile::load(init_in(options_.folder));
    auto halfway = learner_.tensors();
    for (auto& [name, values] : halfway) {
      const auto before = start.tensor(name).values;
      for (std::size_t i = 0; i < values.size(); ++i) values[i] = (values[i] + before[i]) / 2;
    }
    const std::string path = checkpoint().string();
    const auto network = read_file(checkpoint(), std::uint64_t{1} << 40);
    learner_.set_tensors(halfway);
    say("halfway between the model at the start and the network at the end:");
    halfway_ = true;
    evaluate();
    halfway_ = false;
    learner_.load(network, path);
    save();
  }

  CurvePoint current_point() const {
    CurvePoint point = state_.curve.empty() ? CurvePoint{} : state_.curve.back();
    point.step = state_.step;
    point.epoch = clock_.epoch();
    point.minutes = state_.seconds / 60;
    point.learning_rate = rate_;
    return point;
  }

  void evaluate() {
    const Clock::time_point begin = Clock::now();
    const std::uint64_t total = targets(plan_.held_out) + targets(plan_.train_sample);
    std::uint64_t before = 0;
    const auto go_on = [&](std::uint64_t done) {
      if (progress_) progress_({"Evaluating", before + done, total, "symbols"});
      return !stop_.stop_requested();
    };
    CurvePoint point = current_point();
    point.held_out_loss = learner_.evaluate(plan_.held_out, go_on, plan_.expand).per_step();
    before = targets(plan_.held_out);
    point.train_eval_loss = learner_.evaluate(plan_.train_sample, go_on, plan_.expand).per_step();
    state_.evaluation_seconds += seconds_since(begin);
    synchronise();
    if (stopping_) {
      unfinished_ = true;
      return;  // a sum over a part of the pieces is no loss
    }
    point.train_loss =
        state_.loss_symbols > 0 ? state_.loss_sum / static_cast<double>(state_.loss_symbols) : point.train_eval_loss;
    state_.loss_sum = 0;
    state_.loss_symbols = 0;
    check_finite(point);
    const CurvePoint* best = result_.best();
    const bool better = best == nullptr || point.held_out_loss < best->held_out_loss;
    state_.curve.push_back(point);
    result_.curve = state_.curve;
    if (better) save_model(result_.best_model, point);
    if (ranks_.first()) write_file_atomically(options_.folder / kCurveFile, curve_csv(state_.curve));
    if (clock_.share() >= 1 && !halfway_) save_model(result_.last_model, point);
    if (on_point_ && ranks_.first()) on_point_(point);
  }

  void check_finite(const CurvePoint& point) const {
    if (std::isfinite(point.held_out_loss) && std::isfinite(point.train_eval_loss)) return;
    if (state_.step > 0) give_up("the loss of an evaluation is not finite");
    throw Error(ErrorInfo{.message = "the loss before the first step is not finite",
                          .path = options_.init.string(),
                          .hint = "The weights are damaged, or their training diverged: start from another model.",
                          .code = ErrorCode::kDamaged});
  }

  void save_model(const std::filesystem::path& path, const CurvePoint& point) const {
    if (!ranks_.first()) return;
    weights::save(path, model_contents(plan_, recipe_, dataset_, result_, point, inherited_, learner_.tensors()));
  }

  /// What clocks and signals say, the same in all processes: the first one's times, and that one of them was asked to
  /// stop.
  void synchronise() {
    const bool due = seconds_since(last_saved_) > 60 * options_.checkpoint_minutes;
    double values[] = {stop_.stop_requested() ? 1.0 : 0.0, 0, 0, 0};
    if (ranks_.first()) {
      values[1] = state_.seconds;
      values[2] = state_.evaluation_seconds;
      values[3] = due ? 1 : 0;
    }
    ranks_.sum(values);
    stopping_ = values[0] > 0;
    state_.seconds = values[1];
    state_.evaluation_seconds = values[2];
    save_due_ = values[3] > 0;
  }

  void save() {
    state_.position = source_.position();
    learner_.save(checkpoint(), to_text(state_));
    last_saved_ = Clock::now();
  }

  /// False: the run begins.
  bool resume() {
    if (options_.resume != Resume::kMust && options_.resume != Resume::kIfSame) return false;
    const std::string path = checkpoint().string();
    std::vector<std::uint8_t> bytes;
    constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 40;
    if (ranks_.first() && std::filesystem::exists(path)) bytes = read_file(path, kMaxBytes);
    bytes = ranks_.from_first(std::move(bytes));
    if (bytes.empty()) return false;
    RunState saved = run_state_from_text(Learner::saved_text(bytes, path), path);
    const std::string* other = saved.dataset != state_.dataset                  ? &kOtherDataset
                               : saved.start != state_.start                    ? &kOtherStart
                               : saved.network != state_.network                ? &kOtherNetwork
                               : order_named(saved.examples) != state_.examples ? &kOtherExamples
                               : other_precision(saved)                         ? &kOtherPrecision
                                                                                : nullptr;
    if (other != nullptr) {
      throw Error(ErrorInfo{.message = "the checkpoint was made with " + *other,
                            .path = path,
                            .hint = "Go on with the same settings, train into another folder, or overwrite this one.",
                            .code = ErrorCode::kMismatch});
    }
    source_.restore(saved.position);
    learner_.load(bytes, path);
    state_ = std::move(saved);
    result_.curve = state_.curve;
    return true;
  }

  bool other_precision(const RunState& saved) const {
    return t_.precision != TrainingPrecision::kAuto && !saved.precision.empty() &&
           saved.precision != name_of(t_.precision);
  }

  void summarise() {
    result_.curve = state_.curve;
    result_.steps = state_.step;
    result_.symbols_seen = state_.symbols;
    result_.skipped_steps = state_.skipped;
    result_.spikes = state_.spikes;
    result_.plateau = clock_.plateau();
    result_.minutes = state_.seconds / 60;
    result_.evaluation_minutes = state_.evaluation_seconds / 60;
    result_.reading_minutes = state_.reading_seconds / 60;
    result_.symbols_per_second = state_.seconds > 0 ? static_cast<double>(state_.symbols) / state_.seconds : 0;
  }

  inline static const std::string kOtherDataset = "other pieces, another split or another representation";
  inline static const std::string kOtherNetwork = "another network";
  inline static const std::string kOtherStart = "another start: another model, none, or other frozen layers";
  inline static const std::string kOtherPrecision = "another precision (training.precision)";
  inline static const std::string kOtherExamples = "another choice of examples (chunk, batch, augmentation or seed)";

  const corpus::Dataset& dataset_;
  const Recipe& recipe_;
  const OptimisationOptions& t_;
  const TrainOptions& options_;
  Ranks& ranks_;
  ProgressSink progress_;
  std::stop_token stop_;
  const std::function<void(const CurvePoint&)>& on_point_;
  const Plan& plan_;
  const weights::NetworkSpec& network_;
  ExampleSource source_;
  Learner learner_;
  RunState state_;
  RunClock clock_{t_, state_, source_.epoch_symbols()};
  TrainResult result_;
  std::vector<std::uint8_t> model_bytes_;
  weights::Metadata inherited_;  ///< from the model at the start
  double rate_ = 0;
  std::vector<Batch> batches_;  ///< of one step
  StepWindow window_;
  bool mark_ = false, milestone_ = false, unfinished_ = false;
  bool stopping_ = false, save_due_ = false, halfway_ = false;
  Clock::time_point last_saved_{};
};

}  // namespace

const CurvePoint* TrainResult::best() const noexcept {
  const auto found = std::min_element(curve.begin(), curve.end(), [](const CurvePoint& a, const CurvePoint& b) {
    return a.held_out_loss < b.held_out_loss;
  });
  return found == curve.end() ? nullptr : &*found;
}

double rate_share(double share, const OptimisationOptions& options) noexcept {
  constexpr double kFirst = 0.01;  // of the peak: the first step must not stand still
  share = std::clamp(share, 0.0, 1.0);
  if (share < options.warmup) return std::max(kFirst, share / options.warmup);
  if (options.warmup >= 1) return 1;
  const double fall = (share - options.warmup) / (1 - options.warmup);
  return options.final_rate + (1 - options.final_rate) * 0.5 * (1 + std::cos(std::numbers::pi * fall));
}

TrainResult train(const corpus::Dataset& dataset, const Recipe& recipe, const TrainOptions& options,
                  const ProgressSink& progress, std::stop_token stop,
                  const std::function<void(const CurvePoint&)>& on_point) {
  Ranks one;
  Ranks& ranks = options.ranks != nullptr ? *options.ranks : one;
  std::optional<FolderLock> lock;
  if (ranks.first()) lock.emplace(options.folder);
  if (ranks.first()) check_run_folder(options.folder, options.resume, recipe);
  if (!options.init.empty()) check_fits(recipe, weights::ModelFile::load(options.init), options.init);
  const Plan plan = make_plan(dataset, recipe);
  check_shares(ranks, plan, recipe, dataset);
  if (plan.network.is_counted())
    return count_and_evaluate(dataset, plan, recipe, options, progress, std::move(stop), on_point);
  return Run(dataset, plan, recipe, options, ranks, progress, std::move(stop), on_point)();
}

}  // namespace continuo::training
