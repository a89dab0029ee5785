// Stretches from place to place; between them particles are weighed and resampled.
#include "continuo/steering/particles.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "continuo/base/error.h"
#include "continuo/base/parallel.h"
#include "steering/runner.h"

namespace continuo::steering {
namespace {

constexpr std::size_t kTogether = 16;  ///< particles of one batch: beyond it, a thread gains nothing
constexpr std::uint64_t kStreams = 0x5354'4545'0000'0000U;  ///< of random numbers, apart from those of other uses

std::vector<Symbol> all_symbols(const State& state) {
  std::vector<const Past*> parts;
  for (const Past* part = state.past.get(); part != nullptr; part = part->before.get()) parts.push_back(part);
  std::vector<Symbol> symbols;
  for (auto part = parts.rbegin(); part != parts.rend(); ++part)
    symbols.insert(symbols.end(), (*part)->symbols.begin(), (*part)->symbols.end());
  return symbols;
}

/// Of the mean of the weights.
double mean_log2(std::span<const Weight> weights) {
  std::int64_t exponent = std::numeric_limits<std::int64_t>::min();
  for (const Weight& weight : weights)
    if (!weight.zero()) exponent = std::max(exponent, weight.exponent());
  double sum = 0;
  for (const Weight& weight : weights)
    if (!weight.zero()) sum += weight.relative(exponent);
  return std::log2(sum / static_cast<double>(weights.size())) + static_cast<double>(exponent);
}

}  // namespace

struct Particles::Impl : Swarm {
  std::vector<Weight> weights;
  Random resampling;
  double evidence = 0;  ///< base 2, of all before the latest resampling
  double least = 0;
  std::size_t steps = 0;

  Impl(std::shared_ptr<const engine::Model> its_model, const representation::Vocabulary& its_vocabulary,
       const ParticleOptions& its_options)
      : Swarm{std::move(its_model), its_vocabulary, its_options, {}, {}},
        weights(options.particles),
        resampling(options.seed, kStreams + (options.stream << 20U)),
        least(static_cast<double>(options.particles)) {
    for (std::size_t i = 0; i < options.particles; ++i)
      random.emplace_back(options.seed, kStreams + (options.stream << 20U) + i + 1);
  }

  bool active(std::size_t i) const { return !weights[i].zero() && !states[i]->guide->finished(); }
  /// Every particle of `moving` goes on to `target`.
  std::vector<Running> stretch(Swarm& swarm, std::span<const Weight> begun, std::span<const std::size_t> moving,
                               std::int64_t target, const std::stop_token& stop);
  /// False where none has arrived.
  bool take(std::span<const std::size_t> moving, std::vector<Running>& running);
  void look_ahead(std::span<const std::size_t> arrived, const std::stop_token& stop);
  void resample_if_needed();
};

std::vector<Running> Particles::Impl::stretch(Swarm& swarm, std::span<const Weight> begun,
                                              std::span<const std::size_t> moving, std::int64_t target,
                                              const std::stop_token& stop) {
  std::vector<Running> running(swarm.states.size());
  for (const std::size_t i : moving) {
    running[i].guide = swarm.states[i]->guide->clone();
    running[i].weight = begun[i];
  }
  const auto threads = static_cast<std::size_t>(options.threads > 0 ? options.threads : available_cores());
  const std::size_t together = std::clamp<std::size_t>((moving.size() + threads - 1) / threads, 1, kTogether);
  const std::size_t groups = (moving.size() + together - 1) / together;
  std::vector<std::size_t> made(groups);
  parallel_for(groups, options.threads, [&](std::size_t g) {
    const auto own = moving.subspan(g * together, std::min(together, moving.size() - g * together));
    made[g] = run_together(swarm, own, target, running, stop);
  });
  for (const std::size_t count : made) steps += count;
  return running;
}

bool Particles::Impl::take(std::span<const std::size_t> moving, std::vector<Running>& running) {
  if (std::none_of(moving.begin(), moving.end(),
                   [&](std::size_t i) { return running[i].arrived != nullptr && !running[i].weight.zero(); }))
    return false;
  for (const std::size_t i : moving) {
    Running& one = running[i];
    weights[i] = one.weight;
    if (one.arrived == nullptr)
      weights[i].multiply(0);
    else
      states[i] = std::move(one.arrived);
  }
  return true;
}

/// The weights of particles that have arrived get what is given further on as a factor, in place of the last one.
void Particles::Impl::look_ahead(std::span<const std::size_t> arrived, const std::stop_token& stop) {
  if (!options.look_ahead || states.size() < 2) return;
  Swarm probes{model, vocabulary, options, states, random};
  std::vector<std::size_t> probed;
  for (const std::size_t i : arrived) {
    if (weights[i].zero()) continue;
    weights[i].divide(states[i]->ahead);
    auto state = std::make_shared<State>(*states[i]);
    state->ahead = {};
    states[i] = state;
    if (state->probe == nullptr) continue;
    auto start = std::make_shared<State>(*state);
    start->guide = state->probe;
    start->pending.reset();
    probes.states[i] = std::move(start);
    probed.push_back(i);
  }
  const std::vector<Weight> plain(states.size());
  const auto running = stretch(probes, plain, probed, std::numeric_limits<std::int64_t>::max(), stop);
  const auto failed = [&](std::size_t i) { return running[i].arrived == nullptr || running[i].weight.zero(); };
  if (std::ranges::any_of(probed, failed)) return;  // beside others, those without a factor would weigh too much
  for (const std::size_t i : probed) {
    auto state = std::make_shared<State>(*states[i]);
    state->ahead = running[i].weight.root();
    weights[i].multiply(state->ahead);
    states[i] = std::move(state);
  }
}

void Particles::Impl::resample_if_needed() {
  const double effective = effective_size(weights);
  least = std::min(least, effective);
  const auto count = static_cast<double>(states.size());
  bool more = false;
  for (std::size_t i = 0; i < states.size(); ++i) more = more || active(i);
  if (!more || effective >= options.resample_below * count) return;
  evidence = mean_log2(weights) + evidence;
  const auto parents = resample(weights, states.size(), resampling.uniform());
  std::vector<std::shared_ptr<const State>> next;
  for (const std::size_t parent : parents) next.push_back(states[parent]);
  states = std::move(next);
  weights.assign(states.size(), {});
}

Particles::Particles(std::shared_ptr<const engine::Model> model, const representation::Vocabulary& vocabulary,
                     const Guide& guide, std::span<const Symbol> heard, int label, const ParticleOptions& options) {
  if (options.particles < 1 || options.particles >= (1U << 20U))
    throw Error({.message = "there must be at least 1 particle", .code = ErrorCode::kInvalidArgument});
  if (options.sampling.argmax)
    throw Error({.message = "particles are drawn: the most probable symbol alone gives only one of them",
                 .hint = "Leave argmax out; a low temperature comes near to it.",
                 .code = ErrorCode::kInvalidArgument});
  if (heard.empty()) throw Error(ErrorCode::kInvalidArgument, "a network must have heard something before it goes on");
  impl_ = std::make_unique<Impl>(std::move(model), vocabulary, options);
  const auto stream = impl_->model->new_stream();
  stream->set_label(label);
  auto state = std::make_shared<State>();
  for (const Symbol& symbol : heard) {
    const auto logits = stream->step(symbol);
    if (&symbol == &heard.back()) state->logits.assign(logits.begin(), logits.end());
  }
  impl_->steps = heard.size();
  std::shared_ptr<engine::Snapshot> snapshot = impl_->model->new_snapshot();
  if (!stream->save(*snapshot)) throw Error(ErrorCode::kUnsupported, "the state of this network cannot be saved");
  state->network = std::move(snapshot);
  state->guide = guide.clone();
  impl_->states.assign(options.particles, state);
}

Particles::~Particles() = default;

bool Particles::next(const std::stop_token& stop) {
  std::int64_t target = std::numeric_limits<std::int64_t>::max();
  for (std::size_t i = 0; i < size(); ++i)
    if (impl_->active(i)) target = std::min(target, impl_->states[i]->guide->place() + 1);
  std::vector<std::size_t> moving;
  for (std::size_t i = 0; i < size(); ++i)
    if (impl_->active(i) && impl_->states[i]->guide->place() < target) moving.push_back(i);
  if (moving.empty()) return false;
  std::string failure;
  for (int attempt = 0; attempt < std::max(1, impl_->options.tries); ++attempt) {
    auto running = impl_->stretch(*impl_, impl_->weights, moving, target, stop);
    if (impl_->take(moving, running)) {
      impl_->look_ahead(moving, stop);
      impl_->resample_if_needed();
      return true;
    }
    if (moving.size() < size()) break;  // others are further already
    for (const std::size_t i : moving)
      if (failure.empty()) failure = running[i].failure;
  }
  if (moving.size() < size()) {  // only those that are further go on
    for (const std::size_t i : moving) impl_->weights[i].multiply(0);
    impl_->resample_if_needed();
    return true;
  }
  throw Error({.message = "none of " + std::to_string(size()) + " particles could go on: what came next " + failure,
               .hint = "Ask for less, try another seed, or take more particles.",
               .code = ErrorCode::kInvalidArgument,
               .remedy = Remedy::kOtherSeed});
}

std::size_t Particles::size() const noexcept { return impl_->states.size(); }
std::vector<Weight> Particles::weights() const { return impl_->weights; }
const Guide& Particles::guide(std::size_t particle) const { return *impl_->states.at(particle)->guide; }
double Particles::effective() const { return effective_size(impl_->weights); }
double Particles::least_effective() const { return impl_->least; }
double Particles::log2_evidence() const { return impl_->evidence + mean_log2(impl_->weights); }
std::size_t Particles::steps() const { return impl_->steps; }

std::vector<Particle> Particles::choose(std::size_t count) {
  std::vector<Weight> weights = impl_->weights;
  std::vector<std::vector<Symbol>> symbols;
  for (const auto& state : impl_->states) symbols.push_back(all_symbols(*state));
  std::vector<Particle> chosen;
  while (chosen.size() < count && effective_size(weights) > 0) {
    const std::size_t one = resample(weights, 1, impl_->resampling.uniform()).front();
    chosen.push_back({symbols[one], impl_->states[one]->guide, impl_->weights[one]});
    for (std::size_t i = 0; i < weights.size(); ++i)
      if (symbols[i] == symbols[one]) weights[i].multiply(0);
  }
  return chosen;
}

}  // namespace continuo::steering
