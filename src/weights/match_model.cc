// A passage that is followed, and the table where others are found.
#include "continuo/weights/match_model.h"

#include <algorithm>
#include <array>

namespace continuo::weights {
namespace {

// Places in the memory, before history and table.
constexpr std::size_t kTime = 0;    // symbols so far
constexpr std::size_t kNext = 1;    // time of the symbol that would follow
constexpr std::size_t kLength = 2;  // symbols that agree; 0: no match

constexpr std::array<int, kMatchLengths - 2> kLimits = {12, 16, 24, 32, 48, 64};
constexpr std::int32_t kLatest = 1 << 30;  // after so many symbols all is forgotten

std::uint16_t class_of(std::int32_t length) noexcept {
  if (length == 0) return 0;
  return static_cast<std::uint16_t>(1 + (std::upper_bound(kLimits.begin(), kLimits.end(), length) - kLimits.begin()));
}

}  // namespace

Match MatchModel::step(std::uint16_t symbol) noexcept {
  if (memory_[kTime] >= kLatest) std::fill(memory_.begin(), memory_.end(), 0);
  std::int32_t& next = memory_[kNext];
  std::int32_t& length = memory_[kLength];
  const std::int32_t time = memory_[kTime]++;
  const bool goes_on = length > 0 && at(next) == symbol;
  at(time) = symbol;
  length = goes_on ? std::min(length + 1, kLongestMatch) : 0;
  if (goes_on) ++next;
  look_up(time + 1);
  // What is followed must not be overwritten before it is compared.
  if (length > 0 && time + 1 - next >= static_cast<std::int32_t>(kHistory)) length = 0;
  if (length == 0) return {};
  return {static_cast<std::uint16_t>(at(next)), class_of(length)};
}

void MatchModel::look_up(std::int32_t time) noexcept {
  if (time < shortest_) return;
  std::uint32_t hash = 0;
  for (std::int32_t i = 1; i <= shortest_; ++i)
    hash = (hash + static_cast<std::uint32_t>(at(time - i)) + 1) * 0x9e3779b1U;
  std::int32_t& place = memory_[4 + kHistory + (hash >> 16) % kTable];
  const std::int32_t found = place;
  place = time;
  std::int32_t& length = memory_[kLength];
  if (found == 0 || length == kLongestMatch) return;
  const std::int32_t most = std::min({kLongestMatch, found, static_cast<std::int32_t>(kHistory) - (time - found)});
  std::int32_t same = 0;
  while (same < most && at(found - 1 - same) == at(time - 1 - same)) ++same;
  if (same < shortest_ || same <= length) return;
  memory_[kNext] = found;
  length = same;
}

}  // namespace continuo::weights
