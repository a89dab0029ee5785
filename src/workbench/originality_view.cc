// Words, marks and tables of originality.
#include "continuo/workbench/originality_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "continuo/base/format.h"

namespace continuo::workbench {

using evaluation::BarOrigin;
using evaluation::Originality;

namespace {

page::Table table_of_bars() {
  return {.header = {"bar", "notes", "shared", "in run", "nearest passage"}, .align = "rrrrl"};
}

}  // namespace

std::vector<plot::MarkedSpan> borrowed_marks(const Originality& result, std::size_t borrowed) {
  std::vector<plot::MarkedSpan> marks;
  for (const BarOrigin& bar : result.bars) {
    if (bar.run == BarOrigin::npos || result.runs[bar.run].notes < borrowed) continue;
    if (!marks.empty() && marks.back().end == bar.begin)
      marks.back().end = bar.end;
    else
      marks.push_back({bar.begin, bar.end});
  }
  return marks;
}

std::string longest_run_in_words(const Originality& result) {
  const auto* longest = result.longest_run();
  if (longest == nullptr) return "no two notes of it in a row stand there";
  const std::string place = longest->first_bar == longest->last_bar
                                ? fmt::format("bar {}", longest->first_bar + 1)
                                : fmt::format("bars {} to {}", longest->first_bar + 1, longest->last_bar + 1);
  return fmt::format("longest verbatim run: {} notes, {}, as in {}, bar {}", longest->notes, place, longest->piece,
                     longest->bar + 1);
}

std::string covered_in_words(const Originality& result, std::size_t borrowed) {
  const std::size_t covered = result.covered(borrowed);
  return fmt::format(
      "{} of {} notes ({:.0f} %) stand in runs of {} notes or more", format_count(covered), format_count(result.notes),
      100.0 * static_cast<double>(covered) / static_cast<double>(std::max<std::size_t>(1, result.notes)), borrowed);
}

void show_originality(page::Page& page, const Originality& result, std::size_t borrowed, const page::Media& marked_roll,
                      page::Inline caption) {
  std::string longest = longest_run_in_words(result);
  longest.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(longest.front())));
  page.paragraph(page::Inline().strong(longest + ".").text(" " + covered_in_words(result, borrowed) + "."));
  page::Table every = table_of_bars(), some = table_of_bars();
  for (const BarOrigin& bar : result.bars) {
    std::vector<page::Inline> row = {std::to_string(bar.bar + 1), std::to_string(bar.notes)};
    if (bar.run == BarOrigin::npos) {
      row.insert(row.end(), {"0", "0", "none of two notes"});
    } else {
      const auto& run = result.runs[bar.run];
      row.insert(row.end(), {std::to_string(bar.shared), std::to_string(run.notes),
                             fmt::format("{}, bar {}", run.piece, run.bar + 1)});
      if (run.notes >= borrowed) some.rows.push_back(row);
    }
    every.rows.push_back(std::move(row));
  }
  const bool any = !some.rows.empty();
  caption.text(any ? "The bars marked are borrowed: a run of " + std::to_string(borrowed) +
                         " notes or more passes through them."
                   : "No bar is borrowed: no run of " + std::to_string(borrowed) + " notes passes through one.");
  page.picture(marked_roll, any ? "Piano roll with the borrowed bars marked" : "Piano roll; no bar is borrowed",
               caption);
  if (any) {
    some.caption = "The borrowed bars";
    page.table(some);
  }
  every.folded = fmt::format("Each of the {} bars and its nearest passage", every.rows.size());
  page.table(every);
}

}  // namespace continuo::workbench
