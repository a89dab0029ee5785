// Random parts of whole groups whose sizes come as near to their shares as the groups' sizes allow.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <utility>

#include "continuo/base/error.h"
#include "continuo/base/random.h"
#include "continuo/corpus/collection.h"

namespace continuo::corpus {
namespace {

using Group = std::vector<std::size_t>;

/// Groups larger than one piece for which every sum is kept in sight (a bit per sum and group). Those before them are
/// drawn without looking ahead.
constexpr std::size_t kForesight = 2048;

/// reachable[k][s]: some of the groups from the k-th on have s pieces together. Groups of one piece, `singles` of
/// them, are not in the table: they fill up any sum by as many.
class Sums {
 public:
  Sums(std::vector<std::size_t> sizes, std::size_t singles, std::size_t most)
      : sizes_(std::move(sizes)), singles_(singles), reachable_(sizes_.size() + 1, std::vector<bool>(most + 1)) {
    reachable_.back()[0] = true;
    for (std::size_t k = sizes_.size(); k-- > 0;) {
      reachable_[k] = reachable_[k + 1];
      for (std::size_t sum = sizes_[k]; sum <= most; ++sum)
        if (reachable_[k + 1][sum - sizes_[k]]) reachable_[k][sum] = true;
    }
  }

  /// How far the nearest sum lies from `wanted` when the first k groups are settled and give nothing more. Sums above
  /// the table are not seen.
  std::size_t distance(std::size_t k, std::int64_t wanted) const {
    const auto& sums = reachable_[k];
    const auto holds = [&](std::int64_t sum) {
      return sum >= 0 && sum < static_cast<std::int64_t>(sums.size()) && sums[static_cast<std::size_t>(sum)];
    };
    // Any sum in [lowest, wanted] is filled up to `wanted` with single pieces.
    const std::int64_t lowest = std::max<std::int64_t>(0, wanted - static_cast<std::int64_t>(singles_));
    for (std::int64_t sum = wanted; sum >= lowest; --sum)
      if (holds(sum)) return 0;
    for (std::int64_t gap = 1;; ++gap)  // ends: the sum 0 is always reachable
      if (holds(lowest - gap) || holds(wanted + gap)) return static_cast<std::size_t>(gap);
  }

 private:
  std::vector<std::size_t> sizes_;
  std::size_t singles_;
  std::vector<std::vector<bool>> reachable_;
};

/// Draws from `groups` a part of nearly `wanted` pieces and takes it out of them. Every group has about the same
/// chance to be drawn, large or small.
std::vector<Group> draw(std::vector<Group>& groups, std::size_t wanted, Random& random) {
  std::size_t pieces = 0;
  for (const Group& group : groups) pieces += group.size();
  const double share = pieces == 0 ? 0.0 : static_cast<double>(wanted) / static_cast<double>(pieces);
  random.shuffle(std::span(groups));
  std::stable_partition(groups.begin(), groups.end(), [](const Group& group) { return group.size() > 1; });
  const std::size_t large = static_cast<std::size_t>(
      std::count_if(groups.begin(), groups.end(), [](const Group& group) { return group.size() > 1; }));
  const std::size_t singles = groups.size() - large;
  const std::size_t unseen = large - std::min(large, kForesight);
  std::vector<std::size_t> sizes;
  std::size_t largest = 1;
  for (std::size_t k = unseen; k < large; ++k) {
    sizes.push_back(groups[k].size());
    largest = std::max(largest, groups[k].size());
  }
  const Sums sums(std::move(sizes), singles, wanted + largest);

  std::vector<Group> drawn, rest;
  auto left = static_cast<std::int64_t>(wanted);
  for (std::size_t k = 0; k < groups.size(); ++k) {
    const auto size = static_cast<std::int64_t>(groups[k].size());
    bool take = random.uniform() < share;
    if (k < unseen) {
      take = take && size <= left;
    } else if (k < large) {
      const std::size_t with = sums.distance(k - unseen + 1, left - size),
                        without = sums.distance(k - unseen + 1, left);
      if (with != without) take = with < without;
    } else {
      take = left > 0;  // shuffled already
    }
    if (take) left -= size;
    (take ? drawn : rest).push_back(std::move(groups[k]));
  }
  groups = std::move(rest);
  return drawn;
}

std::vector<std::size_t> members(const std::vector<Group>& groups) {
  std::vector<std::size_t> all;
  for (const Group& group : groups) all.insert(all.end(), group.begin(), group.end());
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace

Split split(const Collection& collection, const SplitOptions& options) {
  const double test = 1 - options.train - options.validation;
  if (!(options.train > 0 && options.train <= 1 && options.validation >= 0 && test > -1e-9))
    throw Error({.message = "the shares of a split must be positive and add up to 1 at most",
                 .hint = "0.8 for training and 0.1 for validation leave 0.1 for the test.",
                 .code = ErrorCode::kInvalidArgument});
  std::map<int, Group> by_number;
  for (std::size_t i = 0; i < collection.pieces.size(); ++i) by_number[collection.pieces[i].group].push_back(i);
  std::vector<Group> groups;
  groups.reserve(by_number.size());
  for (auto& [number, group] : by_number) groups.push_back(std::move(group));
  const auto pieces = static_cast<double>(collection.pieces.size());
  const auto wanted = [&](double share) {
    return static_cast<std::size_t>(std::llround(std::max(0.0, share) * pieces));
  };

  Random random(options.seed, 1);
  Split parts;
  parts.test = members(draw(groups, wanted(test), random));
  parts.validation = members(draw(groups, wanted(options.validation), random));
  parts.train = members(groups);
  return parts;
}

}  // namespace continuo::corpus
