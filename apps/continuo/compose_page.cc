// The page of `compose`: the pieces to hear and see, what they are, how to make them again, and with a collection what
// of them stands there.
#include <fmt/format.h>

#include <algorithm>

#include "compose.h"
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
#include "options.h"
#include "terminal.h"

namespace continuo::app {
namespace {

namespace fs = std::filesystem;
using generation::Composition;
using page::Inline;
using page::Page;
using workbench::borrowed_marks;
using workbench::covered_in_words;
using workbench::drawn;
using workbench::facts_in_short;
using workbench::facts_of;
using workbench::given_in_words;
using workbench::kBorrowedNotes;
using workbench::kPageRollHeight;
using workbench::kPageRollWidth;
using workbench::longest_run_in_words;
using workbench::midi_of;
using workbench::name_in_page;
using workbench::repeated_spans;
using workbench::roll_of;
using workbench::show_originality;
using workbench::sound_of;

// What a page may hold, so that a browser opens it at once and it can be sent by mail.
constexpr std::size_t kMaxPieces = 48;        ///< to hear and see; the others are only counted
constexpr double kMaxPieceSeconds = 180;      ///< of sound of one piece
constexpr double kMaxSoundSeconds = 1200;     ///< of sound of all
constexpr std::size_t kMaxDrawing = 300'000;  ///< bytes from which a piano roll is pixels, not shapes

struct ComposedRun {
  const ComposeOptions& options;
  const std::vector<Composition>& pieces;
  const evaluation::PassageIndex* index;  ///< null: no collection was given
  double heard_seconds = 0;
};

std::string length_asked(const ComposeOptions& options) {
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : " or ") + part; };
  if (options.compose.seconds) add(fmt::format("{:g} s", *options.compose.seconds));
  if (options.compose.bars) add(fmt::format("{} bars", *options.compose.bars));
  if (options.compose.symbols) add(fmt::format("{} symbols", *options.compose.symbols));
  return text.empty() ? "120 s" : text;
}

/// By its name and what tells it from another of that name.
std::string model_in_words(const ComposeOptions& options) {
  const auto bytes = read_file(options.model);
  return fmt::format("{}, content {}", name_in_page(options.model), content_hash(bytes).substr(0, 12));
}

page::Table settings(const ComposedRun& run) {
  const ComposeOptions& options = run.options;
  const auto& sampling = options.compose.sampling;
  page::Table table{.header = {"setting", "value"}};
  const auto row = [&](const char* name, const std::string& value) { table.rows.push_back({name, value}); };
  row("program", "Continuo " CONTINUO_VERSION);
  row("model", model_in_words(options));
  row("seed", std::to_string(options.compose.seed));
  row("style", options.style.empty() ? "none asked for" : options.style);
  row("begins from",
      options.prompt.empty()
          ? (options.compose.start == generation::StartKind::kRandom ? "a random array" : "the beginning of a piece")
          : name_in_page(options.prompt));
  row("length asked for", length_asked(options) + (!options.compose.stop_at_end ? "" : ", or where the model ends it"));
  row("symbols are", sampling.argmax ? "the most probable" : "drawn");
  if (!sampling.argmax) {
    row("temperature", generation::temperatures_text(sampling));
    if (sampling.top_k > 0) row("top-k", std::to_string(sampling.top_k));
    row("top-p", fmt::format("{:g}", sampling.top_p));
  }
  if (options.max_copy > 0) row("max-copy", fmt::format("{} notes", options.max_copy));
  if (run.index != nullptr)
    row("collection", fmt::format("{}: {} pieces, {} notes", name_in_page(options.passages.corpus),
                                  format_count(run.index->pieces()), format_count(run.index->notes())));
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
  line.audio(sound_of(first_seconds(piece.score, run.heard_seconds), run.options.render.soundfont, interruption()),
             title)
      .download(midi_of(piece.score, title), "MIDI");
  if (seconds > run.heard_seconds) line.text(fmt::format(" Heard: the first {:g} s.", run.heard_seconds));
  return line;
}

/// What of the new music stands in the collection. Prints the same in short.
void copied(Page& page, const ComposedRun& run, const Composition& piece, plot::PianoRollOptions roll,
            const std::string& said_as) {
  page.heading("Is it copied?", 3);
  Tick given = 0;
  if (run.options.compose.prompt) given = evaluation::shared_beginning(piece.score, *run.options.compose.prompt);
  const auto result = evaluation::originality(notes_from(piece.score, given), *run.index);
  roll.marks = borrowed_marks(result, kBorrowedNotes);
  if (given > 0) page.paragraph(given_in_words(piece.score, given));
  show_originality(page, result, kBorrowedNotes, large_roll(piece.score, roll));
  fmt::print("  originality{}: {}; {}\n", said_as, longest_run_in_words(result),
             covered_in_words(result, kBorrowedNotes));
}

/// The large picture, what the piece is, and how to make it again.
void about(Page& page, const ComposedRun& run, std::size_t i, const std::string& title) {
  const Composition& piece = run.pieces[i];
  const ComposeOptions& options = run.options;
  const bool alone = run.pieces.size() == 1;
  const auto roll = roll_of(piece.score, title, options.style);
  for (const auto& warning : piece.warnings) page.note(warning);
  if (run.index != nullptr && note_count(piece.score) > 0) {
    copied(page, run, piece, roll, alone ? "" : fmt::format(" of piece {}", i + 1));
  } else {
    page.picture(large_roll(piece.score, roll), "Piano roll of " + title,
                 roll.repeats.empty() ? "" : "Brackets with the same letter mark passages that return.");
  }
  page::Table table{.header = {"", title}};
  for (const auto& [name, value] : facts_of(piece.score)) table.rows.push_back({name, value});
  table.rows.push_back({"style", options.style.empty() ? "none asked for" : options.style});
  table.rows.push_back({"seed", alone ? std::to_string(options.compose.seed)
                                      : fmt::format("{}, piece {}", options.compose.seed, number_of(options, i))});
  table.rows.push_back({"ending", piece.ended ? "chosen by the model" : "where the length was reached"});
  if (piece.retries > 0)
    table.rows.push_back(
        {"backtracked", fmt::format("{} times, to keep to what is not allowed", format_count(piece.retries))});
  page.table(table);
  page.heading("Make it again", 3);
  page.paragraph("With the same model this command writes the same piece, note for note, on any machine:");
  page.code(command_of(options, alone && options.piece == 0 ? 0 : number_of(options, i)));
}

void one_piece(Page& page, const ComposedRun& run) {
  const Composition& piece = run.pieces.front();
  const std::string title = title_of(run.options, 0);
  page.paragraph(Inline().strong(facts_in_short(piece.score)));
  if (note_count(piece.score) > 0) page.paragraph(player(run, piece, title));
  about(page, run, 0, title);
}

void contact_sheet(Page& page, const ComposedRun& run) {
  const std::size_t shown = std::min(run.pieces.size(), kMaxPieces);
  if (shown < run.pieces.size())
    page.note(fmt::format("The first {} of {} pieces. The others are in the files beside this page.", shown,
                          format_count(run.pieces.size())));
  const ProgressSink progress = terminal_progress();
  std::vector<page::Card> cards;
  for (std::size_t i = 0; i < shown; ++i) {
    const Composition& piece = run.pieces[i];
    const std::string title = fmt::format("Piece {}", number_of(run.options, i));
    page::Card card{.title = title,
                    .facts = facts_in_short(piece.score),
                    .alt = "Small piano roll of " + title,
                    .opens = "Larger picture, facts and the command for it",
                    .inside = Page("", {.id_prefix = fmt::format("piece-{}-", i + 1)})};
    if (note_count(piece.score) > 0) card.player = player(run, piece, title_of(run.options, static_cast<int>(i)));
    card.picture = drawn([&](const plot::Target& target) {
      plot::small_piano_roll(target, piece.score, {.repeats = repeated_spans(piece.score)});
    });
    about(card.inside, run, i, title_of(run.options, static_cast<int>(i)));
    cards.push_back(std::move(card));
    progress({.task = "Page", .done = i + 1, .total = shown, .unit = "pieces"});
  }
  page.paragraph("Click a picture to see it large, with what the piece is and the command that writes it again.");
  page.cards(cards);
  page.heading("Make all of them again");
  page.code(command_of(run.options, 0));
}

}  // namespace

std::size_t number_of(const ComposeOptions& options, std::size_t index) {
  return options.piece > 0 ? static_cast<std::size_t>(options.piece) : index + 1;
}

std::string command_of(const ComposeOptions& options, std::size_t piece, bool in_page) {
  std::string command = "continuo compose";
  for (const std::string& word : options.words) command += " " + shell_word(in_page ? name_in_page(word) : word);
  if (piece > 0) command += fmt::format(" --piece {} -o piece-{}", piece, piece);
  if (piece == 0 && options.count > 1) command += fmt::format(" --count {}", options.count);
  if (piece == 0) command += " -o new";
  return command;
}

void write_compose_page(const fs::path& path, const ComposeOptions& options, const std::vector<Composition>& pieces,
                        const evaluation::PassageIndex* index) {
  ComposedRun run{.options = options, .pieces = pieces, .index = index};
  const double most =
      kMaxSoundSeconds / static_cast<double>(std::min(std::max<std::size_t>(1, pieces.size()), kMaxPieces));
  run.heard_seconds = std::min(kMaxPieceSeconds, std::floor(most));
  const bool alone = pieces.size() == 1;
  Page page(alone ? title_of(options, 0) : fmt::format("{} pieces, seed {}", pieces.size(), options.compose.seed),
            {.subtitle = fmt::format("Composed by Continuo with the model {}{}", options.model.stem().string(),
                                     options.style.empty() ? "" : " in the style " + options.style)});
  if (alone) {
    one_piece(page, run);
  } else {
    contact_sheet(page, run);
  }
  page.heading("Settings");
  page.table(settings(run));
  page.write(path);
}

}  // namespace continuo::app
