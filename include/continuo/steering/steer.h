// Steering: music written around what is given, under wishes, by any model of scores.
//
//   Request request{.given = midi::read_file("piece.mid").score, .outline = gap(5, 8)};
//   for (const Result& result : steer(composer, request)) midi::write_file("new.mid", result.score);
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "continuo/base/progress.h"
#include "continuo/generation/compose.h"
#include "continuo/loaded/loaded_model.h"
#include "continuo/steering/catalogue.h"
#include "continuo/steering/outline.h"
#include "continuo/steering/rule.h"

namespace continuo::steering {

struct Request {
  Score given;  ///< empty: a new piece
  Outline outline;
  Wishes wishes;
  std::vector<RuleMaker> rules;          ///< of your own, beside the wishes; not in JSON
  generation::SamplingOptions sampling;  ///< what the model's file proposes: generation::sampling_of()
  std::string label;                     ///< style or composer of a model that has labels; empty: 'unknown'
  std::uint64_t seed = 1;
  std::uint64_t stream = 0;    ///< different runs of one seed; not in JSON
  std::size_t particles = 16;  ///< 1 to 4096; see Steering::next() for when they are more
  std::size_t count = 1;       ///< results, at most `particles`
  /// Given bars behind the last free one that weigh the particles; 0: all of them.
  int horizon = 2;
  bool look_ahead = true;  ///< within a gap, try now and then the given bar behind it; changes the way, not the aim
  int threads = 0;         ///< 0: every core; changes nothing
};

/// One result. The bits are what the model itself says; fewer are better.
struct Result {
  Score score;  ///< given and new music together: what is given is as it was
  Score added;  ///< the new events alone, as Spliced::added; where notes were taken out, beside without_free()
  std::vector<representation::Symbol> symbols;  ///< of the particle, given ones included
  std::size_t generated = 0;                    ///< of them chosen by the model
  double bits = 0;              ///< of everything that was chosen or had to be as it is, from the first free bar on
  double joint_bits = 0;        ///< of the given bars behind the last free one, up to the horizon
  double plain_joint_bits = 0;  ///< the same behind what the particles wrote before these bars weighed them: the mean
  std::optional<double> true_joint_bits;  ///< the same behind what stood there, where something stood
  double effective_size = 0;              ///< of the particles, at the end
  double least_effective_size = 0;        ///< at any place
  double log2_evidence = 0;               ///< of the probability that the model keeps all wishes by itself
  std::size_t steps = 0;                  ///< of networks, for all results together
  std::vector<std::string> warnings;
};

/// A run, bar by bar, for whoever wants to watch it. One thread at a time may use it; the stop may be requested from
/// any.
class Steering {
 public:
  /// Throws Error: contradictory wishes, bars that there are not, a model that writes no bars ...
  Steering(const loaded::LoadedModel& composer, Request request, std::stop_token stop = {});
  ~Steering();
  Steering(Steering&&) noexcept;
  Steering& operator=(Steering&&) noexcept;

  /// All particles write a bar more or some. False when everything is written. Where no particle can go on, all of it
  /// is begun again, up to four times, each time with twice the particles; then throws Error. Throws Interrupted.
  bool next();
  double share() const;           ///< of the bars that are done
  int bar() const;                ///< that was finished last, from 1
  double effective_size() const;  ///< now
  /// Once next() has given false: up to Request::count different results, the first the one that was drawn first.
  std::vector<Result> results();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// All of it, with further streams where one run gives too few different results. Deterministic in the model and the
/// request but for Request::threads.
std::vector<Result> steer(const loaded::LoadedModel& composer, const Request& request,
                          const ProgressSink& progress = {}, std::stop_token stop = {});

/// JSON of everything but `given`, `rules` and `threads`:
/// {"free": [{"bars": [5, 8], "tracks": [2], "instruments": ["Piano"]}], "wishes": {...}, "sampling": {...}, "seed": 1,
///  "particles": 16, "count": 1, "horizon": 2, "style": "Bach"}
std::string to_json(const Request& request);
/// Sets what the object has. Throws Error (`about`: the member).
void from_json(std::string_view text, Request& request);

}  // namespace continuo::steering
