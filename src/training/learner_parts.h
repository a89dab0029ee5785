// What a Learner consists of: the network, its optimiser and its place among other processes.
#pragma once

#include <torch/optim/adamw.h>

#include <algorithm>

#include "continuo/nets/dropout.h"
#include "continuo/nets/network.h"
#include "training/learner.h"
#include "training/reduction.h"

namespace continuo::training {

struct Learner::Parts {
  OptimisationOptions options;
  torch::Device device = torch::kCPU;
  std::shared_ptr<nets::NetworkImpl> network;
  std::unique_ptr<torch::optim::AdamW> optimiser;
  std::vector<torch::Tensor> parameters;  ///< that learn
  std::vector<torch::Tensor> average;     ///< of each; empty without options.ema
  std::int64_t averaged = 0;              ///< steps that went into it
  nets::State state;
  Ranks* ranks = nullptr;                        ///< null: one process alone
  std::unique_ptr<GradientReduction> reduction;  ///< where there are several processes

  bool carries() const {
    return options.objective == Objective::kEveryPosition && options.order == ReadingOrder::kContiguous;
  }
  bool labelled() const { return network->spec().labels > 0; }
  /// What the network says of a batch; `past` may be null.
  torch::Tensor outputs_of(const Batch& batch, nets::State* past);
  /// Losses [scored steps] of a batch; state is carried.
  torch::Tensor losses_of(const Batch& batch);
  /// Adds the gradient of the loss of a step to the parameters': the mean over all scored steps of its batches, which
  /// is returned.
  double add_gradient(std::span<const Batch> batches);
  /// The same where other processes have rows of the batches, too.
  double add_gradient_together(std::span<const Batch> batches, nets::DropoutDraws& draws);
  /// This process's rows of the batches that `options` ask for.
  Share own_rows() const { return share_of(options.batch, ranks->rank(), ranks->size()); }
  /// Losses of pieces of which each is at least as long as the next.
  LossSum evaluate(std::span<ExamplePiece> sorted, const std::function<bool(std::uint64_t)>& go_on,
                   const Expand& expand);
  /// The carried state of all processes' rows.
  nets::State whole_state() const;

  /// The average takes in the present weights. Early steps count for more than 1 - ema: the first weights are noise.
  void take_average() {
    if (average.empty()) return;
    const torch::NoGradGuard no_gradients;
    ++averaged;
    const auto count = static_cast<double>(averaged);
    const double decay = std::min(options.ema, (1 + count) / (10 + count));
    for (std::size_t i = 0; i < average.size(); ++i) average[i].lerp_(parameters[i], 1 - decay);
  }
  void begin_average() {
    averaged = 0;
    average.clear();
    if (options.ema <= 0) return;
    for (const torch::Tensor& parameter : parameters) average.push_back(parameter.detach().clone());
  }
  /// Weights and average change places.
  void exchange() {
    const torch::NoGradGuard no_gradients;
    for (std::size_t i = 0; i < average.size(); ++i) {
      const torch::Tensor weights = parameters[i].detach().clone();
      parameters[i].copy_(average[i]);
      average[i].copy_(weights);
    }
  }

  /// While it lives, the network has the averaged weights.
  class Averaged {
   public:
    explicit Averaged(Parts& parts) : parts_(parts) { parts_.exchange(); }
    ~Averaged() { parts_.exchange(); }
    Averaged(const Averaged&) = delete;
    Averaged& operator=(const Averaged&) = delete;

   private:
    Parts& parts_;
  };
};

}  // namespace continuo::training
