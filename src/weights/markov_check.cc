// The table of a Markov chain from a stranger: checked once, so that whoever walks it need not look where he steps.
#include "weights/markov_check.h"

#include <algorithm>
#include <string>

#include "continuo/base/error.h"

namespace continuo::weights {
namespace {

constexpr float kMaxCount = 16777216.0F;  // 2^24: whole numbers are exact up to here

bool is_whole(float value, float low, float high) {
  return value >= low && value <= high && value == static_cast<float>(static_cast<std::int64_t>(value));
}

/// Symbols rise strictly within each node's children, which lie from its `first` to the next node's.
void check_symbols(const std::string& name, std::span<const float> symbols, std::span<const float> first,
                   int vocabulary) {
  std::size_t parent = 0;
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    bool begins = i == 0;
    while (parent < first.size() && static_cast<std::size_t>(first[parent]) <= i) {
      begins = begins || static_cast<std::size_t>(first[parent]) == i;
      ++parent;
    }
    if (!is_whole(symbols[i], 0, static_cast<float>(vocabulary - 1)) || (!begins && symbols[i] <= symbols[i - 1]))
      throw Error(ErrorCode::kDamaged, "tensor \"" + name + "\" holds no rising symbols of the vocabulary (number " +
                                           std::to_string(i) + ")");
  }
}

}  // namespace

void check_markov(const NetworkSpec& spec, const std::function<std::span<const float>(const std::string&)>& values) {
  const auto* const markov = std::get_if<MarkovSpec>(&spec.network);
  if (markov == nullptr) return;
  if (markov->entries.empty())
    throw Error({.message = "the Markov chain has not counted anything",
                 .hint = "Train it first.",
                 .code = ErrorCode::kDamaged,
                 .remedy = Remedy::kTrain});
  std::span<const float> first;  // of the level above
  for (std::size_t i = 0; i < markov->entries.size(); ++i) {
    const std::string level = "level." + std::to_string(i + 1) + ".";
    check_symbols(level + "symbol", values(level + "symbol"), first, spec.vocabulary_size);
    const float least = i == 0 ? 0.0F : 1.0F;  // what only begins sequences is never predicted
    for (const float count : values(level + "count"))
      if (!is_whole(count, least, kMaxCount))
        throw Error(ErrorCode::kDamaged, "tensor \"" + level + "count\" holds a value that is no count");
    if (i + 1 == markov->entries.size()) break;
    first = values(level + "first");
    float before = 0;
    for (const float at : first) {
      if (!is_whole(at, before, static_cast<float>(markov->entries[i + 1])))
        throw Error(ErrorCode::kDamaged, "tensor \"" + level + "first\" does not lead into the next level in order");
      before = at;
    }
    if (first[0] != 0.0F) throw Error(ErrorCode::kDamaged, "tensor \"" + level + "first\" does not begin with 0");
  }
}

}  // namespace continuo::weights
