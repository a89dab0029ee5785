// One step of learning and streamed evaluation, in libtorch.
#include "training/learner.h"

#include <torch/cuda.h>
#include <torch/nn/functional/loss.h>
#include <torch/nn/utils/clip_grad.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <string>

#include "continuo/base/error.h"
#include "continuo/base/random.h"
#include "continuo/nets/products.h"
#include "continuo/nets/threads.h"
#include "continuo/training/fine_tune.h"
#include "training/learner_parts.h"

namespace continuo::training {

using torch::Tensor;

namespace {

/// A copy: the arrays may go before the tensor does.
Tensor to_tensor(const std::vector<std::int64_t>& values, std::vector<std::int64_t> shape) {
  return torch::tensor(values, torch::kInt64).view(shape);
}
Tensor to_tensor(const std::vector<float>& values, std::vector<std::int64_t> shape) {
  return torch::tensor(values, torch::kFloat32).view(shape);
}

/// What the network reads.
Tensor input_of(const Batch& batch) {
  return batch.width > 0 ? to_tensor(batch.input_frames, {batch.rows, batch.length, batch.width})
                         : to_tensor(batch.inputs, {batch.rows, batch.length});
}

/// Losses [scored steps] of outputs [rows, length - first, width] in the order of the steps.
Tensor losses_of(const Tensor& outputs, const Batch& batch, weights::Output kind) {
  namespace F = torch::nn::functional;
  const auto device = outputs.device();
  const Tensor targets =
      to_tensor(batch.targets, {batch.rows, batch.length}).slice(1, batch.first).reshape({-1}).to(device);
  const Tensor flat = outputs.reshape({-1, outputs.size(-1)});
  if (kind == weights::kCategorical) {
    const Tensor all =
        F::cross_entropy(flat, targets, F::CrossEntropyFuncOptions().ignore_index(kNotScored).reduction(torch::kNone));
    return all.masked_select(targets != kNotScored);
  }
  const Tensor scored = (targets != kNotScored).nonzero().squeeze(1);
  const Tensor frames = to_tensor(batch.target_frames, {batch.rows, batch.length, batch.target_width})
                            .slice(1, batch.first)
                            .reshape({-1, batch.target_width})
                            .to(device)
                            .index_select(0, scored);
  const Tensor found = flat.index_select(0, scored);
  if (kind == weights::kReal) return (found - frames).square().mean(1);
  return torch::binary_cross_entropy_with_logits(found, frames, {}, {}, at::Reduction::None).sum(1);
}

/// Throws Error where this libtorch cannot compute there.
torch::Device device_named(const std::string& name, int local_rank) {
  try {
    torch::Device device(name);
    if (device.is_cuda() && !device.has_index() && torch::cuda::device_count() > 0)
      device.set_index(
          static_cast<c10::DeviceIndex>(std::max(local_rank, 0) % static_cast<int>(torch::cuda::device_count())));
    torch::zeros({1}, device);
    return device;
  } catch (const std::exception& error) {
    const std::string reason = error.what();
    throw Error(
        ErrorInfo{.message = "libtorch cannot compute on \"" + name + "\": " + reason.substr(0, reason.find('\n')),
                  .hint = "docs/gpu.md says how to build for a GPU.",
                  .code = ErrorCode::kUnsupported,
                  .remedy = Remedy::kUseProcessor});
  }
}

}  // namespace

Learner::Learner(const weights::NetworkSpec& spec, const OptimisationOptions& options, Ranks* ranks,
                 const std::string& device)
    : parts_(std::make_unique<Parts>()) {
  const bool together = ranks != nullptr && !ranks->alone();
  nets::set_threads(options.threads == 0 && together ? ranks->threads() : options.threads);
  parts_->options = options;
  parts_->device = device_named(device, ranks != nullptr ? ranks->local_rank() : 0);
  parts_->network = nets::make_network(spec, options.seed);
  parts_->network->to(parts_->device);
  std::set<std::string> frozen;
  for (const weights::TensorSpec& tensor : weights::tensor_specs(spec))
    if (is_frozen(tensor, options.freeze)) frozen.insert(tensor.name);
  for (auto& item : parts_->network->named_parameters()) {
    if (frozen.contains(item.key()))
      item.value().set_requires_grad(false);
    else
      parts_->parameters.push_back(item.value());
  }
  // Decay is for matrices and kernels; it would only pull biases away from where the data puts them.
  std::vector<Tensor> matrices;
  std::vector<Tensor> vectors;
  for (const Tensor& parameter : parts_->parameters) (parameter.dim() > 1 ? matrices : vectors).push_back(parameter);
  const auto adam = [&](double decay) {
    auto made = std::make_unique<torch::optim::AdamWOptions>(options.learning_rate);
    made->betas(std::make_tuple(options.beta1, options.beta2)).weight_decay(decay);
    return made;
  };
  std::vector<torch::optim::OptimizerParamGroup> groups;
  groups.emplace_back(matrices, adam(options.weight_decay));
  groups.emplace_back(vectors, adam(0));
  parts_->begin_average();
  if (together) {
    parts_->ranks = ranks;
    parts_->reduction = std::make_unique<GradientReduction>(*ranks->link(), parts_->parameters);
  }
  parts_->optimiser = std::make_unique<torch::optim::AdamW>(groups, *adam(options.weight_decay));
}

Learner::~Learner() = default;

Tensor Learner::Parts::outputs_of(const Batch& batch, nets::State* past) {
  const Tensor labels = labelled() ? to_tensor(batch.labels, {batch.rows}).to(device) : Tensor{};
  return network->forward(input_of(batch).to(device), labels, past, batch.first);
}

Tensor Learner::Parts::losses_of(const Batch& batch) {
  if (carries()) {
    const Tensor resets_state =
        torch::tensor(std::vector<std::int64_t>(batch.resets_state.begin(), batch.resets_state.end()));
    nets::begin_again(state, resets_state.to(device, torch::kBool));
  }
  return training::losses_of(outputs_of(batch, carries() ? &state : nullptr), batch, network->spec().output);
}

double Learner::Parts::add_gradient(std::span<const Batch> batches) {
  std::uint64_t scored = 0;
  for (const Batch& batch : batches) scored += batch.scored;
  double sum = 0;
  for (const Batch& batch : batches) {
    const double share = static_cast<double>(batch.scored) / static_cast<double>(scored);
    const Tensor mean = losses_of(batch).mean();
    const auto loss = mean.item<double>();
    sum += share * loss;
    if (!std::isfinite(loss)) break;
    (share == 1 ? mean : mean * share).backward();
  }
  return sum;
}

double Learner::Parts::add_gradient_together(std::span<const Batch> batches, nets::DropoutDraws& draws) {
  std::uint64_t scored = 0;
  for (const Batch& batch : batches) scored += batch.scored + batch.scored_by_others;
  double sum = 0;
  for (const Batch& batch : batches) {
    draws.take_part(batch.rows_before, batch.rows, batch.all_rows());
    const Tensor part = losses_of(batch).sum() / static_cast<double>(scored);
    sum += part.item<double>();
    // What is not finite travels, too: then all skip the step.
    if (&batch == &batches.back()) reduction->begin();
    part.backward();
  }
  reduction->finish();
  ranks->sum(std::span(&sum, 1));
  return sum;
}

StepOutcome Learner::step(std::span<const Batch> batches, std::uint64_t number, double learning_rate,
                          double norm_limit) {
  Parts& p = *parts_;
  p.network->train();
  nets::DropoutDraws draws(Random(p.options.seed, number).next());
  const nets::BfloatProducts products(p.options.precision == TrainingPrecision::kBf16);
  StepOutcome outcome;
  p.optimiser->zero_grad();
  outcome.loss = p.reduction ? p.add_gradient_together(batches, draws) : p.add_gradient(batches);
  if (std::isfinite(outcome.loss)) {
    const double most = p.options.clip_norm > 0 ? p.options.clip_norm : std::numeric_limits<double>::infinity();
    outcome.norm = torch::nn::utils::clip_grad_norm_(p.parameters, most);
  }
  if (!std::isfinite(outcome.loss) || !std::isfinite(outcome.norm)) {
    p.state = {};  // may be what is not finite
    return outcome;
  }
  if (outcome.norm > norm_limit) {
    outcome.kind = StepOutcome::Kind::kSpike;
    return outcome;
  }
  for (auto& group : p.optimiser->param_groups()) group.options().set_lr(learning_rate);
  p.optimiser->step();
  p.take_average();
  outcome.kind = StepOutcome::Kind::kTaken;
  return outcome;
}

LossSum Learner::Parts::evaluate(std::span<ExamplePiece> sorted, const std::function<bool(std::uint64_t)>& go_on,
                                 const Expand& expand) {
  const std::size_t most_rows = expand ? 16 : 32;  // what is expanded takes much memory
  constexpr std::size_t kChunk = 512;
  LossSum sum;
  for (std::size_t begin = 0; begin < sorted.size(); begin += most_rows) {
    const auto group = sorted.subspan(begin, std::min(most_rows, sorted.size() - begin));
    std::vector<std::vector<float>> expanded(expand ? group.size() : 0);
    for (std::size_t r = 0; r < expanded.size(); ++r) group[r] = expand(group[r], 0, expanded[r]);
    nets::State past;
    std::size_t rows = group.size();
    for (std::size_t at = 0;; at += kChunk) {
      while (rows > 0 && group[rows - 1].size() - 1 <= at) --rows;
      if (rows == 0) break;
      for (Tensor& tensor : past.tensors) tensor = tensor.narrow(1, 0, static_cast<std::int64_t>(rows)).contiguous();
      const std::size_t length = std::min(kChunk, group[0].size() - 1 - at);
      const Batch batch = chunk_of(group.first(rows), at, length);
      const Tensor outputs = outputs_of(batch, &past);
      if (batch.scored == 0) continue;
      sum.loss += training::losses_of(outputs, batch, network->spec().output).sum(torch::kFloat64).item<double>();
      sum.steps += batch.scored;
      if (go_on && !go_on(sum.steps)) return sum;
    }
  }
  return sum;
}

LossSum Learner::evaluate(std::span<const ExamplePiece> pieces, const std::function<bool(std::uint64_t)>& go_on,
                          const Expand& expand) {
  Parts& p = *parts_;
  const torch::NoGradGuard no_gradients;
  p.network->eval();
  const Parts::Averaged averaged(p);
  // Longest first: those of a batch end at about the same time, and the ended ones are its last rows.
  std::vector<ExamplePiece> sorted(pieces.begin(), pieces.end());
  std::erase_if(sorted, [](const ExamplePiece& piece) { return piece.targets() == 0; });
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const ExamplePiece& a, const ExamplePiece& b) { return a.size() > b.size(); });
  if (p.ranks == nullptr) return p.evaluate(sorted, go_on, expand);
  const auto size = static_cast<std::size_t>(p.ranks->size());
  std::vector<ExamplePiece> own;
  for (std::size_t i = static_cast<std::size_t>(p.ranks->rank()); i < sorted.size(); i += size)
    own.push_back(sorted[i]);
  std::uint64_t total = 0;
  for (const ExamplePiece& piece : sorted) total += piece.targets();
  const auto as_all = [&](std::uint64_t steps) { return !go_on || go_on(std::min(steps * size, total)); };
  const LossSum part = p.evaluate(own, as_all, expand);
  double sums[] = {part.loss, static_cast<double>(part.steps)};
  p.ranks->sum(sums);
  return {sums[0], static_cast<std::uint64_t>(sums[1])};
}

void Learner::set_tensors(const std::map<std::string, std::vector<float>>& tensors) {
  nets::import_tensors(*parts_->network, tensors);
  parts_->begin_average();
}

std::map<std::string, std::vector<float>> Learner::tensors() const {
  const Parts::Averaged averaged(*parts_);
  return nets::export_tensors(*parts_->network);
}

void Learner::set_precision(TrainingPrecision precision) { parts_->options.precision = precision; }

std::size_t Learner::parameters() const { return static_cast<std::size_t>(nets::parameter_count(*parts_->network)); }

}  // namespace continuo::training
