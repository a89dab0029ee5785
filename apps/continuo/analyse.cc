// continuo analyse: which notes of a piece surprise a model, and what it would have written there.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "commands.h"
#include "compose.h"
#include "continuo/base/check_outputs.h"
#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/base/format.h"
#include "continuo/evaluation/surprise.h"
#include "continuo/generation/compose.h"
#include "continuo/music/time.h"
#include "continuo/page/page.h"
#include "continuo/plot/plot.h"
#include "continuo/representation/labels.h"
#include "continuo/workbench/outputs.h"
#include "continuo/workbench/page_media.h"
#include "continuo/workbench/piece_view.h"
#include "options.h"
#include "terminal.h"

namespace continuo::app {
namespace {

namespace fs = std::filesystem;
using evaluation::NoteSurprise;
using evaluation::Surprise;

struct AnalyseOptions {
  fs::path piece, model;
  std::vector<fs::path> outputs;
  std::string style;
  std::size_t top = 12;
  engine::Options engine;
};

/// A note of the piece, where a musician looks for it.
struct Found {
  const NoteSurprise* surprise = nullptr;
  int bar = 0;      ///< from 1
  double beat = 0;  ///< in beats of the metre, from 1
  Seconds seconds = 0;
  std::string pitch, track;
};

/// A symbol in a musician's words. Those that would end the chord are one thing to a reader.
std::string in_words(representation::SymbolMeaning symbol) {
  using representation::SymbolKind;
  switch (symbol.kind) {
    case SymbolKind::kPitch:
    case SymbolKind::kKey:
      return pitch_name(symbol.value);
    case SymbolKind::kDrumPitch:
      return fmt::format("drum key {}", symbol.value);
    case SymbolKind::kProgram:
      return program_name(symbol.value);
    case SymbolKind::kDrums:
      return "drums";
    case SymbolKind::kNoteOff:
      return "the end of " + pitch_name(symbol.value);
    case SymbolKind::kVelocity:
      return "a note of another loudness";
    case SymbolKind::kTempo:
      return "another tempo";
    default:
      return "no further note here";
  }
}

constexpr std::size_t kAlternatives = 24;  // of which a reader is told the first of other kinds
constexpr std::size_t kTold = 3;

std::string instead(const NoteSurprise& note, const representation::Vocabulary& vocabulary) {
  std::vector<std::pair<double, std::string>> others;
  for (const auto& other : note.instead) {
    if (other.symbol == note.symbol) continue;
    std::string words = in_words(vocabulary.meaning(other.symbol));
    const auto same =
        std::find_if(others.begin(), others.end(), [&](const auto& known) { return known.second == words; });
    if (same == others.end()) {
      others.emplace_back(other.probability, std::move(words));
    } else {
      same->first += other.probability;
    }
  }
  std::stable_sort(others.begin(), others.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  others.resize(std::min(others.size(), kTold));
  std::string text;
  for (const auto& [probability, words] : others)
    if (probability >= 0.001)
      text += fmt::format("{}{} ({:.1f} %)", text.empty() ? "" : ", ", words, 100 * probability);
  return text.empty() ? "nothing in particular" : text;
}

/// Each note of the piece that the representation keeps, once.
std::vector<Found> locate(const Score& score, const Surprise& result) {
  const MeterMap meter(score);
  const TempoMap clock(score);
  std::vector<bool> seen(result.notes.size());
  std::vector<Found> found;
  for (std::size_t t = 0; t < score.tracks.size(); ++t) {
    const Track& track = score.tracks[t];
    for (std::size_t i = 0; i < track.notes.size(); ++i) {
      const std::size_t which = result.of_score[t][i];
      if (which == Surprise::npos || seen[which]) continue;
      seen[which] = true;
      const Note& note = track.notes[i];
      const BarPosition bar = meter.bar_at(note.onset);
      const double beat = static_cast<double>(bar.bar_length) / bar.numerator;
      found.push_back(
          {.surprise = &result.notes[which],
           .bar = bar.bar + 1,
           .beat = 1 + static_cast<double>(note.onset - bar.bar_start) / beat,
           .seconds = clock.seconds(note.onset),
           .pitch = track.is_drums() ? fmt::format("drum key {}", note.pitch) : pitch_name(note.pitch),
           .track = track.name.empty() ? (track.is_drums() ? "Drums" : program_name(track.program)) : track.name});
    }
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Found& a, const Found& b) { return a.surprise->bits() > b.surprise->bits(); });
  return found;
}

plot::PianoRollOptions picture_of(const Score& score, const Surprise& result, const std::string& title) {
  plot::PianoRollOptions options{.title = title, .width = 900, .height = 420};
  std::vector<double> bits;
  for (const NoteSurprise& note : result.notes) bits.push_back(note.bits());
  std::sort(bits.begin(), bits.end());
  // All but the last hundredth lie below the darkest colour; fewer than 8 bits surprise nobody.
  options.values.high = std::max(8.0, std::ceil(bits[bits.size() - 1 - bits.size() / 100]));
  options.values.unit = "bits";
  for (std::size_t t = 0; t < score.tracks.size(); ++t) {
    auto& values = options.values.of_tracks.emplace_back();
    for (const std::size_t which : result.of_score[t])
      values.push_back(which == Surprise::npos ? std::numeric_limits<double>::quiet_NaN() : result.notes[which].bits());
  }
  return options;
}

void write_table(const fs::path& path, std::vector<Found> notes, const representation::Vocabulary& vocabulary) {
  std::stable_sort(notes.begin(), notes.end(), [](const Found& a, const Found& b) { return a.seconds < b.seconds; });
  std::string text = "seconds,bar,beat,pitch,track,bits,own_bits,shared_bits,beginning_bits,instead\n";
  for (const Found& note : notes) {
    const NoteSurprise& surprise = *note.surprise;
    text += fmt::format("{:.3f},{},{:.3f},{},{},{:.3f},{:.3f},{:.3f},{:.3f},{}\n", note.seconds, note.bar, note.beat,
                        note.pitch, csv_field(note.track), surprise.bits(), surprise.own, surprise.share,
                        surprise.beginning, csv_field(instead(surprise, vocabulary)));
  }
  write_file_atomically(path, text);
}

std::string summary(const Surprise& result) {
  return fmt::format("{} notes, {:.2f} bits each; {} symbols, {:.3f} bits each", format_count(result.notes.size()),
                     (result.bits - result.rest) / static_cast<double>(result.notes.size()),
                     format_count(result.symbols), result.bits / static_cast<double>(result.symbols));
}

void write_page(const fs::path& path, const AnalyseOptions& options, const Score& score, const Surprise& result,
                const std::vector<Found>& notes, const representation::Vocabulary& vocabulary) {
  const std::string piece = options.piece.filename().string();
  page::Page page("What surprises the model in " + piece,
                  {.subtitle = "Model: " + workbench::name_in_page(options.model)});
  page.paragraph(summary(result) + ".");
  page.heading("The piece");
  page.picture(workbench::drawn([&](const plot::Target& target) {
                 plot::piano_roll(target, score, picture_of(score, result, piece));
               }),
               "Piano roll of the piece; the redder a note, the more it surprised.",
               "The darker and redder a note, the less the model expected it: bits are -log2 of its probability. Grey "
               "notes are none that the model can read.");
  page.heading("The most surprising notes");
  page::Table table{.header = {"bar, beat", "note", "bits", "the model expected"}, .align = "llrl"};
  for (std::size_t i = 0; i < std::min(options.top, notes.size()); ++i) {
    const Found& note = notes[i];
    page::Inline name;
    name.strong(note.pitch).text(" " + note.track);
    table.rows.push_back({fmt::format("{}, {:.4g}", note.bar, note.beat), name,
                          fmt::format("{:.1f}", note.surprise->bits()), instead(*note.surprise, vocabulary)});
  }
  page.table(table);
  page.note(
      "A surprise is no mistake: the model knows only what it was trained on, and good music surprises. But a slip "
      "of the pen is a surprise, too.");
  page.write(path);
}

int label_of(const representation::RepresentationSpec& spec, const std::string& style) {
  return style.empty() ? 0 : static_cast<int>(representation::find_label(spec.labels, style));
}

void run_analyse(const AnalyseOptions& options) {
  const auto outputs = workbench::named_outputs(
      options.outputs, {workbench::OutputKind::kPage, workbench::OutputKind::kTable, workbench::OutputKind::kPicture});
  check_outputs(outputs, {options.piece, options.model});
  const Score score = read_score(options.piece);
  const auto composer =
      loaded::LoadedModel::from(weights::ModelFile::load(options.model), options.model, options.engine);
  const auto& representation = *composer.representation;
  const Surprise result =
      evaluation::surprise(*composer.model, representation, score,
                           {.label = label_of(representation.spec(), options.style), .alternatives = kAlternatives},
                           terminal_progress(), interruption());
  const std::vector<Found> notes = locate(score, result);

  fmt::print("{}: {}\n", options.piece.string(), summary(result));
  fmt::print("  {:>4} {:>6}  {:<6} {:<20} {:>6} {:>6}  {}\n", "bar", "beat", "note", "track", "bits", "pitch",
             "the model expected");
  for (std::size_t i = 0; i < std::min(options.top, notes.size()); ++i) {
    const Found& note = notes[i];
    fmt::print("  {:>4} {:>6.4g}  {:<6} {:<20.20} {:>6.1f} {:>6.1f}  {}\n", note.bar, note.beat, note.pitch, note.track,
               note.surprise->bits(), note.surprise->beginning, instead(*note.surprise, representation.vocabulary()));
  }
  for (const fs::path& path : outputs) {
    if (workbench::is_page(path)) {
      write_page(path, options, score, result, notes, representation.vocabulary());
    } else if (workbench::is_table(path)) {
      write_table(path, notes, representation.vocabulary());
    } else {
      plot::piano_roll(path, score, picture_of(score, result, options.piece.filename().string()));
    }
    fmt::print("  {}\n", path.string());
  }
}

}  // namespace

void add_analyse(CLI::App& app) {
  auto options = std::make_shared<AnalyseOptions>();
  auto* command = app.add_subcommand("analyse", "Find the notes of a piece that surprise a model");
  command->footer(
      "Examples:\n"
      "  continuo analyse mine.mid -o mine.html\n"
      "      a page: the piano roll with each note as dark as it surprises, and the most surprising ones with what "
      "the\n"
      "      model would have written there\n"
      "  continuo analyse mine.mid --model trained/best.safetensors -o mine.csv -o mine.png --top 30\n"
      "For models that read remi or events.");
  command->add_option("piece", options->piece, "MIDI file")->required()->type_name("PIECE");
  add_model(*command, options->model);
  command->add_option("-o,--output", options->outputs, "File to write: .html, .csv, .svg, .png; repeat for several")
      ->type_name("FILE");
  command->add_option("--style", options->style, "Composer or style, where the model has such labels")
      ->type_name("NAME");
  command->add_option("--top", options->top, "Surprising notes that are listed")
      ->check(whole(0, 1'000'000))
      ->capture_default_str();
  command->callback([options] {
    options->model = model_or_default(options->model);
    run_analyse(*options);
  });
}

}  // namespace continuo::app
