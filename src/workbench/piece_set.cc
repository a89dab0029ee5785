// Collects the pieces of folders and files.
#include "continuo/workbench/piece_set.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <set>
#include <span>

#include "continuo/base/error.h"
#include "continuo/base/random.h"
#include "continuo/corpus/collection.h"
#include "continuo/midi/midi.h"

namespace continuo::workbench {
namespace {

namespace fs = std::filesystem;

void add_folder(PieceSet& set, std::set<fs::path>& known, const fs::path& folder, bool alone,
                const PieceSetOptions& options, const ProgressSink& progress, const std::stop_token& stop) {
  const auto name_of = [&](const std::string& name) { return alone ? name : (folder / name).string(); };
  const auto collection = corpus::scan(folder,
                                       {.min_seconds = 0,
                                        .max_seconds = std::numeric_limits<double>::infinity(),
                                        .max_notes = std::numeric_limits<std::size_t>::max(),
                                        .select_column = options.select_column,
                                        .threads = options.threads},
                                       progress, stop);
  for (const corpus::Piece& piece : collection.pieces)
    if (known.insert(fs::weakly_canonical(piece.path)).second) set.pieces.push_back({piece.path, name_of(piece.name)});
  for (const corpus::LeftOut& left : collection.left_out) {
    if (left.kind != "not selected") set.left_out.push_back({name_of(left.name), left.reason});
  }
}

}  // namespace

PieceSet open_piece_set(const std::vector<fs::path>& names, const PieceSetOptions& options,
                        const ProgressSink& progress, const std::stop_token& stop) {
  PieceSet set;
  std::set<fs::path> known;
  for (const fs::path& name : names) {
    if (fs::is_directory(name)) {
      add_folder(set, known, name, names.size() == 1, options, progress, stop);
    } else if (!fs::exists(name)) {
      throw Error({.message = "No such file or folder",
                   .path = name.string(),
                   .hint = "Give MIDI files, or folders of them.",
                   .code = ErrorCode::kNotFound});
    } else if (known.insert(fs::weakly_canonical(name)).second) {
      set.pieces.push_back({name, name.string()});
    }
  }
  set.drawn_from = set.pieces.size();
  if (options.max_pieces > 0 && set.pieces.size() > options.max_pieces) {
    std::vector<std::size_t> drawn(set.pieces.size());
    std::iota(drawn.begin(), drawn.end(), std::size_t{0});
    Random(options.seed).shuffle(std::span(drawn));
    drawn.resize(options.max_pieces);
    std::sort(drawn.begin(), drawn.end());
    std::vector<PieceSet::Piece> pieces;
    pieces.reserve(drawn.size());
    for (const std::size_t i : drawn) pieces.push_back(std::move(set.pieces[i]));
    set.pieces = std::move(pieces);
  }
  return set;
}

std::vector<evaluation::SurveySource> sources_of(const PieceSet& set) {
  std::vector<evaluation::SurveySource> sources;
  for (const auto& piece : set.pieces)
    sources.push_back({piece.name, [path = piece.path] { return midi::read_file(path).score; }});
  return sources;
}

}  // namespace continuo::workbench
