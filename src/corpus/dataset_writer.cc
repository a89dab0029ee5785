// Encodes a collection into a dataset file: batches in parallel, symbols in the order of the pieces, the header last.
#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include "continuo/audio/render.h"
#include "continuo/base/error.h"
#include "continuo/base/hash.h"
#include "continuo/base/parallel.h"
#include "continuo/corpus/dataset.h"
#include "continuo/midi/midi.h"
#include "continuo/representation/labels.h"
#include "continuo/representation/sound.h"
#include "corpus/dataset_file_writer.h"
#include "corpus/loss_tally.h"
#include "corpus/sound_encoding.h"

namespace continuo::corpus {
namespace {

namespace fs = std::filesystem;
using representation::Representation;
using representation::RepresentationSpec;
using representation::Symbol;

/// Scores in memory at a time.
constexpr std::size_t kBatch = 32;

std::vector<Task> tasks_of(const Collection& collection, const Split& split) {
  std::vector<std::optional<Part>> parts(collection.pieces.size());
  const auto assign = [&](const std::vector<std::size_t>& indices, Part part) {
    for (const std::size_t i : indices) {
      if (i >= parts.size() || parts[i])
        throw Error(ErrorCode::kMismatch, "the split does not belong to the collection");
      parts[i] = part;
    }
  };
  assign(split.train, Part::kTrain);
  assign(split.validation, Part::kValidation);
  assign(split.test, Part::kTest);
  std::vector<Task> tasks;
  for (std::size_t i = 0; i < parts.size(); ++i)
    if (parts[i]) tasks.push_back({&collection.pieces[i], *parts[i]});
  return tasks;
}

/// `given`, or where there are none the labels of the training part, 'unknown' first; none when no piece has one.
/// Gives each task its label.
std::vector<std::string> resolve_labels(std::vector<Task>& tasks, const std::vector<std::string>& given) {
  constexpr const char* kUnknown = "unknown";
  std::map<std::string, int> numbers;
  for (std::size_t i = 1; i < given.size(); ++i) numbers[given[i]] = static_cast<int>(i);
  for (const Task& task : tasks)
    if (given.empty() && task.part == Part::kTrain && !task.piece->label.empty() && task.piece->label != kUnknown)
      numbers[task.piece->label] = 0;
  if (numbers.empty()) return given;
  std::vector<std::string> labels = given;
  if (given.empty()) {
    labels = {kUnknown};
    for (auto& [name, number] : numbers) {
      number = static_cast<int>(labels.size());
      labels.push_back(name);
    }
  }
  for (Task& task : tasks) {
    auto found = numbers.find(task.piece->label);
    if (found == numbers.end() && !given.empty() && !task.piece->label.empty()) {
      const auto meant = representation::match_label(given, task.piece->label);
      found = numbers.emplace(task.piece->label, meant ? static_cast<int>(*meant) : 0).first;
    }
    if (found != numbers.end()) task.label = found->second;
  }
  return labels;
}

/// A few bars that use what representations tell apart. How they come out marks the code that encoded a dataset.
Score encoder_probe() {
  Score score;
  score.ppq = 96;
  score.tempos = {{0, 500'000}, {384, 600'000}};
  score.time_signatures = {{0, 4, 4}, {384, 3, 4}};
  score.tracks.resize(3);
  score.tracks[1].channel = 1;
  score.tracks[1].program = 40;
  score.tracks[2].channel = kDrumChannel;
  for (int i = 0; i < 12; ++i) {
    const auto pitch = static_cast<std::uint8_t>(48 + 5 * i % 24);
    const auto velocity = static_cast<std::uint8_t>(10 * i + 5);
    score.tracks[0].notes.push_back({i * 60, 10 + i * 40, pitch, velocity});
    score.tracks[1].notes.push_back({i * 60, 48, static_cast<std::uint8_t>(pitch + 7), velocity});
    score.tracks[2].notes.push_back({i * 60, 12, static_cast<std::uint8_t>(36 + i), velocity});
  }
  normalise(score);
  return score;
}

/// How a file comes out whose defects and order of events can be read in several ways: it marks the code that read the
/// files of a dataset.
std::string reading_mark() {
  static constexpr std::uint8_t kFile[] = {
      'M', 'T', 'h', 'd', 0, 0, 0, 6, 0, 1, 0, 2, 0, 96, 'M', 'T', 'r', 'k', 0, 0, 0, 51,  //
      0, 0xf0, 8, 0x43, 0x10, 0x4c, 0, 0, 0x7e, 0, 0xf7,                                   // XG System On
      0, 0x90, 60, 64, 48, 0xb0, 64, 127, 0, 0x90, 60, 0,                                  // a pedal pressed before the
                                                                                           // note-off of its tick
      24, 62, 64, 24, 62, 64, 24, 62, 0,                                                   // a note-off that is missing
      24, 0xb0, 64, 0, 0, 0x90, 64, 64, 24, 0xb0, 123, 0,                                 // all notes off in place of a
                                                                                          // note-off
      0, 0xc0, 3, 0, 0xff, 0x2f, 0,                                                       //
      'M', 'T', 'r', 'k', 0, 0, 0, 30, 0, 0xff, 0x21, 1, 1, 0, 0xb0, 0, 127, 0, 0xc0, 5,  // a drum kit on another port
      0, 0x90, 36, 64, 24, 36, 0, 0, 0xff, 0x2f, 0, 24, 0x90, 38, 64, 24, 38, 0};  // events behind the End of Track
  Score score = midi::read(kFile).score;
  apply_sustain(score);
  std::string mark;
  for (const Track& track : score.tracks) {
    mark += std::to_string(track.line()) + (track.is_drums() ? " drums" : " program ") + std::to_string(track.program);
    for (const Note& note : track.notes) {
      mark += " " + std::to_string(note.onset) + "," + std::to_string(note.duration) + "," + std::to_string(note.pitch);
    }
    mark += "\n";
  }
  return mark;
}

std::string dataset_name(const std::vector<Task>& tasks, const RepresentationSpec& spec, const fs::path& soundfont) {
  std::string text = "continuo " CONTINUO_VERSION " dataset " + std::to_string(kDatasetVersion) + "\n";
  text += representation::to_json(spec) + "\n" + reading_mark();
  if (representation::reads_sound(spec.name)) {
    text += sound_mark(spec, soundfont) + "\n";
  } else if (!representation::needs_fitting(spec.name)) {
    const auto mark = representation::make(spec)->encode(encoder_probe()).symbols;
    text += content_hash(bytes_of(std::span<const Symbol>(mark))) + "\n";
  }
  for (const Task& task : tasks)
    text += task.piece->hash + " " + std::to_string(static_cast<int>(task.part)) + " " + std::to_string(task.label) +
            " " + std::to_string(task.piece->name.size()) + " " + task.piece->name + "\n";
  return content_hash(text) + ".dataset";
}

}  // namespace

Score score_of(const Piece& piece) {
  const auto bytes = read_file(piece.path, kMaxFileBytes);
  if (content_hash(bytes) != piece.hash)
    throw Error({.message = "has changed since the collection was read",
                 .path = piece.path.string(),
                 .hint = "Run the command again.",
                 .code = ErrorCode::kMismatch});
  return midi::read(bytes).score;
}

namespace {

/// Makes the representation, with a vocabulary learned from the training part where it needs one.
std::unique_ptr<Representation> make_representation(const RepresentationSpec& spec, const std::vector<Task>& tasks,
                                                    const ProgressSink& progress, std::stop_token stop) {
  if (!representation::needs_fitting(spec.name) || !spec.vocabulary.empty()) return representation::make(spec);
  std::vector<const Piece*> pieces;
  for (const Task& task : tasks)
    if (task.part == Part::kTrain) pieces.push_back(task.piece);
  if (pieces.empty())
    throw Error({.message = "no piece is left to learn the vocabulary of '" + spec.name + "' from",
                 .hint = "Loosen the filters or enlarge the training part.",
                 .code = ErrorCode::kEmpty});
  std::vector<Score> batch;
  return representation::fit(spec, pieces.size(), [&](std::size_t i) {
    if (i % kBatch == 0) {
      batch.assign(std::min(kBatch, pieces.size() - i), {});
      parallel_for(
          batch.size(), 0, [&](std::size_t k) { batch[k] = score_of(*pieces[i + k]); }, stop);
    }
    if (progress) progress({.task = "Learning symbols", .done = i + 1, .total = pieces.size(), .unit = "pieces"});
    return std::move(batch[i % kBatch]);
  });
}

void encode(const std::vector<Task>& tasks, const Representation& representation, const fs::path& path,
            const ProgressSink& progress, std::stop_token stop) {
  DatasetFileWriter writer(path, StepKind::kWide, static_cast<std::uint32_t>(representation.vocabulary().size()));
  const bool labelled = !representation.spec().labels.empty();
  bool any_notes = false;
  LossTally losses;
  for (std::size_t begin = 0; begin < tasks.size(); begin += kBatch) {
    const std::size_t count = std::min(kBatch, tasks.size() - begin);
    std::vector<representation::Encoding> encoded(count);
    parallel_for(
        count, 0,
        [&](std::size_t k) {
          const Task& task = tasks[begin + k];
          representation::EncodeOptions options;
          if (labelled) options.label = task.label;
          encoded[k] = representation.encode(score_of(*task.piece), options);
        },
        stop);
    for (std::size_t k = 0; k < count; ++k) {
      losses.add_piece(encoded[k].losses);
      const auto& symbols = encoded[k].symbols;
      const bool has_notes = std::any_of(symbols.begin(), symbols.end(), [&](Symbol symbol) {
        return representation::begins_notes(representation.describe(symbol).kind);
      });
      if (!has_notes) continue;  // nothing to learn from
      any_notes = true;
      writer.append(bytes_of(std::span<const Symbol>(symbols)));
      writer.end_piece(tasks[begin + k], tasks[begin + k].piece->seconds);
    }
    if (progress) progress({.task = "Encoding", .done = begin + count, .total = tasks.size(), .unit = "pieces"});
  }
  if (!any_notes && !tasks.empty()) {
    throw Error({.message = "no piece has a note that the representation '" + representation.spec().name + "' keeps",
                 .hint = "Drums are kept by remi alone, and other representations have limits of pitch or instruments.",
                 .code = ErrorCode::kEmpty});
  }
  writer.finish(representation.spec(), losses.sentences());
}

/// What is to be encoded, and the file for it.
struct Plan {
  std::vector<Task> tasks;
  RepresentationSpec spec;
  fs::path soundfont;
  fs::path path;
};

Plan plan(const Collection& collection, const Split& split, const RepresentationSpec& spec,
          const fs::path& cache_folder) {
  Plan made{.tasks = tasks_of(collection, split), .spec = spec, .soundfont = {}, .path = {}};
  // A setting that is left out and one that is given its default make the same file.
  for (const auto& setting : representation::default_settings(spec.name))
    made.spec.settings.try_emplace(setting.name, setting.value);
  made.spec.labels = resolve_labels(made.tasks, spec.labels);
  const bool rendered =
      representation::reads_sound(spec.name) &&
      std::any_of(made.tasks.begin(), made.tasks.end(), [](const Task& t) { return !t.piece->sound; });
  if (rendered) made.soundfont = collection.soundfont.empty() ? audio::default_soundfont() : collection.soundfont;
  made.path = cache_folder / dataset_name(made.tasks, made.spec, made.soundfont);
  return made;
}

}  // namespace

fs::path dataset_path(const Collection& collection, const Split& split, const RepresentationSpec& spec,
                      const fs::path& cache_folder) {
  return plan(collection, split, spec, cache_folder).path;
}

std::vector<std::string> names_without_entry(const Collection& collection, const Dataset& dataset) {
  std::vector<std::string> names;
  for (const Piece& piece : collection.pieces) names.push_back(piece.name);
  std::vector<std::string> entries;
  for (const EncodedPiece& piece : dataset.pieces()) entries.push_back(piece.name);
  std::sort(names.begin(), names.end());
  std::sort(entries.begin(), entries.end());
  std::vector<std::string> missing;
  std::set_difference(names.begin(), names.end(), entries.begin(), entries.end(), std::back_inserter(missing));
  return missing;
}

Dataset open_dataset(const Collection& collection, const Split& split, const RepresentationSpec& spec,
                     const fs::path& cache_folder, const ProgressSink& progress, std::stop_token stop) {
  const auto [tasks, wanted, soundfont, path] = plan(collection, split, spec, cache_folder);
  std::error_code code;
  if (fs::exists(path, code)) return Dataset(path);
  if (representation::reads_sound(spec.name)) {
    encode_sound(tasks, wanted, soundfont, path, progress, stop);
    return Dataset(path);
  }
  const auto representation = make_representation(wanted, tasks, progress, stop);
  encode(tasks, *representation, path, progress, stop);
  return Dataset(path);
}

}  // namespace continuo::corpus
