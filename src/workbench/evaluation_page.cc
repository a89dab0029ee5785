// An evaluation as a table of pieces and as a page.
#include <fmt/format.h>

#include <algorithm>
#include <numbers>

#include "continuo/base/file.h"
#include "continuo/base/format.h"
#include "continuo/page/page.h"
#include "continuo/workbench/evaluate.h"

namespace continuo::workbench {

void write_evaluation_table(const std::filesystem::path& path, const Evaluation& evaluation) {
  const Selection& selection = evaluation.selection;
  std::string text =
      "model,representation,piece,trained_on,symbols,nats,bits,notes,seconds,grid_notes,grid_bits,grid_idle_bits\n";
  for (const EvaluatedModel& row : evaluation.rows) {
    for (std::size_t i = 0; i < row.pieces.size(); ++i) {
      const auto& found = row.pieces[i];
      const auto& piece = selection.piece(row.subject, i);
      text += fmt::format("{},{},{},{},{},{:.6f},{:.6f},{},{:.6f},", csv_field(row.name), row.representation,
                          csv_field(selection.names[i]), selection.trained_on[i] ? 1 : 0, found.symbols,
                          found.bits * std::numbers::ln2, found.bits, piece.notes, piece.seconds);
      text += row.grid ? fmt::format("{},{:.6f},{:.6f}\n", found.grid_notes, found.grid_bits, found.idle_bits) : ",,\n";
    }
  }
  write_file_atomically(path, text);
}

void write_evaluation_page(const std::filesystem::path& path, const Evaluation& evaluation) {
  page::Page page("Likelihood of held-out music", {.subtitle = evaluation.heading()});
  page.paragraph(
      "Each symbol is predicted from all before it in its piece. The less, the better; below each figure stands the "
      "95 % interval of a bootstrap over pieces.");
  page::Table table{.header = {"model"}, .align = "l"};
  for (const Likelihood measure : kLikelihoods) {
    table.header.emplace_back(std::string(name(measure)));
    table.align += 'r';
  }
  for (std::size_t r = 0; r < evaluation.rows.size(); ++r) {
    page::Inline model;
    model.text(evaluation.rows[r].name).line_break().text(evaluation.rows[r].representation);
    std::vector<page::Inline> cells = {model};
    for (const Likelihood measure : kLikelihoods) {
      const auto found = evaluation.figure(r, measure);
      page::Inline cell;
      if (found) cell.strong(format_decimals(found->value, digits(measure)));
      if (found && measure != Likelihood::kNatsPerSymbol)  // the interval of nats is that of bits
        cell.line_break().text(between(found->interval, std::min(digits(measure), 2)));
      cells.push_back(cell);
    }
    table.rows.push_back(std::move(cells));
  }
  page.table(table);
  std::vector<page::Inline> items;
  for (const std::string& text : evaluation.differences_in_words()) items.emplace_back(text);
  for (const std::string& text : evaluation.remarks()) items.emplace_back(text);
  page.list(items);
  page.write(path);
}

}  // namespace continuo::workbench
