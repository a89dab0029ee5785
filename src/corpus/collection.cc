// Each file is read, judged and forgotten on its own; order, choice and groups come afterwards, by name.
#include "continuo/corpus/collection.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>
#include <new>
#include <numeric>
#include <set>
#include <utility>

#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/base/hash.h"
#include "continuo/base/parallel.h"
#include "continuo/base/random.h"
#include "continuo/corpus/manifest.h"
#include "continuo/midi/midi.h"
#include "corpus/file_list.h"
#include "corpus/sound_file.h"

namespace continuo::corpus {
namespace {

namespace fs = std::filesystem;

/// What became of one file: a piece with its print, or a reason.
struct Outcome {
  std::optional<Piece> piece;
  Fingerprint print;
  LeftOut left_out;
};

std::string minutes(double seconds) {
  const auto whole = static_cast<std::int64_t>(seconds);
  const std::string rest = std::to_string(whole % 60);
  return std::to_string(whole / 60) + (rest.size() < 2 ? ":0" : ":") + rest;
}

std::string with_offset(const ErrorInfo& info) {
  return info.offset ? info.message + " (byte " + std::to_string(*info.offset) + ")" : info.message;
}

bool starts_like_midi(std::span<const std::uint8_t> bytes) {
  const auto starts_with = [&](std::string_view magic) {
    return bytes.size() >= magic.size() && std::equal(magic.begin(), magic.end(), bytes.begin());
  };
  return starts_with("MThd") || starts_with("RIFF");
}

/// Fills in the instruments of `piece`; percussion is told apart.
void note_instruments(const Score& score, Piece& piece) {
  for (const Track& track : score.tracks) {
    if (track.notes.empty()) continue;
    if (track.is_drums()) {
      piece.drums = true;
    } else {
      piece.programs.push_back(track.program);
    }
  }
  std::sort(piece.programs.begin(), piece.programs.end());
  piece.programs.erase(std::unique(piece.programs.begin(), piece.programs.end()), piece.programs.end());
}

/// The reason and the kind for which `piece` is left out, or empty strings.
std::pair<std::string, std::string> judge(const Piece& piece, const ScanOptions& options) {
  if (!piece.sound && piece.notes == 0 && options.min_notes > 0) return {"has no notes", "no notes"};
  if (piece.seconds < options.min_seconds)
    return {"lasts " + minutes(piece.seconds) + ", less than " + minutes(options.min_seconds), "too short"};
  if (piece.seconds > options.max_seconds)
    return {"lasts " + minutes(std::ceil(piece.seconds)) + ", more than " + minutes(options.max_seconds), "too long"};
  if (piece.sound) return {};
  if (piece.notes < options.min_notes)
    return {"has " + std::to_string(piece.notes) + " notes, fewer than " + std::to_string(options.min_notes),
            "too few notes"};
  if (piece.notes > options.max_notes)
    return {"has " + std::to_string(piece.notes) + " notes, more than " + std::to_string(options.max_notes),
            "too many notes"};
  if (!options.programs.empty()) {
    for (const int program : piece.programs)
      if (std::find(options.programs.begin(), options.programs.end(), program) == options.programs.end())
        return {"is played by " + std::string(program_name(program)) + " (program " + std::to_string(program) + ")",
                "other instruments"};
  }
  if (!options.drums && piece.drums) return {"has percussion", "percussion"};
  return {};
}

Outcome left_out(std::string reason, std::string kind) {
  Outcome outcome;
  outcome.left_out.reason = std::move(reason);
  outcome.left_out.kind = std::move(kind);
  return outcome;
}

Outcome left_out(std::string reason, std::string kind, const Piece& piece) {
  Outcome outcome = left_out(std::move(reason), std::move(kind));
  outcome.left_out.seconds = piece.seconds;
  outcome.left_out.notes = piece.notes;
  return outcome;
}

/// No fault of the file: without it the collection would be another one than was asked for.
[[noreturn]] void out_of_memory(const fs::path& path) {
  throw Error({.message = "there is not enough memory to read it",
               .path = path.string(),
               .hint = "Close other programs, or read fewer files at the same time.",
               .code = ErrorCode::kSystem});
}

Outcome examine_sound_file(const fs::path& path, const ScanOptions& options, const std::stop_token& stop) {
  std::error_code code;
  if (const auto size = fs::file_size(path, code); !code) {
    if (size == 0) return left_out("is an empty file", "empty");
    if (size > kMaxSoundFileBytes)
      return left_out("is larger than " + std::to_string(kMaxSoundFileBytes >> 30) + " GiB", "too large");
  }
  try {
    Outcome outcome;
    Piece& piece = outcome.piece.emplace();
    const SoundFacts facts = examine_sound(path, options.max_seconds, stop);
    piece.sound = true;
    piece.seconds = facts.seconds;
    piece.warnings = facts.repaired;
    if (facts.seconds == 0) return left_out("is silent", "silent");
    auto [reason, kind] = judge(piece, options);
    if (!kind.empty()) return left_out(std::move(reason), std::move(kind), piece);
    piece.path = fs::absolute(path);
    piece.hash = hash_of_file(path, stop);
    outcome.print.passages = {facts.print};
    return outcome;
  } catch (const Interrupted&) {
    throw;
  } catch (const Error& error) {
    return left_out(error.info().message, "broken sound");
  } catch (const std::bad_alloc&) {
    out_of_memory(path);
  }
}

Outcome examine(const fs::path& path, const ScanOptions& options, const std::stop_token& stop) {
  std::error_code code;
  const fs::file_status status = fs::status(path, code);
  if (!fs::exists(status)) return left_out("the link points nowhere", "unreadable");
  if (!fs::is_regular_file(status)) return left_out("is a device, pipe or socket", "unreadable");
  if (options.sound && has_sound_extension(path)) return examine_sound_file(path, options, stop);
  std::vector<std::uint8_t> bytes;
  try {
    if (fs::file_size(path, code) > kMaxFileBytes && !code)
      return left_out("is larger than " + std::to_string(kMaxFileBytes >> 20) + " MiB", "too large");
    bytes = read_file(path, kMaxFileBytes);
  } catch (const Error& error) {
    return left_out(error.info().message, "unreadable");
  }
  if (bytes.empty()) return left_out("is an empty file", "empty");
  try {
    const midi::ReadResult read = midi::read(bytes);
    Outcome outcome;
    Piece& piece = outcome.piece.emplace();
    piece.seconds = duration_seconds(read.score);
    piece.notes = note_count(read.score);
    piece.warnings = read.warning_count;
    note_instruments(read.score, piece);
    auto [reason, kind] = judge(piece, options);
    if (!kind.empty()) return left_out(std::move(reason), std::move(kind), piece);
    piece.path = fs::absolute(path);
    piece.hash = content_hash(bytes);
    if (options.similarity > 0) outcome.print = fingerprint(read.score);
    return outcome;
  } catch (const Error& error) {
    return left_out(with_offset(error.info()), starts_like_midi(bytes) ? "broken MIDI" : "not MIDI");
  } catch (const std::bad_alloc&) {
    out_of_memory(path);
  }
}

void check(const ScanOptions& options) {
  const auto require = [](bool good, const char* message) {
    if (!good) throw Error(ErrorCode::kInvalidArgument, message);
  };
  require(options.min_seconds >= 0 && options.min_seconds <= options.max_seconds,
          "the least length of a piece must lie between 0 and the greatest");
  require(options.min_notes <= options.max_notes, "the least number of notes must not exceed the greatest");
  require(options.similarity >= 0 && options.similarity <= 1, "the similarity of duplicates must lie between 0 and 1");
  for (const int program : options.programs)
    require(program >= 0 && program <= 127, "General MIDI programs are numbered from 0 to 127");
}

/// Keeps a seeded random choice of `options.max_pieces`; the others get a reason.
void choose(std::vector<Outcome>& outcomes, const ScanOptions& options) {
  std::vector<std::size_t> passed;
  for (std::size_t i = 0; i < outcomes.size(); ++i)
    if (outcomes[i].piece) passed.push_back(i);
  if (options.max_pieces == 0 || passed.size() <= options.max_pieces) return;
  Random(options.seed).shuffle(std::span(passed));
  for (std::size_t i = options.max_pieces; i < passed.size(); ++i)
    outcomes[passed[i]] = left_out("was not among the " + std::to_string(options.max_pieces) + " drawn from " +
                                       std::to_string(passed.size()) + " that pass",
                                   "not drawn", *outcomes[passed[i]].piece);
}

void drop_rare_labels(std::vector<Piece>& pieces, std::size_t least) {
  std::map<std::string, std::size_t> counts;
  for (const Piece& piece : pieces) ++counts[piece.label];
  for (Piece& piece : pieces)
    if (counts[piece.label] < least) piece.label.clear();
}

}  // namespace

double Collection::total_seconds() const {
  return std::accumulate(pieces.begin(), pieces.end(), 0.0, [](double sum, const Piece& p) { return sum + p.seconds; });
}

std::size_t Collection::total_notes() const {
  return std::accumulate(pieces.begin(), pieces.end(), std::size_t{0},
                         [](std::size_t sum, const Piece& piece) { return sum + piece.notes; });
}

std::size_t Collection::groups() const {
  std::set<int> seen;
  for (const Piece& piece : pieces) seen.insert(piece.group);
  return seen.size();
}

namespace {

/// "12 MusicXML files, 1 sound file"
std::string others(const FileList& list, const std::map<std::string, std::size_t>& formats) {
  std::string text;
  const auto add = [&](std::size_t count, const std::string& what) {
    if (count == 0) return;
    text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + what + (count == 1 ? " file" : " files");
  };
  for (const auto& [format, count] : formats) add(count, format);
  add(list.sound_files, "sound");
  return text;
}

[[noreturn]] void refuse_empty(const fs::path& folder, const FileList& list,
                               const std::map<std::string, std::size_t>& formats, bool sound) {
  const std::string other = others(list, formats);
  std::string hint = sound ? "WAV, FLAC, OGG, MP3 and AIFF files are looked for, and MIDI files to be rendered."
                           : "Files that end in .mid, .midi, .kar or .rmi are looked for, in the folder and in those "
                             "below.";
  if (!formats.empty())
    hint = "Convert them to MIDI first; MuseScore does so for MusicXML and Guitar Pro, abc2midi for ABC.";
  else if (list.sound_files > 0)
    hint = "A representation that reads sound, for example mulaw, takes them as they are.";
  throw Error({.message = (sound ? "holds no sound file and no MIDI file" : "holds no MIDI file") +
                          (other.empty() ? "" : " (but " + other + ")"),
               .path = folder.string(),
               .hint = hint,
               .code = ErrorCode::kEmpty});
}

}  // namespace

Collection scan(const fs::path& folder, const ScanOptions& options, const ProgressSink& progress,
                std::stop_token stop) {
  check(options);
  FileList list = list_files(folder, options.sound, stop);
  Collection collection;
  collection.folder = folder;
  collection.soundfont = options.soundfont;
  collection.files = list.files.size() + list.other_formats.size();
  for (auto& [name, format] : list.other_formats) {
    ++collection.other_formats[format];
    collection.left_out.push_back({.name = std::move(name),
                                   .reason = format + " is not read: convert it to MIDI",
                                   .kind = "not read: " + format});
  }
  for (const auto& [name, why] : list.unread)
    collection.left_out.push_back({.name = name, .reason = "the folder cannot be read: " + why, .kind = "unreadable"});
  if (list.files.empty()) refuse_empty(folder, list, collection.other_formats, options.sound);

  if (!options.leave_out_label.empty() && options.label_column.empty())
    throw Error({.message = "the label '" + options.leave_out_label + "' is to be left out, but no column has labels",
                 .path = folder.string(),
                 .hint = "Name the column of MANIFEST.csv that holds them.",
                 .code = ErrorCode::kInvalidArgument});
  std::optional<Manifest> manifest;
  if (!options.label_column.empty() || !options.select_column.empty()) manifest.emplace(folder);
  if (manifest) collection.manifest_encoding = manifest->encoding();
  const auto column = [&](const std::string& name) { return name.empty() ? 0 : manifest->column(name); };
  const std::size_t label_column = column(options.label_column), select_column = column(options.select_column);

  std::map<std::string, std::string, std::less<>> labels;
  if (!options.label_column.empty()) labels = manifest->labels(label_column);
  const auto label_of = [&](const std::string& name) {
    const auto found = labels.find(name);
    return found == labels.end() ? std::string() : found->second;
  };
  const bool leave_out = !options.leave_out_label.empty();

  std::vector<Outcome> outcomes(list.files.size());
  std::mutex report_mutex;
  std::uint64_t done = 0;
  parallel_for(
      outcomes.size(), options.threads,
      [&](std::size_t i) {
        const std::string& name = list.files[i];
        if (!options.select_column.empty() && manifest->value(name, select_column) != "1") {
          outcomes[i] = left_out("has no 1 in the column " + options.select_column, "not selected");
        } else if (leave_out && (label_of(name) == options.leave_out_label ||
                                 manifest->value(name, label_column) == options.leave_out_label)) {
          outcomes[i] = left_out("has the label " + options.leave_out_label, "left out by its label");
        } else {
          outcomes[i] = examine(folder / name, options, stop);
        }
        const std::scoped_lock lock(report_mutex);
        ++done;
        if (progress) progress({.task = "Reading", .done = done, .total = outcomes.size(), .unit = "files"});
      },
      stop);

  choose(outcomes, options);
  std::vector<Fingerprint> prints;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    Outcome& outcome = outcomes[i];
    std::string& name = list.files[i];
    if (!outcome.piece) {
      outcome.left_out.name = std::move(name);
      collection.left_out.push_back(std::move(outcome.left_out));
      continue;
    }
    if (!options.label_column.empty()) {
      outcome.piece->label = label_of(name);
      const std::string& written = manifest->value(name, label_column);
      if (written != outcome.piece->label) ++collection.spellings[outcome.piece->label][written];
    }
    outcome.piece->name = std::move(name);
    collection.pieces.push_back(std::move(*outcome.piece));
    prints.push_back(std::move(outcome.print));
  }
  drop_rare_labels(collection.pieces, options.label_min_pieces);
  std::sort(collection.left_out.begin(), collection.left_out.end(),
            [](const LeftOut& a, const LeftOut& b) { return a.name < b.name; });
  const std::vector<int> groups = group_duplicates(prints, options.similarity);
  for (std::size_t i = 0; i < groups.size(); ++i) collection.pieces[i].group = groups[i];
  return collection;
}

}  // namespace continuo::corpus
