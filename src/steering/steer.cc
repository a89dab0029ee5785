// A run: the plan, the particles, and what their symbols mean beside the given score.
#include "continuo/steering/steer.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "continuo/base/error.h"
#include "continuo/music/splice.h"
#include "continuo/music/time.h"
#include "steering/plan.h"
#include "steering/rules.h"
#include "steering/score_guide.h"

namespace continuo::steering {
namespace {

constexpr std::uint64_t kMostRestarts = 4;
constexpr std::size_t kMostParticles = 4096;

ScoreGuide guide_of(const loaded::LoadedModel& composer, std::shared_ptr<const ScriptPlan> plan,
                    const std::vector<RuleMaker>& rules, const std::vector<Symbol>& heard, int joint_bar) {
  std::vector<std::unique_ptr<Rule>> own;
  for (const RuleMaker& make : rules) own.push_back(make());
  ScoreGuide guide(*composer.representation, std::move(plan), std::move(own), joint_bar);
  for (const Symbol symbol : heard) guide.begin(symbol);
  return guide;
}

/// The notes of `whole` that are not in `part`: of one instrument, by onset and pitch.
Score new_notes(const Score& whole, const Score& part) {
  Score rest = whole;
  for (Track& track : rest.tracks) {
    std::set<std::pair<Tick, int>> known;
    for (const Track& other : part.tracks)
      if (other.is_drums() == track.is_drums() && (track.is_drums() || other.program == track.program))
        for (const Note& note : other.notes) known.emplace(note.onset, note.pitch);
    std::erase_if(track.notes, [&](const Note& note) { return known.contains({note.onset, note.pitch}); });
  }
  return rest;
}

/// No new note sounds beyond `end`.
void end_at(Score& music, Tick end) {
  for (Track& track : music.tracks)
    for (Note& note : track.notes) note.duration = std::min(note.duration, end - note.onset);
}

Spliced joined(const Planned& planned, const Score& whole) {
  Fragment fragment{.music = new_notes(whole, planned.rest_decoded), .closed = planned.closed};
  const MeterMap metre(whole);
  if (planned.joint_bar >= planned.given_bars) end_at(fragment.music, metre.bar_start(planned.joint_bar));
  if (planned.given_bars == 0) {
    Score score = fragment.music;
    normalise(score);
    return {score, score};
  }
  fragment.at = metre.bar_start(planned.first_bar);
  fragment.place = MeterMap(planned.rest).bar_start(planned.first_bar);
  fragment.from = metre.bar_start(planned.given_bars) - 1;  // up to there, tempo and metre are those that are given
  if (planned.joint_bar <= planned.given_bars) fragment.from = std::max(fragment.from, end_tick(whole));
  return splice(planned.rest, fragment);
}

std::optional<double> joint_bits_as_it_stood(const loaded::LoadedModel& composer, const Planned& planned,
                                             const ParticleOptions& options) {
  if (planned.as_it_stood == nullptr) return std::nullopt;
  const ScoreGuide guide = guide_of(composer, planned.as_it_stood, {}, planned.heard_as_it_stood, planned.joint_bar);
  ParticleOptions one = options;
  one.particles = 1;
  Particles particles(composer.model, composer.representation->vocabulary(), guide, planned.heard_as_it_stood,
                      planned.label, one);
  while (particles.next()) {
  }
  return static_cast<const ScoreGuide&>(particles.guide(0)).joint_bits();
}

}  // namespace

struct Steering::Impl {
  Impl(const loaded::LoadedModel& its_composer, Request its_request, std::stop_token its_stop)
      : composer(its_composer), request(std::move(its_request)), stop(std::move(its_stop)) {
    normalise_given();
    planned = plan_of(composer, request);
    if (request.count < 1 || request.count > request.particles)
      throw Error({.message = "there can be 1 to " + std::to_string(request.particles) +
                              " results, as many as there are particles",
                   .hint = "Take more particles, or fewer results.",
                   .code = ErrorCode::kInvalidArgument});
    rules = rules_of(request.wishes, composer, request.outline, request.given);
    const auto variation = variation_rules();
    rules.insert(rules.end(), variation.begin(), variation.end());
    rules.insert(rules.end(), request.rules.begin(), request.rules.end());
    options = {.sampling = request.sampling,
               .particles = request.particles,
               .seed = request.seed,
               .stream = request.stream,
               .threads = request.threads,
               .look_ahead = request.look_ahead};
    begin();
  }

  void begin() {
    const ScoreGuide guide = guide_of(composer, planned.plan, rules, planned.heard, planned.joint_bar);
    particles = std::make_unique<Particles>(composer.model, composer.representation->vocabulary(), guide, planned.heard,
                                            planned.label, options);
  }

  /// All of it again, with twice the particles.
  void begin_again() {
    constexpr std::uint64_t kFurtherStreams = 256;  // apart from those of the runs of one request
    ++restarts;
    options.particles = std::min(2 * options.particles, kMostParticles);
    options.stream = request.stream + restarts * kFurtherStreams;
    begin();
  }

  std::vector<RuleMaker> variation_rules() const {
    const Wishes& wishes = request.wishes;
    std::vector<RuleMaker> own;
    if (wishes.keep != Keep::kNothing && planned.stood.empty())
      throw Error({.message = "nothing stood there that could be kept",
                   .hint = "Name bars and tracks that have notes.",
                   .code = ErrorCode::kInvalidArgument,
                   .about = "keep"});
    if (wishes.differ > 0) own.push_back(differs(planned.stood, wishes.differ));
    if (wishes.keep == Keep::kContour) own.push_back(same_contour(planned.everything));
    if (wishes.keep == Keep::kPitches)
      own.push_back(same_pitches(planned.stood, planned.first_bar, request.outline.last_bar() - 1,
                                 composer.representation->vocabulary()));
    return own;
  }

  /// Tracks keep their numbers: those that a normal form would leave out stay.
  void normalise_given() {
    for (Track& track : request.given.tracks) std::stable_sort(track.notes.begin(), track.notes.end(), note_before);
  }

  const ScoreGuide& guide(std::size_t i) const { return static_cast<const ScoreGuide&>(particles->guide(i)); }
  int furthest() const {
    int bar = planned.first_bar;
    for (std::size_t i = 0; i < particles->size(); ++i) bar = std::max(bar, guide(i).bar());
    return bar;
  }
  double mean_joint_bits() const {
    double sum = 0;
    std::size_t count = 0;
    const auto weights = particles->weights();
    for (std::size_t i = 0; i < particles->size(); ++i) {
      if (weights[i].zero()) continue;
      sum += guide(i).joint_bits();
      ++count;
    }
    return count > 0 ? sum / static_cast<double>(count) : 0;
  }
  Result result_of(const Particle& particle) const;

  loaded::LoadedModel composer;
  Request request;
  std::stop_token stop;
  Planned planned;
  std::vector<RuleMaker> rules;
  ParticleOptions options;
  std::unique_ptr<Particles> particles;
  std::uint64_t restarts = 0;
  bool finished = false;
};

Result Steering::Impl::result_of(const Particle& particle) const {
  Result result;
  const auto& own = static_cast<const ScoreGuide&>(*particle.guide);
  result.symbols = planned.heard;
  result.symbols.insert(result.symbols.end(), particle.symbols.begin(), particle.symbols.end());
  result.generated = particle.symbols.size();
  const auto decoding = composer.representation->decode(result.symbols);
  Spliced spliced = joined(planned, decoding.score);
  result.score = std::move(spliced.score);
  result.added = std::move(spliced.added);
  result.bits = own.bits();
  result.joint_bits = own.joint_bits();
  result.plain_joint_bits = mean_joint_bits();
  result.effective_size = particles->effective();
  result.least_effective_size = particles->least_effective();
  result.log2_evidence = particles->log2_evidence();
  result.steps = particles->steps();
  result.warnings = planned.warnings;
  return result;
}

Steering::Steering(const loaded::LoadedModel& composer, Request request, std::stop_token stop)
    : impl_(std::make_unique<Impl>(composer, std::move(request), std::move(stop))) {}
Steering::~Steering() = default;
Steering::Steering(Steering&&) noexcept = default;
Steering& Steering::operator=(Steering&&) noexcept = default;

bool Steering::next() {
  const int bar = impl_->furthest();
  while (!impl_->finished && impl_->furthest() == bar) {
    try {
      impl_->finished = !impl_->particles->next(impl_->stop);
    } catch (const Error& error) {
      if (error.info().remedy != Remedy::kOtherSeed || impl_->restarts >= kMostRestarts) throw;
      impl_->begin_again();
      break;
    }
  }
  return !impl_->finished;
}

double Steering::share() const {
  if (impl_->finished) return 1;
  const int all = impl_->planned.plan->bars - impl_->planned.first_bar;
  const int done = impl_->furthest() - impl_->planned.first_bar;
  return std::clamp(static_cast<double>(done) / std::max(1, all), 0.0, 1.0);
}

int Steering::bar() const { return impl_->furthest(); }
double Steering::effective_size() const { return impl_->particles->effective(); }

std::vector<Result> Steering::results() {
  if (!impl_->finished) throw Error(ErrorCode::kInvalidArgument, "the results are there when everything is written");
  const auto stood = joint_bits_as_it_stood(impl_->composer, impl_->planned, impl_->options);
  std::vector<Result> results;
  for (const Particle& particle : impl_->particles->choose(impl_->request.count)) {
    results.push_back(impl_->result_of(particle));
    results.back().true_joint_bits = stood;
  }
  return results;
}

std::vector<Result> steer(const loaded::LoadedModel& composer, const Request& request, const ProgressSink& progress,
                          std::stop_token stop) {
  constexpr std::uint64_t kMaxRuns = 8;
  std::vector<Result> results;
  for (std::uint64_t run = 0; run < kMaxRuns && results.size() < request.count; ++run) {
    Request own = request;
    own.stream = request.stream + run;
    Steering steering(composer, std::move(own), stop);
    while (steering.next())
      if (progress)
        progress({.task = "Composing",
                  .done = static_cast<std::uint64_t>(steering.share() * 1000),
                  .total = 1000,
                  .unit = ""});
    for (Result& result : steering.results())
      if (results.size() < request.count &&
          std::ranges::find(results, result.symbols, &Result::symbols) == results.end())
        results.push_back(std::move(result));
  }
  if (results.size() < request.count)
    results.front().warnings.push_back("only " + std::to_string(results.size()) +
                                       " different results were found: little is free, or little fits");
  return results;
}

}  // namespace continuo::steering
