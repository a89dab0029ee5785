// Log-softmax of the engine's logits, summed in double precision and in the order of the sequences.
#include "continuo/evaluation/likelihood.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <mutex>
#include <numbers>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include "continuo/base/error.h"
#include "continuo/base/parallel.h"
#include "continuo/engine/finite.h"
#include "continuo/evaluation/frame_likelihood.h"

namespace continuo::evaluation {
namespace {

constexpr std::size_t kReportEvery = 256;  // symbols

/// ln of the sum of exponentials.
double log_total(std::span<const float> logits) {
  const auto greatest = static_cast<double>(*std::ranges::max_element(logits));
  double total = 0;
  for (const float logit : logits) total += std::exp(static_cast<double>(logit) - greatest);
  return greatest + std::log(total);
}

double bits_of(std::span<const float> logits, std::size_t symbol) {
  return (log_total(logits) - static_cast<double>(logits[symbol])) / std::numbers::ln2;
}

void check_reads_symbols(const engine::Model& model) {
  if (model.spec().reads_frames()) throw Error(ErrorCode::kMismatch, "the model reads frames, not symbols");
}

void check_symbols(std::size_t vocabulary_size, const LabelledSequence& sequence) {
  for (const representation::Symbol symbol : sequence.symbols)
    if (symbol >= vocabulary_size)
      throw Error(ErrorCode::kMismatch, "symbol " + std::to_string(symbol) + " is beyond the model's vocabulary of " +
                                            std::to_string(vocabulary_size));
}

std::size_t vocabulary_size(const PieceTask& task) {
  return task.model != nullptr ? static_cast<std::size_t>(task.model->vocabulary_size()) : task.logits.size();
}

/// Throws Error where the sum is not a finite number: as soon as one output is not.
void check_finite(double sum) {
  if (std::isfinite(sum)) return;
  throw Error({.message = "the model's outputs are not finite numbers",
               .hint = "Its weights are damaged, or its training diverged: take another model.",
               .code = ErrorCode::kDamaged});
}

/// `report` is called with the number of symbols that were read.
template <class Report>
PieceLikelihood read_piece(const PieceTask& task, const Report& report) {
  const LabelledSequence& sequence = task.sequence;
  if (task.frames != nullptr) {
    const std::vector<double> nats = frame_nats(*task.model, *task.frames, sequence.symbols);
    report(sequence.symbols.size());
    const double sum = std::accumulate(nats.begin(), nats.end(), 0.0);
    check_finite(sum);
    return {.bits = sum / std::numbers::ln2, .symbols = nats.size()};
  }
  const std::size_t size = sequence.symbols.size();
  PieceLikelihood result;
  std::unique_ptr<engine::Stream> stream;
  if (task.model != nullptr) {
    stream = task.model->new_stream();
    stream->set_label(sequence.label);
  }
  std::optional<OnsetGridScorer> scorer;
  if (task.grid != nullptr && size > 0) {
    scorer.emplace(*task.grid, task.grid->in_seconds() && task.quarters ? task.quarters() : Quarters());
    scorer->begin(sequence.symbols[0]);
  }
  for (std::size_t t = 0; t + 1 < size; ++t) {
    const std::span<const float> logits = stream ? stream->step(sequence.symbols[t]) : task.logits;
    if (stream) engine::check_finite(logits);
    const representation::Symbol next = sequence.symbols[t + 1];
    if (t >= sequence.context) {
      result.bits += bits_of(logits, next);
      ++result.symbols;
    }
    if (scorer) scorer->read(logits, next);
    if ((t + 1) % kReportEvery == 0) {
      check_finite(result.bits);
      report(kReportEvery);
    }
  }
  check_finite(result.bits);
  report(size == 0 ? 0 : size - (size - 1) / kReportEvery * kReportEvery);
  if (scorer) {
    result.grid_bits = scorer->bits();
    result.idle_bits = scorer->idle_bits();
    result.grid_notes = scorer->notes();
  }
  return result;
}

}  // namespace

std::vector<PieceLikelihood> piece_likelihoods(std::span<const PieceTask> tasks, int threads,
                                               const ProgressSink& progress, std::stop_token stop) {
  std::uint64_t total = 0;
  for (const PieceTask& task : tasks) {
    total += task.sequence.symbols.size();
    if (task.frames != nullptr) {
      frame_head(task.model->spec(), *task.frames);
      continue;
    }
    if (task.model != nullptr) check_reads_symbols(*task.model);
    check_symbols(vocabulary_size(task), task.sequence);
  }
  std::mutex mutex;
  std::uint64_t done = 0;
  const auto report = [&](std::uint64_t more) {
    const std::scoped_lock lock(mutex);
    done += more;
    if (progress) progress({.task = "Evaluating", .done = done, .total = total, .unit = "symbols"});
    if (stop.stop_requested()) throw Interrupted("interrupted before the evaluation was finished");
  };
  std::vector<std::size_t> order(tasks.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return tasks[a].sequence.symbols.size() > tasks[b].sequence.symbols.size();
  });
  std::vector<PieceLikelihood> results(tasks.size());
  parallel_for(
      tasks.size(), threads, [&](std::size_t i) { results[order[i]] = read_piece(tasks[order[i]], report); }, stop);
  return results;
}

std::vector<Likelihood> likelihood(std::span<const engine::Model* const> models,
                                   std::span<const LabelledSequence> sequences, int threads,
                                   const ProgressSink& progress, std::stop_token stop) {
  std::vector<PieceTask> tasks;
  for (const LabelledSequence& sequence : sequences)
    for (const engine::Model* model : models) tasks.push_back({.model = model, .logits = {}, .sequence = sequence});
  const auto pieces = piece_likelihoods(tasks, threads, progress, std::move(stop));
  std::vector<Likelihood> results(models.size());
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    Likelihood& result = results[i % models.size()];
    result.bits += pieces[i].bits;
    result.symbols += pieces[i].symbols;
  }
  for (Likelihood& result : results)
    if (result.symbols > 0) result.bits /= static_cast<double>(result.symbols);
  return results;
}

Divergence divergence(const engine::Model& model, const engine::Model& other, const LabelledSequence& sequence) {
  if (model.vocabulary_size() != other.vocabulary_size())
    throw Error(ErrorCode::kMismatch, "the models have different vocabularies");
  check_reads_symbols(model);
  check_symbols(static_cast<std::size_t>(model.vocabulary_size()), sequence);
  Divergence result;
  const auto stream = model.new_stream();
  const auto stream_of_other = other.new_stream();
  stream->set_label(sequence.label);
  stream_of_other->set_label(sequence.label);
  double squares = 0;
  for (const representation::Symbol symbol : sequence.symbols) {
    const std::span<const float> p = stream->step(symbol);
    const std::span<const float> q = stream_of_other->step(symbol);
    engine::check_finite(p);
    engine::check_finite(q);
    const double p_total = log_total(p);
    const double q_total = log_total(q);
    for (std::size_t s = 0; s < p.size(); ++s) {
      const double p_log = static_cast<double>(p[s]) - p_total;
      const double q_log = static_cast<double>(q[s]) - q_total;
      const double difference = static_cast<double>(p[s]) - static_cast<double>(q[s]);
      result.bits += std::exp(p_log) * (p_log - q_log) / std::numbers::ln2;
      result.greatest = std::max(result.greatest, std::abs(difference));
      squares += difference * difference;
    }
    ++result.steps;
  }
  if (result.steps > 0) {
    const auto steps = static_cast<double>(result.steps);
    result.bits /= steps;
    result.root_mean = std::sqrt(squares / (steps * model.vocabulary_size()));
  }
  return result;
}

}  // namespace continuo::evaluation
