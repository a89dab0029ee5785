// The page of what was composed, within limits of what a browser opens at once.
#include "continuo/workbench/compose_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "continuo/base/file.h"
#include "continuo/base/format.h"
#include "continuo/base/hash.h"
#include "continuo/evaluation/originality.h"
#include "continuo/evaluation/shared_beginning.h"
#include "continuo/generation/sampling_settings.h"
#include "continuo/music/excerpt.h"
#include "continuo/music/time.h"
#include "continuo/page/page.h"
#include "continuo/plot/plot.h"
#include "continuo/workbench/originality_view.h"
#include "continuo/workbench/page_media.h"
#include "continuo/workbench/piece_view.h"

namespace continuo::workbench {
namespace {

using generation::Composition;
using page::Inline;
using page::Page;

// What a page may hold, so that a browser opens it at once and it can be sent by mail.
constexpr std::size_t kMaxPieces = 48;        ///< to hear and see; the others are only counted
constexpr double kMaxPieceSeconds = 180;      ///< of sound of one piece
constexpr double kMaxSoundSeconds = 1200;     ///< of sound of all
constexpr std::size_t kMaxDrawing = 300'000;  ///< bytes from which a piano roll is pixels, not shapes

struct ComposedRun {
  const ComposeTask& task;
  const ComposeRequest& request;
  const std::vector<Composition>& pieces;
  ProgressSink progress;
  std::stop_token stop;
  double heard_seconds = 0;              ///< of each piece
  std::vector<std::string> originality;  ///< as ComposePage has it
};

std::string length_asked(const generation::ComposeOptions& options) {
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : " or ") + part; };
  if (options.seconds) add(fmt::format("{:g} s", *options.seconds));
  if (options.bars) add(fmt::format("{} bars", *options.bars));
  if (options.symbols) add(fmt::format("{} symbols", *options.symbols));
  return text.empty() ? "120 s" : text;
}

/// By its name and what tells it from another of that name.
std::string model_in_words(const ComposeRequest& request) {
  const auto bytes = read_file(request.model);
  return fmt::format("{}, content {}", name_in_page(request.model), content_hash(bytes).substr(0, 12));
}

page::Table settings(const ComposedRun& run) {
  const ComposeRequest& request = run.request;
  const auto& sampling = run.task.options.sampling;
  page::Table table{.header = {"setting", "value"}};
  const auto row = [&](const char* name, const std::string& value) { table.rows.push_back({name, value}); };
  row("program", "Continuo " CONTINUO_VERSION);
  row("model", model_in_words(request));
  row("seed", std::to_string(run.task.options.seed));
  row("style", run.task.style.empty() ? "none asked for" : run.task.style);
  row("begins from",
      request.prompt.empty()
          ? (run.task.options.start == generation::StartKind::kRandom ? "a random array" : "the beginning of a piece")
          : name_in_page(request.prompt));
  row("length asked for",
      run.task.form.empty()
          ? length_asked(run.task.options) + (!run.task.options.stop_at_end ? "" : ", or where the model ends it")
          : "sections " + steering::to_text(run.task.form));
  row("symbols are", sampling.argmax ? "the most probable" : "drawn");
  if (!sampling.argmax) {
    row("temperature", generation::temperatures_text(sampling));
    if (sampling.top_k > 0) row("top-k", std::to_string(sampling.top_k));
    row("top-p", fmt::format("{:g}", sampling.top_p));
  }
  if (request.max_copy > 0) row("max-copy", fmt::format("{} notes", request.max_copy));
  if (run.task.compares)
    row("collection", fmt::format("{}: {} pieces, {} notes", name_in_page(request.passages.corpus),
                                  format_count(run.task.index.pieces()), format_count(run.task.index.notes())));
  return table;
}

/// Shapes; pixels where there are very many.
page::Media large_roll(const Score& score, plot::PianoRollOptions roll) {
  roll.width = kPageRollWidth;
  roll.height = kPageRollHeight;
  auto picture = drawn([&](const plot::Target& target) { plot::piano_roll(target, score, roll); });
  if (picture.bytes.size() <= kMaxDrawing) return picture;
  roll.width = kPageRollWidth * 3 / 2;
  roll.height = kPageRollHeight * 3 / 2;
  picture = {.type = "image/png", .name = "roll.png"};
  plot::piano_roll(plot::Target(".png", picture.bytes), score, roll);
  return picture;
}

Inline player(const ComposedRun& run, const Composition& piece, const std::string& title) {
  Inline line;
  const double seconds = duration_seconds(piece.score);
  line.audio(sound_of(first_seconds(piece.score, run.heard_seconds), run.request.render.soundfont, run.stop), title)
      .download(midi_of(piece.score, title), "MIDI");
  if (seconds > run.heard_seconds) line.text(fmt::format(" Heard: the first {:g} s.", run.heard_seconds));
  return line;
}

/// What of the new music stands in the collection; the same in short.
std::string copied(Page& page, const ComposedRun& run, const Composition& piece, plot::PianoRollOptions roll) {
  page.heading("Is it copied?", 3);
  Tick given = 0;
  if (run.task.options.prompt) given = evaluation::shared_beginning(piece.score, *run.task.options.prompt);
  const auto result = evaluation::originality(notes_from(piece.score, given), run.task.index);
  roll.marks = borrowed_marks(result, kBorrowedNotes);
  if (given > 0) page.paragraph(given_in_words(piece.score, given));
  show_originality(page, result, kBorrowedNotes, large_roll(piece.score, roll));
  return longest_run_in_words(result) + "; " + covered_in_words(result, kBorrowedNotes);
}

/// The large picture, what the piece is, and how to make it again.
void about(Page& page, ComposedRun& run, std::size_t i, const std::string& title) {
  const Composition& piece = run.pieces[i];
  const ComposeRequest& request = run.request;
  const bool alone = run.pieces.size() == 1;
  const auto roll = roll_of(piece.score, title, run.task.style);
  for (const auto& warning : piece.warnings) page.note(warning);
  if (run.task.compares && note_count(piece.score) > 0) {
    run.originality[i] = copied(page, run, piece, roll);
  } else {
    page.picture(large_roll(piece.score, roll), "Piano roll of " + title,
                 roll.repeats.empty() ? "" : "Brackets with the same letter mark passages that return.");
  }
  page::Table table{.header = {"", title}};
  for (const auto& [name, value] : facts_of(piece.score)) table.rows.push_back({name, value});
  table.rows.push_back({"style", run.task.style.empty() ? "none asked for" : run.task.style});
  table.rows.push_back({"seed", alone ? std::to_string(run.task.options.seed)
                                      : fmt::format("{}, piece {}", run.task.options.seed, number_of(request, i))});
  table.rows.push_back({"ending", piece.ended ? "chosen by the model" : "where the length was reached"});
  if (piece.retries > 0)
    table.rows.push_back(
        {"backtracked", fmt::format("{} times, to keep to what is not allowed", format_count(piece.retries))});
  page.table(table);
  if (!request.command) return;
  page.heading("Make it again", 3);
  page.paragraph("With the same model this command writes the same piece, note for note, on any machine:");
  page.code(request.command(alone && request.piece == 0 ? 0 : number_of(request, i)));
}

void one_piece(Page& page, ComposedRun& run) {
  const Composition& piece = run.pieces.front();
  const std::string title = title_of(run.request, 0);
  page.paragraph(Inline().strong(facts_in_short(piece.score)));
  if (note_count(piece.score) > 0) page.paragraph(player(run, piece, title));
  about(page, run, 0, title);
}

void contact_sheet(Page& page, ComposedRun& run) {
  const std::size_t shown = std::min(run.pieces.size(), kMaxPieces);
  if (shown < run.pieces.size())
    page.note(fmt::format("The first {} of {} pieces. The others are in the files beside this page.", shown,
                          format_count(run.pieces.size())));
  std::vector<page::Card> cards;
  for (std::size_t i = 0; i < shown; ++i) {
    const Composition& piece = run.pieces[i];
    const std::string title = fmt::format("Piece {}", number_of(run.request, i));
    page::Card card{
        .title = title,
        .facts = facts_in_short(piece.score),
        .alt = "Small piano roll of " + title,
        .opens = run.request.command ? "Larger picture, facts and the command for it" : "Larger picture and facts",
        .inside = Page("", {.id_prefix = fmt::format("piece-{}-", i + 1)})};
    if (note_count(piece.score) > 0) card.player = player(run, piece, title_of(run.request, i));
    card.picture = drawn([&](const plot::Target& target) {
      plot::small_piano_roll(target, piece.score, {.repeats = repeated_spans(piece.score)});
    });
    about(card.inside, run, i, title_of(run.request, i));
    cards.push_back(std::move(card));
    if (run.progress) run.progress({.task = "Page", .done = i + 1, .total = shown, .unit = "pieces"});
  }
  page.paragraph(run.request.command
                     ? "Click a picture to see it large, with what the piece is and the command that writes it again."
                     : "Click a picture to see it large, with what the piece is.");
  page.cards(cards);
  if (!run.request.command) return;
  page.heading("Make all of them again");
  page.code(run.request.command(0));
}

}  // namespace

ComposePage compose_page(const ComposeTask& task, const std::vector<Composition>& pieces, const ProgressSink& progress,
                         const std::stop_token& stop) {
  ComposedRun run{.task = task, .request = task.request, .pieces = pieces, .progress = progress, .stop = stop};
  run.originality.resize(pieces.size());
  const double longest =
      kMaxSoundSeconds / static_cast<double>(std::min(std::max<std::size_t>(1, pieces.size()), kMaxPieces));
  run.heard_seconds = std::min(kMaxPieceSeconds, std::floor(longest));
  const bool alone = pieces.size() == 1;
  Page page(alone ? title_of(task.request, 0) : fmt::format("{} pieces, seed {}", pieces.size(), task.options.seed),
            {.subtitle = fmt::format("Composed by Continuo with the model {}{}", task.request.model.stem().string(),
                                     task.style.empty() ? "" : " in the style " + task.style)});
  if (alone) {
    one_piece(page, run);
  } else {
    contact_sheet(page, run);
  }
  page.heading("Settings");
  page.table(settings(run));
  return {.page = std::move(page), .originality = std::move(run.originality)};
}

}  // namespace continuo::workbench
