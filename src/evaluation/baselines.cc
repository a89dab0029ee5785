// Counts of symbols and of repetitions, turned into the code length of what was held out.
#include "continuo/evaluation/baselines.h"

#include <cmath>
#include <string>

#include "continuo/base/error.h"

namespace continuo::evaluation {
namespace {

/// Occurrences with one added to each symbol.
class SmoothedCounts {
 public:
  explicit SmoothedCounts(std::size_t vocabulary_size)
      : counts_(vocabulary_size, 1), total_(static_cast<double>(vocabulary_size)) {}
  void add(std::uint16_t symbol) {
    counts_[symbol] += 1;
    total_ += 1;
  }
  double log_probability(std::uint16_t symbol) const { return std::log(counts_[symbol] / total_); }
  /// Given that the symbol is not `excluded`.
  double log_probability_without(std::uint16_t symbol, std::uint16_t excluded) const {
    return std::log(counts_[symbol] / (total_ - counts_[excluded]));
  }

 private:
  std::vector<double> counts_;
  double total_;
};

void check(std::span<const Sequence> sequences, std::size_t vocabulary_size) {
  for (const Sequence& sequence : sequences)
    for (const std::uint16_t symbol : sequence)
      if (symbol >= vocabulary_size)
        throw Error(ErrorCode::kInvalidArgument, "symbol " + std::to_string(symbol) + " is not among the " +
                                                     std::to_string(vocabulary_size) + " of the vocabulary");
}

/// What the training part says of the next symbol.
class Counted {
 public:
  Counted(std::span<const Sequence> train, std::size_t vocabulary_size) : counts_(vocabulary_size) {
    if (vocabulary_size == 0) throw Error(ErrorCode::kInvalidArgument, "a vocabulary without symbols predicts nothing");
    check(train, vocabulary_size);
    double repeated = 1, predicted = 2;  // one of each seen beforehand, so that neither is impossible
    for (const Sequence& sequence : train) {
      for (std::size_t i = 1; i < sequence.size(); ++i) {
        counts_.add(sequence[i]);
        predicted += 1;
        repeated += sequence[i] == sequence[i - 1] ? 1 : 0;
      }
    }
    log_repeat_ = std::log(repeated / predicted);
    log_change_ = std::log1p(-repeated / predicted);
  }
  double by_frequency(std::uint16_t symbol) const { return counts_.log_probability(symbol); }
  double by_repetition(std::uint16_t last, std::uint16_t symbol) const {
    return symbol == last ? log_repeat_ : log_change_ + counts_.log_probability_without(symbol, last);
  }

 private:
  SmoothedCounts counts_;
  double log_repeat_ = 0, log_change_ = 0;
};

}  // namespace

Baselines baselines(std::span<const Sequence> train, std::span<const Sequence> held_out, std::size_t vocabulary_size) {
  const Counted counted(train, vocabulary_size);
  check(held_out, vocabulary_size);
  Baselines result{.uniform = std::log(static_cast<double>(vocabulary_size))};
  double by_frequency = 0, by_repetition = 0;
  for (const Sequence& sequence : held_out) {
    for (std::size_t i = 1; i < sequence.size(); ++i) {
      by_frequency -= counted.by_frequency(sequence[i]);
      by_repetition -= counted.by_repetition(sequence[i - 1], sequence[i]);
      ++result.symbols;
    }
  }
  if (result.symbols > 0) {
    result.frequencies = by_frequency / static_cast<double>(result.symbols);
    result.repetition = by_repetition / static_cast<double>(result.symbols);
  }
  return result;
}

std::vector<float> frequency_logits(std::span<const Sequence> train, std::size_t vocabulary_size) {
  const Counted counted(train, vocabulary_size);
  std::vector<float> logits(vocabulary_size);
  for (std::size_t s = 0; s < vocabulary_size; ++s)
    logits[s] = static_cast<float>(counted.by_frequency(static_cast<std::uint16_t>(s)));
  return logits;
}

std::vector<double> repetition_nats(std::span<const Sequence> train, std::span<const Sequence> held_out,
                                    std::size_t vocabulary_size) {
  const Counted counted(train, vocabulary_size);
  check(held_out, vocabulary_size);
  std::vector<double> nats(held_out.size());
  for (std::size_t piece = 0; piece < held_out.size(); ++piece) {
    const Sequence& sequence = held_out[piece];
    for (std::size_t i = 1; i < sequence.size(); ++i)
      nats[piece] -= counted.by_repetition(sequence[i - 1], sequence[i]);
  }
  return nats;
}

}  // namespace continuo::evaluation
