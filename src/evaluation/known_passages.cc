// A table of whole hashes of passages.
#include "continuo/evaluation/known_passages.h"

#include <algorithm>
#include <bit>
#include <iterator>

#include "continuo/base/error.h"

namespace continuo::evaluation {

using loaded::passage_hash;

PassageSet::PassageSet(const PassageIndex& index, std::size_t notes) : KnownPassages(notes) {
  if (notes < 2) throw Error(ErrorCode::kInvalidArgument, "a passage has at least 2 notes");
  const std::span<const Step> text = index.steps();
  const std::size_t length = notes - 1;
  table_.resize(std::bit_ceil(2 * text.size() + 2));
  std::size_t usable = 0;  // steps since the beginning of the piece
  for (std::size_t end = 0; end < text.size(); ++end) {
    usable = text[end] == kNoStep ? 0 : usable + 1;
    if (usable < length) continue;
    const std::uint64_t hash = passage_hash(text.subspan(end + 1 - length, length));
    std::size_t at = hash & (table_.size() - 1);
    while (table_[at] != 0 && table_[at] != hash) at = (at + 1) & (table_.size() - 1);
    table_[at] = hash;
  }
}

bool PassageSet::contains(std::span<const Step> steps) const noexcept {
  const std::uint64_t hash = passage_hash(steps);
  std::size_t at = hash & (table_.size() - 1);
  for (; table_[at] != 0; at = (at + 1) & (table_.size() - 1))
    if (table_[at] == hash) return true;
  return false;
}

std::vector<std::uint64_t> PassageSet::hashes() const {
  std::vector<std::uint64_t> result;
  std::copy_if(table_.begin(), table_.end(), std::back_inserter(result), [](std::uint64_t hash) { return hash != 0; });
  std::sort(result.begin(), result.end());
  return result;
}

PassageFilter filter_of(const PassageSet& set) { return {set.notes(), set.hashes()}; }

}  // namespace continuo::evaluation
