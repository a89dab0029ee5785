// Options that choose pieces.
#include "piece_set_options.h"

#include <fmt/core.h>

#include <algorithm>

#include "continuo/base/format.h"
#include "options.h"

namespace continuo::app {
namespace {

constexpr std::size_t kPrintedFaults = 20;

}  // namespace

void add_piece_set_options(CLI::App& command, workbench::PieceSetOptions& options) {
  command
      .add_option("--select-column", options.select_column,
                  "Only pieces of a folder with 1 in this column of its MANIFEST.csv")
      ->type_name("NAME");
  command.add_option("--max-pieces", options.max_pieces, "Draw so many pieces at random; 0: all")
      ->check(whole(0, kMaxPieces))
      ->capture_default_str();
  command.add_option("--threads", options.threads, "Pieces read at the same time; 0: every core")
      ->check(whole(0, kMaxThreads))
      ->capture_default_str();
}

void print_left_out(const std::vector<evaluation::Survey::LeftOut>& left_out) {
  if (left_out.empty()) return;
  fmt::print(stderr, "Left out: {} {}\n", format_count(left_out.size()), left_out.size() == 1 ? "file" : "files");
  for (std::size_t i = 0; i < std::min(left_out.size(), kPrintedFaults); ++i)
    fmt::print(stderr, "  {}: {}\n", left_out[i].name, left_out[i].why);
  if (left_out.size() > kPrintedFaults)
    fmt::print(stderr, "  and {} others\n", format_count(left_out.size() - kPrintedFaults));
}

}  // namespace continuo::app
