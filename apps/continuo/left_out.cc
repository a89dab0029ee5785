// Files that could not be measured.
#include "left_out.h"

#include <fmt/core.h>

#include <algorithm>

#include "continuo/base/format.h"

namespace continuo::app {
namespace {

constexpr std::size_t kPrintedFaults = 20;

}  // namespace

void print_left_out(const std::vector<evaluation::Survey::LeftOut>& left_out) {
  if (left_out.empty()) return;
  fmt::print(stderr, "Left out: {} {}\n", format_count(left_out.size()), left_out.size() == 1 ? "file" : "files");
  for (std::size_t i = 0; i < std::min(left_out.size(), kPrintedFaults); ++i)
    fmt::print(stderr, "  {}: {}\n", left_out[i].name, left_out[i].why);
  if (left_out.size() > kPrintedFaults)
    fmt::print(stderr, "  and {} others\n", format_count(left_out.size() - kPrintedFaults));
}

}  // namespace continuo::app
