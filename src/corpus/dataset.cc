// Opens a dataset file: nothing in it is trusted before it is checked.
#include "continuo/corpus/dataset.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "continuo/base/error.h"
#include "continuo/base/hash.h"
#include "continuo/base/parallel.h"
#include "corpus/dataset_format.h"

namespace continuo::corpus {
namespace {

using representation::Symbol;

constexpr const char* kHint = "Delete it: it is made again from the collection when it is needed.";

[[noreturn]] void refuse(const std::filesystem::path& path, std::string message, std::uint64_t offset) {
  throw Error({.message = std::move(message), .path = path.string(), .offset = offset, .hint = kHint});
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
  if (bytes.size() < sizeof header) refuse(path, "is no dataset: it is shorter than a header", bytes.size());
  std::memcpy(&header, bytes.data(), sizeof header);
  if (std::string_view(header.magic.data(), header.magic.size()) != kDatasetMagic)
    refuse(path, "is no dataset: its first bytes are others", 0);
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
  if (header.symbols_offset != sizeof header || header.symbols > room / sizeof(Symbol) ||
      header.index_offset != sizeof header + header.symbols * sizeof(Symbol) ||
      header.index_bytes != room - header.symbols * sizeof(Symbol))
    refuse(path, "its parts do not fill the file", offsetof(DatasetHeader, symbols_offset));
  if (header.pieces > header.index_bytes / sizeof(DatasetEntry))
    refuse(path, "has more pieces than its index has room for", offsetof(DatasetHeader, pieces));
  return header;
}

void check_symbols(const std::filesystem::path& path, const EncodedPiece& piece, const DatasetEntry& entry,
                   std::uint32_t vocabulary) {
  const std::uint64_t offset = sizeof(DatasetHeader) + entry.first_symbol * sizeof(Symbol);
  const auto symbols = piece.symbols;
  if (digits(content_hash(symbols.bytes())) != entry.hash)
    refuse(path, "the symbols of " + piece.name + " are damaged", offset);
  if (symbols.size() < 2 || symbols.front() != representation::kStart || symbols.back() != representation::kEnd)
    refuse(path, "the symbols of " + piece.name + " do not go from Start to End", offset);
  if (*std::max_element(symbols.begin(), symbols.end()) >= vocabulary)
    refuse(path, "a symbol of " + piece.name + " is not in the vocabulary", offset);
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
    if (representation::make(spec_)->vocabulary().size() != header.vocabulary)
      refuse(path_, "the size of its vocabulary is not that of its representation",
             offsetof(DatasetHeader, vocabulary));
  } catch (const Error& error) {
    if (!error.info().path.empty()) throw;
    refuse(path_, error.info().message, header.index_offset);
  }

  // The mapping begins at a page and the symbols at an even byte of it: they are aligned.
  const std::span<const Symbol> symbols(reinterpret_cast<const Symbol*>(bytes.data() + header.symbols_offset),
                                        header.symbols);
  std::vector<DatasetEntry> entries;
  std::uint64_t next = 0;
  for (std::uint64_t i = 0; i < header.pieces; ++i) {
    const std::uint64_t offset = reader.offset();
    const auto entry = entries.emplace_back(reader.value<DatasetEntry>());
    if (entry.first_symbol != next || entry.symbols > header.symbols - next)
      refuse(path_, "the pieces do not follow one another", offset);
    next += entry.symbols;
    const bool label_known = entry.label < std::max<std::size_t>(1, spec_.labels.size());
    if (entry.part > static_cast<std::uint8_t>(Part::kTest) || !label_known ||
        !(std::isfinite(entry.seconds) && entry.seconds >= 0))
      refuse(path_, "a piece has a part, label or length that cannot be", offset);
    pieces_.push_back({.name = reader.text(entry.name_bytes),
                       .symbols = symbols.subspan(entry.first_symbol, entry.symbols),
                       .frames = {},
                       .label = static_cast<int>(entry.label),
                       .part = static_cast<Part>(entry.part),
                       .seconds = entry.seconds,
                       .notes = entry.notes});
  }
  if (!reader.finished() || next != header.symbols)
    refuse(path_, "holds bytes that belong to no piece", reader.offset());
  parallel_for(pieces_.size(), 0,
               [&](std::size_t i) { check_symbols(path_, pieces_[i], entries[i], header.vocabulary); });
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
    if (piece.part == part) count += piece.symbols.size();
  return count;
}

}  // namespace continuo::corpus
