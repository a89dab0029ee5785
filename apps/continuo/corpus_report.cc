// Text in aligned columns; a name never moves a number.
#include "corpus_report.h"
#include "continuo/base/format.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "continuo/base/file.h"
#include "continuo/base/text.h"
#include "continuo/plot/plot.h"
#include "terminal.h"

namespace continuo::app {
namespace {

constexpr std::size_t kShownWorks = 5;  ///< works and disagreements shown without --list
constexpr int kInstruments = 12;        ///< instruments shown

std::string works_in_words(std::size_t count) { return format_count(count) + (count == 1 ? " work" : " works"); }

/// Pieces by group, those of one piece left out, the largest first.
std::vector<std::vector<std::size_t>> repeated_works(const corpus::Collection& collection) {
  std::map<int, std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < collection.pieces.size(); ++i) groups[collection.pieces[i].group].push_back(i);
  std::vector<std::vector<std::size_t>> repeated;
  for (auto& [number, members] : groups)
    if (members.size() > 1) repeated.push_back(std::move(members));
  std::stable_sort(repeated.begin(), repeated.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
  return repeated;
}

void print_figures(const std::string& name, const corpus::DuplicateFigures& figures) {
  fmt::print("  {:<26}{:>9}{:>9}{:>9}{:>11.3f}{:>9.3f}\n", name, format_count(figures.expected),
             format_count(figures.found), format_count(figures.right), figures.precision(), figures.recall());
}

void print_figures_head(const char* first, const char* unit) {
  fmt::print("  {:<26}{:>9}{:>9}{:>9}{:>11}{:>9}\n", first, unit, "found", "right", "precision", "recall");
}

}  // namespace

void print_totals(const corpus::Collection& collection, double spent_seconds) {
  double seconds = collection.total_seconds();
  std::size_t notes = collection.total_notes(), repaired = 0;
  fmt::print("{}\n", collection.folder.string());
  fmt::print("  {:<12}{:>10}{:>14}{:>14}{:>10}\n", "", "pieces", "music", "notes", "works");
  fmt::print("  {:<12}{:>10}{:>14}{:>14}{:>10}\n", "kept", format_count(collection.pieces.size()),
             format_duration(seconds), format_count(notes), format_count(collection.groups()));
  double left_seconds = 0;
  std::size_t left_notes = 0;
  for (const auto& file : collection.left_out) {
    left_seconds += file.seconds;
    left_notes += file.notes;
  }
  fmt::print("  {:<12}{:>10}{:>14}{:>14}\n", "left out", format_count(collection.left_out.size()),
             format_duration(left_seconds), format_count(left_notes));
  fmt::print("  {:<12}{:>10}{:>14}{:>14}\n", "found", format_count(collection.files),
             format_duration(seconds + left_seconds), format_count(notes + left_notes));
  for (const auto& piece : collection.pieces) repaired += piece.warnings > 0;
  if (repaired > 0)
    fmt::print("  {} of the pieces kept had faults that were repaired ('continuo inspect' names them).\n",
               format_count(repaired));
  fmt::print("  {:.1f} s, {:.0f} files a second\n", spent_seconds,
             static_cast<double>(collection.files) / std::max(spent_seconds, 1e-9));
}

void print_left_out(const corpus::Collection& collection, bool list) {
  if (collection.left_out.empty()) return;
  struct Kind {
    std::size_t count = 0;
    const corpus::LeftOut* example = nullptr;
  };
  std::map<std::string, Kind> kinds;
  for (const auto& file : collection.left_out) {
    Kind& kind = kinds[file.kind];
    ++kind.count;
    if (kind.example == nullptr) kind.example = &file;
  }
  std::vector<std::pair<std::string, Kind>> sorted(kinds.begin(), kinds.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second.count > b.second.count; });
  fmt::print("\nLeft out{}\n", list ? "" : " (--list names every file)");
  for (const auto& [name, kind] : sorted)
    fmt::print("  {:<20}{:>8}   {} {}\n", name, format_count(kind.count), shown(kind.example->name),
               shown(kind.example->reason));
  if (!list) return;
  fmt::print("\n");
  for (const auto& file : collection.left_out) fmt::print("  {}: {}\n", shown(file.name), shown(file.reason));
}

void print_contents(const corpus::Collection& collection) {
  if (collection.pieces.empty()) return;
  std::vector<double> lengths;
  std::map<int, std::size_t> programs;
  std::size_t drums = 0;
  for (const auto& piece : collection.pieces) {
    lengths.push_back(piece.seconds);
    for (const int program : piece.programs) ++programs[program];
    drums += piece.drums;
  }
  std::sort(lengths.begin(), lengths.end());
  const auto at = [&](double share) {
    return format_duration(lengths[static_cast<std::size_t>(share * static_cast<double>(lengths.size() - 1))]);
  };
  fmt::print("\nLengths\n  shortest {}, a quarter up to {}, half up to {}, three quarters up to {}, longest {}\n",
             at(0), at(0.25), at(0.5), at(0.75), at(1));

  std::vector<std::pair<std::string, std::size_t>> instruments;
  instruments.reserve(programs.size() + 1);
  for (const auto& [program, count] : programs)
    instruments.emplace_back(fmt::format("{} ({})", program_name(program), program), count);
  if (drums > 0) instruments.emplace_back("percussion", drums);
  std::stable_sort(instruments.begin(), instruments.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  fmt::print("\nInstruments (program)             pieces\n");
  int shown = 0;
  for (const auto& [name, count] : instruments) {
    if (++shown > kInstruments) break;
    fmt::print("  {:<30}{:>8}\n", name, format_count(count));
  }
  if (shown > kInstruments) fmt::print("  and {} others\n", instruments.size() - kInstruments);
}

void print_spellings(const corpus::Collection& collection) {
  if (collection.spellings.empty()) return;
  fmt::print("\nLabels that the table spells otherwise (docs/collections.md says why)\n");
  for (const auto& [label, others] : collection.spellings) {
    std::string text;
    for (const auto& [spelling, pieces] : others)
      text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", spelling, format_count(pieces));
    fmt::print("  {:<20}  {}\n", shown(label), shown(text));
  }
}

void print_duplicates(const corpus::Collection& collection, bool list) {
  const auto works = repeated_works(collection);
  fmt::print("\nDuplicates\n");
  if (works.empty()) {
    fmt::print("  none: every piece is a work of its own\n");
    return;
  }
  std::size_t pieces = 0;
  for (const auto& members : works) pieces += members.size();
  fmt::print("  {} in more than one version: {} pieces, kept on one side of every split\n",
             works_in_words(works.size()), format_count(pieces));
  for (std::size_t i = 0; i < (list ? works.size() : std::min(works.size(), kShownWorks)); ++i) {
    fmt::print("  {} versions\n", works[i].size());
    for (const std::size_t member : works[i]) fmt::print("    {}\n", shown(collection.pieces[member].name));
  }
  if (!list && works.size() > kShownWorks)
    fmt::print("  and {} (--list)\n", works_in_words(works.size() - kShownWorks));
}

void print_split(const corpus::Collection& collection, const corpus::Split& split,
                 const corpus::SplitOptions& options) {
  fmt::print("\nSplit (seed {})\n", options.seed);
  const auto line = [&](const char* name, const std::vector<std::size_t>& part) {
    double seconds = 0;
    for (const std::size_t i : part) seconds += collection.pieces[i].seconds;
    const double share = collection.pieces.empty()
                             ? 0.0
                             : 100.0 * static_cast<double>(part.size()) / static_cast<double>(collection.pieces.size());
    fmt::print("  {:<12}{:>10}{:>14}{:>9.1f} %\n", name, format_count(part.size()), format_duration(seconds), share);
  };
  line("train", split.train);
  if (options.validation > 0) line("validation", split.validation);
  line("test", split.test);
}

void print_column_check(const corpus::Collection& collection, const std::string& column,
                        const corpus::ColumnCheck& check, bool list) {
  fmt::print("\nDuplicates compared with the column {}, over pairs of pieces\n", column);
  print_figures_head("", "expected");
  print_figures("", check.figures);
  fmt::print("  largest group: {} pieces\n", check.largest_group);
  std::size_t shown = 0;
  for (const auto& pair : check.disagreements) {
    if (!list && ++shown > kShownWorks) {
      fmt::print("  and {} more (--list)\n", check.disagreements.size() - kShownWorks);
      break;
    }
    fmt::print("  {}\n    {}\n    {}\n", pair.grouped ? "grouped here, not there" : "grouped there, not here",
               collection.pieces[pair.first].name, collection.pieces[pair.second].name);
  }
}

void print_planted(const std::vector<corpus::DuplicateFigures>& figures) {
  fmt::print("\nPlanted copies\n");
  print_figures_head("altered by", "copies");
  for (std::size_t kind = 0; kind < figures.size(); ++kind)
    print_figures(corpus::alteration_name(static_cast<corpus::Alteration>(kind)), figures[kind]);
}

void write_report(const std::filesystem::path& path, const corpus::Collection& collection, const corpus::Split& split) {
  std::vector<const char*> parts(collection.pieces.size(), "");
  for (const std::size_t i : split.train) parts[i] = "train";
  for (const std::size_t i : split.validation) parts[i] = "validation";
  for (const std::size_t i : split.test) parts[i] = "test";
  std::vector<std::pair<std::string, std::string>> rows;
  for (std::size_t i = 0; i < collection.pieces.size(); ++i) {
    const auto& piece = collection.pieces[i];
    std::string programs;
    for (const int program : piece.programs) programs += (programs.empty() ? "" : " ") + std::to_string(program);
    rows.emplace_back(piece.name,
                      fmt::format("1,,,{:.3f},{},{},{},{},{},{},{}", piece.seconds, piece.notes, piece.group, parts[i],
                                  programs, piece.drums ? 1 : 0, piece.warnings, csv_field(piece.label)));
  }
  for (const auto& file : collection.left_out)
    rows.emplace_back(file.name, fmt::format("0,{},{},{:.3f},{},,,,,,", csv_field(file.kind), csv_field(file.reason),
                                             file.seconds, file.notes));
  std::sort(rows.begin(), rows.end());
  std::string text = "path,kept,kind,reason,seconds,notes,work,part,programs,percussion,repaired,label\r\n";
  for (const auto& [name, rest] : rows) text += csv_field(name) + "," + rest + "\r\n";
  write_file_atomically(path, text);
}

void draw_lengths(const std::filesystem::path& path, const corpus::Collection& collection) {
  std::vector<double> minutes;
  for (const auto& piece : collection.pieces) minutes.push_back(piece.seconds / 60);
  for (const auto& file : collection.left_out)
    if (file.seconds > 0) minutes.push_back(file.seconds / 60);
  std::sort(minutes.begin(), minutes.end());
  // The few very long ones share the last bin, so that the others are told apart.
  const double most = minutes.empty() ? 1 : minutes[(minutes.size() - 1) * 98 / 100];
  plot::HistogramOptions options;
  options.title = fmt::format("Lengths of {} pieces in {}", format_count(minutes.size()),
                              std::filesystem::absolute(collection.folder).lexically_normal().filename().string());
  options.x_label = "minutes";
  options.y_label = "pieces";
  options.high = std::max(1.0, std::ceil(most));
  options.bins = static_cast<int>(std::clamp(options.high * 4, 20.0, 60.0));
  plot::histogram(path, minutes, options);
}

}  // namespace continuo::app
