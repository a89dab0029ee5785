// Sums of losses.
#include "corpus/loss_tally.h"

#include <algorithm>

#include "continuo/base/format.h"

namespace continuo::corpus {

void LossTally::add_piece(std::span<const representation::Loss> losses) {
  for (const auto& loss : losses) {
    Sum& sum = sums_[{loss.noun, loss.what}];
    sum.count += loss.count;
    ++sum.pieces;
  }
}

std::vector<std::string> LossTally::sentences() const {
  std::vector<std::pair<std::uint64_t, std::string>> ordered;
  for (const auto& [kind, sum] : sums_) {
    const representation::Loss all{sum.count, kind.first, kind.second};
    ordered.emplace_back(sum.pieces, all.text() + ", in " + counted(sum.pieces, "piece"));
  }
  std::ranges::stable_sort(ordered, std::greater{}, &std::pair<std::uint64_t, std::string>::first);
  std::vector<std::string> sentences;
  for (auto& [pieces, sentence] : ordered) sentences.push_back(std::move(sentence));
  return sentences;
}

}  // namespace continuo::corpus
