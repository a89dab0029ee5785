// Prints how well copies are found.
#include "planted.h"

#include <fmt/core.h>

#include <set>

#include "continuo/base/format.h"

namespace continuo::app {

void print_planted(const workbench::PlantedCheck& check, std::size_t borrowed) {
  fmt::print("{} training pieces, {} notes; the index was opened in {:.1f} s\n", format_count(check.pieces),
             format_count(check.notes), check.opening_seconds);
  std::size_t whole = 0, tried = 0;
  for (const auto& one : check.planted) {
    tried += one.hidden > 0 ? 1 : 0;
    whole += one.right && one.found >= one.hidden ? 1 : 0;
  }
  fmt::print("planted: {} passages of 8 quarters; {} found whole, {} as the longest run of their piece\n", tried, whole,
             check.found(0));
  fmt::print(
      "unrelated: the longest runs of {} test pieces have a median of {} notes; 90 % at most {}, 95 % {}, 99 % {}\n",
      check.unrelated.size(), check.unrelated_quantile(0.5), check.unrelated_quantile(0.9),
      check.unrelated_quantile(0.95), check.unrelated_quantile(0.99));
  std::set<std::size_t> limits = {8, 12, 16, 20, 24, 28, 32, 40, 48, 64, 96};
  limits.insert(borrowed);
  for (const std::size_t limit : limits)
    fmt::print("  from {:>3} notes on: {:>4} unrelated pieces blamed, {:>4} planted passages found{}\n", limit,
               check.blamed(limit), check.found(limit), limit == borrowed ? "  (--borrowed)" : "");
  for (const auto& one : check.unrelated)
    if (one.longest > check.unrelated_quantile(0.97)) fmt::print("  {:>5} notes: {}\n", one.longest, one.piece);
}

}  // namespace continuo::app
