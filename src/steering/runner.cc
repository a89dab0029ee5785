// Each draws its symbol; then their networks step together.
#include "steering/runner.h"

#include <utility>

#include "continuo/base/error.h"
#include "continuo/engine/finite.h"
#include "steering/draw.h"

namespace continuo::steering {
namespace {

/// Some particles beside each other in one batch, each until it has arrived or failed.
class Runner {
 public:
  Runner(Swarm& all, std::span<const std::size_t> own, std::int64_t target, std::vector<Running>& running)
      : all_(all),
        target_(target),
        running_(running),
        draw_(all.options.sampling, all.vocabulary),
        batch_(all.model->new_batch(static_cast<int>(own.size()))),
        width_(static_cast<std::size_t>(all.model->vocabulary_size())) {
    for (const std::size_t particle : own) {
      if (!batch_->restore(static_cast<int>(live_.size()), *all.states[particle]->network))
        throw Error(ErrorCode::kUnsupported, "the state of this network cannot be restored");
      live_.push_back(
          {.particle = particle, .logits = all.states[particle]->logits, .pending = all.states[particle]->pending});
    }
  }

  /// Gives the steps that were made.
  std::size_t run(const std::stop_token& stop) {
    std::size_t steps = 0;
    while (true) {
      if (stop.stop_requested()) throw Interrupted("stopped while particles were written");
      for (std::size_t i = live_.size(); i-- > 0;)
        if (!write(i)) leave(i);
      if (live_.empty()) return steps;
      std::vector<Symbol> symbols;
      for (const Live& one : live_) symbols.push_back(one.symbol);
      const std::span<const float> output = batch_->step(symbols);
      steps += live_.size();
      for (std::size_t i = 0; i < live_.size(); ++i) live_[i].logits = output.subspan(i * width_, width_);
    }
  }

 private:
  struct Live {
    std::size_t particle = 0;
    std::span<const float> logits;  ///< stay where they are when others leave
    std::optional<Symbol> pending;  ///< was drawn before
    Symbol symbol = 0;
  };

  void leave(std::size_t i) {
    live_.erase(live_.begin() + static_cast<std::ptrdiff_t>(i));
    batch_->remove(static_cast<int>(i));
  }

  /// Draws a symbol. False where there is none, where it was the last, and where it leads to the target.
  bool write(std::size_t i) {
    Live& live = live_[i];
    if (live.pending) {
      live.symbol = *std::exchange(live.pending, std::nullopt);
      return true;
    }
    Running& one = running_[live.particle];
    engine::check_finite(live.logits);
    const auto drawn = draw_.next(live.logits, *one.guide, all_.random[live.particle]);
    const bool too_long = one.symbols.size() + all_.states[live.particle]->length >= all_.options.most_steps;
    if (!drawn || too_long) {
      one.failure = drawn ? "grows without an end" : one.guide->reason();
      return false;
    }
    live.symbol = drawn->symbol;
    one.weight.multiply(drawn->mass);
    if (all_.options.look_ahead) one.probe = one.guide->look_ahead(drawn->symbol);
    one.guide->advance(drawn->symbol, drawn->probability, drawn->mass);
    one.symbols.push_back(drawn->symbol);
    if (one.guide->finished()) {
      end_stretch(one, *all_.states[live.particle], std::make_shared<State>());
      return false;
    }
    if (one.guide->place() < target_) return true;
    arrive(i);
    return false;
  }

  void arrive(std::size_t i) {
    Running& one = running_[live_[i].particle];
    auto state = std::make_shared<State>();
    std::shared_ptr<engine::Snapshot> snapshot = all_.model->new_snapshot();
    if (!batch_->save(static_cast<int>(i), *snapshot))
      throw Error(ErrorCode::kUnsupported, "the state of this network cannot be saved");
    state->network = std::move(snapshot);
    state->logits.assign(live_[i].logits.begin(), live_[i].logits.end());
    state->pending = live_[i].symbol;
    state->probe = std::move(one.probe);
    end_stretch(one, *all_.states[live_[i].particle], std::move(state));
  }

  static void end_stretch(Running& one, const State& from, std::shared_ptr<State> state) {
    one.weight.multiply(one.guide->weigh());
    if (one.weight.zero()) one.failure = one.guide->reason();
    state->length = from.length + one.symbols.size();
    state->ahead = from.ahead;
    state->past = std::make_shared<const Past>(Past{from.past, std::move(one.symbols)});
    state->guide = std::move(one.guide);
    one.arrived = std::move(state);
  }

  Swarm& all_;
  std::int64_t target_;
  std::vector<Running>& running_;
  Draw draw_;
  std::unique_ptr<engine::Batch> batch_;
  std::size_t width_;
  std::vector<Live> live_;  ///< in the order of the batch
};

}  // namespace

std::size_t run_together(Swarm& swarm, std::span<const std::size_t> own, std::int64_t target,
                         std::vector<Running>& running, const std::stop_token& stop) {
  return Runner(swarm, own, target, running).run(stop);
}

}  // namespace continuo::steering
