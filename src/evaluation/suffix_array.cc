// Suffixes are sorted by their first three numbers, then those still equal by what was found of the suffixes 3, 6, 12
// ... places on.
#include "evaluation/suffix_array.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace continuo::evaluation {
namespace {

constexpr std::size_t kFirst = 3;  ///< numbers that fit into one key
constexpr int kBits = 17;          ///< of a number raised by one, so that the end of the text is 0

/// Suffixes that are equal as far as they were compared, a range of the array.
struct Group {
  std::size_t begin, end;
};

}  // namespace

std::vector<std::uint32_t> suffix_array(std::span<const std::uint16_t> text) {
  const std::size_t size = text.size();
  std::vector<std::pair<std::uint64_t, std::uint32_t>> by_key(size);
  std::uint64_t key = 0;
  for (std::size_t i = size; i-- > 0;) {
    key = key >> kBits | (std::uint64_t{text[i]} + 1) << (kBits * (kFirst - 1));
    by_key[i] = {key, static_cast<std::uint32_t>(i)};
  }
  std::sort(by_key.begin(), by_key.end());

  std::vector<std::uint32_t> suffixes(size), rank(size);
  std::vector<Group> groups, next;
  for (std::size_t begin = 0; begin < size;) {
    std::size_t end = begin;
    for (; end < size && by_key[end].first == by_key[begin].first; ++end) {
      suffixes[end] = by_key[end].second;
      rank[suffixes[end]] = static_cast<std::uint32_t>(begin);
    }
    if (end - begin > 1) groups.push_back({begin, end});
    begin = end;
  }
  by_key = {};

  std::vector<std::pair<std::uint32_t, std::uint32_t>> members;  // rank of what follows, suffix
  std::vector<std::uint32_t> ranks;
  for (std::size_t compared = kFirst; !groups.empty(); compared *= 2) {
    next.clear();
    ranks.clear();
    for (const Group& group : groups) {
      members.clear();
      for (std::size_t i = group.begin; i < group.end; ++i) {
        const std::size_t after = suffixes[i] + compared;
        members.emplace_back(after < size ? rank[after] + 1 : 0, suffixes[i]);
      }
      std::sort(members.begin(), members.end());
      std::size_t equal_from = group.begin;
      for (std::size_t i = 0; i < members.size(); ++i) {
        suffixes[group.begin + i] = members[i].second;
        if (i > 0 && members[i].first != members[i - 1].first) {
          if (group.begin + i - equal_from > 1) next.push_back({equal_from, group.begin + i});
          equal_from = group.begin + i;
        }
        ranks.push_back(static_cast<std::uint32_t>(equal_from));
      }
      if (group.end - equal_from > 1) next.push_back({equal_from, group.end});
    }
    // Only now, for the groups were to be compared by the ranks of before.
    std::size_t at = 0;
    for (const Group& group : groups)
      for (std::size_t i = group.begin; i < group.end; ++i) rank[suffixes[i]] = ranks[at++];
    std::swap(groups, next);
  }
  return suffixes;
}

bool is_suffix_array(std::span<const std::uint16_t> text, std::span<const std::uint32_t> suffixes) {
  const std::size_t size = text.size();
  if (suffixes.size() != size) return false;
  std::vector<std::uint32_t> rank(size, 0);
  std::vector<bool> seen(size);
  for (std::size_t i = 0; i < size; ++i) {
    if (suffixes[i] >= size || seen[suffixes[i]]) return false;
    seen[suffixes[i]] = true;
    rank[suffixes[i]] = static_cast<std::uint32_t>(i);
  }
  for (std::size_t i = 1; i < size; ++i) {
    const std::size_t a = suffixes[i - 1], b = suffixes[i];
    if (text[a] != text[b]) {
      if (text[a] > text[b]) return false;
    } else if (b + 1 == size || (a + 1 < size && rank[a + 1] > rank[b + 1])) {
      return false;
    }
  }
  return true;
}

}  // namespace continuo::evaluation
