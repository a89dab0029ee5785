// Sets of known passages, made from the index of a collection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "continuo/evaluation/passage_index.h"
#include "continuo/loaded/known_passages.h"

namespace continuo::evaluation {

using loaded::KnownPassages;
using loaded::passage_filter_of;
using loaded::PassageFilter;

/// With 64 bits of each hash: wrong with a chance of 2^-40 in a collection of ten million notes. 16 to 32 bytes a note.
class PassageSet final : public KnownPassages {
 public:
  /// Throws Error for fewer notes than 2.
  PassageSet(const PassageIndex& index, std::size_t notes);
  bool contains(std::span<const Step> steps) const noexcept override;
  /// Rising, each once.
  std::vector<std::uint64_t> hashes() const;

 private:
  std::vector<std::uint64_t> table_;  ///< open addressing; 0: free
};

/// The filter of the same passages, which travels with a model. Throws Error for more than 2^28 of them.
PassageFilter filter_of(const PassageSet& set);

}  // namespace continuo::evaluation
