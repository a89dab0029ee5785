// Log-softmax of the engine's logits, summed in double precision and in the order of the sequences.
#include "continuo/evaluation/likelihood.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <numbers>
#include <string>

#include "continuo/base/error.h"
#include "continuo/base/parallel.h"

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

void check_symbols(const engine::Model& model, const LabelledSequence& sequence) {
  for (const representation::Symbol symbol : sequence.symbols)
    if (symbol >= model.vocabulary_size())
      throw Error("symbol " + std::to_string(symbol) + " is beyond the model's vocabulary of " +
                  std::to_string(model.vocabulary_size()));
}

}  // namespace

std::vector<Likelihood> likelihood(std::span<const engine::Model* const> models,
                                   std::span<const LabelledSequence> sequences, int threads,
                                   const ProgressSink& progress, std::stop_token stop) {
  std::uint64_t total = 0;
  for (const LabelledSequence& sequence : sequences) {
    total += sequence.symbols.size() * models.size();
    for (const engine::Model* model : models) check_symbols(*model, sequence);
  }
  std::mutex mutex;
  std::uint64_t done = 0;
  const auto report = [&](std::uint64_t more) {
    const std::scoped_lock lock(mutex);
    done += more;
    if (progress) progress({.task = "Evaluating", .done = done, .total = total, .unit = "symbols"});
    if (stop.stop_requested()) throw Interrupted("interrupted before the evaluation was finished");
  };

  std::vector<double> bits(models.size() * sequences.size());
  parallel_for(
      bits.size(), threads,
      [&](std::size_t i) {
        const LabelledSequence& sequence = sequences[i / models.size()];
        const auto stream = models[i % models.size()]->new_stream();
        stream->set_label(sequence.label);
        const std::size_t size = sequence.symbols.size();
        for (std::size_t t = 0; t + 1 < size; ++t) {
          const std::span<const float> logits = stream->step(sequence.symbols[t]);
          if (t >= sequence.context) bits[i] += bits_of(logits, sequence.symbols[t + 1]);
          if ((t + 1) % kReportEvery == 0) report(kReportEvery);
        }
        report(size == 0 ? 0 : size - (size - 1) / kReportEvery * kReportEvery);
      },
      stop);

  std::vector<Likelihood> results(models.size());
  for (std::size_t i = 0; i < bits.size(); ++i) {
    Likelihood& result = results[i % models.size()];
    const LabelledSequence& sequence = sequences[i / models.size()];
    result.bits += bits[i];
    if (sequence.symbols.size() > sequence.context + 1)
      result.symbols += sequence.symbols.size() - 1 - sequence.context;
  }
  for (Likelihood& result : results)
    if (result.symbols > 0) result.bits /= static_cast<double>(result.symbols);
  return results;
}

Divergence divergence(const engine::Model& model, const engine::Model& other, const LabelledSequence& sequence) {
  if (model.vocabulary_size() != other.vocabulary_size()) throw Error("the models have different vocabularies");
  check_symbols(model, sequence);
  Divergence result;
  const auto stream = model.new_stream();
  const auto stream_of_other = other.new_stream();
  stream->set_label(sequence.label);
  stream_of_other->set_label(sequence.label);
  double squares = 0;
  for (const representation::Symbol symbol : sequence.symbols) {
    const std::span<const float> p = stream->step(symbol);
    const std::span<const float> q = stream_of_other->step(symbol);
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
