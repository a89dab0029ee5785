// Counting n-grams level by level, each below the nodes that the level above has kept.
#include "training/markov.h"

#include <algorithm>
#include <chrono>
#include <numbers>

#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/engine/engine.h"
#include "continuo/evaluation/likelihood.h"
#include "continuo/training/run_folder.h"
#include "training/records.h"

namespace continuo::training {
namespace {

using Clock = std::chrono::steady_clock;
using representation::SymbolView;

constexpr std::uint32_t kMaxCount = 1U << 24U;  // counts are stored as floats
constexpr std::size_t kBlock = std::size_t{1} << 22U;

/// An n-gram: the node of its first n - 1 symbols in the level above, then its last symbol.
constexpr std::uint64_t key_of(std::size_t parent, std::uint16_t symbol) { return parent << 16U | symbol; }

struct Ngram {
  std::uint64_t key = 0;
  std::uint32_t count = 0;
};

struct Level {
  std::vector<Ngram> nodes;  ///< rising keys
  static constexpr std::size_t kNone = ~std::size_t{0};

  std::size_t find(std::size_t parent, std::uint16_t symbol) const {
    const std::uint64_t key = key_of(parent, symbol);
    const auto found = std::ranges::lower_bound(nodes, key, {}, &Ngram::key);
    return found != nodes.end() && found->key == key ? static_cast<std::size_t>(found - nodes.begin()) : kNone;
  }
};

/// Sums up keys that come in any order; sorts and merges them block by block.
class Counter {
 public:
  explicit Counter(std::size_t most) : most_(most) { block_.reserve(kBlock); }
  void add(std::uint64_t key) {
    block_.push_back(key);
    if (block_.size() == kBlock) merge();
  }
  std::vector<Ngram> take() {
    merge();
    return std::move(sums_);
  }

 private:
  void merge() {
    std::ranges::sort(block_);
    std::vector<Ngram> merged;
    merged.reserve(sums_.size() + block_.size());
    std::size_t old = 0;
    for (std::size_t i = 0; i < block_.size();) {
      const std::uint64_t key = block_[i];
      std::size_t end = i;
      while (end < block_.size() && block_[end] == key) ++end;
      while (old < sums_.size() && sums_[old].key < key) merged.push_back(sums_[old++]);
      std::uint64_t count = end - i;
      if (old < sums_.size() && sums_[old].key == key) count += sums_[old++].count;
      merged.push_back({key, static_cast<std::uint32_t>(std::min<std::uint64_t>(count, kMaxCount))});
      i = end;
    }
    merged.insert(merged.end(), sums_.begin() + static_cast<std::ptrdiff_t>(old), sums_.end());
    sums_ = std::move(merged);
    block_.clear();
    if (sums_.size() > 4 * most_ + kBlock) std::erase_if(sums_, [](const Ngram& each) { return each.count == 1; });
  }

  std::size_t most_;
  std::vector<std::uint64_t> block_;
  std::vector<Ngram> sums_;
};

/// The `most` with the highest counts; of those that are equal, the first.
void keep_most_frequent(std::vector<Ngram>& ngrams, std::size_t most) {
  if (ngrams.size() <= most) return;
  std::vector<std::uint32_t> counts(ngrams.size());
  std::ranges::transform(ngrams, counts.begin(), &Ngram::count);
  const auto last = counts.begin() + static_cast<std::ptrdiff_t>(most - 1);
  std::nth_element(counts.begin(), last, counts.end(), std::greater<>());
  const std::uint32_t least = *last;
  std::size_t equal = most - static_cast<std::size_t>(
                                 std::ranges::count_if(ngrams, [&](const Ngram& each) { return each.count > least; }));
  std::erase_if(ngrams, [&](const Ngram& each) {
    if (each.count > least) return false;
    if (each.count < least || equal == 0) return true;
    --equal;
    return false;
  });
}

class Counting {
 public:
  Counting(std::span<const ExamplePiece> pieces, const ProgressSink& progress, std::stop_token stop, std::size_t order)
      : pieces_(pieces), progress_(progress), stop_(std::move(stop)) {
    total_ = (order + 1) * targets(pieces);
  }

  /// Single symbols. Those that only begin pieces count 0: they are contexts, but were never predicted.
  Level symbols() {
    Level level;
    std::map<std::uint16_t, std::uint64_t> counts;
    for (const ExamplePiece& piece : pieces_) {
      for (std::size_t i = 0; i < piece.symbols.size(); ++i) {
        std::uint64_t& count = counts[piece.symbols[i]];
        if (i > 0) ++count;
      }
      report(piece);
    }
    for (const auto& [symbol, count] : counts)
      level.nodes.push_back({key_of(0, symbol), static_cast<std::uint32_t>(std::min<std::uint64_t>(count, kMaxCount))});
    return level;
  }

  /// N-grams one symbol longer than those of the last of `levels`.
  Level next(const std::vector<Level>& levels, std::size_t most) {
    Counter counter(most);
    const std::size_t context = levels.size();
    for (const ExamplePiece& piece : pieces_) {
      const SymbolView symbols = piece.symbols;
      for (std::size_t end = context; end < symbols.size(); ++end) {
        std::size_t node = 0;
        for (std::size_t depth = 0; depth < context && node != Level::kNone; ++depth)
          node = levels[depth].find(node, symbols[end - context + depth]);
        if (node != Level::kNone) counter.add(key_of(node, symbols[end]));
      }
      report(piece);
    }
    Level level;
    level.nodes = counter.take();
    keep_most_frequent(level.nodes, most);
    return level;
  }

 private:
  void report(const ExamplePiece& piece) {
    if (stop_.stop_requested()) throw Interrupted("stopped before everything was counted");
    done_ += piece.targets();
    if (progress_) progress_({.task = "Counting", .done = done_, .total = total_, .unit = "symbols"});
  }

  std::span<const ExamplePiece> pieces_;
  const ProgressSink& progress_;
  std::stop_token stop_;
  std::uint64_t done_ = 0, total_ = 0;
};

double nats_per_symbol(const engine::Model& model, std::span<const ExamplePiece> pieces, const ProgressSink& progress,
                       std::stop_token stop) {
  std::vector<evaluation::LabelledSequence> sequences;
  for (const ExamplePiece& piece : pieces) sequences.push_back({piece.symbols, piece.label, piece.context});
  const engine::Model* const models[] = {&model};
  return evaluation::likelihood(models, sequences, 0, progress, std::move(stop)).front().bits * std::numbers::ln2;
}

double minutes_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count() / 60;
}

}  // namespace

std::map<std::string, std::vector<float>> count_ngrams(weights::MarkovSpec& spec, std::span<const ExamplePiece> pieces,
                                                       const ProgressSink& progress, std::stop_token stop) {
  const auto order = static_cast<std::size_t>(spec.order);
  Counting counting(pieces, progress, std::move(stop), order);
  std::vector<Level> levels = {counting.symbols()};
  while (levels.size() <= order) {
    levels.push_back(counting.next(levels, static_cast<std::size_t>(spec.max_entries)));
    if (levels.back().nodes.empty())
      throw Error(ErrorInfo{.message = "no piece is long enough for a Markov chain of order " + std::to_string(order),
                            .hint = "Set network.order to " + std::to_string(levels.size() - 2) + " or less.",
                            .code = ErrorCode::kEmpty});
  }
  std::map<std::string, std::vector<float>> tensors;
  spec.entries.clear();
  for (std::size_t depth = 0; depth < levels.size(); ++depth) {
    const std::vector<Ngram>& nodes = levels[depth].nodes;
    const std::string name = "level." + std::to_string(depth + 1) + ".";
    spec.entries.push_back(static_cast<int>(nodes.size()));
    for (const Ngram& node : nodes) {
      tensors[name + "symbol"].push_back(static_cast<float>(node.key & 0xFFFFU));
      tensors[name + "count"].push_back(static_cast<float>(node.count));
    }
    if (depth + 1 == levels.size()) break;
    const std::vector<Ngram>& children = levels[depth + 1].nodes;
    std::size_t child = 0;
    for (std::size_t node = 0; node < nodes.size(); ++node) {
      while (child < children.size() && children[child].key >> 16U < node) ++child;
      tensors[name + "first"].push_back(static_cast<float>(child));
    }
  }
  return tensors;
}

TrainResult count_and_evaluate(const corpus::Dataset& dataset, Plan plan, const Recipe& recipe,
                               const TrainOptions& options, const ProgressSink& progress, std::stop_token stop,
                               const std::function<void(const CurvePoint&)>& on_point) {
  const Clock::time_point begin = Clock::now();
  auto& spec = std::get<weights::MarkovSpec>(plan.network.network);
  if (recipe.training.epoch_symbols > 0)
    plan.train =
        choose_excerpts(plan.train, static_cast<std::uint64_t>(recipe.training.epoch_symbols), 0, recipe.training.seed);
  auto tensors = count_ngrams(spec, plan.train, progress, stop);
  TrainResult result = result_of(plan);
  for (const auto& [name, values] : tensors) result.parameters += values.size();
  result.steps = 1;
  result.symbols_seen = targets(plan.train);
  result.minutes = minutes_since(begin);
  result.symbols_per_second = static_cast<double>(result.symbols_seen) / std::max(60 * result.minutes, 1e-9);

  const auto model = engine::Model::create(
      weights::ModelFile::parse(weights::serialise({.network = plan.network, .metadata = {}, .tensors = tensors})));
  CurvePoint point{.step = 1, .epoch = 1, .minutes = result.minutes};
  const Clock::time_point evaluated_from = Clock::now();
  point.held_out_loss = nats_per_symbol(*model, plan.held_out, progress, stop);
  point.train_loss = point.train_eval_loss = nats_per_symbol(*model, plan.train_sample, progress, stop);
  result.evaluation_minutes = minutes_since(evaluated_from);
  result.curve = {point};
  result.best_model = options.folder / kBestFile;
  result.last_model = options.folder / kLastFile;
  if (options.resume == Resume::kOverwrite) remove_training(options.folder);
  write_file_atomically(options.folder / kRecipeFile, to_toml(recipe));
  const weights::ModelContents contents = model_contents(plan, recipe, dataset, result, point, {}, std::move(tensors));
  weights::save(result.best_model, contents);
  weights::save(result.last_model, contents);
  write_file_atomically(options.folder / kCurveFile, curve_csv(result.curve));
  if (on_point) on_point(point);
  return result;
}

}  // namespace continuo::training
