// Opens a dataset file: nothing in it is trusted before it is checked.
#include "continuo/corpus/dataset.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "continuo/base/error.h"
#include "continuo/base/hash.h"
#include "continuo/base/parallel.h"
#include "continuo/representation/sound.h"
#include "corpus/dataset_format.h"

namespace continuo::corpus {
namespace {

using representation::Symbol;
using representation::SymbolView;

constexpr std::uint32_t kMaxWidth = 1 << 16;

constexpr const char* kHint = "Delete it: it is made again from the collection when it is needed.";
constexpr const char* kHintForOthers = "Give a .dataset file that training has left, or the folder of the pieces.";

[[noreturn]] void refuse(const std::filesystem::path& path, std::string message, std::uint64_t offset,
                         const char* hint = kHint) {
  throw Error({.message = std::move(message),
               .path = path.string(),
               .offset = offset,
               .hint = hint,
               .code = ErrorCode::kDamaged});
}

/// Reads the index from its first byte to its last.
class IndexReader {
 public:
  IndexReader(const std::filesystem::path& path, std::span<const std::uint8_t> bytes, std::uint64_t offset)
      : path_(path), bytes_(bytes), offset_(offset) {}

  template <class T>
  T value() {
    T result;
    std::memcpy(&result, take(sizeof(T)).data(), sizeof(T));
    return result;
  }
  std::string text(std::size_t count) {
    const auto taken = take(count);
    return {taken.begin(), taken.end()};
  }
  std::uint64_t offset() const { return offset_ + at_; }
  bool finished() const { return at_ == bytes_.size(); }

 private:
  std::span<const std::uint8_t> take(std::size_t count) {
    if (count > bytes_.size() - at_) refuse(path_, "the index ends within an entry", offset());
    at_ += count;
    return bytes_.subspan(at_ - count, count);
  }

  const std::filesystem::path& path_;
  std::span<const std::uint8_t> bytes_;
  std::uint64_t offset_;
  std::size_t at_ = 0;
};

DatasetHeader checked_header(const std::filesystem::path& path, std::span<const std::uint8_t> bytes) {
  DatasetHeader header;
  if (bytes.size() < sizeof header)
    refuse(path, "is no dataset: it is shorter than a header", bytes.size(), kHintForOthers);
  std::memcpy(&header, bytes.data(), sizeof header);
  if (std::string_view(header.magic.data(), header.magic.size()) != kDatasetMagic)
    refuse(path, "is no dataset: its first bytes are others", 0, kHintForOthers);
  if (header.version != kDatasetVersion)
    refuse(path,
           "has version " + std::to_string(header.version) + " of the format, this program reads version " +
               std::to_string(kDatasetVersion),
           offsetof(DatasetHeader, version));
  if (digits(content_hash(bytes.first(offsetof(DatasetHeader, header_hash)))) != header.header_hash)
    refuse(path, "the header is damaged", offsetof(DatasetHeader, header_hash));
  if (header.file_bytes != bytes.size())
    refuse(path, "has " + std::to_string(bytes.size()) + " bytes instead of " + std::to_string(header.file_bytes),
           offsetof(DatasetHeader, file_bytes));
  // Written so that no sum can overflow: every count is first compared with the size of the file.
  const std::uint64_t room = bytes.size() - sizeof header;
  const bool kind_known =
      header.kind == StepKind::kNarrow || header.kind == StepKind::kWide || header.kind == StepKind::kFrame;
  if (!kind_known || header.width == 0 || header.width > kMaxWidth ||
      header.step_bytes != bytes_of_step(header.kind, header.width))
    refuse(path, "has steps of an unknown kind", offsetof(DatasetHeader, kind));
  if (header.steps_offset != sizeof header || header.steps > room / header.step_bytes ||
      header.index_offset != sizeof header + header.steps * header.step_bytes ||
      header.index_bytes != room - header.steps * header.step_bytes)
    refuse(path, "its parts do not fill the file", offsetof(DatasetHeader, steps_offset));
  if (header.pieces > header.index_bytes / sizeof(DatasetEntry))
    refuse(path, "has more pieces than its index has room for", offsetof(DatasetHeader, pieces));
  return header;
}

void check_steps(const std::filesystem::path& path, const EncodedPiece& piece, const DatasetEntry& entry,
                 const DatasetHeader& header, bool sound) {
  const std::uint64_t offset = header.steps_offset + entry.first_step * header.step_bytes;
  const SymbolView symbols = piece.symbols;
  if (digits(content_hash(header.kind == StepKind::kFrame ? bytes_of(piece.frames) : symbols.bytes())) != entry.hash)
    refuse(path, "the steps of " + piece.name + " are damaged", offset);
  if (header.kind == StepKind::kFrame) {
    if (piece.frames.empty()) refuse(path, piece.name + " is empty", offset);
    if (!std::all_of(piece.frames.begin(), piece.frames.end(), [](float value) { return std::isfinite(value); }))
      refuse(path, "a frame of " + piece.name + " holds what is not a number", offset);
    return;
  }
  if (symbols.empty()) refuse(path, piece.name + " is empty", offset);
  if (!sound &&
      (symbols.size() < 2 || symbols.front() != representation::kStart || symbols.back() != representation::kEnd))
    refuse(path, "the symbols of " + piece.name + " do not go from Start to End", offset);
  const auto most = [](const auto& values) -> std::uint32_t { return *std::max_element(values.begin(), values.end()); };
  if ((symbols.bytes_per_symbol() == 1 ? most(symbols.bytes()) : most(symbols.wide())) >= header.width)
    refuse(path, "a symbol of " + piece.name + " is not in the vocabulary", offset);
}

/// Symbols in the vocabulary or values of a frame, and what their kind must be.
std::pair<std::uint32_t, StepKind> shape_of(const representation::RepresentationSpec& spec) {
  if (!representation::reads_sound(spec.name))
    return {static_cast<std::uint32_t>(representation::make(spec)->vocabulary().size()), StepKind::kWide};
  const auto sound = representation::make_sound(spec);
  return {static_cast<std::uint32_t>(sound->width()), step_kind(*sound)};
}

}  // namespace

Dataset::Dataset(const std::filesystem::path& path) : path_(path), file_(path) {
  const auto bytes = file_.bytes();
  const DatasetHeader header = checked_header(path_, bytes);
  const auto index = bytes.subspan(header.index_offset);
  if (digits(content_hash(index)) != header.index_hash) refuse(path_, "the index is damaged", header.index_offset);

  IndexReader reader(path_, index, header.index_offset);
  try {
    spec_ = representation::spec_from_json(reader.text(reader.value<std::uint32_t>()));
    const auto [width, kind] = shape_of(spec_);
    if (width != header.width || kind != header.kind)
      refuse(path_, "the size of its vocabulary is not that of its representation", offsetof(DatasetHeader, width));
    sound_ = representation::reads_sound(spec_.name);
    width_ = static_cast<int>(width);
    const auto losses = reader.value<std::uint32_t>();
    for (std::uint32_t i = 0; i < losses; ++i) losses_.push_back(reader.text(reader.value<std::uint32_t>()));
  } catch (const Error& error) {
    if (!error.info().path.empty()) throw;
    refuse(path_, error.info().message, header.index_offset);
  }

  // The mapping begins at a page and the steps at a multiple of 64 bytes of it: they are aligned.
  const auto steps = bytes.subspan(header.steps_offset, header.steps * header.step_bytes);
  std::vector<DatasetEntry> entries;
  std::uint64_t next = 0;
  for (std::uint64_t i = 0; i < header.pieces; ++i) {
    const std::uint64_t offset = reader.offset();
    const auto entry = entries.emplace_back(reader.value<DatasetEntry>());
    if (entry.first_step != next || entry.steps > header.steps - next)
      refuse(path_, "the pieces do not follow one another", offset);
    next += entry.steps;
    const bool label_known = entry.label < std::max<std::size_t>(1, spec_.labels.size());
    if (entry.part > static_cast<std::uint8_t>(Part::kTest) || !label_known ||
        !(std::isfinite(entry.seconds) && entry.seconds >= 0))
      refuse(path_, "a piece has a part, label or length that cannot be", offset);
    EncodedPiece piece{.name = reader.text(entry.name_bytes),
                       .symbols = {},
                       .frames = {},
                       .label = static_cast<int>(entry.label),
                       .part = static_cast<Part>(entry.part),
                       .seconds = entry.seconds,
                       .notes = entry.notes};
    const auto own = steps.subspan(entry.first_step * header.step_bytes, entry.steps * header.step_bytes);
    if (header.kind == StepKind::kNarrow) {
      piece.symbols = SymbolView(own);
    } else if (header.kind == StepKind::kWide) {
      piece.symbols = SymbolView(std::span(reinterpret_cast<const Symbol*>(own.data()), own.size() / sizeof(Symbol)));
    } else {
      piece.frames = {reinterpret_cast<const float*>(own.data()), own.size() / sizeof(float)};
    }
    pieces_.push_back(std::move(piece));
  }
  if (!reader.finished() || next != header.steps) refuse(path_, "holds bytes that belong to no piece", reader.offset());
  parallel_for(pieces_.size(), 0, [&](std::size_t i) { check_steps(path_, pieces_[i], entries[i], header, sound_); });
}

std::vector<std::size_t> Dataset::indices(Part part) const {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < pieces_.size(); ++i)
    if (pieces_[i].part == part) found.push_back(i);
  return found;
}

std::uint64_t Dataset::symbol_count(Part part) const {
  std::uint64_t count = 0;
  for (const EncodedPiece& piece : pieces_)
    if (piece.part == part) count += steps(piece);
  return count;
}

}  // namespace continuo::corpus
