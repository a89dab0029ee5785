// Runner: particles on their way from one place to the next, beside each other on one thread.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "continuo/base/random.h"
#include "continuo/engine/engine.h"
#include "continuo/steering/particles.h"

namespace continuo::steering {

/// What was written, in pieces that particles share.
struct Past {
  std::shared_ptr<const Past> before;
  std::vector<Symbol> symbols;
};

/// A particle at a place: what others may go on from.
struct State {
  std::shared_ptr<const Guide> guide;
  std::shared_ptr<const engine::Snapshot> network;
  std::vector<float> logits;
  std::optional<Symbol> pending;       ///< the latest symbol, which led here: the network has not heard it yet
  std::shared_ptr<const Guide> probe;  ///< tries from before `pending` what is given further on; null: nothing
  std::shared_ptr<const Past> past;
  std::size_t length = 0;
  Weight ahead;  ///< factor of the weight for what is given further on
};

/// A particle on its way from one place to the next.
struct Running {
  std::unique_ptr<Guide> guide;
  std::vector<Symbol> symbols;
  Weight weight;
  std::unique_ptr<Guide> probe;  ///< of the latest symbol
  std::string failure;           ///< where nothing was left
  std::shared_ptr<const State> arrived;
};

/// What all particles share, and where each stood at its latest place.
struct Swarm {
  std::shared_ptr<const engine::Model> model;
  const representation::Vocabulary& vocabulary;
  ParticleOptions options;
  std::vector<std::shared_ptr<const State>> states;
  std::vector<Random> random;  ///< of each particle; stays with its number, so that copies part
};

/// The particles `own` go on until each has come to `target`, has finished or has failed; `running` is by particle.
/// Gives the steps that were made. Writes only to what is of `own`. Throws Interrupted.
std::size_t run_together(Swarm& swarm, std::span<const std::size_t> own, std::int64_t target,
                         std::vector<Running>& running, const std::stop_token& stop);

}  // namespace continuo::steering
