// The page of `compose --report`: the pieces to hear, what of them stands in the collection, and how they were made.
#include <fmt/format.h>

#include "compose.h"
#include "continuo/base/format.h"
#include "continuo/evaluation/originality.h"
#include "continuo/generation/sampling_settings.h"
#include "continuo/music/excerpt.h"
#include "continuo/page/page.h"
#include "continuo/plot/plot.h"
#include "continuo/workbench/originality_view.h"
#include "continuo/workbench/page_media.h"
#include "terminal.h"

namespace continuo::app {
namespace {

using generation::Composition;

constexpr double kHeardSeconds = 180;

std::string length_in_words(const ComposeOptions& options) {
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : " or ") + part; };
  if (options.compose.seconds) add(fmt::format("{:g} s", *options.compose.seconds));
  if (options.compose.bars) add(fmt::format("{} bars", *options.compose.bars));
  if (options.compose.symbols) add(fmt::format("{} symbols", *options.compose.symbols));
  return text.empty() ? "120 s" : text;
}

void add_settings(page::Page& page, const ComposeOptions& options, const evaluation::PassageIndex& index) {
  const auto& sampling = options.compose.sampling;
  page::Table table{.header = {"setting", "value"}};
  const auto row = [&](const char* name, const std::string& value) { table.rows.push_back({name, value}); };
  row("model", options.model.string());
  row("seed", std::to_string(options.compose.seed));
  row("begins from",
      options.prompt.empty()
          ? (options.compose.start == generation::StartKind::kRandom ? "a random array" : "the beginning of a piece")
          : options.prompt.string());
  row("length", length_in_words(options) + (!options.compose.stop_at_end ? "" : ", or where the model ends it"));
  row("symbols are", sampling.argmax ? "the most probable" : "drawn");
  if (!sampling.argmax) {
    row("temperature", generation::temperatures_text(sampling));
    if (sampling.top_k > 0) row("top-k", std::to_string(sampling.top_k));
    row("top-p", fmt::format("{:g}", sampling.top_p));
  }
  if (!options.compose.label.empty()) row("style", options.compose.label);
  if (options.max_copy > 0) row("max-copy", fmt::format("{} notes", options.max_copy));
  row("collection", fmt::format("{}: {} pieces, {} notes", options.passages.corpus.string(),
                                format_count(index.pieces()), format_count(index.notes())));
  page.table(table);
}

}  // namespace

void write_compose_report(const ComposeOptions& options, const std::vector<Composition>& pieces,
                          const evaluation::PassageIndex& index) {
  page::Page page(pieces.size() == 1 ? title_of(options, 0)
                                     : fmt::format("{} pieces, seed {}", pieces.size(), options.compose.seed),
                  {.subtitle = "Composed by " + options.model.string()});
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const Composition& piece = pieces[i];
    const std::string title = title_of(options, static_cast<int>(i));
    page.heading(pieces.size() == 1 ? "The piece" : fmt::format("Piece {}", i + 1));
    const double seconds = duration_seconds(piece.score);
    page.paragraph(fmt::format("{} of music, {} notes, {} symbols{}.", format_duration(seconds),
                               format_count(note_count(piece.score)), format_count(piece.generated),
                               piece.ended ? ", ended by itself" : ""));
    if (piece.retries > 0)
      page.paragraph(
          fmt::format("Taken back {} times, where every note would have been a copy.", format_count(piece.retries)));
    for (const auto& warning : piece.warnings) page.note(warning);
    if (note_count(piece.score) == 0) continue;
    page::Inline caption;
    caption
        .audio(workbench::sound_of(first_seconds(piece.score, kHeardSeconds), options.render.soundfont, interruption()),
               title)
        .download(workbench::midi_of(piece.score, title), "MIDI")
        .text(" ");
    if (seconds > kHeardSeconds) caption.text(fmt::format("Heard are the first {:g} s. ", kHeardSeconds));
    page.heading("Is it copied?", 3);
    const auto result = evaluation::originality(piece.score, index);
    const auto roll = workbench::drawn([&](const plot::Target& target) {
      plot::piano_roll(target, piece.score,
                       {.title = title,
                        .width = workbench::kPageRollWidth,
                        .height = workbench::kPageRollHeight,
                        .marks = workbench::borrowed_marks(result, workbench::kBorrowedNotes)});
    });
    workbench::show_originality(page, result, workbench::kBorrowedNotes, roll, caption);
    fmt::print("  originality{}: {}; {}\n", pieces.size() == 1 ? "" : fmt::format(" of piece {}", i + 1),
               workbench::longest_run_in_words(result), workbench::covered_in_words(result, workbench::kBorrowedNotes));
  }
  page.heading("How it was made");
  add_settings(page, options, index);
  page.write(options.report);
}

}  // namespace continuo::app
