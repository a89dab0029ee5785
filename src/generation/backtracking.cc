// From the beginning of the bar to bars before.
#include "generation/backtracking.h"

#include <algorithm>

namespace continuo::generation {
namespace {

constexpr int kMaxTries = 64;              // at one place, before the piece ends there
constexpr std::size_t kMaxRetries = 1000;  // of the whole piece
constexpr int kTriesABar = 8;              // before going back by a bar more

}  // namespace

void Backtracking::add_bar(const representation::Cursor& cursor, std::size_t size) {
  if (!at_new_bar(cursor)) return;
  bars_ = cursor.bars();
  bar_starts_.push_back(size);
}

std::optional<std::size_t> Backtracking::go_back(std::size_t size, std::size_t floor) {
  if (size > furthest_) tries_ = 0;
  furthest_ = std::max(furthest_, size);
  ++retries_;
  if (++tries_ > kMaxTries || retries_ > kMaxRetries || size <= floor) return std::nullopt;
  std::size_t to = floor;
  const int further = tries_ / kTriesABar;
  for (int bars = 0; bars <= further; ++bars) {
    while (!bar_starts_.empty() && bar_starts_.back() >= size) bar_starts_.pop_back();
    if (bar_starts_.empty()) return floor;
    to = bar_starts_.back();
    if (bars < further) bar_starts_.pop_back();
  }
  return std::max(to, floor);
}

int Backtracking::tries(std::size_t size) noexcept {
  if (size > furthest_) tries_ = 0;
  return tries_;
}

void Backtracking::retracted(const representation::Cursor& cursor, std::size_t size) {
  bars_ = cursor.bars();
  std::erase_if(bar_starts_, [&](std::size_t start) { return start > size; });
  legal_end_ = std::min(legal_end_, size);
}

}  // namespace continuo::generation
