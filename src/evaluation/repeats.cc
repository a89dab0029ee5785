// Greedy: the longest repeated run of bars first. Quadratic in the bars, for each passage.
#include "continuo/evaluation/repeats.h"

#include <algorithm>
#include <cstddef>
#include <map>

#include "continuo/base/error.h"
#include "continuo/music/time.h"
#include "evaluation/bars.h"

namespace continuo::evaluation {
namespace {

constexpr std::size_t kMaxComparedBars = 2'000;

/// Which pairs of bars count as the same.
class SameBars {
 public:
  SameBars(const std::vector<Bar>& bars, double least) : count_(bars.size()), same_(count_ * count_, false) {
    for (std::size_t i = 0; i < count_; ++i) {
      for (std::size_t j = i; j < count_; ++j) {
        const auto [small, large] = std::minmax(bars[i].size(), bars[j].size());
        // Sizes bound the similarity from above: most pairs need no more.
        const bool same =
            static_cast<double>(small) >= least * static_cast<double>(large) && similarity(bars[i], bars[j]) >= least;
        same_[i * count_ + j] = same_[j * count_ + i] = same;
      }
    }
  }
  bool operator()(std::size_t i, std::size_t j) const { return same_[i * count_ + j]; }

 private:
  std::size_t count_;
  std::vector<bool> same_;
};

struct RepeatRun {
  std::size_t at = 0, again = 0, bars = 0;
};

class RepeatFinder {
 public:
  RepeatFinder(const std::vector<Bar>& bars, const RepeatOptions& options)
      : bars_(bars),
        same_(bars, options.similarity),
        least_(static_cast<std::size_t>(options.min_bars)),
        free_(bars.size(), true) {}

  /// The longest passage among the free bars that stands there twice; of equally long ones the first.
  RepeatRun longest() const {
    RepeatRun best;
    const std::size_t count = bars_.size();
    std::vector<std::size_t> next(count + 1, 0), row(count + 1, 0);
    for (std::size_t i = count; i-- > 0;) {
      for (std::size_t j = count; j-- > i + 1;) {
        row[j] = free_[i] && free_[j] && same_(i, j) ? next[j + 1] + 1 : 0;
        std::size_t length = std::min(row[j], j - i);
        if (length == 0 || bars_[i].empty()) continue;
        while (length > 0 && bars_[i + length - 1].empty()) --length;
        if (length >= least_ && length >= best.bars) best = {i, j, length};
      }
      std::swap(row, next);
    }
    return best;
  }

  /// Every free place of the passage, which are then taken.
  std::vector<std::size_t> take(const RepeatRun& run) {
    std::vector<std::size_t> places;
    for (std::size_t at = run.at; at + run.bars <= bars_.size();) {
      bool here = true;
      for (std::size_t i = 0; i < run.bars && here; ++i) here = free_[at + i] && same_(run.at + i, at + i);
      if (!here) {
        ++at;
        continue;
      }
      places.push_back(at);
      at += run.bars;
    }
    for (const std::size_t place : places)
      for (std::size_t i = 0; i < run.bars; ++i) free_[place + i] = false;
    return places;
  }

 private:
  const std::vector<Bar>& bars_;
  SameBars same_;
  std::size_t least_;
  std::vector<bool> free_;
};

}  // namespace

std::string Repeat::name() const {
  constexpr int kLetters = 26;
  std::string text(1, static_cast<char>('A' + passage % kLetters));
  if (passage >= kLetters) text += std::to_string(passage / kLetters + 1);
  return text;
}

std::vector<Repeat> find_repeats(const Score& score, const RepeatOptions& options) {
  if (options.min_bars < 1) throw Error(ErrorCode::kInvalidArgument, "a passage that returns has one bar or more");
  auto bars = bars_of(score);
  bars.resize(std::min(bars.size(), kMaxComparedBars));
  const MeterMap meter(score);
  RepeatFinder finder(bars, options);
  std::vector<Repeat> repeats;
  for (int passage = 0; passage < options.max_passages; ++passage) {
    const RepeatRun run = finder.longest();
    if (run.bars == 0) break;
    for (const std::size_t place : finder.take(run)) {
      const int first = static_cast<int>(place), past = static_cast<int>(place + run.bars);
      repeats.push_back({.begin = meter.bar_start(first),
                         .end = meter.bar_start(past),
                         .passage = passage,
                         .first_bar = first,
                         .last_bar = past - 1});
    }
  }
  std::sort(repeats.begin(), repeats.end(), [](const Repeat& a, const Repeat& b) { return a.begin < b.begin; });
  std::map<int, int> numbers;
  for (Repeat& repeat : repeats)
    repeat.passage = numbers.emplace(repeat.passage, static_cast<int>(numbers.size())).first->second;
  return repeats;
}

}  // namespace continuo::evaluation
