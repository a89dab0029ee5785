// Learner: a network with its optimiser and the state carried between batches. What libtorch is needed for, behind a
// header without it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "continuo/training/examples.h"
#include "continuo/training/ranks.h"
#include "continuo/training/recipe.h"
#include "continuo/weights/network_spec.h"

namespace continuo::training {

// Losses are of one step of a sequence: nats of a symbol; with output "binary" nats of a frame, summed over its values;
// with output "real" the mean squared error of a frame's values.

struct StepOutcome {
  enum class Kind : std::uint8_t {
    kTaken,
    kNotFinite,  ///< loss or gradient: nothing was changed, and the carried state is forgotten
    kSpike,      ///< the gradient's norm lay above the limit: nothing was changed
  };
  double loss = 0;  ///< mean over the scored steps of all batches
  double norm = 0;  ///< of the gradient, before clipping
  Kind kind = Kind::kNotFinite;
  bool taken() const noexcept { return kind == Kind::kTaken; }
};

struct LossSum {
  double loss = 0;  ///< over the predicted steps
  std::uint64_t steps = 0;
  double per_step() const noexcept { return steps > 0 ? loss / static_cast<double>(steps) : 0; }
};

class Learner {
 public:
  /// The lowest options.freeze layers will not change. Sets libtorch's threads for the process, too. With `ranks`,
  /// which must outlive it, it is one of several that are alike: all call the same functions in the same order, each
  /// with its own rows of the same batches, and all come to the same results and weights. `device` is
  /// TrainOptions::device. Throws Error.
  Learner(const weights::NetworkSpec& spec, const OptimisationOptions& options, Ranks* ranks = nullptr,
          const std::string& device = "cpu");
  ~Learner();

  /// One step of the optimiser by the gradient of the mean loss over `batches`, which are read one after the other.
  /// `number` keys the random numbers of dropout.
  StepOutcome step(std::span<const Batch> batches, std::uint64_t number, double learning_rate,
                   double norm_limit = std::numeric_limits<double>::infinity());
  StepOutcome step(const Batch& batch, std::uint64_t number, double learning_rate) {
    return step(std::span(&batch, 1), number, learning_rate);
  }

  // With options.ema the weights below are their exponential moving average over the steps: that is what is evaluated
  // and exported, while training goes on from the weights themselves.

  /// Loss of every step but each piece's first and its context, given all before it, without dropout. `pieces` in any
  /// order. Returns early, with what was summed so far, when `go_on` returns false. Several processes share the pieces,
  /// and all return the sum.
  LossSum evaluate(std::span<const ExamplePiece> pieces, const std::function<bool(std::uint64_t)>& go_on = {},
                   const Expand& expand = {});

  /// Takes over weights under their contract names. Throws Error naming a tensor that is missing or of another size.
  void set_tensors(const std::map<std::string, std::vector<float>>& tensors);
  /// Parameter values under their contract names.
  std::map<std::string, std::vector<float>> tensors() const;
  std::size_t parameters() const;
  /// "fp32" or "bf16", of the steps that follow.
  void set_precision(TrainingPrecision precision);

  /// Weights, their average, optimiser and carried state with a text of the caller's, in one file that is complete or
  /// absent; the first of several processes writes it.
  void save(const std::filesystem::path& path, const std::string& text) const;
  /// The text of such a file alone, from the file's bytes; `path` is for errors. Throws Error when one bit is not as
  /// it was written.
  static std::string saved_text(std::span<const std::uint8_t> bytes, const std::filesystem::path& path);
  /// Takes over everything but the text of bytes that saved_text() found whole, in each process for its own rows,
  /// however many processes saved it. Throws Error when the file is damaged or of another network.
  void load(std::span<const std::uint8_t> bytes, const std::filesystem::path& path);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace continuo::training
