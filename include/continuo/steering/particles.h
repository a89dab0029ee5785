// Particles: sampling from a network on condition of wishes, by sequential Monte Carlo. Knows no music.
//
// Let p(s | x) be the network's distribution of the next symbol at the sampling temperatures, over what the guide says
// that the model may write there at all. What is sampled from is
//
//     P(x) proportional to  the product over all steps of  p(x_t | x_<t) * [wishes leave x_t] * factor(x_t)
//                           and over all places of         weigh().
//
// Wishes may choose among symbols of a kind (Guide::before_choice()): then p gives each kind the chance that it has
// without them, and what they leave of a kind shares it. So a chord or a key changes pitches, not how many notes come.
//
// With SamplingOptions::top_p below 1 (or top_k), each symbol is drawn from the most probable of those that the wishes
// leave (instruments are never cut), and the step counts as probable as all of them together: nothing that is given is
// ever too improbable. N particles estimate P: as N grows, what they write converges to it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "continuo/engine/engine.h"
#include "continuo/generation/sampler.h"

namespace continuo::steering {

using representation::Symbol;

/// A product of many probabilities, which no double holds: mantissa * 2^exponent. Multiplying is all that is done to
/// it, so that it is the same on every machine.
class Weight {
 public:
  Weight() = default;
  /// factor: 0 or more, finite.
  void multiply(double factor) noexcept;
  void multiply(const Weight& other) noexcept;
  void divide(const Weight& other) noexcept;  ///< which is not 0
  Weight root() const noexcept;               ///< the square root
  bool zero() const noexcept { return mantissa_ == 0; }
  /// In units of 2^exponent.
  double relative(std::int64_t exponent) const noexcept;
  std::int64_t exponent() const noexcept { return exponent_; }
  /// Base 2; -infinity for 0.
  double log2() const noexcept;

 private:
  double mantissa_ = 1;  ///< 0, or from 0.5 to below 1 (1 at the beginning)
  std::int64_t exponent_ = 0;
};

/// The number of equally weighted particles that are worth as much: (sum w)^2 / sum w^2. 0 where all are 0.
double effective_size(std::span<const Weight> weights);

/// Systematic resampling: for each of `count` new particles the old one that it goes on from, rising. `uniform`: in
/// [0, 1). At least one weight must not be 0.
std::vector<std::size_t> resample(std::span<const Weight> weights, std::size_t count, double uniform);

/// What one particle follows beside the network: the grammar, the wishes and its place. Owned by it alone.
class Guide {
 public:
  virtual ~Guide() = default;
  virtual std::unique_ptr<Guide> clone() const = 0;
  /// What may come next. `allowed`: what the model may write here at all; `left`: what the wishes leave of it; both one
  /// byte a symbol, to be filled. `factors`: one for each symbol, 1 at first; returns whether any was changed.
  virtual bool look(std::span<std::uint8_t> allowed, std::span<std::uint8_t> left, std::span<float> factors) = 0;
  /// Of the latest look(): what would be left without the wishes that choose among symbols of a kind, one byte a
  /// symbol; a kind of which they leave nothing is forbidden. Empty: no wish does so, and masks are taken as they are.
  virtual std::span<const std::uint8_t> before_choice() const { return {}; }
  /// Whether `symbol`, which was drawn from what is left, may really come, for what is too dear to ask of every symbol.
  /// The weights stay exact: the share of the mass that is allowed is estimated without bias.
  virtual bool allows(Symbol /*symbol*/) { return true; }
  /// `symbol` comes next; its probability among `allowed` was `probability`, and that of all that was left `mass`.
  virtual void advance(Symbol symbol, double probability, double mass) = 0;
  /// How far it is: particles wait for each other at each new place, where they are weighed.
  virtual std::int64_t place() const = 0;
  /// Asked at each new place, and at the end: a factor of the weight, 0 or more.
  virtual double weigh() { return 1; }
  virtual bool finished() const = 0;
  /// Asked before advance(symbol): a guide that tries from here, as if `symbol` had not been drawn, what is given
  /// further on, to tell early which particles will fit; null: none. All of it is given. Where `symbol` leads to a new
  /// place, the square root of what that costs is a factor of the weight until the next place, where it is taken back:
  /// what is sampled from does not depend on it.
  virtual std::unique_ptr<Guide> look_ahead(Symbol /*symbol*/) const { return nullptr; }
  /// Why nothing was left, where nothing was.
  virtual std::string reason() const { return "nothing is left that may come next"; }
};

struct ParticleOptions {
  generation::SamplingOptions sampling;
  std::size_t particles = 16;
  std::uint64_t seed = 1;
  std::uint64_t stream = 0;          ///< different runs of one seed
  int threads = 0;                   ///< 0: every core; changes nothing
  double resample_below = 0.5;       ///< share of the particles: with a smaller effective size they are resampled
  std::size_t most_steps = 200'000;  ///< of a particle: it is given up then
  bool look_ahead = true;            ///< see Guide::look_ahead()
  int tries = 8;                     ///< how often a stretch in which every particle fails is begun anew
};

/// One particle at the end.
struct Particle {
  std::vector<Symbol> symbols;  ///< all that it wrote, without what the beginning had heard
  std::shared_ptr<const Guide> guide;
  Weight weight;
};

/// N particles in lock step over one network. Deterministic in the model, the beginning and the options but for
/// ParticleOptions::threads. One thread at a time may use it.
class Particles {
 public:
  /// Every particle begins with a copy of `guide`, and with the network after it has heard `heard` (at least one
  /// symbol). Throws Error for no particle, and for argmax, which draws nothing.
  Particles(std::shared_ptr<const engine::Model> model, const representation::Vocabulary& vocabulary,
            const Guide& guide, std::span<const Symbol> heard, int label, const ParticleOptions& options);
  ~Particles();
  Particles(const Particles&) = delete;
  Particles& operator=(const Particles&) = delete;

  /// All particles go on to their next place and are weighed and perhaps resampled there. False when all are finished.
  /// Throws Error (kInvalidArgument, with the guide's reason) where every particle failed `tries` times; Interrupted.
  bool next(const std::stop_token& stop = {});

  std::size_t size() const noexcept;
  std::vector<Weight> weights() const;
  const Guide& guide(std::size_t particle) const;
  double effective() const;        ///< size of the particles as they are weighted now
  double least_effective() const;  ///< the smallest at any place so far
  /// Of everything so far, base 2: the estimate of the probability that the plain model keeps all wishes (with factors:
  /// of their mean).
  double log2_evidence() const;
  std::size_t steps() const;  ///< of networks, in all

  /// `count` different particles, drawn by their weights; fewer where there are not so many different ones.
  std::vector<Particle> choose(std::size_t count);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace continuo::steering
