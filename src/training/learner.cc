// One step of learning, streamed evaluation and checkpoints, in libtorch.
#include "training/learner.h"

#include <torch/nn/functional/loss.h>
#include <torch/nn/utils/clip_grad.h>
#include <torch/optim/adamw.h>
#include <torch/serialize.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/base/random.h"
#include "continuo/nets/network.h"
#include "continuo/nets/products.h"
#include "continuo/nets/threads.h"
#include "continuo/training/fine_tune.h"

namespace continuo::training {

using torch::Tensor;

struct Learner::Parts {
  OptimisationOptions options;
  std::shared_ptr<nets::NetworkImpl> network;
  std::unique_ptr<torch::optim::AdamW> optimiser;
  std::vector<Tensor> parameters;  ///< that learn
  std::vector<Tensor> average;     ///< of each; empty without options.ema
  std::int64_t averaged = 0;       ///< steps that went into it
  nets::State state;

  bool carries() const { return options.objective == "every-position" && options.order == "contiguous"; }
  bool labelled() const { return network->spec().labels > 0; }
  /// Adds `share` of the gradient of a batch's mean loss to the parameters' and returns the loss; where it is not
  /// finite there is no gradient.
  double add_gradient(const Batch& batch, double share);

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
    for (const Tensor& parameter : parameters) average.push_back(parameter.detach().clone());
  }
  /// Weights and average change places.
  void exchange() {
    const torch::NoGradGuard no_gradients;
    for (std::size_t i = 0; i < average.size(); ++i) {
      const Tensor weights = parameters[i].detach().clone();
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
Tensor losses_of(const Tensor& outputs, const Batch& batch, const std::string& kind) {
  namespace F = torch::nn::functional;
  const Tensor targets = to_tensor(batch.targets, {batch.rows, batch.length}).slice(1, batch.first).reshape({-1});
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
                            .index_select(0, scored);
  const Tensor found = flat.index_select(0, scored);
  if (kind == weights::kReal) return (found - frames).square().mean(1);
  return torch::binary_cross_entropy_with_logits(found, frames, {}, {}, at::Reduction::None).sum(1);
}

[[noreturn]] void bad_checkpoint(const std::filesystem::path& path, const std::string& why) {
  throw Error(ErrorInfo{.message = "this checkpoint cannot be used: " + why,
                        .path = path.string(),
                        .hint = "Train without --resume to begin anew."});
}

/// The first line of what libtorch has to say.
std::string short_reason(const c10::Error& error) {
  const std::string text = error.what_without_backtrace();
  return text.substr(0, text.find('\n'));
}

torch::serialize::InputArchive open_archive(const std::filesystem::path& path) {
  torch::serialize::InputArchive archive;
  archive.load_from(path.string());
  return archive;
}

}  // namespace

Learner::Learner(const weights::NetworkSpec& spec, const OptimisationOptions& options)
    : parts_(std::make_unique<Parts>()) {
  nets::set_threads(options.threads);
  parts_->options = options;
  parts_->network = nets::make_network(spec, options.seed);
  for (auto& item : parts_->network->named_parameters()) {
    if (lies_within(item.key(), spec, options.freeze))
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
  parts_->optimiser = std::make_unique<torch::optim::AdamW>(groups, *adam(options.weight_decay));
}

Learner::~Learner() = default;

double Learner::Parts::add_gradient(const Batch& batch, double share) {
  const Tensor labels = labelled() ? to_tensor(batch.labels, {batch.rows}) : Tensor{};
  if (carries()) {
    const Tensor fresh = torch::tensor(std::vector<std::int64_t>(batch.fresh.begin(), batch.fresh.end()));
    nets::begin_again(state, fresh.to(torch::kBool));
  }
  const Tensor outputs = network->forward(input_of(batch), labels, carries() ? &state : nullptr, batch.first);
  const Tensor mean = losses_of(outputs, batch, network->spec().output).mean();
  const double loss = mean.item<double>();
  if (std::isfinite(loss)) (share == 1 ? mean : mean * share).backward();
  return loss;
}

StepOutcome Learner::step(std::span<const Batch> batches, std::uint64_t number, double learning_rate,
                          double norm_limit) {
  Parts& p = *parts_;
  p.network->train();
  torch::manual_seed(Random(p.options.seed, number).next());
  std::uint64_t scored = 0;
  for (const Batch& batch : batches) scored += batch.scored;
  StepOutcome outcome;
  p.optimiser->zero_grad();
  const nets::BfloatProducts products(p.options.precision == "bf16");
  for (const Batch& batch : batches) {
    const double share = static_cast<double>(batch.scored) / static_cast<double>(scored);
    const double loss = p.add_gradient(batch, share);
    outcome.loss += share * loss;
    if (!std::isfinite(loss)) break;
  }
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

LossSum Learner::evaluate(std::span<const ExamplePiece> pieces, const std::function<bool(std::uint64_t)>& go_on,
                          const Unfold& unfold) {
  const std::size_t most_rows = unfold ? 16 : 32;  // what is unfolded takes much memory
  constexpr std::size_t kChunk = 512;
  Parts& p = *parts_;
  const torch::NoGradGuard no_gradients;
  p.network->eval();
  const Parts::Averaged averaged(p);
  // Longest first: those of a batch end at about the same time, and the ended ones are its last rows.
  std::vector<ExamplePiece> sorted(pieces.begin(), pieces.end());
  std::erase_if(sorted, [](const ExamplePiece& piece) { return piece.targets() == 0; });
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const ExamplePiece& a, const ExamplePiece& b) { return a.size() > b.size(); });
  LossSum sum;
  for (std::size_t begin = 0; begin < sorted.size(); begin += most_rows) {
    const auto group = std::span(sorted).subspan(begin, std::min(most_rows, sorted.size() - begin));
    std::vector<std::vector<float>> unfolded(unfold ? group.size() : 0);
    for (std::size_t r = 0; r < unfolded.size(); ++r) group[r] = unfold(group[r], 0, unfolded[r]);
    nets::State state;
    std::size_t rows = group.size();
    for (std::size_t at = 0;; at += kChunk) {
      while (rows > 0 && group[rows - 1].size() - 1 <= at) --rows;
      if (rows == 0) break;
      for (Tensor& tensor : state.tensors) tensor = tensor.narrow(1, 0, static_cast<std::int64_t>(rows)).contiguous();
      const std::size_t length = std::min(kChunk, group[0].size() - 1 - at);
      const Batch batch = chunk_of(group.first(rows), at, length);
      const Tensor outputs =
          p.network->forward(input_of(batch), p.labelled() ? to_tensor(batch.labels, {batch.rows}) : Tensor{}, &state);
      if (batch.scored == 0) continue;
      sum.loss += losses_of(outputs, batch, p.network->spec().output).sum(torch::kFloat64).item<double>();
      sum.steps += batch.scored;
      if (go_on && !go_on(sum.steps)) return sum;
    }
  }
  return sum;
}

void Learner::set_tensors(const std::map<std::string, std::vector<float>>& tensors) {
  nets::import_tensors(*parts_->network, tensors);
  parts_->begin_average();
}

std::map<std::string, std::vector<float>> Learner::tensors() const {
  const Parts::Averaged averaged(*parts_);
  return nets::export_tensors(*parts_->network);
}

std::size_t Learner::parameters() const { return static_cast<std::size_t>(nets::parameter_count(*parts_->network)); }

void Learner::save(const std::filesystem::path& path, const std::string& text) const {
  torch::serialize::OutputArchive archive;
  torch::serialize::OutputArchive network;
  torch::serialize::OutputArchive optimiser;
  torch::serialize::OutputArchive state;
  torch::serialize::OutputArchive average;
  parts_->network->save(network);
  parts_->optimiser->save(optimiser);
  for (std::size_t i = 0; i < parts_->state.tensors.size(); ++i) {
    state.write(std::to_string(i), parts_->state.tensors[i], /*is_buffer=*/true);
  }
  state.write("count", torch::tensor(static_cast<std::int64_t>(parts_->state.tensors.size())), /*is_buffer=*/true);
  for (std::size_t i = 0; i < parts_->average.size(); ++i)
    average.write(std::to_string(i), parts_->average[i], /*is_buffer=*/true);
  average.write("steps", torch::tensor(parts_->averaged), /*is_buffer=*/true);
  archive.write("average", average);
  archive.write("network", network);
  archive.write("optimiser", optimiser);
  archive.write("state", state);
  archive.write("text", c10::IValue(text));
  // Through memory: on a full disk libtorch's own file writer would end the process.
  std::vector<std::uint8_t> bytes;
  archive.save_to([&](const void* data, std::size_t size) {
    const auto* first = static_cast<const std::uint8_t*>(data);
    bytes.insert(bytes.end(), first, first + size);
    return size;
  });
  write_file_atomically(path, bytes);
}

std::string Learner::saved_text(const std::filesystem::path& path) {
  try {
    c10::IValue text;
    open_archive(path).read("text", text);
    return text.toStringRef();
  } catch (const c10::Error& error) {
    bad_checkpoint(path, short_reason(error));
  }
}

void Learner::load(const std::filesystem::path& path) {
  try {
    torch::serialize::InputArchive archive = open_archive(path);
    torch::serialize::InputArchive network;
    torch::serialize::InputArchive optimiser;
    torch::serialize::InputArchive state;
    archive.read("network", network);
    archive.read("optimiser", optimiser);
    archive.read("state", state);
    parts_->network->load(network);
    parts_->optimiser->load(optimiser);
    parts_->begin_average();
    torch::serialize::InputArchive average;
    if (!parts_->average.empty() && archive.try_read("average", average)) {
      Tensor steps;
      average.read("steps", steps, /*is_buffer=*/true);
      parts_->averaged = steps.item<std::int64_t>();
      for (std::size_t i = 0; i < parts_->average.size() && parts_->averaged > 0; ++i)
        average.read(std::to_string(i), parts_->average[i], /*is_buffer=*/true);
    }
    Tensor count;
    state.read("count", count, /*is_buffer=*/true);
    parts_->state.tensors.assign(static_cast<std::size_t>(count.item<std::int64_t>()), Tensor{});
    for (std::size_t i = 0; i < parts_->state.tensors.size(); ++i) {
      state.read(std::to_string(i), parts_->state.tensors[i], /*is_buffer=*/true);
    }
  } catch (const c10::Error& error) {
    bad_checkpoint(path, short_reason(error));
  }
}

}  // namespace continuo::training
