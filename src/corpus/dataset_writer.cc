// Encodes a collection into a dataset file: batches in parallel, symbols in the order of the pieces, the header last.
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <optional>
#include <utility>

#include "continuo/base/error.h"
#include "continuo/base/hash.h"
#include "continuo/base/parallel.h"
#include "continuo/corpus/dataset.h"
#include "continuo/midi/midi.h"
#include "corpus/dataset_format.h"

namespace continuo::corpus {
namespace {

namespace fs = std::filesystem;
using representation::Representation;
using representation::RepresentationSpec;
using representation::Symbol;

/// Scores in memory at a time.
constexpr std::size_t kBatch = 32;

/// A piece of the collection and where it goes.
struct Task {
  const Piece* piece;
  Part part;
  int label = 0;
};

std::vector<Task> tasks_of(const Collection& collection, const Split& split) {
  std::vector<std::optional<Part>> parts(collection.pieces.size());
  const auto assign = [&](const std::vector<std::size_t>& indices, Part part) {
    for (const std::size_t i : indices) {
      if (i >= parts.size() || parts[i]) throw Error("the split does not belong to the collection");
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

/// Labels of the training part, 'unknown' first; none when no piece has one. Gives each task its label.
std::vector<std::string> settle_labels(std::vector<Task>& tasks) {
  constexpr const char* kUnknown = "unknown";
  std::map<std::string, int> numbers;
  for (const Task& task : tasks)
    if (task.part == Part::kTrain && !task.piece->label.empty() && task.piece->label != kUnknown)
      numbers[task.piece->label] = 0;
  if (numbers.empty()) return {};
  std::vector<std::string> labels{kUnknown};
  for (auto& [name, number] : numbers) {
    number = static_cast<int>(labels.size());
    labels.push_back(name);
  }
  for (Task& task : tasks) {
    const auto found = numbers.find(task.piece->label);
    if (found != numbers.end()) task.label = found->second;
  }
  return labels;
}

/// A few bars that use what representations tell apart. How they come out marks the code that encoded a dataset.
Score touchstone() {
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

std::string dataset_name(const std::vector<Task>& tasks, const RepresentationSpec& spec) {
  std::string text = "continuo " CONTINUO_VERSION " dataset " + std::to_string(kDatasetVersion) + "\n";
  text += representation::to_json(spec) + "\n";
  if (!representation::needs_fitting(spec.name)) {
    const auto mark = representation::make(spec)->encode(touchstone()).symbols;
    text += content_hash(bytes_of(std::span<const Symbol>(mark))) + "\n";
  }
  for (const Task& task : tasks)
    text += task.piece->hash + " " + std::to_string(static_cast<int>(task.part)) + " " + std::to_string(task.label) +
            " " + std::to_string(task.piece->name.size()) + " " + task.piece->name + "\n";
  return content_hash(text) + ".dataset";
}

Score score_of(const Piece& piece) {
  const auto bytes = read_file(piece.path, kMaxFileBytes);
  if (content_hash(bytes) != piece.hash)
    throw Error({.message = "has changed since the collection was read",
                 .path = piece.path.string(),
                 .hint = "Run the command again."});
  return midi::read(bytes).score;
}

/// Makes the representation, with a vocabulary learned from the training part where it needs one.
std::unique_ptr<Representation> make_representation(const RepresentationSpec& spec, const std::vector<Task>& tasks,
                                                    const ProgressSink& progress, std::stop_token stop) {
  if (!representation::needs_fitting(spec.name) || !spec.vocabulary.empty()) return representation::make(spec);
  std::vector<const Piece*> pieces;
  for (const Task& task : tasks)
    if (task.part == Part::kTrain) pieces.push_back(task.piece);
  if (pieces.empty())
    throw Error({.message = "no piece is left to learn the vocabulary of '" + spec.name + "' from",
                 .hint = "Loosen the filters or enlarge the training part."});
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

/// Writes a dataset file front to back; the file appears under its name with finish().
class Writer {
 public:
  explicit Writer(const fs::path& path)
      : path_(path), file_(path), out_(file_.temporary(), std::ios::binary | std::ios::trunc) {
    put(bytes_of(DatasetHeader{}));
  }

  void add(const Task& task, std::span<const Symbol> symbols) {
    put(bytes_of(symbols));
    DatasetEntry entry{};
    entry.first_symbol = symbols_;
    entry.symbols = symbols.size();
    entry.seconds = task.piece->seconds;
    entry.notes = task.piece->notes;
    entry.label = static_cast<std::uint32_t>(task.label);
    entry.part = static_cast<std::uint8_t>(task.part);
    entry.hash = digits(content_hash(bytes_of(symbols)));
    entry.name_bytes = static_cast<std::uint32_t>(task.piece->name.size());
    append(entries_, bytes_of(entry));
    append(entries_, bytes_of(std::span<const char>(task.piece->name)));
    symbols_ += symbols.size();
    ++pieces_;
  }

  void finish(const Representation& representation) {
    const std::string spec = representation::to_json(representation.spec());
    std::vector<std::uint8_t> index;
    append(index, bytes_of(static_cast<std::uint32_t>(spec.size())));
    append(index, bytes_of(std::span<const char>(spec)));
    append(index, entries_);
    put(index);
    DatasetHeader header{};
    std::copy(kDatasetMagic.begin(), kDatasetMagic.end(), header.magic.begin());
    header.version = kDatasetVersion;
    header.vocabulary = static_cast<std::uint32_t>(representation.vocabulary().size());
    header.symbols_offset = sizeof header;
    header.symbols = symbols_;
    header.index_offset = sizeof header + symbols_ * sizeof(Symbol);
    header.index_bytes = index.size();
    header.file_bytes = header.index_offset + index.size();
    header.pieces = pieces_;
    header.index_hash = digits(content_hash(index));
    header.header_hash = digits(content_hash(bytes_of(header, offsetof(DatasetHeader, header_hash))));
    out_.seekp(0);
    put(bytes_of(header));
    out_.close();
    check();
    file_.commit();
  }

 private:
  static void append(std::vector<std::uint8_t>& to, std::span<const std::uint8_t> bytes) {
    to.insert(to.end(), bytes.begin(), bytes.end());
  }
  void put(std::span<const std::uint8_t> bytes) {
    out_.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    check();
  }
  void check() const {
    if (!out_)
      throw Error({.message = std::string("cannot write: ") + std::strerror(errno),
                   .path = path_.string(),
                   .hint = "Check the permissions of the folder and the space on its disk."});
  }

  fs::path path_;
  AtomicFile file_;
  std::ofstream out_;
  std::vector<std::uint8_t> entries_;
  std::uint64_t symbols_ = 0, pieces_ = 0;
};

void encode(const std::vector<Task>& tasks, const Representation& representation, const fs::path& path,
            const ProgressSink& progress, std::stop_token stop) {
  Writer writer(path);
  const bool labelled = !representation.spec().labels.empty();
  for (std::size_t begin = 0; begin < tasks.size(); begin += kBatch) {
    const std::size_t count = std::min(kBatch, tasks.size() - begin);
    std::vector<std::vector<Symbol>> encoded(count);
    parallel_for(
        count, 0,
        [&](std::size_t k) {
          const Task& task = tasks[begin + k];
          representation::EncodeOptions options;
          if (labelled) options.label = task.label;
          encoded[k] = representation.encode(score_of(*task.piece), options).symbols;
        },
        stop);
    for (std::size_t k = 0; k < count; ++k) writer.add(tasks[begin + k], encoded[k]);
    if (progress) progress({.task = "Encoding", .done = begin + count, .total = tasks.size(), .unit = "pieces"});
  }
  writer.finish(representation);
}

}  // namespace

Dataset open_dataset(const Collection& collection, const Split& split, const RepresentationSpec& spec,
                     const fs::path& cache_folder, const ProgressSink& progress, std::stop_token stop) {
  std::vector<Task> tasks = tasks_of(collection, split);
  RepresentationSpec wanted = spec;
  auto labels = settle_labels(tasks);
  if (!labels.empty()) wanted.labels = std::move(labels);
  const fs::path path = cache_folder / dataset_name(tasks, wanted);
  std::error_code code;
  if (fs::exists(path, code)) {
    try {
      return Dataset(path);
    } catch (const Error&) {
      // Damaged: it is made again below, and what stands in the way of that is said there.
    }
  }
  const auto representation = make_representation(wanted, tasks, progress, stop);
  encode(tasks, *representation, path, progress, stop);
  return Dataset(path);
}

}  // namespace continuo::corpus
