// The bytes of a passage index on disk (docs/originality.md): nothing in a file is trusted before it is checked.
#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/base/hash.h"
#include "continuo/evaluation/passage_index.h"
#include "evaluation/suffix_array.h"

namespace continuo::evaluation {
namespace {

static_assert(std::endian::native == std::endian::little, "passage files are read as they stand");

constexpr std::string_view kMagic = "CntoPass";
constexpr std::uint64_t kVersion = 2;
constexpr std::size_t kHashDigits = 32;
constexpr std::size_t kHashAt = 32;
constexpr std::size_t kHeader = 64;
constexpr std::uint64_t kBytesPerNote = sizeof(Step) + 2 * sizeof(std::uint32_t);

[[noreturn]] void refuse(const std::filesystem::path& path, std::string message, std::uint64_t offset) {
  throw Error({.message = std::move(message),
               .path = path.string(),
               .offset = offset,
               .hint = "Delete it: it is made again from the collection when it is needed.",
               .code = ErrorCode::kDamaged});
}

/// Of all bytes but its own digits.
std::string hash_of(std::span<const std::uint8_t> bytes) {
  ContentHasher hasher;
  hasher.add(bytes.first(kHashAt));
  hasher.add(bytes.subspan(kHeader));
  return hasher.digits();
}

template <class T>
void append(std::vector<std::uint8_t>& bytes, std::span<const T> values) {
  const auto* first = reinterpret_cast<const std::uint8_t*>(values.data());
  bytes.insert(bytes.end(), first, first + values.size_bytes());
}

template <class T>
std::vector<T> take(std::span<const std::uint8_t> bytes, std::size_t& at, std::size_t count) {
  std::vector<T> values(count);
  if (count > 0) std::memcpy(values.data(), bytes.data() + at, count * sizeof(T));
  at += count * sizeof(T);
  return values;
}

}  // namespace

void PassageIndex::write(const std::filesystem::path& path) const {
  std::vector<std::uint8_t> bytes(kHeader);
  append<std::uint32_t>(bytes, suffixes_);
  append<std::uint32_t>(bytes, bars_);
  append<Step>(bytes, steps_);
  for (const Piece& piece : pieces_) {
    const std::array<std::uint64_t, 2> numbers = {piece.first, piece.name.size()};
    append<std::uint64_t>(bytes, numbers);
    append<char>(bytes, piece.name);
  }
  const std::array<std::uint64_t, 3> counts = {kVersion, steps_.size(), pieces_.size()};
  std::memcpy(bytes.data(), kMagic.data(), kMagic.size());
  std::memcpy(bytes.data() + 8, counts.data(), sizeof counts);
  std::memcpy(bytes.data() + kHashAt, hash_of(bytes).data(), kHashDigits);
  write_file_atomically(path, std::span<const std::uint8_t>(bytes));
}

PassageIndex::PassageIndex(const std::filesystem::path& path) {
  const auto file = read_file(path, std::uint64_t{1} << 36);
  const std::span<const std::uint8_t> bytes(file);
  if (bytes.size() < kHeader || std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) != 0)
    refuse(path, "is no index of passages", 0);
  std::array<std::uint64_t, 3> counts{};
  std::memcpy(counts.data(), bytes.data() + 8, sizeof counts);
  const auto [version, notes, pieces] = counts;
  if (version != kVersion)
    refuse(path,
           "has version " + std::to_string(version) + " of the format, this program reads version " +
               std::to_string(kVersion),
           8);
  const std::string hash(bytes.begin() + kHashAt, bytes.begin() + kHeader);
  if (hash_of(bytes) != hash) refuse(path, "is damaged", kHashAt);
  if (notes >= UINT32_MAX || notes > (bytes.size() - kHeader) / kBytesPerNote)
    refuse(path, "has more notes than it has room for", 16);
  std::size_t at = kHeader;
  suffixes_ = take<std::uint32_t>(bytes, at, notes);
  bars_ = take<std::uint32_t>(bytes, at, notes);
  steps_ = take<Step>(bytes, at, notes);
  if (pieces > (bytes.size() - at) / 16) refuse(path, "has more pieces than it has room for", 24);
  for (std::uint64_t i = 0; i < pieces; ++i) {
    if (bytes.size() - at < 16) refuse(path, "ends within a piece", at);
    const auto numbers = take<std::uint64_t>(bytes, at, 2);
    const std::uint64_t before = pieces_.empty() ? 0 : pieces_.back().first;
    if (numbers[0] < before || numbers[0] > notes || (i == 0 && numbers[0] != 0))
      refuse(path, "the pieces do not follow one another", at - 16);
    if (numbers[1] > bytes.size() - at) refuse(path, "ends within a name", at);
    const auto name = take<char>(bytes, at, numbers[1]);
    pieces_.push_back({std::string(name.begin(), name.end()), numbers[0]});
  }
  if (at != bytes.size()) refuse(path, "holds bytes that belong to no piece", at);
  std::vector<bool> begins(notes);
  for (const Piece& piece : pieces_)
    if (piece.first < notes) begins[piece.first] = true;
  for (std::size_t i = 0; i < notes; ++i) {
    if (steps_[i] > kHighestStep || (steps_[i] == kNoStep) != begins[i])
      refuse(path, "a step of it cannot be", kHeader + notes * 8 + i * sizeof(Step));
    if (bars_[i] > INT32_MAX) refuse(path, "a bar of it cannot be", kHeader + notes * 4 + i * 4);
  }
  if (!is_suffix_array(steps_, suffixes_)) refuse(path, "its suffixes are not in order", kHeader);
}

}  // namespace continuo::evaluation
