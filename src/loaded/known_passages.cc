// Hashes of passages, their first bits in a Golomb-Rice code (Golomb 1966).
#include "continuo/loaded/known_passages.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "continuo/base/error.h"
#include "continuo/base/file.h"
#include "continuo/base/hash.h"

namespace continuo::loaded {
namespace {

static_assert(std::endian::native == std::endian::little, "filter files are read as they stand");

constexpr std::string_view kMagic = "CntoFilt";
constexpr std::uint64_t kVersion = 2;
constexpr std::size_t kHashDigits = 32;
constexpr std::size_t kHashAt = 40;
constexpr std::size_t kHeader = 72;
constexpr std::size_t kPadding = 16;  // two reads of 8 bytes may begin before the end

// Hashes are spread over buckets of 64 on an average, each with room for 4096 times as many values.
constexpr int kRice = 12;
constexpr int kValueBits = 18;
constexpr std::uint64_t kPerBucket = std::uint64_t{1} << (kValueBits - kRice);
constexpr std::uint64_t kMaxPassages = std::uint64_t{1} << 28;
constexpr std::size_t kMaxNotes = std::size_t{1} << 20;

/// The hash as a value among all buckets': its bucket, then its value there.
std::uint64_t value_of(std::uint64_t hash, std::uint64_t buckets) noexcept {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>((static_cast<Wide>(hash) * (buckets << kValueBits)) >> 64);
}

/// Of all bytes but its own digits.
std::string hash_of(std::span<const std::uint8_t> bytes) {
  ContentHasher hasher;
  hasher.add(bytes.first(kHashAt));
  hasher.add(bytes.subspan(kHeader));
  return hasher.digits();
}

class BitWriter {
 public:
  void put(std::uint64_t value, int count) {
    for (int i = 0; i < count; ++i, ++size_) {
      if (size_ % 8 == 0) bytes_.push_back(0);
      bytes_.back() = static_cast<std::uint8_t>(bytes_.back() | (((value >> i) & 1) << (size_ % 8)));
    }
  }
  std::uint64_t size() const { return size_; }
  std::vector<std::uint8_t> finish() && {
    bytes_.insert(bytes_.end(), kPadding, 0);
    return std::move(bytes_);
  }

 private:
  std::vector<std::uint8_t> bytes_;
  std::uint64_t size_ = 0;
};

constexpr std::uint64_t kSureBits = 57;

/// kSureBits or more from bit `at` on; above them 0.
std::uint64_t bits_at(std::span<const std::uint8_t> bytes, std::uint64_t at) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes.data() + at / 8, sizeof word);
  return word >> (at % 8);
}

[[noreturn]] void refuse(const std::filesystem::path& path, std::string message, std::uint64_t offset) {
  throw Error({.message = std::move(message),
               .path = path.string(),
               .offset = offset,
               .code = ErrorCode::kDamaged,
               .remedy = Remedy::kRemakeFilter});
}

}  // namespace

/// 0 stands for a free place in tables, so no passage has it.
std::uint64_t passage_hash(std::span<const Step> steps) noexcept {
  std::uint64_t hash = 0x9e3779b97f4a7c15;
  for (const Step step : steps) {
    hash = (hash ^ step) * 0xff51afd7ed558ccd;
    hash ^= hash >> 32;
  }
  return hash == 0 ? 1 : hash;
}

PassageFilter::PassageFilter(std::size_t notes, std::span<const std::uint64_t> hashes) : KnownPassages(notes) {
  if (hashes.size() > kMaxPassages)
    throw Error({.message = "the collection has more passages than a filter can hold",
                 .hint = "Give a part of it.",
                 .code = ErrorCode::kUnsupported});
  const std::uint64_t buckets = hashes.size() / kPerBucket + 1;
  BitWriter bits;
  std::size_t at = 0;
  for (std::uint64_t bucket = 0; bucket < buckets; ++bucket) {
    offsets_.push_back(static_cast<std::uint32_t>(bits.size()));
    std::uint64_t next = bucket << kValueBits;  // the least value that was not written
    for (; at < hashes.size(); ++at) {
      const std::uint64_t value = value_of(hashes[at], buckets);
      if (value >> kValueBits != bucket) break;
      if (value < next) continue;
      const std::uint64_t gap = value - next;
      bits.put(0, static_cast<int>(gap >> kRice));
      bits.put(1, 1);
      bits.put(gap, kRice);
      next = value + 1;
      ++passages_;
    }
  }
  offsets_.push_back(static_cast<std::uint32_t>(bits.size()));
  bits_ = std::move(bits).finish();
}

bool PassageFilter::contains(std::span<const Step> steps) const noexcept {
  const std::uint64_t wanted = value_of(passage_hash(steps), offsets_.size() - 1);
  const std::uint64_t bucket = wanted >> kValueBits;
  std::uint64_t next = bucket << kValueBits;
  for (std::uint64_t at = offsets_[bucket]; at < offsets_[bucket + 1];) {
    const std::uint64_t window = bits_at(bits_, at);
    if (window == 0) {  // more zeros than one look shows
      next += kSureBits << kRice;
      at += kSureBits;
      continue;
    }
    const int zeros = std::countr_zero(window);
    const std::uint64_t low = bits_at(bits_, at + static_cast<std::uint64_t>(zeros) + 1) & ((1U << kRice) - 1);
    const std::uint64_t value = next + (static_cast<std::uint64_t>(zeros) << kRice) + low;
    if (value >= wanted) return value == wanted;
    next = value + 1;
    at += static_cast<std::uint64_t>(zeros) + 1 + kRice;
  }
  return false;
}

void PassageFilter::write(const std::filesystem::path& path) const {
  std::vector<std::uint8_t> bytes(kHeader);
  const auto* offsets = reinterpret_cast<const std::uint8_t*>(offsets_.data());
  bytes.insert(bytes.end(), offsets, offsets + 4 * offsets_.size());
  bytes.insert(bytes.end(), bits_.begin(), bits_.end());
  const std::array<std::uint64_t, 4> numbers = {kVersion, notes(), passages_, offsets_.size() - 1};
  std::memcpy(bytes.data(), kMagic.data(), kMagic.size());
  std::memcpy(bytes.data() + 8, numbers.data(), sizeof numbers);
  std::memcpy(bytes.data() + kHashAt, hash_of(bytes).data(), kHashDigits);
  write_file_atomically(path, std::span<const std::uint8_t>(bytes));
}

PassageFilter PassageFilter::open(const std::filesystem::path& path) {
  return parse(read_file(path, std::uint64_t{1} << 31), path);
}

PassageFilter PassageFilter::parse(std::span<const std::uint8_t> bytes, const std::filesystem::path& path) {
  if (bytes.size() < kHeader + kPadding || std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) != 0)
    refuse(path, "is no filter of passages", 0);
  std::array<std::uint64_t, 4> numbers{};
  std::memcpy(numbers.data(), bytes.data() + 8, sizeof numbers);
  const auto [version, notes, passages, buckets] = numbers;
  if (version != kVersion)
    refuse(path,
           "has version " + std::to_string(version) + " of the format, this program reads version " +
               std::to_string(kVersion),
           8);
  if (hash_of(bytes) != std::string_view(reinterpret_cast<const char*>(bytes.data()) + kHashAt, kHashDigits))
    refuse(path, "is damaged", kHashAt);
  if (notes < 2 || notes > kMaxNotes) refuse(path, "a passage of it cannot have so many notes", 16);
  if (buckets < 1 || buckets >= (bytes.size() - kHeader - kPadding) / 4)
    refuse(path, "has no room for its buckets", 32);
  PassageFilter filter(Empty{}, notes, passages);
  filter.offsets_.resize(buckets + 1);
  std::memcpy(filter.offsets_.data(), bytes.data() + kHeader, 4 * filter.offsets_.size());
  filter.bits_.assign(bytes.begin() + static_cast<std::ptrdiff_t>(kHeader + 4 * filter.offsets_.size()), bytes.end());
  if (filter.bits_.size() < kPadding || filter.offsets_.front() != 0 ||
      filter.offsets_.back() > 8 * (filter.bits_.size() - kPadding) || !std::ranges::is_sorted(filter.offsets_))
    refuse(path, "the buckets do not follow one another", kHeader);
  return filter;
}

}  // namespace continuo::loaded
